"""Decisions about complaints."""

import datetime as dt
from collections.abc import Sequence

#: CP-02: the first reply to a complaint that is not made on site, in wall-clock hours.
FIRST_REPLY_WITHIN = dt.timedelta(hours=24)


def handler_of(candidates: Sequence[int], *, about: int | None) -> int | None:
    """Whose desk a complaint goes to: the first of the candidates, nearest superior first, who is not complained about.

    Nobody handles a complaint about himself (CP-30). None when nobody is left. Candidates are ids of people.
    """
    return next((person for person in candidates if person != about), None)


def reply_due_at(received_at: dt.datetime) -> dt.datetime:
    """When the customer must have had a first reply (CP-02)."""
    return received_at + FIRST_REPLY_WITHIN


def number_of(day: dt.date, counter: int) -> str:
    """The number of a complaint: TS, the day, and a counter that starts at 1 every day (TS20261122-001)."""
    return f"TS{day:%Y%m%d}-{counter:03d}"
