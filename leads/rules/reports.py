"""How the tables of leads are reckoned: sources, the month's plan and deeds, what rolls over, hours, shares."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leads.rules.policies import LeadRule

#: The letters of the level table (LI-13) by channel with which a store starts; the policy's rows replace them. E is
#: told by who the customer is, R also by the customer's class.
SOURCE_LETTERS = {
    "referral": "R",
    "repeat": "B",
    "walk_in": "S",
    "phone": "S",
    "web": "I",
    "oem": "I",
    "lms": "I",
    "portal": "I",
    "wechat": "I",
    "motor_show": "P",
    "field": "P",
}
PLANNED, TRIED, SPOKEN = "*", "×", "√"
#: Neither sold nor ended: what rolls into the next month's table (LG-32).
HELD = frozenset({"open", "defeat_applied"})
KEPT, LATE, MISSING, WAITING = "kept", "late", "missing", "waiting"


def source_letter(
    channel: str, *, letters: Mapping[str, str] = SOURCE_LETTERS, is_vip: bool = False, is_staff: bool = False
) -> str:
    """The letter of a source (LI-13): R a VIP or a recommendation, B the base, S walked in or rang, I information of
    our own systems and the manufacturer's, E an employee, P a show; "–" for any other."""
    if is_staff:
        return "E"
    if is_vip:
        return "R"
    return letters.get(channel, "–")


@dataclass(frozen=True)
class CardLine:
    """A line of the card as the level table sees it; days are those of the store."""

    on: dt.date
    reached: bool
    grade_after: str = ""
    planned_on: dt.date | None = None


def day_marks(lines: Iterable[CardLine], *, plan: dt.date | None, month: dt.date) -> dict[int, str]:
    """What stands in the boxes of a month (F25): ``*`` planned, the grade's letter done, ``×`` tried in vain, ``√``
    spoken to without a grade. What was done covers what was planned; of several deeds of a day the last that reached
    the customer stands. ``plan`` is the day for which the next contact is planned now.
    """
    marks: dict[int, str] = {}
    rows = list(lines)
    for day in [*(row.planned_on for row in rows), plan]:
        if day is not None and (day.year, day.month) == (month.year, month.month):
            marks[day.day] = PLANNED
    for row in rows:
        if (row.on.year, row.on.month) != (month.year, month.month):
            continue
        if row.reached:
            marks[row.on.day] = row.grade_after or SPOKEN
        elif marks.get(row.on.day, PLANNED) == PLANNED:
            marks[row.on.day] = TRIED
    return marks


def rolls_over(state: str, *, has_owner: bool = True) -> bool:
    """Whether a lead stands in the next month's table too: neither sold nor ended, and still held by a consultant
    (LG-32)."""
    return has_owner and state in HELD


def first_contact_standing(*, due_at: dt.datetime, contacted_at: dt.datetime | None, at: dt.datetime) -> str:
    """What became of the promise to call within 24 hours (LI-02): ``kept``, ``late``, ``missing`` (due and not made),
    ``waiting`` (not due yet)."""
    if contacted_at is not None:
        return KEPT if contacted_at <= due_at else LATE
    return MISSING if due_at <= at else WAITING


def first_week_standing(
    conversations: Iterable[dt.date], *, registered_on: dt.date, left_on: dt.date | None, on: dt.date, rule: LeadRule
) -> str:
    """What became of the three contacts of the first week (LG-07): ``kept``, ``missing`` (the week is over),
    ``waiting`` (it still runs), or empty for a lead that was ordered or ended (``left_on``) before they were made.

    ``conversations`` are the days on which the customer was spoken to; the week ends with the seventh day after the
    registration.
    """
    ends_on = registered_on + dt.timedelta(days=rule.settling_days)
    if sum(registered_on <= day <= ends_on for day in conversations) >= rule.settling_contacts:
        return KEPT
    if left_on is not None and left_on <= ends_on:
        return ""
    return WAITING if on <= ends_on else MISSING


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least ``share`` of all do not exceed (nearest rank); None without any.

    Raises ValueError for a share outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(share)
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else None


def median(values: Sequence[float]) -> float | None:
    """The middle value, or the mean of the two middle ones; None without any."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
