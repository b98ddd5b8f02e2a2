"""What waits for a person: each call in one place, promised ones first."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from complaints.models import Complaint
from dealership.desk.selectors.my_day import my_day
from dealership.notifications.tests.factories import AlertFactory
from followups.enums import TaskKind, TaskState
from followups.models import CallTask
from followups.selectors.day import month_so_far
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)
ALL_ROLES = ["sales_consultant", "call_centre_agent", "call_centre_supervisor", "sales_manager"]


@pytest.fixture(autouse=True)
def that_morning():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def consultant(store):
    return StaffFactory(store=store, roles=["sales_consultant"], language="en")


def call(owner, *, kind=TaskKind.THREE_DAY, days=0, **values):
    return CallTaskFactory(
        delivery__customer__store=owner.store,
        owner=owner,
        kind=kind,
        pool="sales_consultant",
        due_on=TODAY + DAY * days,
        **values,
    )


def test_each_call_stands_in_one_place(consultant):
    late = call(consultant, days=-2)
    promised = call(consultant, due_at=AT + dt.timedelta(hours=3))
    broken_promise = call(consultant, due_at=AT - dt.timedelta(hours=1))
    due = call(consultant)
    quarterly = call(consultant, kind=TaskKind.PERIODIC)
    trace = call(consultant, kind=TaskKind.NUMBER_TRACE)
    tomorrow = call(consultant, days=1)
    call(consultant, days=8)
    open_now = call(
        consultant,
        state=TaskState.CLAIMED,
        claimed_by=consultant,
        claimed_at=AT,
        claim_expires_at=AT + dt.timedelta(minutes=20),
    )

    ahead = my_day(consultant, at=AT).ahead

    assert ahead.in_work == open_now
    assert ahead.promised == (promised,)
    assert ahead.overdue == (late, broken_promise)
    assert ahead.traces == (trace,)
    assert [(group.kind, group.tasks) for group in ahead.due] == [
        (TaskKind.THREE_DAY, (due,)),
        (TaskKind.PERIODIC, (quarterly,)),
    ]
    assert ahead.upcoming == (tomorrow,)
    assert ahead.to_do == 6


def test_a_call_that_waits_for_a_number_is_not_the_persons_to_make(consultant):
    trace = call(consultant, kind=TaskKind.NUMBER_TRACE)
    call(consultant, held_by=trace)

    ahead = my_day(consultant, at=AT).ahead

    assert (ahead.traces, ahead.due) == ((trace,), ())


def test_colleagues_calls_are_theirs(consultant, store):
    call(StaffFactory(store=store, roles=["sales_consultant"]))

    day = my_day(consultant, at=AT)

    assert day.is_quiet


def test_a_pool_call_promised_by_the_agent_is_the_agents(store):
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    mine = CallTaskFactory(
        delivery__customer__store=store, due_on=TODAY, due_at=AT + dt.timedelta(hours=1), promised_by=agent
    )
    CallTaskFactory(delivery__customer__store=store, due_on=TODAY)

    day = my_day(agent, at=AT)

    assert day.ahead.promised == (mine,)
    assert (day.pool.due, day.shows_queue) == (2, True)


@pytest.mark.rule("D3-11")
def test_the_month_counts_what_fell_due_and_leaves_out_the_cancelled(consultant):
    mine = {
        "delivery__consultant": consultant,
        "kind": TaskKind.THREE_DAY,
        "delivery__customer__store": consultant.store,
    }
    ended = {"closed_at": AT}
    CallTaskFactory(**mine, due_on=TODAY, attempts=1, is_successful=True, state=TaskState.DONE, **ended)
    CallTaskFactory(**mine, due_on=dt.date(2026, 11, 1), attempts=2)
    CallTaskFactory(**mine, due_on=TODAY)
    CallTaskFactory(**mine, due_on=TODAY, state=TaskState.CANCELLED, **ended)
    CallTaskFactory(**mine, due_on=TODAY + DAY)
    CallTaskFactory(**mine, due_on=dt.date(2026, 10, 31), attempts=1)
    CallTask.objects.update(owner=consultant)

    month = month_so_far(consultant, on=TODAY, whole_store=False)

    assert (month.due, month.attempted, month.successful) == (3, 2, 1)
    assert month.success_rate == pytest.approx(1 / 3)


def test_an_empty_month_has_no_rate(consultant):
    month = month_so_far(consultant, on=TODAY, whole_store=False)

    assert (month.due, month.success_rate, month.attempt_rate) == (0, None, None)


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        pytest.param(["sales_consultant"], "its 3DC call stands here", id="consultant"),
        pytest.param(["call_centre_agent"], "The queue is empty", id="agent"),
        pytest.param(["reception"], "Look up a customer", id="reception"),
        pytest.param(["admin"], "Import a workbook", id="admin"),
        pytest.param(["sales_manager"], "3DC this month, store", id="manager"),
        pytest.param(["sales_supervisor"], "My team today", id="supervisor"),
    ],
)
def test_an_empty_day_says_what_to_do(client, store, roles, says):
    client.force_login(StaffFactory(store=store, roles=roles, language="en"), backend=BACKEND)

    response = client.get("/")

    assert response.status_code == 200
    assert says in response.content.decode()


def test_a_person_without_a_store_has_a_day(client):
    client.force_login(StaffFactory(store=None, roles=["group_manager"]), backend=BACKEND)

    response = client.get("/")

    assert response.status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_day_of_somebody_with_every_role_costs_the_same_queries(client, store, django_assert_num_queries, count):
    staff = StaffFactory(store=store, roles=ALL_ROLES)
    client.force_login(staff, backend=BACKEND)
    for number in range(count):
        task = call(staff, days=-number)
        call(staff, kind=TaskKind.PERIODIC)
        AlertFactory(recipient=staff)
        Complaint.objects.create(
            store=store,
            number=f"TS{number}",
            customer=task.customer,
            kind="service",
            origin="phone",
            content="示例",
            handler=staff,
            received_at=AT,
        )

    with django_assert_num_queries(11):
        response = client.get("/")

    assert len(response.context["day"].complaints) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_day_of_a_consultant_costs_the_same_queries(client, consultant, django_assert_num_queries, count):
    client.force_login(consultant, backend=BACKEND)
    for _ in range(count):
        call(consultant)

    with django_assert_num_queries(9):
        response = client.get("/")

    assert response.context["day"].ahead.due_count == count


def test_rows_and_alerts_of_the_day_lead_into_the_call(client, consultant):
    late, due = call(consultant, days=-2), call(consultant)
    alert = AlertFactory(recipient=consultant, url=reverse("call_task", args=[late.pk]))
    client.force_login(consultant, backend=BACKEND)

    text = client.get(reverse("my_day")).content.decode()

    for task in (late, due):
        assert f'<a href="{reverse("call_task", args=[task.pk])}">{task.customer.name}</a>' in text
    assert reverse("alert_open", args=[alert.pk]) in text
