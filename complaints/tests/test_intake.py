"""Taking complaints in: number, handler, clock, alert, and once per origin."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from complaints import rules
from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from complaints.selectors import complaints_of, escalation_order
from complaints.services import NothingSaid, open_complaint
from complaints.tests.factories import ComplaintFactory
from customers.tests.factories import CustomerFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from staffing.enums import Role
from staffing.tests.factories import StaffFactory, StoreFactory

CHINA = ZoneInfo("Asia/Shanghai")
AT = dt.datetime(2026, 11, 22, 23, 30, tzinfo=CHINA)
LADDER = (Role.SALES_SUPERVISOR, Role.SALES_MANAGER, Role.GENERAL_MANAGER)


def opened(customer, by, **values):
    values = {
        "kind": ComplaintKind.SERVICE,
        "origin": ComplaintOrigin.FOLLOW_UP_CALL,
        "content": "等了三个小时",
        "candidates": [],
        "at": AT,
    } | values
    return open_complaint(customer=customer, by=by, **values)


@pytest.mark.rule("CP-30")
@pytest.mark.parametrize(
    ("candidates", "about", "handler"),
    [([1, 2, 3], None, 1), ([1, 2, 3], 1, 2), ([1], 1, None), ([], None, None), ([2, 3], 1, 2)],
)
def test_handler_is_the_nearest_who_is_not_complained_about(candidates, about, handler):
    assert rules.handler_of(candidates, about=about) == handler


@pytest.mark.rule("CP-02")
def test_first_reply_is_due_within_24_hours_by_the_clock():
    assert rules.reply_due_at(AT) == AT + dt.timedelta(hours=24)


def test_number_counts_within_its_day():
    assert rules.number_of(dt.date(2026, 11, 22), 7) == "TS20261122-007"


@pytest.mark.django_db
def test_complaint_gets_number_clock_handler_alert_and_audit():
    by, handler = StaffFactory(), StaffFactory()
    customer = CustomerFactory(store=by.store, name="王小明")

    first = opened(customer, by, candidates=[handler.pk])
    second = opened(customer, by, candidates=[handler.pk])
    next_day = opened(customer, by, candidates=[handler.pk], at=AT + dt.timedelta(hours=1))

    assert [row.number for row in (first, second, next_day)] == [
        "TS20261122-001",
        "TS20261122-002",
        "TS20261123-001",
    ]
    assert (first.handler, first.taken_by, first.reply_due_at) == (handler, by, AT + dt.timedelta(hours=24))
    assert Alert.objects.filter(recipient=handler, code="complaint.opened").count() == 3
    assert "王小明" in Alert.objects.order_by("pk")[0].text
    assert AuditEvent.objects.filter(code="complaint.opened", subject_id=first.pk).count() == 1


@pytest.mark.django_db
def test_same_origin_gives_the_same_complaint_and_no_word_is_lost():
    by = StaffFactory()
    customer = CustomerFactory(store=by.store)

    first = opened(customer, by, origin_key="task:1")
    again = opened(customer, by, origin_key="task:1")
    more = opened(customer, by, origin_key="task:1", content="还没有人回电")
    other_kind = opened(customer, by, origin_key="task:1", kind=ComplaintKind.PRODUCT)

    assert first == again == more
    assert other_kind != first
    assert Complaint.objects.get(pk=first.pk).content == "等了三个小时\n\n还没有人回电"


@pytest.mark.django_db
def test_complaint_without_words_is_refused_and_takes_no_number():
    by = StaffFactory()
    customer = CustomerFactory(store=by.store)

    with pytest.raises(NothingSaid):
        opened(customer, by, content="  ")

    assert opened(customer, by).number == "TS20261122-001"


@pytest.mark.django_db
@pytest.mark.rule("CP-20")
def test_ladder_is_superior_supervisor_manager_general_manager_of_the_store():
    store = StoreFactory()
    general = StaffFactory(store=store, roles=["general_manager"])
    manager = StaffFactory(store=store, roles=["sales_manager"])
    supervisor = StaffFactory(store=store, roles=["sales_supervisor"])
    superior = StaffFactory(store=store)
    StaffFactory(store=store, roles=["sales_supervisor"], state="left")
    StaffFactory(store=store, roles=["sales_manager"], is_active=False)
    StaffFactory(roles=["sales_supervisor"])

    order = escalation_order(store=store, first=[superior, None], roles=LADDER)

    assert order == [superior.pk, supervisor.pk, manager.pk, general.pk]


@pytest.mark.django_db
@pytest.mark.rule("D3-04")
def test_unsettled_complaints_come_first_then_the_newest():
    customer = CustomerFactory()
    old = ComplaintFactory(customer=customer, received_at=AT - dt.timedelta(days=9))
    closed = ComplaintFactory(customer=customer, received_at=AT, state=ComplaintState.CLOSED)
    new = ComplaintFactory(customer=customer, received_at=AT - dt.timedelta(days=1))
    ComplaintFactory()

    assert list(complaints_of(customer)) == [new, old, closed]
