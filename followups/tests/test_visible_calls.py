"""Whose calls a supervisor sees: the team's, and those of its pools that nobody has taken."""

import datetime as dt

import pytest

from dealership.notifications.models import Alert
from followups.models import CallTask
from followups.services.overdue import sweep_overdue
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

LATE = dt.datetime(2026, 11, 25, 0, 0, tzinfo=CHINA)
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["sales_supervisor"])


def call(store, **values):
    return CallTaskFactory(kind="3dc", delivery__customer__store=store, pool="sales_consultant", **values)


def test_a_supervisor_sees_the_pool_of_the_people_led(store, supervisor):
    nobodys = call(store)
    call(StoreFactory())
    CallTaskFactory(delivery__customer__store=store, pool="call_centre_agent")

    seen = CallTask.objects.visible_to(supervisor)

    assert list(seen) == [nobodys]


def test_a_supervisor_sees_the_calls_of_people_led_by_nobody_else(store, supervisor):
    other = StaffFactory(store=store, roles=["sales_supervisor"])
    leaderless = call(store, owner=StaffFactory(store=store, roles=["sales_consultant", "telesales"]))
    call(store, owner=StaffFactory(store=store, roles=["sales_consultant"], superior=other))
    call(store, owner=StaffFactory(store=store, roles=["call_centre_agent"]))

    seen = CallTask.objects.visible_to(supervisor)

    assert list(seen) == [leaderless]


def test_who_is_told_that_nobody_has_made_a_call_sees_it(store, supervisor):
    task = call(store, overdue_at=LATE, alert_level=1, alert_due_at=LATE + A_DAY)

    sweep_overdue(at=LATE + A_DAY)

    told = Alert.objects.get().recipient
    assert list(CallTask.objects.visible_to(told)) == [task]


def test_who_stands_in_for_a_colleague_can_follow_the_alert(client, store):
    """The call of a colleague's customer, which the colleague's day off gave to somebody else."""
    stand_in = StaffFactory(store=store, roles=["sales_consultant"])
    keeper = StaffFactory(store=store, roles=["sales_consultant"])
    call(store, owner=stand_in, delivery__customer__owner=keeper, overdue_at=LATE, alert_due_at=LATE)
    sweep_overdue(at=LATE)
    client.force_login(stand_in)

    answer = client.get(Alert.objects.get(recipient=stand_in).url)

    assert answer.status_code == 200


def test_a_consultant_sees_own_calls_and_the_own_pool_only(store):
    consultant = StaffFactory(store=store, roles=["sales_consultant"])
    mine, pooled = call(store, owner=consultant), call(store)
    call(store, owner=StaffFactory(store=store, roles=["sales_consultant"]))

    seen = CallTask.objects.visible_to(consultant).order_by("pk")

    assert list(seen) == [mine, pooled]
