"""When calls fall due, as a table of the days a list has to look at. Rules D3-01, D3-02, D7-01, N1-01, PF-01.

Calendar months, ends of months and gathering on a weekday are decided here and not in SQL: the list of a day asks for
every anchor day whose call falls due in the days it catches up, and joins the answer to the rows of the trade.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from dealership.kernel.dates import add_months
from followups.rules.policies import KindRule

_DAY = dt.timedelta(days=1)
#: A month's end moves a date by at most three days (31 January and one month: 28 February), gathering by at most six.
_SLACK = dt.timedelta(days=10)


@dataclass(frozen=True)
class PlannedCall:
    """The call that an anchor day leads to.

    ``base_on`` is the due day before any shift, ``due_on`` the day it is done. ``is_shifted`` rows hold for owners who
    rest on ``base_on`` and work on ``before_on``, the others for everybody else; ``before_on`` is empty when the call
    cannot be made a day earlier. ``expires_on``: missed from that day on.
    """

    anchor_on: dt.date
    occurrence: str
    base_on: dt.date
    due_on: dt.date
    before_on: dt.date | None
    is_shifted: bool
    expires_on: dt.date | None


def occurrences(rule: KindRule) -> tuple[str, ...]:
    """The calls of the kind for one anchor: one, or one for each month of a series.

    PF-01: "3", "6" … "24"; PF-04, which begins later: "30", "36" ….
    """
    if rule.every_months is None or rule.until_months is None:
        return ("1",)
    first = rule.from_months or rule.every_months
    return tuple(str(months) for months in range(first, rule.until_months + 1, rule.every_months))


def due_on_for(rule: KindRule, *, anchor_on: dt.date, occurrence: str = "1") -> dt.date:
    """The due day of a call: so many days, or for a series calendar months (clamped to the month's end), after the
    anchor; then on to the weekday on which the kind is gathered (N1-01)."""
    due_on = anchor_on if rule.every_months is None else add_months(anchor_on, int(occurrence))
    due_on += dt.timedelta(days=rule.offset_days)
    if rule.gather_weekday is not None:
        due_on += dt.timedelta(days=(rule.gather_weekday - due_on.weekday()) % 7)
    return due_on


def planned_calls(rule: KindRule, *, on: dt.date) -> tuple[PlannedCall, ...]:
    """Every (anchor day, occurrence) whose call falls due in (on − catch-up, on], with both answers to the rest day.

    Empty for a kind that is switched off. Ordered by anchor.
    """
    if not rule.enabled:
        return ()
    after = on - dt.timedelta(days=rule.catch_up_days)
    calls = (
        call
        for occurrence in occurrences(rule)
        for anchor_on in _candidates(rule, occurrence, after, on)
        for call in _variants(rule, anchor_on, occurrence)
        if after < call.due_on <= on
    )
    return tuple(sorted(calls, key=lambda call: (call.anchor_on, int(call.occurrence), call.is_shifted)))


def _candidates(rule: KindRule, occurrence: str, after: dt.date, until: dt.date) -> Iterator[dt.date]:
    months = 0 if rule.every_months is None else int(occurrence)
    offset = dt.timedelta(days=rule.offset_days)
    day = add_months(after - offset, -months) - _SLACK
    last = add_months(until - offset, -months) + _SLACK
    while day <= last:
        yield day
        day += _DAY


def _variants(rule: KindRule, anchor_on: dt.date, occurrence: str) -> Iterator[PlannedCall]:
    base_on = due_on_for(rule, anchor_on=anchor_on, occurrence=occurrence)
    before_on = base_on - _DAY if rule.shift_before_rest and base_on - _DAY > anchor_on else None
    expires_on = None if rule.expires_days is None else anchor_on + dt.timedelta(days=rule.expires_days)
    yield PlannedCall(anchor_on, occurrence, base_on, base_on, before_on, False, expires_on)
    if before_on is not None:
        yield PlannedCall(anchor_on, occurrence, base_on, before_on, before_on, True, expires_on)
