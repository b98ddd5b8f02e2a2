"""The pages of customer files."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from orders.enums import StocktakeResult
from orders.models import FileStocktake
from orders.services.stocktakes import finish_stocktake, note_results, start_stocktake
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to a page of files, or is none.
NO_FILE_PAGE = {
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
    yield Visit("stocktakes", reverse("stocktake_list"), "D010")
    yield Visit("stocktakes-empty", reverse("stocktake_list"), "N-BOSS")
    yield Visit("stocktake", page, "D010")
    yield Visit("stocktake-wrong", f"{page}?show=wrong", "D010")
    yield Visit("stocktake-refused", page, "D010", _choose_nothing)
    yield Visit("stocktake-done", f"{reverse('stocktake', args=[done.pk])}?show=all", "D010")


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
