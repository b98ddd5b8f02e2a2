"""The delivery ledger: what a line becomes, what is refused, what loading again and undoing do."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.models import ContactWindow, Customer, CustomerPhone
from dealership.workbooks.enums import BatchState
from dealership.workbooks.models import BatchEntry, ImportBatch
from dealership.workbooks.undoing import ChangedSince, HasDependants, NotUndoable, undo_batch
from dealership.workbooks.writing import ChangedMeanwhile, update_rows
from followups.models import CallTask, FirstServiceTrack
from inventory.enums import StockState
from inventory.models import Vehicle, VehicleOwnership
from orders.models import Delivery
from staffing.models import Staff
from tests.workbooks.books import LEDGER_HEADER, VIN_A, VIN_B, VIN_C, ledger_row, table
from tests.workbooks.conftest import AT, counts, faults

Load = Callable[..., ImportBatch]
LATER = AT + dt.timedelta(hours=1)
TABLES = (Customer, CustomerPhone, ContactWindow, Vehicle, VehicleOwnership, Delivery, FirstServiceTrack)

pytestmark = pytest.mark.django_db


def ledger(path: Path, *rows: dict[str, Any]) -> Path:
    return table(path / "台账.xlsx", LEDGER_HEADER, [ledger_row(**row) for row in rows])


def test_a_line_becomes_customer_car_delivery_and_track(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(ledger(tmp_path, {"备用电话": 13900000009.0}))

    delivery = Delivery.objects.select_related("customer", "vehicle").get()
    phones = delivery.customer.phones.order_by("-is_primary").values_list("number", "is_primary", "reversed")
    assert (batch.state, counts(batch), faults(batch)) == (BatchState.COMMITTED, (1, 0, 0, 0), [])
    assert (delivery.delivered_on, delivery.consultant, delivery.pay_method) == (
        dt.date(2026, 10, 5),
        consultant,
        "cash",
    )
    assert (delivery.customer.name, delivery.customer.initials, delivery.customer.owner) == (
        "李示范",
        "lsf",
        consultant,
    )
    assert list(phones) == [
        ("+8613800000001", True, "1000000083168"),
        ("+8613900000009", False, "9000000093168"),
    ]
    assert delivery.customer.windows.values_list("weekdays", "starts", "ends").get() == (127, dt.time(14), dt.time(16))
    assert (delivery.vehicle.vin, delivery.vehicle.plate, delivery.vehicle.stock_state) == (
        VIN_A,
        "浙B12345",
        StockState.DELIVERED,
    )
    assert delivery.vehicle.ownerships.get().customer == delivery.customer
    assert delivery.first_service.expected_on == dt.date(2027, 1, 5)


def test_loading_twice_changes_nothing(load: Load, consultant: Staff, tmp_path: Path) -> None:
    path = ledger(tmp_path, {}, {"车架号": VIN_B.lower(), "首选联系方式": "微信", "生日": None, "方便联系时间": "周末"})
    load(path)
    before = [list(model.objects.order_by("pk").values()) for model in TABLES]

    again = load(path)

    assert counts(again) == (0, 0, 2, 0)
    assert [list(model.objects.order_by("pk").values()) for model in TABLES] == before


def test_two_cars_of_one_person_are_one_customer(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(ledger(tmp_path, {"生日": None}, {"车架号": VIN_B, "联系电话": "+86 13800000001"}))

    customer = Customer.objects.get()
    assert (counts(batch), customer.deliveries.count(), customer.birthday) == ((2, 0, 0, 0), 2, dt.date(1990, 1, 19))


def test_a_number_with_another_name_is_refused(load: Load, consultant: Staff, tmp_path: Path) -> None:
    in_file = load(ledger(tmp_path, {}, {"车架号": VIN_B, "客户姓名": "王示范"}))

    against_records = load(ledger(tmp_path, {"车架号": VIN_C, "客户姓名": "赵示范"}))
    shared = load(
        ledger(tmp_path, {"车架号": VIN_C, "客户姓名": "赵示范", "联系电话": "13800000007", "备用电话": "13800000001"})
    )

    assert faults(in_file) == [(5, "联系电话", "phone_name_mismatch")]
    assert faults(against_records) == [(4, "联系电话", "phone_name_mismatch")]
    assert counts(shared) == (1, 0, 0, 0)


def test_a_delivered_car_is_not_given_to_another_buyer(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(ledger(tmp_path, {}))

    batch = load(ledger(tmp_path, {"客户姓名": "王示范", "联系电话": "13800000002"}))

    assert faults(batch) == [(4, "客户姓名", "phone_name_mismatch")]


def test_a_correction_changes_what_it_says_and_nothing_else(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(ledger(tmp_path, {}))

    batch = load(ledger(tmp_path, {"交车日期": "2026-10-07", "颜色": None, "车牌号": "浙B99999", "性别": "男"}))

    delivery = Delivery.objects.select_related("customer", "vehicle").get()
    assert counts(batch) == (0, 1, 0, 0)
    assert delivery.delivered_on == dt.date(2026, 10, 7)
    assert (delivery.vehicle.plate, delivery.vehicle.colour) == ("浙B99999", "珠光白")
    assert delivery.customer.gender == "male"
    assert delivery.first_service.expected_on == dt.date(2027, 1, 7)


@pytest.mark.rule("SV-04")
def test_a_corrected_delivery_moves_the_latest_day_of_a_track_that_an_agreement_holds(
    load: Load, consultant: Staff, tmp_path: Path
) -> None:
    load(ledger(tmp_path, {}))
    agreed_on = dt.date(2027, 1, 4)
    FirstServiceTrack.objects.update(agreed_on=agreed_on)

    load(ledger(tmp_path, {"交车日期": "2026-10-07"}))

    track = FirstServiceTrack.objects.get()
    assert (track.latest_on, track.expected_on, track.agreed_on) == (
        dt.date(2027, 1, 7), dt.date(2027, 1, 5), agreed_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ({"客户姓名": None}, ("客户姓名", "required")),
        ({"客户姓名": " 　"}, ("客户姓名", "required")),
        ({"联系电话": "12345"}, ("联系电话", "bad_phone")),
        ({"交车日期": "2026.2.30"}, ("交车日期", "bad_date")),
        ({"交车日期": "上周三"}, ("交车日期", "bad_date")),
        ({"交车日期": "2026-11-22"}, ("交车日期", "future_date")),
        ({"车架号": "LGBH52E0XAY00000"}, ("车架号", "bad_vin")),
        ({"车架号": "LGBH52E0XAYO00001"}, ("车架号", "bad_vin")),
        ({"车型": "火星车"}, ("车型", "unknown_value")),
        ({"销售顾问": "无此人"}, ("销售顾问", "unknown_reference")),
        ({"购买方式": "白送"}, ("购买方式", "unknown_value")),
        ({"生日": "2026-12-01"}, ("生日", "future_date")),
    ],
)
def test_a_bad_cell_rejects_its_row_alone(
    load: Load, consultant: Staff, tmp_path: Path, cell: dict[str, Any], fault: tuple[str, str]
) -> None:
    good = {"车架号": VIN_B, "联系电话": "13800000002", "客户姓名": "王示范"}

    batch = load(ledger(tmp_path, cell, good))

    assert (counts(batch), faults(batch)) == ((1, 0, 0, 1), [(4, *fault)])
    assert list(Vehicle.objects.values_list("vin", flat=True)) == [VIN_B]


@pytest.mark.parametrize(
    "typed",
    [
        "2026-3-5",
        "2026.3.5",
        "2026/03/05",
        "2026年3月5日",
        "20260305",
        46086,
        dt.datetime(2026, 3, 5),
        dt.date(2026, 3, 5),
    ],
)
def test_dates_as_people_type_them(load: Load, consultant: Staff, tmp_path: Path, typed: Any) -> None:
    load(ledger(tmp_path, {"交车日期": typed}))

    assert Delivery.objects.get().delivered_on == dt.date(2026, 3, 5)


def test_the_first_of_two_rows_with_one_vin_is_taken(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(
        ledger(
            tmp_path,
            {},
            {"车架号": f" {VIN_A[:8].lower()} {VIN_A[8:]}", "客户姓名": "王示范", "联系电话": "13800000002"},
        )
    )

    assert (counts(batch), faults(batch)) == ((1, 0, 0, 1), [(5, "车架号", "duplicate_in_file")])


def test_a_wrong_check_digit_is_a_warning(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(ledger(tmp_path, {"车架号": "LGBH52E06AY000001"}))

    assert (counts(batch), batch.warned, faults(batch)) == ((1, 0, 0, 0), 1, [(4, "车架号", "vin_check_digit")])
    assert Vehicle.objects.get().vin_check_ok is False


def test_a_name_that_two_people_have_is_ambiguous(load: Load, consultant: Staff, tmp_path: Path) -> None:
    Staff.objects.create(username="S002", employee_no="S002", name="张顾问", store=consultant.store)

    batch = load(ledger(tmp_path, {}, {"车架号": VIN_B, "销售顾问": "s002"}))

    assert faults(batch) == [(4, "销售顾问", "ambiguous_reference")]
    assert Delivery.objects.get().consultant.employee_no == "S002"


def test_blank_rows_totals_signatures_and_preprinted_numbers_are_no_rows(
    load: Load, consultant: Staff, tmp_path: Path
) -> None:
    blank = [None] * len(LEDGER_HEADER)
    numbered = [7, *blank[1:]]
    note = ["注:本表由前台填写", *blank[1:]]
    path = table(tmp_path / "台账.xlsx", LEDGER_HEADER, [blank, ledger_row(), numbered, LEDGER_HEADER, note])

    batch = load(path)

    assert counts(batch) == (1, 0, 0, 0)


def test_undoing_leaves_nothing_behind(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(ledger(tmp_path, {}, {"车架号": VIN_B}))

    undone = undo_batch(batch_id=batch.pk, by=consultant, at=LATER)

    assert (undone.state, undone.undone_by) == (BatchState.UNDONE, consultant)
    assert [model.objects.count() for model in TABLES] == [0] * len(TABLES)
    with pytest.raises(NotUndoable):
        undo_batch(batch_id=batch.pk, by=consultant, at=LATER)


def test_undoing_gives_changed_rows_their_former_values_but_keeps_newer_ones(
    load: Load, consultant: Staff, tmp_path: Path
) -> None:
    load(ledger(tmp_path, {}))
    second = load(ledger(tmp_path, {"颜色": "曜石黑", "车牌号": "浙B99999"}), at=LATER)
    Vehicle.objects.update(plate="浙B00007")

    undo_batch(batch_id=second.pk, by=None, at=LATER)

    assert Vehicle.objects.values_list("colour", "plate").get() == ("珠光白", "浙B00007")


def test_undoing_is_refused_while_a_call_depends_on_it(load: Load, consultant: Staff, tmp_path: Path) -> None:
    batch = load(ledger(tmp_path, {}))
    delivery = Delivery.objects.get()
    CallTask.objects.create(
        store=consultant.store,
        kind="3dc",
        subject_id=delivery.pk,
        customer=delivery.customer,
        delivery=delivery,
        pool="sales_consultant",
        anchor_on=delivery.delivered_on,
        first_due_on=delivery.delivered_on,
        due_on=delivery.delivered_on,
        overdue_at=AT,
        created_at=AT,
    )

    with pytest.raises(HasDependants):
        undo_batch(batch_id=batch.pk, by=None, at=LATER)

    assert ImportBatch.objects.get().state == BatchState.COMMITTED
    assert [model.objects.count() for model in TABLES] == [1] * len(TABLES)


def test_undoing_is_refused_after_a_later_import_changed_the_same_rows(
    load: Load, consultant: Staff, tmp_path: Path
) -> None:
    first = load(ledger(tmp_path, {}))
    load(ledger(tmp_path, {"颜色": "曜石黑"}), at=LATER)

    with pytest.raises(ChangedSince):
        undo_batch(batch_id=first.pk, by=None, at=LATER)

    assert Delivery.objects.count() == 1


def test_a_row_changed_by_somebody_else_is_not_overwritten(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(ledger(tmp_path, {}))
    pk = Vehicle.objects.get().pk

    fresh = update_rows(Vehicle, ["colour"], [(pk, {"colour": "珠光白"}, {"colour": "曜石黑"})])
    stale = update_rows(Vehicle, ["colour"], [(pk, {"colour": "珠光白"}, {"colour": "碧玺蓝"})])

    assert (fresh, stale, Vehicle.objects.get().colour) == (1, 0, "曜石黑")
    assert issubclass(ChangedMeanwhile, RuntimeError)


def test_everything_written_is_entered_in_the_batch(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(ledger(tmp_path, {}))

    entered = set(BatchEntry.objects.values_list("model", "action"))

    assert entered == {(model._meta.label_lower, "created") for model in TABLES}
