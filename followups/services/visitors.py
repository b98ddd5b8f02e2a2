"""The person who came to the workshop: who looked at the number (AF-03)."""

import datetime as dt

from dealership.audit.services import record_event
from dealership.kernel import phones
from followups.models import CallTask
from followups.selectors.visitor import visitor_was_shown
from staffing.models import Staff


def note_visitor_shown(*, task: CallTask, by: Staff, at: dt.datetime) -> None:
    """Keep in the audit that ``by`` sees the number of the visit in work, once a claim."""
    visit = task.service_visit
    assert visit is not None
    if not visitor_was_shown(task, by=by):
        record_event(code="phone.shown", subject=visit, by=by, at=at, data={"number": phones.mask(visit.contact_phone)})
