"""Counting the funnel of a month: visit → archived → test drive → order → delivery, in sets.

Figures and the rows behind them come from the same conditions, so that every number leads to as many rows as it says.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.figures import rate
from dealership.web.months import months_after
from leads.enums import Channel, DefeatState, LeadState, Stage, VisitPurpose
from leads.models import Lead, MonthEnd, Recycling
from leads.selectors.openings import Opening
from leads.selectors.reports.funnel_figures import Funnel
from leads.selectors.reports.scope import LeadScope, first_owner, new_cards, opening_leads, people_named
from staffing.models import Staff, Store

TREND_MONTHS = 12
#: In addresses the channel of the recycled leads (LI-06).
RECYCLED = "recycled"
_CAR = Q(purpose=VisitPurpose.NEW_CAR)
_FIRST = _CAR & Q(is_again=False)
_NEW = _FIRST & Q(had_card=False)


class UnknownFigure(BadValue):
    code = "unknown_figure"
    message = N_("There is no figure %(figure)s in this report.")


@dataclass(frozen=True)
class Source:
    """Rows that several figures count: where each row's person and channel stand, and the condition of each figure.

    ``after`` is the moment before which a lead must have come back to telesales to count as recycled (LI-06); without
    one none does.
    """

    rows: "QuerySet[Any]"
    person: str
    channel: str
    figures: dict[str, Q]
    after: str = ""

    def marked(self) -> "QuerySet[Any]":
        """The rows with ``is_recycled``."""
        mark: Value | Exists = Value(self.rows.model is Recycling)
        if self.after:
            lead = "pk" if self.rows.model is Lead else "lead"
            mark = Exists(Recycling.objects.filter(lead=OuterRef(lead), at__lt=OuterRef(self.after)))
        marked: QuerySet[Any] = self.rows.annotate(is_recycled=mark)
        return marked


def visits_in(scope: LeadScope) -> "QuerySet[Any]":
    """The visits with ``had_card``: the lead is older than the visit."""
    older = When(lead__registered_at__lt=F("arrived_at"), then=Value(True))
    return scope.visits().annotate(had_card=Case(older, default=Value(False), output_field=BooleanField()))


def approved_defeats(scope: LeadScope) -> "QuerySet[Any]":
    """The defeats that were approved in the days."""
    return scope.defeats().filter(scope.within("decided_at", prefix="lead__"), state=DefeatState.APPROVED)


def losses(scope: LeadScope) -> "QuerySet[Any]":
    """The steps by which leads became lost in the days."""
    return scope.steps().filter(scope.within("at", prefix="lead__"), state=LeadState.LOST)


def sources(scope: LeadScope) -> tuple[Source, ...]:
    """Where the figures come from. The kinds of a visit are those of leads.rules.register.flow_of (LI-16, LI-17)."""
    cancelled = scope.steps().filter(before=LeadState.ORDERED, state=LeadState.OPEN)
    return (
        Source(
            visits_in(scope),
            "consultant_id",
            "channel",
            {
                "visits": _CAR,
                "first_visits": _FIRST,
                "filed": _FIRST & Q(number__gt=""),
                "first_filed": _NEW & Q(number__gt="", grade__gt=""),
                "card_first_visit": _FIRST & Q(had_card=True),
                "seen_not_filed": _NEW & Q(number="", no_data__gt=""),
                "again": _CAR & Q(is_again=True),
                "incomplete": _NEW & (Q(number="", no_data="") | Q(number__gt="", grade="")),
                "no_intention": ~_CAR,
                "invited": Q(invited=True),
                "test_drives": _CAR & Q(test_drive=True),
            },
            after="arrived_at",
        ),
        Source(
            scope.leads().filter(scope.within("registered_at")).annotate(person=first_owner()),
            "person",
            "channel",
            {"registered": Q()},
        ),
        Source(
            scope.recyclings().filter(scope.within("at", prefix="lead__")),
            "before_id",
            "lead__channel",
            {"recycled": Q()},
        ),
        Source(
            new_cards(scope).annotate(person=first_owner(stage=Stage.SHOWROOM)),
            "person",
            "channel",
            {"new_cards": Q()},
        ),
        Source(opening_leads(scope), "owner_then", "channel", {"opening": Q()}, after="moment"),
        Source(
            scope.leads().annotate(closes=scope.moment_of(scope.ends)),
            "owner_id",
            "channel",
            {
                "orders": scope.days("ordered_on"),
                "deliveries": scope.days("delivered_on"),
                "undelivered": Q(ordered_on__lt=scope.first)
                & (Q(delivered_on__isnull=True) | Q(delivered_on__gte=scope.first)),
            },
            after="closes",
        ),
        Source(
            cancelled.filter(scope.within("at", prefix="lead__")),
            "lead__owner_id",
            "lead__channel",
            {"cancelled": Q()},
            after="at",
        ),
        Source(
            scope.defeats().filter(scope.within("at", prefix="lead__")),
            "by_id",
            "lead__channel",
            {"applied": Q(), "rejected": Q(state=DefeatState.REJECTED)},
            after="at",
        ),
        Source(approved_defeats(scope), "by_id", "lead__channel", {"defeated": Q()}, after="decided_at"),
        Source(losses(scope), "by_id", "lead__channel", {"lost": Q()}, after="at"),
    )


@dataclass(frozen=True)
class FunnelRow:
    """The line of a consultant, or of a channel; ``key`` is the id or the code, None the line without one."""

    key: int | str | None
    name: str
    employee_no: str
    figures: Funnel


@dataclass(frozen=True)
class TrendPoint:
    """One month of the trend."""

    month: dt.date
    visits: int
    first_visits: int
    filed: int
    orders: int
    deliveries: int

    @property
    def filing_rate(self) -> float | None:
        return rate(self.filed, self.first_visits)


@dataclass(frozen=True)
class LeadFunnel:
    """The funnel of a month. ``consultants`` add up to ``total``; so do ``channels``, but for a frozen opening backlog
    (``is_frozen``) that was frozen before it knew channels. ``recycled`` are those of them that came back from the
    showroom before, a channel of its own for telesales (LI-06)."""

    month: dt.date
    store_codes: tuple[str, ...]
    total: Funnel
    consultants: tuple[FunnelRow, ...]
    channels: tuple[FunnelRow, ...]
    trend: tuple[TrendPoint, ...]
    is_frozen: bool
    recycled: Funnel


def lead_funnel(*, stores: Iterable[Store], month: dt.date, viewer: Staff | None = None) -> LeadFunnel:
    """The month's funnel of the stores together, as far as ``viewer`` sees it. ``month`` is any day of it."""
    scope = LeadScope.of_month(stores=stores, month=month, viewer=viewer)
    counts = _counted(scope)
    frozen = frozen_opening(scope)
    if frozen is not None:
        people = _sorted_by(counts, 0, without=("opening",))
        for person, grades in frozen.grades.items():
            people[person] = replace(people.get(person, Funnel()), opening=grades.total())
    else:
        people = _sorted_by(counts, 0)
    if frozen is not None and frozen.channels is not None:
        channels = _sorted_by(counts, 1, without=("opening",))
        for channel, number in sum(frozen.channels.values(), Counter()).items():
            channels[channel] = replace(channels.get(channel, Funnel()), opening=number)
    else:
        channels = _sorted_by(counts, 1)
    return LeadFunnel(
        month=scope.first,
        store_codes=tuple(store.code for store in scope.stores),
        total=Funnel.sum(people.values()),
        consultants=_people_rows(people),
        channels=tuple(
            FunnelRow(str(code), str(dict(Channel.choices).get(str(code), code)), "", line)
            for code, line in sorted(channels.items(), key=lambda item: (-item[1].visits - item[1].registered, item[0]))
        ),
        trend=_trend(scope),
        is_frozen=frozen is not None,
        recycled=_sorted_by(counts, 3).get(True, Funnel()),
    )


