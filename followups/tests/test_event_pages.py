"""The pages of owners' events: who may, planning, the list of participants, cancelling, the workbook."""

import datetime as dt
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.models import OwnerEvent
from followups.services.events import EventPlan, SignUpWish, plan_event, sign_up
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D7-09")]
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
PLAN = EventPlan("冬日自驾行", AT + dt.timedelta(days=11), "展厅", 4, AT + dt.timedelta(days=9))
TYPED = {
    "title": "冬季讲堂",
    "starts_at": "2026-12-05T14:00",
    "place": "客户休息区",
    "places": "20",
    "sign_up_until": "2026-12-03T18:00",
    "invitation": "有技师讲冬季用车。",
}


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["sales_manager"])


@pytest.fixture
def as_manager(manager):
    return signed_in(manager)


@pytest.fixture
def event(store, manager):
    return plan_event(store=store, plan=PLAN, by=manager, at=AT)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def comes(event, by, people=1, **fields):
    task = CallTaskFactory(delivery__customer__store=event.store, **fields)
    CustomerPhoneFactory(customer=task.customer, number=f"+86139{task.pk:08d}")
    return sign_up(wish=SignUpWish(event.pk, people), customer=task.customer, task=task, by=by, at=AT)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("sales_manager", 200),
        ("service_manager", 200),
        ("call_centre_supervisor", 200),
        ("admin", 200),
        ("call_centre_agent", 403),
        ("sales_consultant", 403),
    ],
)
def test_managers_and_the_call_centres_supervisor_keep_events(store, event, role, status):
    client = signed_in(StaffFactory(store=store, roles=[role]))
    names = [reverse("event_list"), reverse("event_new"), reverse("event_page", args=[event.pk])]

    assert [client.get(name).status_code for name in names] == [status] * 3


def test_an_event_is_planned_and_changed(as_manager, store):
    planned = as_manager.post(reverse("event_new"), TYPED)
    event = OwnerEvent.objects.get()
    changed = as_manager.post(reverse("event_edit", args=[event.pk]), TYPED | {"places": "30", "sign_up_until": ""})
    again = OwnerEvent.objects.get()

    assert (planned.url, changed.url) == (reverse("event_page", args=[event.pk]),) * 2
    assert (event.store, event.places, event.sign_up_until) == (
        store,
        20,
        dt.datetime(2026, 12, 3, 18, 0, tzinfo=CHINA),
    )
    assert (again.places, again.sign_up_until) == (30, again.starts_at)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"starts_at": "2026-11-23T14:00", "sign_up_until": ""}, "活动时间必须在将来。"),
        ({"sign_up_until": "2026-12-06T14:00"}, "报名截止不能晚于活动开始。"),
        ({"title": ""}, "这个字段是必填项。"),
        ({"places": "0"}, "确保该值大于或等于1。"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_kept_typed(as_manager, fields, sentence):
    answer = as_manager.post(reverse("event_new"), TYPED | fields)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "客户休息区" in answer.content.decode()
    assert not OwnerEvent.objects.exists()


def test_the_list_names_who_comes_with_masked_numbers(as_manager, manager, event):
    row = comes(event, manager, people=2)

    page = as_manager.get(reverse("event_page", args=[event.pk])).content.decode()

    assert row.customer.name in page
    assert "139****" in page
    assert "2 人 / 4 个名额" in page


def test_a_sign_up_and_an_event_are_cancelled(as_manager, manager, event):
    row = comes(event, manager, people=2)
    other = plan_event(store=event.store, plan=PLAN, by=manager, at=AT)
    foreign = as_manager.post(reverse("sign_up_cancel", args=[other.pk, row.pk]))

    for _ in range(2):
        as_manager.post(reverse("sign_up_cancel", args=[event.pk, row.pk]))
    event.refresh_from_db()
    taken = event.taken
    as_manager.post(reverse("event_cancel", args=[event.pk]))
    late = as_manager.post(reverse("event_edit", args=[event.pk]), TYPED)

    event.refresh_from_db()
    assert (foreign.status_code, taken, event.cancelled_at) == (404, 0, AT)
    assert late.status_code == 422


def test_the_workbook_is_the_list_at_the_door_and_stands_in_the_audit(as_manager, manager, event):
    row = comes(event, manager, people=3)

    answer = as_manager.get(reverse("event_export", args=[event.pk]))
    sheet = load_workbook(BytesIO(answer.content)).active

    assert [cell.value for cell in sheet[3]][:4] == ["序号", "客户", "电话", "人数"]
    assert [cell.value for cell in sheet[4]][1:4] == [row.customer.name, sheet["C4"].value, 3]
    assert "****" in sheet["C4"].value
    assert AuditEvent.objects.filter(code="event.exported", by=manager).count() == 1


def test_nobody_sees_or_takes_away_the_events_of_another_store(store, event):
    stranger = signed_in(StaffFactory(store=StoreFactory(), roles=["sales_manager"]))
    no_export = signed_in(StaffFactory(store=store, roles=["sales_supervisor"]))

    pages = [reverse(name, args=[event.pk]) for name in ("event_page", "event_edit", "event_export")]

    assert [stranger.get(page).status_code for page in pages] == [404, 404, 404]
    assert event.title not in stranger.get(reverse("event_list")).content.decode()
    assert no_export.get(pages[2]).status_code == 403


def test_the_pages_cost_the_same_for_one_line_and_for_three(as_manager, manager, event, django_assert_num_queries):
    costs = ((reverse("event_list"), 7), (reverse("event_page", args=[event.pk]), 8))
    for more in (1, 2):
        for _ in range(more):
            comes(event, manager)
        for address, statements in costs:
            with django_assert_num_queries(statements):
                as_manager.get(address)
        plan_event(store=event.store, plan=PLAN, by=manager, at=AT)
