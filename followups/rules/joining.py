"""How far a call keeps away from another conversation with the same customer."""

import datetime as dt


def put_off_until(*, due_on: dt.date, first_due_on: dt.date, spoken_on: dt.date, guard_days: int) -> dt.date:
    """The day on which a call is due whose customer was spoken to on ``spoken_on``.

    ``guard_days`` after the conversation, never before ``due_on``, and never more than ``guard_days`` after the day it
    was first due: a customer who is spoken to every week is called all the same.
    """
    guard = dt.timedelta(days=guard_days)
    return max(due_on, min(spoken_on + guard, first_due_on + guard))
