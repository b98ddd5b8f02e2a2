"""When the workshop takes cars in: which of the rows that hold decide on a day (SV-07)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from followups.rules.policies import HoursSpan


@dataclass(frozen=True)
class OpenHours:
    """A row of the workshop's hours: for one day, for a weekday (0 Monday … 6 Sunday), or for every day. Without times
    it is closed. ``is_own``: the store's own row."""

    effective_from: dt.date
    starts: dt.time | None
    ends: dt.time | None
    on: dt.date | None = None
    weekday: int | None = None
    is_own: bool = False


def open_spans(rows: Iterable[OpenHours], on: dt.date) -> tuple[HoursSpan, ...]:
    """The hours of a day, in order; empty when the workshop is closed.

    A row for that day stands before one for its weekday, this before one for every day; the store's own rows before
    those for all; of those left the latest that hold.
    """
    fitting = [
        row for row in rows if row.effective_from <= on and row.on in (None, on) and row.weekday in (None, on.weekday())
    ]
    fitting = [row for row in fitting if row.is_own] or fitting
    fitting = [row for row in fitting if row.on is not None] or fitting
    fitting = [row for row in fitting if row.weekday is not None] or fitting
    latest = max((row.effective_from for row in fitting), default=None)
    spans = [
        HoursSpan(row.starts, row.ends)
        for row in fitting
        if row.effective_from == latest and row.starts is not None and row.ends is not None
    ]
    return tuple(sorted(spans, key=lambda span: (span.starts, span.ends)))