def frozen_opening(scope: LeadScope) -> Opening | None:
    """What each consultant held at 00:00 on the 1st, as the month end before froze it (LG-33); None unless every store
    has frozen it. A supervisor's is the team's."""
    before = months_after(scope.first, -1)
    rows = MonthEnd.objects.filter(store_id__in=scope.store_ids, month=before).exclude(opening={})
    openings = [row.opening for row in rows]
    return None if len(openings) < len(scope.stores) else Opening.of(openings, team=scope.team)


def rows_behind(
    figure: str,
    *,
    scope: LeadScope,
    consultant: int | None = None,
    without_consultant: bool = False,
    channel: str = "",
) -> "QuerySet[Any]":
    """The rows that a figure counts: visits, leads, defeats or changes of state, in a full order. Raises
    UnknownFigure."""
    for source in sources(scope):
        if figure in source.figures:
            rows = source.rows.filter(source.figures[figure])
            if consultant is not None:
                rows = rows.filter(**{source.person: consultant})
            elif without_consultant:
                rows = rows.filter(**{f"{source.person}__isnull": True})
            if channel == RECYCLED:
                rows = rows.filter(pk__in=source.marked().filter(is_recycled=True).values("pk"))
            elif channel:
                rows = rows.filter(**{source.channel: channel})
            return rows.order_by("pk")
    raise UnknownFigure(figure=figure)


