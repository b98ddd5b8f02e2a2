"""The workbook of the visit register: its key, and which of its lines open leads."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer, CustomerPhone
from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import HasDependants, undo_batch
from inventory.models import Vehicle, VehicleModel, VehicleOwnership
from leads.enums import GradedBy
from leads.models import GradeChange, Interest, Lead, Ownership, Visit
from leads.services.contacts import ContactFacts, record_contact
from leads.services.visits import VisitFacts, register_visit
from leads.tests.factories import LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory
from tests.workbooks.books import AS_OF, table
from tests.workbooks.conftest import AT, counts, faults

pytestmark = pytest.mark.django_db
Load = Callable[..., ImportBatch]

HEADER = [
    "日期*", "客户姓名*", "客户性质", "性别", "电话*", "客户来源", "拟购车型*", "意向级别*", "置换意愿", "来店信息来源",
    "到店时间", "离去时间", "24小时追踪级别", "经过情形", "销售顾问*",
]  # fmt: skip
NUMBER = "13900000321"
#: A telephone enquiry.
CALL: dict[str, Any] = {"客户来源": "来电", "到店时间": None, "离去时间": None}


def line(**changes: Any) -> list[Any]:
    values: dict[str, Any] = dict.fromkeys((name.rstrip("*") for name in HEADER), None)
    values |= {
        "日期": "2026-11-20", "客户姓名": "来客例", "客户性质": "新", "性别": "女", "电话": NUMBER, "客户来源": "来店",
        "拟购车型": "示范一号", "意向级别": "B级", "置换意愿": "V", "来店信息来源": "路过", "到店时间": "14:05",
        "离去时间": "15:20", "销售顾问": "张顾问",
    }  # fmt: skip
    assert changes.keys() <= values.keys()
    return list((values | changes).values())


@pytest.fixture
def register(load: Load, consultant: Staff, tmp_path: Path) -> Callable[..., ImportBatch]:
    def run(*lines: list[Any], at: dt.datetime = AT) -> ImportBatch:
        return load(table(tmp_path / "register.xlsx", HEADER, lines), at=at)

    return run


@pytest.mark.rule("LI-10")
def test_a_line_fills_all_columns_of_the_register(register: Load, store: Store, consultant: Staff) -> None:
    batch = register(line(**{"24小时追踪级别": "a", "经过情形": "看车后约试驾"}))

    visit = Visit.objects.get()
    assert counts(batch) == (1, 0, 0, 0)
    assert (visit.name, visit.number, visit.gender, visit.standing) == ("来客例", f"+86{NUMBER}", "female", "new")
    assert (visit.channel, visit.source, visit.heard_from) == ("walk_in", "来店", "passing")
    assert (visit.grade, visit.grade_after, visit.trade_in) == ("B", "A", "yes")
    assert (visit.note, visit.consultant, visit.model) == ("看车后约试驾", consultant, VehicleModel.objects.get())
    local = [moment.astimezone(store.tz).strftime("%H:%M") for moment in (visit.arrived_at, visit.left_at)]
    assert (local, visit.by_phone, visit.visited_on) == (["14:05", "15:20"], False, dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"电话": "139000"}, ("电话", "bad_phone"), id="telephone"),
        pytest.param({"电话": None}, ("电话", "required"), id="no telephone"),
        pytest.param({"意向级别": "Z"}, ("意向级别", "unknown_value"), id="unknown grade"),
        pytest.param({"意向级别": "F"}, ("意向级别", "unknown_value"), id="nobody is defeated at the door"),
        pytest.param({"24小时追踪级别": "Z"}, ("24小时追踪级别", "unknown_value"), id="unknown second grade"),
        pytest.param({"离去时间": "14:00"}, ("离去时间", "ends_before_start"), id="leaves before arriving"),
        pytest.param({"到店时间": "25:00"}, ("到店时间", "bad_date"), id="no time of day"),
        pytest.param({"日期": "2026-11-22"}, ("日期", "future_date"), id="tomorrow"),
        pytest.param({"拟购车型": "幻影"}, ("拟购车型", "unknown_value"), id="no model of the catalogue"),
        pytest.param({"销售顾问": "无此人"}, ("销售顾问", "unknown_reference"), id="nobody of that name"),
        pytest.param({"来店信息来源": "梦见"}, ("来店信息来源", "unknown_value"), id="heard of us in a dream"),
    ],
)
def test_a_faulty_line_is_rejected_with_its_reason(register: Load, changes, fault) -> None:
    batch = register(line(**changes))

    assert faults(batch) == [(4, *fault)]
    assert (Visit.objects.count(), Lead.objects.count()) == (0, 0)


def test_day_telephone_and_arrival_are_the_key(register: Load) -> None:
    batch = register(
        line(),
        line(到店时间="16:00", 离去时间=None),
        line(日期="2026-11-19"),
        line(电话="13900000322"),
        line(客户姓名="同一例"),
    )

    assert counts(batch) == (4, 0, 0, 1)
    assert faults(batch) == [(8, "电话", "duplicate_in_file")]


def test_what_is_filled_in_later_completes_the_line(register: Load) -> None:
    register(line(离去时间=None))

    batch = register(line(**{"24小时追踪级别": "A", "离去时间": "15:20"}))
    again = register(line(离去时间=None))

    visit = Visit.objects.get()
    assert (counts(batch), counts(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert (visit.grade_after, visit.left_at is not None, Lead.objects.count()) == ("A", True, 1)


def test_a_line_of_the_desk_is_known(register: Load, store: Store, consultant: Staff) -> None:
    arrived_at = dt.datetime(2026, 11, 20, 14, 5, 40, tzinfo=store.tz)
    register_visit(
        store=store,
        facts=VisitFacts(name="来客例", number=NUMBER, grade="B", consultant=consultant),
        by=consultant,
        at=arrived_at,
    )

    batch = register(line())

    assert (counts(batch), Visit.objects.count(), Lead.objects.count()) == ((0, 1, 0, 0), 1, 1)


def test_an_incoming_call_without_a_time_of_arrival_is_a_call(register: Load) -> None:
    register(
        line(客户来源="来电", 到店时间=None, 离去时间=None),
        line(客户来源="来电", 电话="13900000322"),
    )

    assert list(Visit.objects.order_by("pk").values_list("by_phone", "channel")) == [(True, "phone"), (False, "phone")]


# --- leads ---------------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-18")
@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        pytest.param({"意向级别": "B"}, True, id="B"),
        pytest.param({"意向级别": "C"}, False, id="C stays in the register"),
        pytest.param({"意向级别": "C", "24小时追踪级别": "A"}, True, id="A after 24 hours"),
        pytest.param({"意向级别": "A", "24小时追踪级别": "C"}, False, id="C after 24 hours"),
        pytest.param({"意向级别": "H", "日期": "2026-11-14"}, True, id="H of a week ago"),
        pytest.param({"意向级别": "H", "日期": "2026-11-13"}, False, id="H of eight days ago has bought somewhere"),
        pytest.param({"意向级别": "B", "日期": "2026-08-23"}, True, id="B of 90 days ago"),
        pytest.param({"意向级别": "B", "日期": "2026-08-22"}, False, id="B of 91 days ago"),
        pytest.param({**CALL, "意向级别": "C"}, True, id="a call, C"),
        pytest.param({**CALL, "意向级别": "H", "日期": "2026-11-13"}, False, id="a call, H of eight days ago"),
    ],
)
def test_which_lines_open_a_lead(register: Load, changes, opens: bool) -> None:
    register(line(**changes))

    assert Lead.objects.count() == opens
    assert (Visit.objects.get().lead is not None) is opens


def test_the_lead_is_complete(register: Load, store: Store, consultant: Staff) -> None:
    register(line(**{"24小时追踪级别": "A", "经过情形": "问了贷款"}))

    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, lead.pool, lead.state) == (consultant, "showroom", "sales_consultant", "open")
    assert (lead.grade, lead.contacts, lead.next_contact_on) == ("A", 1, dt.date(2026, 11, 27))
    assert lead.first_contact_at == lead.registered_at == lead.last_contact_at
    assert lead.card_opened_on == dt.date(2026, 11, 20)
    assert (lead.customer.name, lead.customer.phones.get().number) == ("来客例", f"+86{NUMBER}")
    assert Interest.objects.get().is_main
    assert Ownership.objects.get().owner == consultant
    assert list(GradeChange.objects.order_by("pk").values_list("before", "grade", "graded_by")) == [
        ("", "B", GradedBy.INTAKE), ("B", "A", GradedBy.REGISTER),
    ]  # fmt: skip


def test_lines_of_one_telephone_are_one_lead(register: Load, store: Store) -> None:
    other = StaffFactory(store=store, name="李顾问", roles=["sales_consultant"])

    register(line(日期="2026-11-10", 意向级别="B"), line(意向级别="A", 销售顾问="李顾问"))

    lead = Lead.objects.get()
    assert (lead.owner, lead.grade, lead.contacts) == (other, "A", 2)
    assert list(Visit.objects.order_by("visited_on").values_list("lead", "is_again")) == [
        (lead.pk, False), (lead.pk, True),
    ]  # fmt: skip


@pytest.mark.rule("LI-09", "LI-08")
def test_who_only_rang_up_is_a_lead_of_telesales(register: Load, store: Store, consultant: Staff) -> None:
    agents = [StaffFactory(store=store, name=name, roles=["telesales"]) for name in ("电销甲", "电销乙")]

    register(
        line(**CALL, 意向级别="C"),
        line(**CALL, 电话="13900000322", 销售顾问="电销乙"),
        line(**CALL, 电话="13900000323", 日期="2026-11-19"),
        line(电话="13900000323"),
    )

    rows = Lead.objects.order_by("customer__phones__number").values_list("stage", "pool", "owner", "telesales", "grade")
    assert list(rows) == [
        ("telesales", "telesales", agents[0].pk, agents[0].pk, "C"),
        ("telesales", "telesales", agents[1].pk, agents[1].pk, "B"),
        ("showroom", "sales_consultant", consultant.pk, None, "B"),
    ]
    assert list(Visit.objects.filter(by_phone=True).values_list("consultant__name", flat=True).order_by("number")) == [
        "张顾问", "电销乙", "张顾问",
    ]  # fmt: skip
    assert [row.owner for row in Ownership.objects.filter(stage="telesales").order_by("pk")] == agents


@pytest.mark.rule("LI-09")
def test_a_call_without_anybody_in_telesales_waits_in_its_pool(register: Load, consultant: Staff) -> None:
    register(line(**CALL))

    lead = Lead.objects.get()
    assert (lead.owner, lead.pool, lead.stage) == (None, "telesales", "telesales")
    assert Customer.objects.get().owner is None


@pytest.mark.rule("LI-21")
def test_a_current_lead_is_linked_and_stays_as_it_is(register: Load, store: Store) -> None:
    agent = StaffFactory(store=store, roles=["telesales"])
    customer = CustomerFactory(store=store)
    CustomerPhoneFactory(customer=customer, number=f"+86{NUMBER}")
    lead = LeadFactory(customer=customer, owner=agent, grade="C")

    register(line(意向级别="H"))

    lead.refresh_from_db()
    assert (Lead.objects.count(), lead.owner, lead.grade) == (1, agent, "C")
    assert Visit.objects.get().lead == lead


def test_who_has_taken_a_car_since_is_no_lead(register: Load, store: Store, consultant: Staff) -> None:
    customer = CustomerFactory(store=store)
    CustomerPhoneFactory(customer=customer, number=f"+86{NUMBER}")
    car = Vehicle.objects.create(store=store, vin="LGBH52E05AY000001", model=VehicleModel.objects.get(), created_at=AT)
    VehicleOwnership.objects.create(store=store, vehicle=car, customer=customer, from_on=dt.date(2026, 11, 20))

    register(line(), line(日期="2026-11-21"))

    assert (Lead.objects.count(), Visit.objects.count()) == (0, 2)


def test_calls_that_were_overdue_are_dealt_out_the_hottest_first(register: Load) -> None:
    grades = ["B", "A", "H", "B", "A", "B", "B"]
    days = {"H": "2026-11-15", "A": "2026-11-01", "B": "2026-10-01"}

    register(
        *(line(电话=f"1390000040{nth}", 意向级别=grade, 日期=days[grade]) for nth, grade in enumerate(grades)),
        line(电话="13900000499", 意向级别="A"),
    )

    due = Lead.objects.order_by("next_contact_on", "pk").values_list("grade", "next_contact_on")
    first, second, by_cadence = dt.date(2026, 11, 22), dt.date(2026, 11, 23), dt.date(2026, 11, 27)
    assert sorted(due, key=lambda row: (row[1], "HAB".index(row[0]))) == [
        ("H", first), ("A", first), ("A", first), ("B", first), ("B", first), ("B", second), ("B", second),
        ("A", by_cadence),
    ]  # fmt: skip
    assert not Lead.objects.filter(next_contact_on__lte=AS_OF).exists()


def test_a_lead_of_someone_who_left_waits_in_the_pool(register: Load, store: Store, consultant: Staff) -> None:
    Staff.objects.filter(pk=consultant.pk).update(state="left")

    register(line())

    lead = Lead.objects.get()
    assert (lead.owner, lead.pool) == (None, "sales_consultant")


@pytest.mark.rule("LG-08")
def test_only_a_second_grade_that_can_still_be_in_time_is_asked_for(register: Load, store: Store) -> None:
    noon = dt.datetime(2026, 11, 21, 12, 0, tzinfo=store.tz)

    register(line(到店时间="14:05"), line(电话="13900000322", 日期="2026-11-19"), at=noon)

    due = Visit.objects.order_by("-visited_on").values_list("grade_due_at", flat=True)
    assert list(due) == [dt.datetime(2026, 11, 21, 14, 5, tzinfo=store.tz), None]


# --- undoing -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_undoing_takes_visits_leads_and_customers_back(register: Load, consultant: Staff) -> None:
    batch = register(line(), line(电话="13900000322", 意向级别="C"))

    undo_batch(batch_id=batch.pk, by=consultant, at=AT)

    tables = (Visit, Lead, Customer, CustomerPhone, Ownership, GradeChange, Interest)
    assert [model.objects.count() for model in tables] == [0] * len(tables)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_undoing_is_refused_once_a_lead_was_worked_with(register: Load, consultant: Staff) -> None:
    batch = register(line())
    facts = ContactFacts(way="phone", reached=True, result="下周来试驾", next_reason="问试驾时间")
    record_contact(lead=Lead.objects.get(), facts=facts, by=consultant, at=AT)

    with pytest.raises(HasDependants):
        undo_batch(batch_id=batch.pk, by=consultant, at=AT)

    assert Lead.objects.count() == 1
