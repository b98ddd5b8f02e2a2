"""Reads for the stock-take of customer files (CC-14)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from inventory.models import VehicleOwnership
from orders.models import FilePolicy, FileStocktake, StocktakeLine
from orders.rules import stocktake_due_on
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

#: Until a store edits its own.
STOCKTAKE_DAYS = 365


@dataclass(frozen=True)
class Progress:
    """How far a stock-take is: ``done`` of ``total`` files were looked at."""

    total: int
    confirmed: int
    wrong: int
    missing: int

    @property
    def done(self) -> int:
        return self.confirmed + self.wrong + self.missing

    @property
    def open(self) -> int:
        return self.total - self.done


def stocktakes_seen(user: Staff) -> QuerySet[FileStocktake]:
    """The stock-takes of the store, the latest first, with their counts of lines."""
    rows = FileStocktake.objects.visible_to(user).select_related("store", "started_by", "finished_by")
    counts = {name: Count("lines", filter=Q(lines__result=name)) for name in ("confirmed", "wrong", "missing")}
    return rows.annotate(total=Count("lines"), **counts).order_by("-started_at", "-pk")


def progress_of(stocktake: FileStocktake) -> Progress:
    """One query."""
    counts = dict(stocktake.lines.values_list("result").annotate(count=Count("pk")).order_by("result"))
    return Progress(
        total=sum(counts.values()),
        confirmed=counts.get("confirmed", 0),
        wrong=counts.get("wrong", 0),
        missing=counts.get("missing", 0),
    )


def lines_of(stocktake: FileStocktake, result: str | None) -> QuerySet[StocktakeLine]:
    """The lines with a result (empty: not yet looked at), or all of them for None; by the customer's name."""
    rows: QuerySet[StocktakeLine] = stocktake.lines.select_related("customer", "vehicle__model", "by")
    if result is not None:
        rows = rows.filter(result=result)
    return rows.order_by("customer__initials", "customer__name", "vehicle__vin", "pk")


def due_on(store: Store, on: dt.date) -> dt.date | None:
    """From when on the store's stock-take is overdue; None while one is under way, or without a file. Four queries."""
    rows = FileStocktake.objects.filter(store=store)
    if rows.filter(finished_at__isnull=True).exists():
        return None
    policy = in_force(FilePolicy.objects.all(), store, on).get(())
    last = rows.order_by("-finished_at").values_list("finished_at", flat=True).first()
    first = VehicleOwnership.objects.filter(store=store, until_on__isnull=True).aggregate(first=Min("from_on"))["first"]
    finished_on = last.astimezone(store.tz).date() if last else None
    return stocktake_due_on(finished_on, first, days=policy.stocktake_days if policy else STOCKTAKE_DAYS)
