"""The yearly stock-take of customer files (CC-14)."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.models import VehicleOwnership
from orders.models import FilePolicy, FileStocktake
from orders.rules import stocktake_due_on
from orders.selectors.stocktakes import due_on, progress_of
from orders.services.stocktakes import (
    AlreadyUnderWay,
    NoFiles,
    NoReason,
    NotAllLookedAt,
    NothingChosen,
    StocktakeFinished,
    alert_overdue_stocktakes,
    finish_stocktake,
    note_results,
    start_stocktake,
)
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()


@pytest.mark.rule("CC-14")
@pytest.mark.parametrize(
    ("finished", "first", "due"),
    [
        pytest.param(None, None, None, id="no file"),
        pytest.param(None, dt.date(2026, 1, 1), dt.date(2027, 1, 1), id="never, from the first file on"),
        pytest.param(dt.date(2026, 3, 1), dt.date(2020, 1, 1), dt.date(2027, 3, 1), id="from the last one on"),
    ],
)
def test_files_are_gone_through_once_a_year(finished, first, due):
    assert stocktake_due_on(finished, first, days=365) == due


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def manager(db):
    return StaffFactory(roles=["sales_manager"], name="周经理例")


@pytest.fixture
def deliveries(manager):
    return [DeliveryFactory(customer__store=manager.store, customer__name=f"车主{n}例") for n in range(3)]


def begun(by):
    return start_stocktake(store=by.store, by=by, at=AT)


def noted(stocktake, by, lines, result="confirmed", note=""):
    ids = [line.pk for line in lines]
    return note_results(stocktake=stocktake, line_ids=ids, result=result, note=note, by=by, at=AT)


@pytest.mark.rule("CC-14", "CC-11")
def test_the_list_is_frozen_at_the_start(manager, deliveries):
    sold = deliveries[0].vehicle
    VehicleOwnership.objects.filter(vehicle=sold).update(until_on=ON)
    stocktake = begun(manager)
    DeliveryFactory(customer__store=manager.store)
    DeliveryFactory()

    assert sorted(stocktake.lines.values_list("customer__name", flat=True)) == ["车主1例", "车主2例"]
    assert (stocktake.year, stocktake.started_by) == (2026, manager)
    with pytest.raises(AlreadyUnderWay):
        begun(manager)


@pytest.mark.rule("CC-14")
def test_each_file_is_confirmed_wrong_or_missing(manager, deliveries):
    stocktake = begun(manager)
    first, second, third = stocktake.lines.order_by("pk")

    noted(stocktake, manager, [first])
    noted(stocktake, manager, [second], "wrong", "行驶证复印件是旧的")
    with pytest.raises(NoReason):
        noted(stocktake, manager, [third], "missing")
    with pytest.raises(NothingChosen):
        noted(stocktake, manager, [])
    with pytest.raises(NotAllLookedAt):
        finish_stocktake(stocktake=stocktake, by=manager, at=AT)
    noted(stocktake, manager, [third], "missing", "整份档案找不到")
    finish_stocktake(stocktake=stocktake, by=manager, at=AT)

    found = progress_of(stocktake)
    assert (found.total, found.confirmed, found.wrong, found.missing, found.open) == (3, 1, 1, 1, 0)
    assert AuditEvent.objects.get(code="stocktake.finished").data == {"confirmed": 1, "wrong": 1, "missing": 1}
    with pytest.raises(StocktakeFinished):
        noted(stocktake, manager, [first], "wrong", "改口")
    with pytest.raises(StocktakeFinished):
        finish_stocktake(stocktake=stocktake, by=manager, at=AT)


def test_without_files_there_is_no_stock_take(manager):
    with pytest.raises(NoFiles):
        begun(manager)

    assert not FileStocktake.objects.exists()


@pytest.mark.rule("CC-14")
def test_managers_are_told_once_a_month_while_it_is_overdue(manager, deliveries):
    FilePolicy.objects.create(store=manager.store, effective_from=dt.date(2026, 1, 1), stocktake_days=7)
    seller = StaffFactory(store=manager.store, roles=["sales_consultant"])

    early = alert_overdue_stocktakes(at=AT - dt.timedelta(days=1))  # delivered on the 17th: due on the 24th
    told = [alert_overdue_stocktakes(at=AT + dt.timedelta(days=days)) for days in (0, 1, 14)]

    assert (early, told) == (0, [1, 0, 1])
    assert {alert.recipient_id for alert in Alert.objects.all()} == {manager.pk}
    assert not Alert.objects.filter(recipient=seller).exists()


@pytest.mark.rule("CC-14")
def test_nobody_is_told_while_one_is_under_way_or_after_it(manager, deliveries):
    FilePolicy.objects.create(store=manager.store, effective_from=dt.date(2026, 1, 1), stocktake_days=7)
    stocktake = begun(manager)

    under_way = due_on(manager.store, ON)
    noted(stocktake, manager, stocktake.lines.all())
    finish_stocktake(stocktake=stocktake, by=manager, at=AT)

    assert (under_way, due_on(manager.store, ON)) == (None, dt.date(2026, 12, 1))
    assert alert_overdue_stocktakes(at=AT) == 0


# --- pages ---------------------------------------------------------------------------------------------------------
def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("CC-14")
def test_the_pages_start_note_and_finish(manager, deliveries):
    client = signed_in(manager)
    started = client.post(reverse("stocktake_list"))
    stocktake = FileStocktake.objects.get()
    page = reverse("stocktake", args=[stocktake.pk])
    lines = [line.pk for line in stocktake.lines.all()]

    refused = client.post(page, {"line": lines, "result": "wrong", "note": ""})
    answer = client.post(page, {"line": lines, "result": "confirmed"})
    client.post(reverse("stocktake_finish", args=[stocktake.pk]))

    assert started.url == page
    assert (refused.status_code, answer.status_code) == (422, 302)
    stocktake.refresh_from_db()
    assert stocktake.finished_by == manager
    assert client.post(page, {"line": lines, "result": "missing", "note": "x"}).status_code == 422


@pytest.mark.rule("CC-14", "CC-15")
def test_the_workbook_says_who_took_it_and_the_audit_too(manager, deliveries):
    stocktake = begun(manager)
    noted(stocktake, manager, [stocktake.lines.order_by("pk")[0]], "wrong", "=1+1")

    answer = signed_in(manager).get(reverse("stocktake_export", args=[stocktake.pk]))

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert {"车主0例", "=1+1", "有误"} <= set(cells)
    assert any("周经理例" in str(cell) and "2026-11-24" in str(cell) and "保密" in str(cell) for cell in cells)
    assert AuditEvent.objects.get(code="stocktake.exported").data == {"year": 2026, "rows": 3}


def test_sellers_and_other_stores_stay_out(manager, deliveries):
    stocktake = begun(manager)
    seller = StaffFactory(store=manager.store, roles=["sales_consultant"])
    stranger = StaffFactory(roles=["sales_manager"])

    for name in ("stocktake", "stocktake_export"):
        address = reverse(name, args=[stocktake.pk])
        assert (signed_in(seller).get(address).status_code, signed_in(stranger).get(address).status_code) == (403, 404)


@pytest.mark.parametrize("files", [1, 3])
def test_queries_of_the_stock_take(manager, files, django_assert_num_queries):
    for number in range(files):
        DeliveryFactory(customer__store=manager.store, customer__name=f"车主{number}例")
    stocktake = begun(manager)
    client = signed_in(manager)
    client.get(reverse("stocktake_list"))

    with django_assert_num_queries(8):
        client.get(reverse("stocktake_list"))
    with django_assert_num_queries(9):
        client.get(reverse("stocktake", args=[stocktake.pk]))
