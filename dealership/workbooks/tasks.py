"""Long imports, outside the request. Each is safe to run twice: the state of the import says what is left to do."""

import datetime as dt
import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from dealership import clock
from dealership.workbooks.enums import BatchState
from dealership.workbooks.resuming import claim_silent_imports, release_import
from dealership.workbooks.services import DatabaseChanged, NotInThisState, check_batch, commit_batch

log = logging.getLogger(__name__)


@shared_task(name="workbooks.check_import")
def check_import(batch_id: int) -> int:
    """The dry run of one import. Returns the number of rows."""
    try:
        batch = check_batch(batch_id=batch_id, at=clock.now(), tick=clock.now)
    except NotInThisState:
        log.info("Import %s needs no check any more.", batch_id)
        return 0
    log.info("Import %s: %s rows checked.", batch_id, batch.rows)
    return batch.rows


@shared_task(name="workbooks.commit_import")
def commit_import(batch_id: int) -> int:
    """Write one import. Returns the number of rows written."""
    try:
        batch = commit_batch(batch_id=batch_id, at=clock.now())
    except NotInThisState:
        log.info("Import %s was carried out by somebody else.", batch_id)
        return 0
    except DatabaseChanged:
        return 0  # kept with the import, shown to its user, who tries again
    log.info("Import %s: %s rows created, %s changed.", batch_id, batch.created, batch.updated)
    return batch.created + batch.updated


def hand_over(task: Task, batch_id: int) -> bool:
    """Give an import to the workers. When the broker cannot be reached it waits until the sweep hands it over."""
    try:
        task.delay(batch_id)
    except (OperationalError, OSError):
        log.exception("Import %s waits: the broker cannot be reached.", batch_id)
        return False
    return True


def take_up_silent_imports(*, at: dt.datetime) -> int:
    """Hand over again what a worker that died has left, and what could not be handed over. Returns how many."""
    taken = 0
    for batch_id, state in claim_silent_imports(at=at):
        if hand_over(commit_import if state == BatchState.COMMITTING else check_import, batch_id):
            taken += 1
        else:
            release_import(batch_id=batch_id, at=at)
    return taken
