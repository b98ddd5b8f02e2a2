"""When a mail that could not be sent is tried again."""

import datetime as dt

#: How long to wait after the first, second, … failed try; after the last of them nobody tries again.
BACK_OFF = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=8),
)
#: A sender that says nothing for so long has died: whether its mail went out is not known.
SILENCE = dt.timedelta(minutes=10)


def next_try_at(*, attempts: int, at: dt.datetime) -> dt.datetime | None:
    """When to try again after ``attempts`` tries, of which the last failed ``at`` a moment; None to give up."""
    if attempts < 1:
        raise ValueError("A mail that was never tried has not failed.")
    return at + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None
