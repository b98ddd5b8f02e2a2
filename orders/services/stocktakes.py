"""Going through all customer files once a year (CC-14)."""

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from inventory.models import VehicleOwnership
from orders.enums import StocktakeResult
from orders.models import FileStocktake, StocktakeLine
from orders.selectors.stocktakes import due_on, progress_of
from staffing.enums import Role
from staffing.models import Staff, Store

#: Who is told that a stock-take is overdue.
TOLD = (Role.SALES_MANAGER, Role.GENERAL_MANAGER, Role.CALL_CENTRE_SUPERVISOR)


class AlreadyUnderWay(Refusal):
    message = N_("A stock-take of the files is under way already.")


class NoFiles(Refusal):
    message = N_("There is no customer file yet: no car has an owner.")


class StocktakeFinished(Refusal):
    message = N_("This stock-take is finished; its results stay as they are.")


class NothingChosen(Refusal):
    message = N_("Choose at least one file.")


class NoReason(Refusal):
    message = N_("Write what is wrong with the file, or what was missing.")


class NotAllLookedAt(Refusal):
    message = N_("%(count)s files have not been looked at yet.")


@transaction.atomic
def start_stocktake(*, store: Store, by: Staff, at: dt.datetime) -> FileStocktake:
    """Begin to go through the files: the list is frozen, a line for each car that has an owner. Audited. Refuses
    AlreadyUnderWay and NoFiles."""
    try:
        with transaction.atomic():
            year = at.astimezone(store.tz).year
            stocktake = FileStocktake.objects.create(store=store, year=year, started_at=at, started_by=by)
    except IntegrityError:
        raise AlreadyUnderWay from None
    owned = VehicleOwnership.objects.filter(store=store, until_on__isnull=True).order_by("pk")
    lines = [
        StocktakeLine(stocktake=stocktake, vehicle_id=vehicle, customer_id=customer)
        for vehicle, customer in owned.values_list("vehicle_id", "customer_id")
    ]
    if not lines:
        raise NoFiles
    StocktakeLine.objects.bulk_create(lines, batch_size=500)
    record_event(code="stocktake.started", subject=stocktake, by=by, at=at, data={"files": len(lines)})
    return stocktake


@transaction.atomic
def note_results(
    *,
    stocktake: FileStocktake,
    line_ids: Collection[int],
    result: StocktakeResult,
    note: str,
    by: Staff,
    at: dt.datetime,
) -> int:
    """Write what was found of files. What was noted before is replaced, as long as the stock-take is under way; what is
    wrong or missing needs a note. Returns how many. Refuses StocktakeFinished, NothingChosen, NoReason."""
    _still_open(stocktake)
    if result != StocktakeResult.CONFIRMED and not note.strip():
        raise NoReason
    rows = StocktakeLine.objects.filter(stocktake=stocktake, pk__in=line_ids)
    count: int = rows.update(result=result, note=note.strip(), at=at, by=by)
    if not count:
        raise NothingChosen
    return count


@transaction.atomic
def finish_stocktake(*, stocktake: FileStocktake, by: Staff, at: dt.datetime) -> None:
    """Close the stock-take; its results stay. Audited with its counts. Refuses StocktakeFinished, NotAllLookedAt."""
    _still_open(stocktake)
    found = progress_of(stocktake)
    if found.open:
        raise NotAllLookedAt(count=found.open)
    FileStocktake.objects.filter(pk=stocktake.pk).update(finished_at=at, finished_by=by)
    stocktake.finished_at, stocktake.finished_by = at, by
    data = {"confirmed": found.confirmed, "wrong": found.wrong, "missing": found.missing}
    record_event(code="stocktake.finished", subject=stocktake, by=by, at=at, data=data)


def alert_overdue_stocktakes(*, at: dt.datetime) -> int:
    """A sweep: managers are told once a month while the last stock-take is older than the policy says (CC-14). Safe to
    run twice. Returns how many alerts are new."""
    told = 0
    for store in Store.objects.active().order_by("pk"):
        on = at.astimezone(store.tz).date()
        due = due_on(store, on)
        if due is None or on < due:
            continue
        people = Staff.objects.filter(store=store).employed().holding(*TOLD).order_by("pk")
        drafts = [
            AlertDraft(
                recipient_id=pk,
                key=f"stocktake.overdue:{store.pk}:{on:%Y-%m}",
                code="stocktake.overdue",
                message=N_("All customer files are to be gone through: due since %(on)s."),
                params={"on": due.isoformat()},
                url=reverse("stocktake_list"),
                happened_at=at,
                tone=Tone.WARN,
                store_ref=store.pk,
            )
            for pk in people.values_list("pk", flat=True)
        ]
        told += raise_alerts(drafts=drafts, at=at)
    return told


def _still_open(stocktake: FileStocktake) -> None:
    """Of two who write and finish at once, the second sees what the first did."""
    open_rows = FileStocktake.objects.select_for_update().filter(pk=stocktake.pk, finished_at__isnull=True)
    if not open_rows.exists():
        raise StocktakeFinished
