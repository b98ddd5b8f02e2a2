"""The leads of the LMS: found again by their numbers, joined by telephone, given out, undone."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer
from dealership.audit.models import AuditEvent
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import HasDependants, undo_batch
from inventory.models import VehicleModel
from leads.enums import Channel, LeadState, Way
from leads.models import Interest, Lead, Ownership
from leads.resources.lms_leads import channel_of
from leads.services.contacts import ContactFacts, record_contact
from leads.services.grading import grade_lead
from leads.tests.factories import CHINA, LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory
from tests.workbooks.books import table
from tests.workbooks.conftest import AT, counts, faults

pytestmark = pytest.mark.django_db
Load = Callable[..., ImportBatch]

HEADER = ["线索编号*", "来源渠道*", "线索时间*", "客户姓名*", "手机*", "意向车型", "城市", "备注"]


def row(**changes: Any) -> list[Any]:
    values = {
        "线索编号": "LMS001",
        "来源渠道": "汽车之家",
        "线索时间": "2026-11-14 20:51",
        "客户姓名": "李示范",
        "手机": "139 0000 0001",
        "意向车型": "示范一号",
        "城市": "宁波",
        "备注": None,
    }
    return list((values | changes).values())


@pytest.fixture
def agents(store: Store) -> list[Staff]:
    VehicleModel.objects.create(brand="示范汽车", name="示范一号")
    VehicleModel.objects.create(brand="示范汽车", name="示范二号")
    return [StaffFactory(store=store, roles=["telesales"]) for _ in range(2)]


@pytest.fixture
def brought(load: Load, tmp_path: Path) -> Callable[..., ImportBatch]:
    """Import lines: ``brought(row(), row(线索编号="LMS002"))``."""
    return lambda *rows, **options: load(table(tmp_path / "leads.xlsx", HEADER, rows), **options)


@pytest.mark.rule("LI-02", "LI-07", "LI-23")
def test_line_becomes_a_lead_of_telesales_that_is_due_a_day_after_it_came(brought, agents) -> None:
    batch = brought(row())

    lead = Lead.objects.get()
    came = dt.datetime(2026, 11, 14, 20, 51, tzinfo=CHINA)
    assert counts(batch) == (1, 0, 0, 0)
    assert (lead.number, lead.channel, lead.source, lead.city) == ("LMS001", Channel.PORTAL, "汽车之家", "宁波")
    assert (lead.registered_at, lead.first_due_at) == (came, came + dt.timedelta(hours=24))
    assert (lead.owner, lead.telesales, lead.pool, lead.stage) == (agents[0], agents[0], "telesales", "telesales")
    assert [(each.model.name, each.is_main) for each in lead.interests.all()] == [("示范一号", True)]
    assert (lead.customer.name, lead.customer.initials, lead.customer.owner) == ("李示范", "lsf", agents[0])
    assert [phone.number for phone in lead.customer.phones.all()] == ["+8613900000001"]


@pytest.mark.parametrize(
    ("typed", "registered_at"),
    [
        pytest.param("2026/11/15 14:03:00", dt.datetime(2026, 11, 15, 14, 3), id="slashes"),
        pytest.param(dt.datetime(2026, 11, 17, 12, 46), dt.datetime(2026, 11, 17, 12, 46), id="a date of Excel"),
        pytest.param("2026年11月14日", dt.datetime(2026, 11, 14), id="a day alone: its first moment"),
        pytest.param("2026-11-14T04:00:00+00:00", dt.datetime(2026, 11, 14, 12), id="with an offset"),
        pytest.param("2026-11-21 23:59", dt.datetime(2026, 11, 21, 23, 59), id="later on the judging day"),
    ],
)
def test_time_is_read_by_the_clock_of_the_store(brought, agents, typed, registered_at) -> None:
    brought(row(线索时间=typed))

    assert Lead.objects.get().registered_at == registered_at.replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"手机": None}, ("手机", "required"), id="no telephone"),
        pytest.param({"手机": "12345"}, ("手机", "bad_phone"), id="no number"),
        pytest.param({"线索时间": "昨天"}, ("线索时间", "bad_date"), id="no moment"),
        pytest.param({"线索时间": "2026-11-22 00:00"}, ("线索时间", "future_date"), id="tomorrow"),
        pytest.param({"意向车型": "不存在"}, ("意向车型", "unknown_value"), id="no such model"),
        pytest.param({"客户姓名": " "}, ("客户姓名", "required"), id="no name"),
    ],
)
def test_line_is_refused(brought, agents, changes, fault) -> None:
    batch = brought(row(**changes), row(线索编号="LMS002", 手机="13900000002"))

    assert counts(batch) == (1, 0, 0, 1)
    assert faults(batch) == [(4, *fault)]


def test_second_line_with_a_number_is_refused(brought, agents) -> None:
    batch = brought(row(), row(线索编号="lms 001", 手机="13900000002"))

    assert faults(batch) == [(5, "线索编号", "duplicate_in_file")]


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("易车", "portal"),
        ("懂车帝", "portal"),
        ("厂家官网", "oem"),
        ("400热线", "phone"),
        ("本店官网", "web"),
        ("宁波车展", "motor_show"),
        ("微信公众号", "wechat"),
        ("老客户介绍", "referral"),
        ("某新平台", "lms"),
    ],
)
def test_source_tells_the_channel(source, channel) -> None:
    assert channel_of(source) == channel


@pytest.mark.rule("LI-05")
def test_motor_show_lead_of_the_file_goes_to_a_consultant(brought, agents, store) -> None:
    seller = StaffFactory(store=store, roles=["sales_consultant"])

    brought(row(来源渠道="车展"))

    lead = Lead.objects.get()
    assert (lead.owner, lead.telesales, lead.pool, lead.stage) == (seller, None, "sales_consultant", "showroom")


def test_leads_of_a_file_go_round_in_turn(brought, agents) -> None:
    brought(*(row(线索编号=f"LMS{number:03}", 手机=f"1390000{number:04}") for number in range(4)))

    owners = Lead.objects.order_by("number").values_list("owner_id", flat=True)
    assert list(owners) == [agents[0].pk, agents[1].pk, agents[0].pk, agents[1].pk]


# --- a second load -----------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-07")
def test_second_load_overwrites_nothing_that_was_worked_out(brought, agents) -> None:
    brought(row(备注="想看车"))
    lead = Lead.objects.get()
    grade_lead(lead=lead, grade="H", graded_by="telesales", by=agents[0], at=AT)
    facts = ContactFacts(way=Way.PHONE, reached=True, result="周六来店", next_reason="确认到店")
    record_contact(lead=lead, facts=facts, by=agents[0], at=AT)
    Lead.objects.filter(pk=lead.pk).update(city="温州", note="周六上午来")
    Interest.objects.update(model=VehicleModel.objects.get(name="示范二号"))
    before = Lead.objects.values().get()

    batch = brought(row(客户姓名="李别名", 手机="13900000009", 来源渠道="易车", 线索时间="2026-11-13 08:00"))

    assert counts(batch) == (0, 0, 1, 0)
    assert Lead.objects.values().get() == before
    assert Interest.objects.get().model.name == "示范二号"
    assert Customer.objects.get().name == "李示范"


def test_second_load_fills_what_was_empty(brought, agents) -> None:
    brought(row(意向车型=None, 城市=None))

    batch = brought(row(备注="下月用车"))

    lead = Lead.objects.get()
    assert counts(batch) == (0, 1, 0, 0)
    assert (lead.city, lead.note, lead.interests.get().is_main) == ("宁波", "下月用车", True)
    assert counts(brought(row(备注="下月用车"))) == (0, 0, 1, 0)


def test_ended_lead_is_not_taken_up_by_a_second_load(brought, agents) -> None:
    brought(row())
    Lead.objects.update(state=LeadState.DEFEATED)

    assert counts(brought(row())) == (0, 0, 1, 0)


# --- duplicates --------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-22")
def test_line_of_a_telephone_with_a_current_lead_joins_it(brought, agents, store) -> None:
    there = LeadFactory(customer__store=store, customer__name="张在先", owner=agents[1])
    there.customer.phones.create(store=store, number="+8613900000001", reversed="10000000931", is_primary=True)

    batch = brought(row(), row(线索编号="LMS002"))

    assert counts(batch) == (2, 0, 0, 0)
    joined = Lead.objects.filter(merged_into=there)
    assert set(joined.values_list("number", "state", "owner")) == {
        ("LMS001", "merged", agents[1].pk),
        ("LMS002", "merged", agents[1].pk),
    }
    assert [(each.model.name, each.is_main) for each in there.interests.all()] == [("示范一号", True)]
    assert [alert.params["number"] for alert in agents[1].alerts.all()] == [there.number]
    assert not Ownership.objects.filter(lead__in=joined).exists()
    assert counts(brought(row(), row(线索编号="LMS002"))) == (0, 0, 2, 0)


def test_two_lines_of_one_telephone_are_one_lead_with_both_models(brought, agents) -> None:
    brought(row(), row(线索编号="LMS002", 客户姓名="李太太", 意向车型="示范二号"))

    first, second = Lead.objects.order_by("number")
    assert (first.state, second.state, second.merged_into) == ("open", "merged", first)
    assert [(each.model.name, each.is_main) for each in first.interests.order_by("pk")] == [
        ("示范一号", True),
        ("示范二号", False),
    ]
    assert Customer.objects.count() == 2
    assert not agents[0].alerts.exists()


def test_customer_of_that_name_and_number_is_found(brought, agents, store) -> None:
    LeadFactory(customer__store=store, customer__name="李 示范", state=LeadState.DEFEATED)
    known = Customer.objects.get()
    known.phones.create(store=store, number="+8613900000001", reversed="10000000931", is_primary=True)

    brought(row())

    assert Lead.objects.get(number="LMS001").customer == known


@pytest.mark.rule("LI-22")
def test_what_a_joining_line_says_stands_on_the_lead_that_goes_on(brought, agents, store) -> None:
    there = LeadFactory(customer__store=store, owner=agents[1], note="先前的话")
    there.customer.phones.create(store=store, number="+8613900000001", reversed="10000000931", is_primary=True)
    new = {"手机": "13900000002", "备注": "想看车"}
    again = {"线索编号": "LMS003", "手机": "13900000002", "备注": "周六来"}

    brought(row(备注="问优惠"), row(线索编号="LMS002", **new), row(**again))

    assert Lead.objects.get(pk=there.pk).note == "先前的话\n问优惠"
    assert Lead.objects.get(number="LMS002").note == "想看车\n周六来"
    told = AuditEvent.objects.filter(code="lead.joined").order_by("pk")
    assert [(event.subject_id, event.data["number"]) for event in told] == [
        (there.pk, "LMS001"),
        (Lead.objects.get(number="LMS002").pk, "LMS003"),
    ]


@pytest.mark.rule("HO-06")
def test_line_of_somebody_whom_a_consultant_looks_after_is_the_consultants(brought, agents, store) -> None:
    seller = StaffFactory(store=store, roles=["sales_consultant"])
    LeadFactory(customer__store=store, customer__owner=seller, owner=seller, state=LeadState.DELIVERED)
    Customer.objects.get().phones.create(store=store, number="+8613900000001", reversed="10000000931", is_primary=True)

    brought(row(), row(线索编号="LMS002", 手机="13900000002"))

    assert Lead.objects.get(number="LMS001").owner == seller
    assert (Lead.objects.get(number="LMS001").stage, Lead.objects.get(number="LMS001").telesales) == ("showroom", None)
    assert Lead.objects.get(number="LMS002").owner == agents[0]
    assert [alert.code for alert in seller.alerts.all()] == ["lead.kept"]


# --- undoing -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_import_is_undone_with_all_it_created(brought, agents, store) -> None:
    there = LeadFactory(customer__store=store, customer__name="张在先", owner=agents[1], note="先前的话")
    there.customer.phones.create(store=store, number="+8613900000001", reversed="10000000931", is_primary=True)
    batch = brought(
        row(备注="问优惠"), row(线索编号="LMS002", 手机="13900000002"), row(线索编号="LMS003", 手机="13900000002")
    )

    undo_batch(batch_id=batch.pk, by=agents[0], at=AT)

    assert list(Lead.objects.values_list("number", "note")) == [(there.number, "先前的话")]
    assert (Customer.objects.count(), Interest.objects.count(), Ownership.objects.count()) == (1, 0, 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_import_that_somebody_worked_with_stays(brought, agents) -> None:
    batch = brought(row())
    facts = ContactFacts(way=Way.PHONE, reached=False)
    record_contact(lead=Lead.objects.get(), facts=facts, by=agents[0], at=AT)

    with pytest.raises(HasDependants):
        undo_batch(batch_id=batch.pk, by=agents[0], at=AT)

    assert Lead.objects.count() == 1
