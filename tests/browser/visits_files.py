"""The pages of customer files."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from inventory.models import VehicleOwnership
from orders.enums import StocktakeResult
from orders.models import CustomerFile, FileStocktake
from orders.services.stocktakes import finish_stocktake, note_results, start_stocktake
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to a page of files, or is none.
NO_FILE_PAGE = {
    "file_open": "back to the car",
    "file_papers": "back to the car",
    "file_verify": "back to the car",
    "file_archive": "back to the car",
    "stocktake_finish": "back to the stock-take",
    "stocktake_export": "a workbook",
}


def file_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """A stock-take under way, one that is finished, and none."""
    manager = Staff.objects.get(username="D010")
    done = start_stocktake(store=store, by=manager, at=at - dt.timedelta(days=400))
    _note(done, manager, done.lines.values_list("pk", flat=True), at)
    finish_stocktake(stocktake=done, by=manager, at=at - dt.timedelta(days=390))
    going = start_stocktake(store=store, by=manager, at=at)
    lines = list(going.lines.order_by("pk").values_list("pk", flat=True))
    _note(going, manager, lines[:5], at)
    _note(going, manager, lines[5:6], at, StocktakeResult.WRONG, "行驶证复印件是旧的")
    page = reverse("stocktake", args=[going.pk])
    yield from _files(store, manager, at)
    yield Visit("stocktakes", reverse("stocktake_list"), "D010")
    yield Visit("stocktakes-empty", reverse("stocktake_list"), "N-BOSS")
    yield Visit("stocktake", page, "D010")
    yield Visit("stocktake-wrong", f"{page}?show=wrong", "D010")
    yield Visit("stocktake-refused", page, "D010", _choose_nothing)
    yield Visit("stocktake-done", f"{reverse('stocktake', args=[done.pk])}?show=all", "D010")


def _files(store: Store, manager: Staff, at: dt.datetime) -> Iterator[Visit]:
    """One file of each state."""
    seller = Staff.objects.filter(store=store, role_rows__role="sales_consultant").order_by("pk")[0]
    leader = Staff.objects.get(username="D011")
    states: list[dict[str, object]] = [
        {"state": "opened", "returned_note": "行驶证复印件看不清"},
        {"state": "verified", "verified_at": at, "verified_by": leader},
        {"state": "archived", "verified_at": at, "verified_by": leader, "archived_at": at, "archived_by": manager},
    ]
    owned = VehicleOwnership.objects.filter(store=store, until_on__isnull=True).order_by("-from_on", "pk")
    cars = []
    for ownership, values in zip(owned, states, strict=False):
        CustomerFile.objects.create(
            store=store, vehicle_id=ownership.vehicle_id, customer_id=ownership.customer_id, opened_at=at,
            opened_by=seller, documents=["contract", "invoice"], **values,
        )  # fmt: skip
        cars.append(ownership.vehicle_id)
    yield Visit("files", reverse("file_list"), "D010")
    yield Visit("files-opened", f"{reverse('file_list')}?show=opened", "D010")
    yield Visit("files-archived", f"{reverse('file_list')}?show=archived", "D010")
    yield Visit("files-empty", reverse("file_list"), "N-BOSS")
    for name, car in zip(("opened", "verified", "archived"), cars, strict=True):
        yield Visit(f"file-{name}", reverse("vehicle_file", args=[car]), "D010")


def _note(
    stocktake: FileStocktake,
    by: Staff,
    lines: object,
    at: dt.datetime,
    result: StocktakeResult = StocktakeResult.CONFIRMED,
    note: str = "",
) -> None:
    note_results(stocktake=stocktake, line_ids=list(lines), result=result, note=note, by=by, at=at)  # type: ignore[call-overload]


def _choose_nothing(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form.card .form-actions button[type=submit]").click()