def _counted(scope: LeadScope) -> Counter[tuple[int | None, str, str, bool]]:
    """How many by (person, channel, figure, recycled). One statement a source."""
    counts: Counter[tuple[int | None, str, str, bool]] = Counter()
    for source in sources(scope):
        wanted = {f"n_{code}": Count("pk", filter=condition or None) for code, condition in source.figures.items()}
        groups = source.marked().order_by().values_list(source.person, source.channel, "is_recycled").annotate(**wanted)
        for person, channel, recycled, *numbers in groups:
            for code, number in zip(source.figures, numbers, strict=True):
                if number:
                    counts[person, channel, code, bool(recycled)] += number
    return counts


def _sorted_by(
    counts: Counter[tuple[int | None, str, str, bool]], place: int, *, without: tuple[str, ...] = ()
) -> dict[Any, Funnel]:
    """The counts added up by person (0), by channel (1) or by whether the lead was recycled (3)."""
    found: dict[Any, Counter[str]] = {}
    for key, number in counts.items():
        if key[2] not in without:
            found.setdefault(key[place], Counter())[key[2]] += number
    return {key: Funnel(**line) for key, line in found.items()}


def _people_rows(people: dict[int | None, Funnel]) -> tuple[FunnelRow, ...]:
    names = people_named(list(people))
    rows = [
        FunnelRow(
            pk,
            names[pk].name if pk is not None else _("No consultant"),
            names[pk].employee_no if pk is not None else "",
            line,
        )
        for pk, line in people.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.key is None, row.employee_no, str(row.key))))


def _trend(scope: LeadScope) -> tuple[TrendPoint, ...]:
    """Twelve months that end with this one. Three statements."""
    months = [months_after(scope.first, back - TREND_MONTHS + 1) for back in range(TREND_MONTHS)]
    earlier = scope.since(months[0])
    numbers: Counter[tuple[dt.date, str]] = Counter()
    visits = visits_in(earlier).filter(_CAR).annotate(month=TruncMonth("visited_on"))
    for month, *found in (
        visits.order_by()
        .values_list("month")
        .annotate(n=Count("pk"), first=Count("pk", filter=_FIRST), filed=Count("pk", filter=_FIRST & Q(number__gt="")))
    ):
        numbers.update({(month, code): n for code, n in zip(("visits", "first_visits", "filed"), found, strict=True)})
    for code, field in (("orders", "ordered_on"), ("deliveries", "delivered_on")):
        rows = earlier.leads().filter(earlier.days(field)).annotate(month=TruncMonth(field))
        for month, count in rows.order_by().values_list("month").annotate(n=Count("pk")):
            numbers[month, code] += count
    codes = ("visits", "first_visits", "filed", "orders", "deliveries")
    return tuple(TrendPoint(month, **{code: numbers[month, code] for code in codes}) for month in months)
