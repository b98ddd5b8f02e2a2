"""The visit register: what a line still lacks, what opens a card, and the totals of a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from leads.rules.policies import CadencePolicy, LeadRule

#: The kinds of a visit in the statistics (LI-17).
FIRST_FILED, CARD_FIRST_VISIT, SEEN_NOT_FILED, AGAIN, NO_INTENTION, INCOMPLETE = (
    "first_filed",
    "card_first_visit",
    "seen_not_filed",
    "again",
    "no_intention",
    "incomplete",
)


@dataclass(frozen=True)
class Line:
    """A line of the register as the rules see it. ``had_card``: a lead existed before the visit."""

    purpose: str = "new_car"
    has_number: bool = False
    no_data: str = ""
    grade: str = ""
    is_again: bool = False
    had_card: bool = False
    by_phone: bool = False
    invited: bool = False
    party: int = 1
    test_drive: bool = False


def second_grade_due_at(arrived_at: dt.datetime, rule: LeadRule) -> dt.datetime:
    """The grade of a visitor is judged again within 24 hours of the visit (LG-08), by the wall clock."""
    return arrived_at + dt.timedelta(hours=rule.register_grade_hours)


def wants_second_grade(line: Line) -> bool:
    """Who came for a car, left a number and can so be called back is judged again (LG-08)."""
    return line.purpose == "new_car" and line.has_number and not line.by_phone


def opens_card(grade: str, policy: CadencePolicy, rule: LeadRule) -> bool:
    """Whether a visitor of a grade gets a card: at B or above; C and below stay in the register (LI-18).

    Raises UnknownGrade (a ValueError).
    """
    chosen = policy.grade(grade)
    least = policy.grade(rule.card_grade)
    order = [row.code for row in policy]
    return chosen.standing == "open" and order.index(chosen.code) <= order.index(least.code)


def flow_of(line: Line) -> str:
    """The kind of a visit in the statistics (LI-17). Only enquiries about a new car count in conversion (LI-16)."""
    if line.purpose != "new_car":
        return NO_INTENTION
    if line.is_again:
        return AGAIN
    if line.had_card:
        return CARD_FIRST_VISIT
    if line.has_number:
        return FIRST_FILED if line.grade else INCOMPLETE
    return SEEN_NOT_FILED if line.no_data else INCOMPLETE


@dataclass(frozen=True)
class DayTotals:
    """What the desk totals at closing (LI-15). ``open_lines``: neither a number nor a reason why there is none."""

    lines: int = 0
    visits: int = 0
    calls: int = 0
    people: int = 0
    first: int = 0
    again: int = 0
    invited: int = 0
    filed: int = 0
    without_number: int = 0
    test_drives: int = 0
    other_purposes: int = 0
    open_lines: int = 0

    @property
    def filing_rate(self) -> float | None:
        """First visits about a car that left a number, of all first visits about a car (21.2 到店留档率)."""
        return self.filed / self.first if self.first else None


def is_open_line(line: Line) -> bool:
    """A line that says neither a number nor why there is none: the abuse that LI-14 prevents."""
    return line.purpose == "new_car" and not line.has_number and not line.no_data


def day_totals(lines: Iterable[Line]) -> DayTotals:
    """The totals of a day's lines (LI-15, LI-16)."""
    rows = list(lines)
    visits = [row for row in rows if not row.by_phone]
    buyers = [row for row in visits if row.purpose == "new_car"]
    first = [row for row in buyers if not row.is_again]
    return DayTotals(
        lines=len(rows),
        visits=len(visits),
        calls=len(rows) - len(visits),
        people=sum(row.party for row in visits),
        first=len(first),
        again=len(buyers) - len(first),
        invited=sum(row.invited for row in visits),
        filed=sum(row.has_number for row in first),
        without_number=sum(not row.has_number for row in buyers),
        test_drives=sum(row.test_drive for row in visits),
        other_purposes=len(visits) - len(buyers),
        open_lines=sum(is_open_line(row) for row in rows),
    )


def intention_lives(grade: str, visited_on: dt.date, on: dt.date, policy: CadencePolicy) -> bool:
    """Whether what a visitor planned still lies ahead: within the horizon of the grade, counted from the visit. An H of
    a month ago has bought, here or elsewhere; nobody is served by calling it open. Raises UnknownGrade."""
    horizon = policy.grade(grade).horizon_days
    return horizon is None or on <= visited_on + dt.timedelta(days=horizon)


def dealt_out_on(place: int, *, on: dt.date, per_day: int) -> dt.date:
    """The day of a call that was overdue before it was known: the first ``per_day`` of an owner fall on the day after
    ``on``, the next ones a day later each."""
    return on + dt.timedelta(days=1 + place // per_day)
