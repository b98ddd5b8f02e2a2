"""The month's analysis of lost and defeated customers (销售失控(战败)客户分析表, DF-16)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext

from dealership.kernel.figures import rate
from dealership.web.months import months_after
from leads.enums import DefeatKind, DefeatState, LossReason, LostTo
from leads.models import Defeat, Interest
from leads.selectors.reports.funnel import approved_defeats, losses
from leads.selectors.reports.scope import LeadScope
from staffing.models import Staff, Store

TREND_MONTHS = 12
#: What the cards are counted by, as addresses name it.
NAMED = ("reason", "kind", "lost_to", "model", "cash")


@dataclass(frozen=True)
class Named:
    """How many cards name something; ``key`` is its code, or the id of a person, and asks for the rows behind it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True)
class Competitor:
    """What was bought instead: how often, at what mean price in fen (of those that name one), how often in cash."""

    model: str
    count: int
    mean_price_fen: int | None
    cash: int


@dataclass(frozen=True)
class DefeatMonth:
    """One month of the trend."""

    month: dt.date
    defeated: int
    lost: int


@dataclass(frozen=True)
class DefeatAnalysis:
    """Approved in the month; ``lost``: contact lost. ``reasons`` count each reason of a card, so that they may add up
    to more than the cards. ``kinds``, ``lost_to``, ``people`` add up to ``defeated``."""

    month: dt.date
    store_codes: tuple[str, ...]
    rows: tuple[Defeat, ...]
    lost: int
    applied: int
    rejected: int
    kinds: tuple[Named, ...]
    lost_to: tuple[Named, ...]
    reasons: tuple[Named, ...]
    people: tuple[Named, ...]
    competitors: tuple[Competitor, ...]
    trend: tuple[DefeatMonth, ...]

    @property
    def defeated(self) -> int:
        return len(self.rows)

    @property
    def rejection_rate(self) -> float | None:
        """Rejected ÷ applied for in the month (21.2)."""
        return rate(self.rejected, self.applied)


def defeat_analysis(*, stores: Iterable[Store], month: dt.date, viewer: Staff | None = None) -> DefeatAnalysis:
    """The defeats approved in a month with their cards, counted by what they name (DF-16). Seven statements."""
    scope = LeadScope.of_month(stores=stores, month=month, viewer=viewer)
    rows = tuple(with_details(approved_defeats(scope)).order_by("decided_at", "pk"))
    applications = Counter(
        scope.defeats().filter(scope.within("at", prefix="lead__")).order_by().values_list("state", flat=True)
    )
    labels = dict(LossReason.choices)
    return DefeatAnalysis(
        month=scope.first,
        store_codes=tuple(store.code for store in scope.stores),
        rows=rows,
        lost=losses(scope).count(),
        applied=sum(applications.values()),
        rejected=applications[DefeatState.REJECTED],
        kinds=_ranked((row.kind, row.get_kind_display()) for row in rows),
        lost_to=_ranked((row.lost_to, row.get_lost_to_display()) for row in rows),
        reasons=_ranked((code, str(labels.get(code, code))) for row in rows for code in row.reasons),
        people=_ranked((str(row.by.pk), row.by.name) if row.by else ("", "–") for row in rows),
        competitors=_competitors(rows),
        trend=_trend(scope),
    )


def with_details(rows: "QuerySet[Defeat]") -> "QuerySet[Defeat]":
    """With what a line of the table reads: two statements."""
    main = Interest.objects.filter(is_main=True).select_related("model")
    return rows.select_related("lead__store", "lead__customer", "by").prefetch_related(
        Prefetch("lead__interests", queryset=main, to_attr="main_interests")
    )


def main_model_of(defeat: Defeat) -> str:
    """The name of the model the customer thought of here."""
    found = getattr(defeat.lead, "main_interests", [])
    return str(found[0].model) if found else ""


def cards_naming(rows: "QuerySet[Any]", what: str, key: str) -> "QuerySet[Any]":
    """Of defeats those whose cards name ``key``: a reason, a kind, whom the deal went to, a model, or a model that was
    paid in cash (NAMED)."""
    wanted = _folded(key) if what in ("model", "cash") else key
    found = []
    columns = ("pk", "kind", "lost_to", "reasons", "competitor_model", "paid_cash")
    for pk, kind, lost_to, reasons, written, paid_cash in rows.values_list(*columns):
        model = [_folded(written)]
        named = {"kind": [kind], "lost_to": [lost_to], "reason": reasons, "model": model}
        named["cash"] = model if paid_cash else []
        if wanted in named[what]:
            found.append(pk)
    return rows.filter(pk__in=found)


def name_of(what: str, key: str) -> str:
    """What stands on the card for a code."""
    if what == "cash":
        return gettext("%(model)s, paid in cash") % {"model": key}
    choices = {"kind": DefeatKind.choices, "lost_to": LostTo.choices, "reason": LossReason.choices, "model": []}
    return str(dict(choices[what]).get(key, key))


def _folded(model: str) -> str:
    """A model as written, but for case and spaces."""
    return "".join(model.split()).casefold()


def _ranked(entries: Iterable[tuple[str, str]]) -> tuple[Named, ...]:
    counts = Counter(entries)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0][1]))
    return tuple(Named(key, name, count) for (key, name), count in ranked)


def _competitors(rows: Iterable[Defeat]) -> tuple[Competitor, ...]:
    """By model as written, but for case and spaces."""
    groups: dict[str, list[Defeat]] = {}
    for row in rows:
        if row.competitor_model:
            groups.setdefault(_folded(row.competitor_model), []).append(row)
    found = []
    for members in groups.values():
        prices = [row.competitor_price_fen for row in members if row.competitor_price_fen is not None]
        mean = round(sum(prices) / len(prices)) if prices else None
        cash = sum(row.paid_cash for row in members)
        found.append(Competitor(members[0].competitor_model, len(members), mean, cash))
    return tuple(sorted(found, key=lambda row: (-row.count, row.model)))


def _trend(scope: LeadScope) -> tuple[DefeatMonth, ...]:
    months = [months_after(scope.first, back - TREND_MONTHS + 1) for back in range(TREND_MONTHS)]
    zone = scope.stores[0].tz if scope.stores else dt.UTC
    counts: Counter[tuple[dt.date, str]] = Counter()
    earlier = scope.since(months[0])
    for name, rows, field in (
        ("defeated", approved_defeats(earlier), "decided_at"),
        ("lost", losses(earlier), "at"),
    ):
        grouped = rows.order_by().annotate(month=TruncMonth(field, tzinfo=zone)).values_list("month")
        for month, count in grouped.annotate(n=Count("pk")):
            counts[month.date(), name] += count
    return tuple(DefeatMonth(month, counts[month, "defeated"], counts[month, "lost"]) for month in months)
