"""When all customer files are to be gone through again (CC-14)."""

import datetime as dt


def stocktake_due_on(last_finished_on: dt.date | None, first_file_on: dt.date | None, *, days: int) -> dt.date | None:
    """The day from which on a stock-take is overdue: ``days`` after the last one was finished, before the first one
    after the oldest file was begun; None without any file."""
    since = last_finished_on or first_file_on
    return since + dt.timedelta(days=days) if since else None
