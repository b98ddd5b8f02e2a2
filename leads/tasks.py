"""Background work of leads. The hours stand in the schedule, which an admin edits."""

import datetime as dt
import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from dealership import clock
from leads.services import classes
from leads.services.month_end import run_month_end_job
from leads.services.month_end_run import carry_out, silent_month_ends

logger = logging.getLogger(__name__)


@shared_task(name="leads.tasks.sweep_classes")
def sweep_classes() -> dict[str, int]:
    """Every night: VIPs whose window emptied, and customers whom no event named (RC-05)."""
    changed = classes.sweep_classes(at=clock.now())
    logger.info("classes of customers: %s changed", changed)
    return {"changed": changed}


@shared_task(name="leads.tasks.prepare_month_end")
def prepare_month_end() -> dict[str, int]:
    """Every night: in the last days of a month its clean-up, after its end the frozen backlog (LG-30, LG-33)."""
    counts = run_month_end_job(at=clock.now())
    if any(counts.values()):
        logger.info("month end: %s", counts)
    return counts


@shared_task(name="leads.tasks.carry_out_month_end")
def carry_out_month_end(month_end_id: int) -> int:
    """Move what a confirmed clean-up still has to move (LG-31). Safe to run twice and after a kill."""
    moved = carry_out(month_end_id=month_end_id, tick=clock.now)
    logger.info("month end %s: %s leads moved", month_end_id, moved)
    return moved


def hand_over_month_end(month_end_id: int) -> bool:
    """Give a confirmed clean-up to the workers; without a broker it waits until the sweep hands it over."""
    try:
        carry_out_month_end.delay(month_end_id)
    except (OperationalError, OSError):
        logger.exception("The clean-up %s waits: the broker cannot be reached.", month_end_id)
        return False
    return True


def take_up_silent_month_ends(*, at: dt.datetime) -> int:
    """Hand over again what a worker that died has left. Returns how many."""
    return sum(hand_over_month_end(pk) for pk in silent_month_ends(at=at))
