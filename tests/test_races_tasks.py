"""Two people at one call on PostgreSQL: what the second one must find is what the first one left."""

import datetime as dt

import pytest
from django.db import transaction

from customers.tests.factories import CustomerPhoneFactory
from followups.enums import TaskKind, TaskState
from followups.models import CallTask, FirstServiceTrack
from followups.services.calls import save_call
from followups.services.claims import AlreadyTaken, claim_task
from followups.services.first_service import close_served_reminders
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def store() -> Store:
    return StoreFactory()


def test_a_call_that_was_taken_a_moment_ago_is_not_taken_again(store: Store) -> None:
    first, second = (StaffFactory(store=store, roles=["call_centre_agent"]) for _ in range(2))
    task = CallTaskFactory(delivery__customer__store=store)

    with transaction.atomic():
        claim_task(task=CallTask.objects.get(pk=task.pk), by=first, at=AT)
        other = Side(lambda: claim_task(task=CallTask.objects.get(pk=task.pk), by=second, at=AT))
        wait_until_somebody_waits()
    other.join()

    task.refresh_from_db()
    assert (task.claimed_by, type(other.result)) == (first, AlreadyTaken)


def test_a_reminder_that_was_taken_a_moment_ago_is_left_to_its_agent(store: Store) -> None:
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    delivery = DeliveryFactory(customer__store=store)
    FirstServiceTrack.objects.create(
        store=store, delivery=delivery, policy_km=5000, policy_months=3, rounding="ceil10",
        latest_on=TODAY, expected_on=TODAY, remind_on=TODAY, visited_on=TODAY,
    )  # fmt: skip
    task = CallTaskFactory(kind=TaskKind.FIRST_SERVICE, delivery=delivery)

    with transaction.atomic():
        claim_task(task=CallTask.objects.get(pk=task.pk), by=agent, at=AT)
        other = Side(lambda: close_served_reminders(store=store, at=AT))
        wait_until_somebody_waits()
    other.join()

    task.refresh_from_db()
    assert (task.state, task.claimed_by, other.result) == (TaskState.CLAIMED, agent, 0)


@pytest.mark.rule("SV-14")
def test_a_call_that_begins_to_wait_as_the_number_is_found_is_made_again(store: Store) -> None:
    """One caller finds the number empty while the consultant is just saving the corrected one."""
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    delivery = DeliveryFactory(customer__store=store)
    CustomerPhoneFactory(customer=delivery.customer)
    first = CallTaskFactory(delivery=delivery)
    second = CallTaskFactory(delivery=delivery, kind=TaskKind.N_PLUS_1)
    trace = save_call(task=first, by=agent, at=AT, outcome="empty_number").trace
    assert trace is not None

    with transaction.atomic():
        save_call(task=second, by=agent, at=AT, outcome="empty_number")
        found = Side(
            lambda: save_call(task=trace, by=delivery.consultant, at=AT, outcome="traced", new_number="13900000001")
        )
        found.join(timeout=2)
    found.join()

    assert not isinstance(found.result, Exception), found.result
    for task in (first, second):
        task.refresh_from_db()
        assert (task.held_by, task.due_on, task.alert_due_at) == (None, TODAY, AT.replace(day=25, hour=0))
