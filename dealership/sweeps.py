"""The sweep: everything that beat does every minute, in one place, safe when run late, twice or side by side."""

import datetime as dt
import logging
from collections.abc import Callable

from dealership.notifications.services import send_due_alerts
from dealership.workbooks.tasks import take_up_silent_imports
from followups.services.claims import expire_claims
from followups.services.documents import alert_overdue_measures
from followups.services.lists import cancel_banned_calls, expire_tasks
from followups.services.overdue import sweep_overdue
from leads.services.appointments import miss_appointments
from leads.services.arrivals import alert_overdue_grades
from leads.tasks import take_up_silent_month_ends

logger = logging.getLogger(__name__)

#: Each step by its name in the answer, in order: what frees calls comes before what complains of them.
SWEEPS: dict[str, Callable[..., int]] = {
    "claims_expired": expire_claims,
    "calls_banned": cancel_banned_calls,
    "tasks_missed": expire_tasks,
    "overdue_alerts": sweep_overdue,
    "appointments_missed": miss_appointments,
    "second_grades_overdue": alert_overdue_grades,
    "measures_overdue": alert_overdue_measures,
    "alerts_sent": send_due_alerts,
    "imports_resumed": take_up_silent_imports,
    "month_ends_resumed": take_up_silent_month_ends,
}


def sweep(*, at: dt.datetime) -> dict[str, int]:
    """Do once all that is due ``at`` a moment. Returns how many rows each step touched.

    A step that fails keeps no other back: its error goes to the log, and the first one is raised at the end.
    """
    counts = {}
    failures = []
    for name, step in SWEEPS.items():
        try:
            counts[name] = step(at=at)
        except Exception as failure:
            logger.exception("The sweep %s failed", name)
            failures.append(failure)
    if failures:
        raise failures[0]
    return counts
