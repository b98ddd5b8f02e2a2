"""CHPR checks: the points in force, the signed sheets, and what a month of them says (D3-21)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from dealership.web.months import month_start, months_after
from followups.enums_documents import CheckSource
from followups.models import CallCheck, CheckMark, CheckPoint
from followups.models.chpr import people_led_by
from followups.rules.chpr import Tally, WeakPoint, tally_of, weak_points
from staffing.enums import Capability, Role
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

#: Whose calls are checked.
CALLERS = (
    Role.SALES_CONSULTANT,
    Role.TELESALES,
    Role.CALL_CENTRE_AGENT,
    Role.SALES_SUPERVISOR,
    Role.TELESALES_SUPERVISOR,
    Role.CALL_CENTRE_SUPERVISOR,
)
TREND_MONTHS = 12


def check_points(store: Store | None, on: dt.date) -> list[CheckPoint]:
    """The points in use on a day, in their order: the store's own before those for all. One query."""
    rows = in_force(CheckPoint.objects.all(), store, on, "number").values()
    return sorted((row for row in rows if row.is_active), key=lambda row: (row.position, row.number))


def points_of_month(store: Store | None, month: dt.date) -> list[CheckPoint]:
    """The points of a month: those in use on its last day."""
    return check_points(store, months_after(month_start(month), 1) - dt.timedelta(days=1))


def people_checked_by(user: Staff) -> "QuerySet[Staff]":
    """The callers whose calls a person may check, by staff number."""
    people: QuerySet[Staff] = people_led_by(user).working().holding(*CALLERS)  # type: ignore[attr-defined]
    if not user.may(Capability.CHECK_CALLS):
        return people.none()
    return people.select_related("store").order_by("store_id", "employee_no", "pk")


def latest_check(person: Staff, month: dt.date, source: str) -> CallCheck | None:
    """The version that counts, with its marks."""
    rows = CallCheck.objects.counting().filter(person=person, month=month_start(month), source=source)
    return rows.prefetch_related("marks").first()


def marks_of(sheet: CallCheck) -> list[CheckMark]:
    """The marks of a sheet in their order."""
    return sorted(sheet.marks.all(), key=lambda mark: (mark.position, mark.number))


def versions_of(sheet: CallCheck) -> list[CallCheck]:
    """All versions of the same sheet, the latest first."""
    same = CallCheck.objects.filter(person=sheet.person_id, month=sheet.month, source=sheet.source)
    return list(same.select_related("signed_by").order_by("-version"))


def own_checks(person: Staff) -> "QuerySet[CallCheck]":
    """What counts of a person's own sheets and of those that others signed about the person, the latest first."""
    rows = CallCheck.objects.counting().filter(person=person).select_related("signed_by").prefetch_related("marks")
    return rows.order_by("-month", "source", "pk")


@dataclass(frozen=True)
class PersonLine:
    """One person's month: the supervisor's sheet and the own, apart."""

    person: Staff
    supervisor: Tally | None = None
    supervisor_pk: int | None = None
    own: Tally | None = None
    own_pk: int | None = None

    @property
    def gap(self) -> float | None:
        """How much better one sees oneself: own share of good − the supervisor's."""
        if self.supervisor is None or self.own is None:
            return None
        if self.supervisor.good_share is None or self.own.good_share is None:
            return None
        return self.own.good_share - self.supervisor.good_share


@dataclass(frozen=True)
class NamedWeakPoint:
    """A weak point with its words as they last stood on a sheet of the month."""

    point: WeakPoint
    stage: str
    text: str


@dataclass(frozen=True)
class MonthOfChecks:
    """A month of checks. ``total`` and ``weak`` count the supervisors' sheets; ``trend`` is (month, theirs, own)."""

    month: dt.date
    lines: tuple[PersonLine, ...] = ()
    total: Tally = field(default_factory=Tally)
    own_total: Tally = field(default_factory=Tally)
    weak: tuple[NamedWeakPoint, ...] = ()
    trend: tuple[tuple[dt.date, Tally, Tally], ...] = ()


def month_of_checks(people: Iterable[Staff], month: dt.date) -> MonthOfChecks:
    """What the sheets of a month say of these people; two statements besides that of the people.

    Only the version that counts is counted; the supervisors' sheets and the own ones are never added up.
    """
    listed = list(people)
    start = month_start(month)
    sheets = CallCheck.objects.counting().filter(person__in=[person.pk for person in listed], month=start)
    found: dict[tuple[int, str], tuple[int, Tally]] = {}
    by_point: dict[int, Tally] = defaultdict(Tally)
    words: dict[int, CheckMark] = {}
    for sheet in sheets.prefetch_related("marks").order_by("signed_at", "pk"):
        marks = list(sheet.marks.all())
        found[sheet.person_id, sheet.source] = (sheet.pk, tally_of(mark.result for mark in marks))
        if sheet.source == CheckSource.SUPERVISOR:
            for mark in marks:
                by_point[mark.number] += tally_of([mark.result])
                words[mark.number] = mark
    lines = []
    for person in listed:
        theirs, own = found.get((person.pk, CheckSource.SUPERVISOR)), found.get((person.pk, CheckSource.OWN))
        lines.append(
            PersonLine(
                person=person,
                supervisor=theirs[1] if theirs else None,
                supervisor_pk=theirs[0] if theirs else None,
                own=own[1] if own else None,
                own_pk=own[0] if own else None,
            )
        )
    return MonthOfChecks(
        month=start,
        lines=tuple(lines),
        total=sum((line.supervisor for line in lines if line.supervisor), Tally()),
        own_total=sum((line.own for line in lines if line.own), Tally()),
        weak=tuple(
            NamedWeakPoint(point, words[point.number].stage, words[point.number].text)
            for point in weak_points(by_point)
        ),
        trend=_trend(listed, start),
    )


def _trend(people: list[Staff], month: dt.date) -> tuple[tuple[dt.date, Tally, Tally], ...]:
    """Twelve months up to the month: the supervisors' sheets, and the own ones."""
    first = months_after(month, 1 - TREND_MONTHS)
    rows = (
        CheckMark.objects.filter(
            sheet__is_latest=True,
            sheet__person__in=[person.pk for person in people],
            sheet__month__gte=first,
            sheet__month__lte=month,
        )
        .order_by()
        .values_list("sheet__month", "sheet__source", "result")
        .annotate(n=Count("pk"))
    )
    counts: dict[tuple[dt.date, str], Tally] = defaultdict(Tally)
    for each, source, result, n in rows:
        counts[each, source] += Tally(**{result: n})
    months = [months_after(first, index) for index in range(TREND_MONTHS)]
    return tuple((each, counts[each, CheckSource.SUPERVISOR], counts[each, CheckSource.OWN]) for each in months)
