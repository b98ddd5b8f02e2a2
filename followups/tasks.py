"""Background work of follow-up: the lists of the day. The hours stand in the schedule, which an admin edits."""

import logging

from celery import shared_task

from dealership import clock
from followups.services.documents import make_due_documents
from followups.services.lists import ListResult, make_call_lists

logger = logging.getLogger(__name__)


@shared_task(name="followups.tasks.generate_tomorrow")
def generate_tomorrow() -> dict[str, int]:
    """In the evening: the lists of tomorrow, prepared the day before (D3-02)."""
    return _logged("tomorrow", make_call_lists(days_ahead=1, at=clock.now()))


@shared_task(name="followups.tasks.generate_today")
def generate_today() -> dict[str, int]:
    """In the morning: the lists of today, complete even when the evening's run did not happen."""
    return _logged("today", make_call_lists(days_ahead=0, at=clock.now()))


@shared_task(name="followups.tasks.make_monthly_reports")
def make_monthly_reports() -> dict[str, int]:
    """Every night: on the 1st, or within a week when that was missed, the reports of the month before (AF-10)."""
    counts = make_due_documents(at=clock.now())
    if any(counts.values()):
        logger.info("monthly reports: %s", counts)
    return counts


def _logged(day: str, result: ListResult) -> dict[str, int]:
    counts = {
        "created": sum(result.created.values()),
        "open": sum(result.open.values()),
        "skipped": sum(result.skipped.values()),
    }
    logger.info("call lists for %s: %s", day, counts)
    return counts
