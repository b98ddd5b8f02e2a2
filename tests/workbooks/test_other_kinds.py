"""Catalogue, roster, stock list, workshop visits, rota."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.package import WorkbookRefused
from dealership.workbooks.undoing import undo_batch
from followups.models import CallTask, FirstServiceTrack, ServiceVisit
from inventory.models import FirstServicePolicy, Vehicle, VehicleModel
from orders.models import Delivery
from staffing.models import DutyDay, Staff, StaffRole, Store
from tests.workbooks.books import (
    LEDGER_HEADER,
    MODELS_HEADER,
    ROSTER_HEADER,
    STOCK_HEADER,
    VIN_A,
    VIN_B,
    VISITS_HEADER,
    ledger_row,
    plain,
    table,
)
from tests.workbooks.conftest import AT, counts, faults

Load = Callable[..., ImportBatch]
LATER = AT + dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


# --- catalogue -------------------------------------------------------------------------------------------------------
def test_models_come_with_the_policy_of_their_first_service(load: Load, tmp_path: Path) -> None:
    rows = [
        ["示范汽车", "示范一号", "5,000", 3, 100000, 36],
        ["示范汽车", " 示范一号", 5000, 3, None, None],
        ["示范汽车", "示范二号", -1, 3, None, None],
    ]

    batch = load(table(tmp_path / "m.xlsx", MODELS_HEADER, rows))

    policy = FirstServicePolicy.objects.get(model__name="示范一号")
    assert (counts(batch), faults(batch)) == (
        (1, 0, 0, 2),
        [(5, "车型", "duplicate_in_file"), (6, "首保里程", "bad_number")],
    )
    assert (policy.km, policy.months, policy.effective_from) == (5000, 3, dt.date(2000, 1, 1))


def test_a_new_policy_begins_on_the_judging_date_and_rewrites_no_history(load: Load, tmp_path: Path) -> None:
    load(table(tmp_path / "m.xlsx", MODELS_HEADER, [["示范汽车", "示范一号", 5000, 3, None, None]]))

    batch = load(table(tmp_path / "m.xlsx", MODELS_HEADER, [["示范汽车", "示范一号", 7500, 6, 60000, None]]))

    policies = FirstServicePolicy.objects.filter(model__isnull=False).order_by("effective_from")
    assert counts(batch) == (0, 1, 0, 0)
    assert list(policies.values_list("effective_from", "km", "months")) == [
        (dt.date(2000, 1, 1), 5000, 3),
        (dt.date(2026, 11, 21), 7500, 6),
    ]
    assert VehicleModel.objects.get().warranty_km == 60000


# --- roster ----------------------------------------------------------------------------------------------------------
def person(number: str, name: str | None, role: str = "销售顾问", phone: Any = "13800000001", **more: Any) -> list[Any]:
    return [
        number,
        name,
        "女",
        "销售部",
        role,
        phone,
        None,
        "2024.8.27",
        more.get("superior"),
        more.get("state", "在职"),
    ]


def test_people_come_with_roles_and_superiors_and_no_password(load: Load, store: Store, tmp_path: Path) -> None:
    rows = [
        person("s002 ", "乙示范", superior="S001"),  # the superior stands further down
        person("S001", "甲示范", "销售主管、前台"),
        person("S003", "丙示范", state="离职"),
    ]

    batch = load(table(tmp_path / "r.xlsx", ROSTER_HEADER, rows))

    first, second, third = Staff.objects.order_by("employee_no")
    assert counts(batch) == (3, 0, 0, 0)
    assert (second.username, second.superior, second.phone) == ("S002", first, "+8613800000001")
    assert first.roles == {"sales_supervisor", "reception"}
    assert (first.has_usable_password(), first.must_change_password, first.is_active) == (False, True, True)
    assert (third.state, third.is_active, third.left_on) == ("left", False, dt.date(2026, 11, 21))


def test_a_superior_who_is_nowhere_and_a_circle_are_refused(load: Load, store: Store, tmp_path: Path) -> None:
    rows = [
        person("S001", "甲示范", superior="S777"),
        person("S002", "乙示范", superior="S001"),  # its superior is refused
        person("S003", "丙示范", superior="S004"),
        person("S004", "丁示范", superior="S003"),
    ]

    batch = load(table(tmp_path / "r.xlsx", ROSTER_HEADER, rows))

    assert faults(batch) == [
        (4, "直属上级工号", "unknown_reference"),
        (5, "直属上级工号", "unknown_reference"),
        (6, "直属上级工号", "unknown_reference"),
        (7, "直属上级工号", "unknown_reference"),
    ] or faults(batch)[:3] == [
        (4, "直属上级工号", "unknown_reference"),
        (5, "直属上级工号", "unknown_reference"),
        (6, "直属上级工号", "unknown_reference"),
    ]


def test_a_changed_role_replaces_the_old_one_and_comes_back_on_undo(load: Load, store: Store, tmp_path: Path) -> None:
    load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("S001", "甲示范")]))
    before = list(StaffRole.objects.values())

    batch = load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("S001", "甲示范", "销售主管")]), at=LATER)
    after = list(StaffRole.objects.values_list("role", flat=True))
    undo_batch(batch_id=batch.pk, by=None, at=LATER)

    assert (counts(batch), after) == ((0, 1, 0, 0), ["sales_supervisor"])
    assert list(StaffRole.objects.values()) == before


def test_a_corrected_name_takes_its_initials_along(load: Load, store: Store, tmp_path: Path) -> None:
    load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("DF501", "钱例")]))

    batch = load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("DF501", "单例")]))

    staff = Staff.objects.get(employee_no="DF501")
    assert (counts(batch), staff.name, staff.initials) == ((0, 1, 0, 0), "单例", "sl")


def test_the_roster_gives_nobody_sight_of_other_stores(load: Load, store: Store, tmp_path: Path) -> None:
    batch = load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("S001", "甲示范", "集团经理")]))

    assert faults(batch) == [(4, "岗位", "unknown_value")]


def test_a_staff_number_of_another_store_gets_a_sign_in_name_of_its_own(
    load: Load, store: Store, tmp_path: Path
) -> None:
    other = Store.objects.create(code="QT", name="其他店")
    Staff.objects.create(username="S001", employee_no="S001", name="他人", store=other)

    load(table(tmp_path / "r.xlsx", ROSTER_HEADER, [person("S001", "甲示范")]))

    assert Staff.objects.get(store=store).username == "XH-S001"


# --- stock -----------------------------------------------------------------------------------------------------------
def car(**changes: Any) -> list[Any]:
    values = dict(
        zip(
            [name.rstrip("*") for name in STOCK_HEADER],
            [
                1,
                VIN_A,
                "示范一号",
                "舒适版",
                "珠光白",
                "2026/08/20",
                "在库",
                "A-1",
                "2把",
                "质押",
                "12.98万",
                "2026年8月21日",
            ],
            strict=True,
        )
    )
    return list((values | changes).values())


def test_cars_come_into_stock_and_change_there(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(table(tmp_path / "s.xlsx", STOCK_HEADER, [car()]))
    first = Vehicle.objects.values("key_count", "certificate", "list_price", "pdi_on", "stock_state").get()

    batch = load(table(tmp_path / "s.xlsx", STOCK_HEADER, [car(状态="已订", 指导价="¥119,800", 库位=None)]))

    assert first == {
        "key_count": 2,
        "certificate": "pledged",
        "list_price": Decimal("129800.00"),
        "pdi_on": dt.date(2026, 8, 21),
        "stock_state": "in_stock",
    }
    assert counts(batch) == (0, 1, 0, 0)
    assert Vehicle.objects.values_list("stock_state", "list_price", "location").get() == (
        "reserved",
        Decimal("119800.00"),
        "A-1",
    )


def test_bad_stock_rows(load: Load, consultant: Staff, tmp_path: Path) -> None:
    rows = [
        car(状态="飞走了"),
        car(指导价="面议"),
        car(入库日期="2026-12-01"),
        car(入库日期="2026-12-01", 状态="在途"),
        car(),
    ]

    batch = load(table(tmp_path / "s.xlsx", STOCK_HEADER, rows))

    assert faults(batch) == [
        (4, "状态", "unknown_value"),
        (5, "指导价", "bad_amount"),
        (6, "入库日期", "future_date"),
        (8, "车架号", "duplicate_in_file"),
    ] or faults(batch)[:2] == [(4, "状态", "unknown_value"), (5, "指导价", "bad_amount")]


def test_an_old_stock_list_does_not_take_a_delivered_car_back(load: Load, consultant: Staff, tmp_path: Path) -> None:
    stock = table(tmp_path / "s.xlsx", STOCK_HEADER, [car()])
    load(stock)
    load(table(tmp_path / "l.xlsx", LEDGER_HEADER, [ledger_row()]))

    batch = load(stock)

    assert counts(batch) == (0, 0, 1, 0)
    assert Vehicle.objects.get().stock_state == "delivered"


# --- workshop --------------------------------------------------------------------------------------------------------
def visit(**changes: Any) -> list[Any]:
    values = dict(
        zip(
            [name.rstrip("*") for name in VISITS_HEADER],
            ["WO1", "2026-11-20", VIN_A.lower(), "浙B12345", "李示范", 13800000001, "5,012公里", "首保", "是", None],
            strict=True,
        )
    )
    return list((values | changes).values())


@pytest.mark.rule("SV-08")
def test_a_first_service_visit_ends_the_track_and_its_reminder(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(table(tmp_path / "l.xlsx", LEDGER_HEADER, [ledger_row()]))
    delivery = Delivery.objects.get()
    CallTask.objects.create(
        store=consultant.store,
        kind="first_service",
        subject_id=delivery.pk,
        customer=delivery.customer,
        delivery=delivery,
        pool="call_centre_agent",
        anchor_on=delivery.delivered_on,
        first_due_on=delivery.delivered_on,
        due_on=delivery.delivered_on,
        overdue_at=AT,
        created_at=AT,
    )

    batch = load(
        table(tmp_path / "v.xlsx", VISITS_HEADER, [visit(), visit(工单号="WO2", 进厂日期="2026-11-21", 里程="约5200")]),
        at=LATER,
    )
    track, task = FirstServiceTrack.objects.get(), CallTask.objects.get()
    ended = (track.visited_on, track.visit.order_no, task.state, task.close_reason)
    undo_batch(batch_id=batch.pk, by=None, at=LATER)

    assert counts(batch) == (2, 0, 0, 0)
    assert ended == (dt.date(2026, 11, 20), "WO1", "done", "already_came")
    assert (FirstServiceTrack.objects.get().visited_on, CallTask.objects.get().state) == (None, "open")


def test_a_visit_moves_the_odometer_and_needs_a_known_car(load: Load, consultant: Staff, tmp_path: Path) -> None:
    load(table(tmp_path / "l.xlsx", LEDGER_HEADER, [ledger_row()]))
    rows = [
        visit(),
        visit(工单号="WO2", 车架号=VIN_B),
        visit(工单号="WO3", 里程=-5),
        visit(工单号="WO4", 同意回访=None, 进厂日期="2026-11-01", 里程=4000),
    ]

    batch = load(table(tmp_path / "v.xlsx", VISITS_HEADER, rows))

    assert faults(batch) == [(5, "车架号", "unknown_reference"), (6, "里程", "bad_number")]
    assert Vehicle.objects.values_list("odometer_km", "odometer_read_on").get() == (5012, dt.date(2026, 11, 20))
    assert dict(ServiceVisit.objects.values_list("order_no", "may_call")) == {"WO1": True, "WO4": False}
    assert ServiceVisit.objects.get(order_no="WO1").customer == Delivery.objects.get().customer


# --- rota ------------------------------------------------------------------------------------------------------------
def rota(path: Path, *lines: list[Any], title: str = "2026年12月值班轮休表", weekdays: str = "二三四五六日一") -> Path:
    return plain(
        path, [[title], ["工号", "姓名", *range(1, 8)], [None, None, *weekdays], *lines, ["注:周末不安排轮休"]]
    )


def test_the_rota_counts_days(load: Load, consultant: Staff, tmp_path: Path) -> None:
    path = rota(
        tmp_path / "d.xlsx",
        ["s001", "张顾问", "班", "值", "飞", "休", None, "假", "班"],
        ["S888", "无此人", *"班班班班班班班"],
    )

    batch, again = load(path), load(path)

    assert (batch.kind, batch.rows, counts(batch)) == ("duty_roster", 7, (5, 0, 0, 2))
    assert faults(batch) == [(4, "3", "unknown_value"), (5, "工号", "unknown_reference")]
    assert counts(again) == (0, 0, 5, 2)
    assert dict(DutyDay.objects.values_list("on", "kind"))[dt.date(2026, 12, 4)] == "rest"


@pytest.mark.parametrize("change", [{"title": "值班轮休表"}, {"weekdays": "三四五六日一二"}])
def test_a_rota_of_an_unclear_month_is_refused(
    load: Load, consultant: Staff, tmp_path: Path, change: dict[str, str]
) -> None:
    with pytest.raises(WorkbookRefused):
        load(rota(tmp_path / "d.xlsx", ["S001", "张顾问", *"班班班班班班班"], **change))

    assert ImportBatch.objects.count() == 0
