"""What a ban does to calls that are on a list already, or just being put there (D3-09)."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from dealership.sweeps import sweep
from followups.enums import CloseReason, TaskKind, TaskState
from followups.services.calls import save_call
from followups.services.claims import claim_next_task, claim_task
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agents(store):
    return [StaffFactory(store=store, roles=["call_centre_agent"]) for _ in range(2)]


@pytest.mark.rule("D3-09")
def test_a_call_in_work_during_the_ban_does_not_come_back_to_the_list(store, agents):
    delivery = DeliveryFactory(customer__store=store)
    in_work = CallTaskFactory(kind=TaskKind.SEVEN_DAY, delivery=delivery)
    other = CallTaskFactory(kind=TaskKind.N_PLUS_1, delivery=delivery)
    claim_task(task=in_work, by=agents[0], at=AT)
    save_call(task=other, by=agents[1], at=AT, outcome="refused_all")

    during = sweep(at=AT + MINUTE)["calls_banned"]
    save_call(task=in_work, by=agents[0], at=AT + MINUTE, outcome="no_answer")
    after = sweep(at=AT + 2 * MINUTE)["calls_banned"]

    in_work.refresh_from_db()
    assert (during, after) == (0, 1)
    assert (in_work.state, in_work.close_reason) == (TaskState.CANCELLED, CloseReason.CONTACT_BAN)
    assert in_work.alert_due_at is None
    assert AuditEvent.objects.about(in_work).filter(code="task.cancelled").count() == 1
    assert claim_next_task(by=agents[0], at=AT + dt.timedelta(days=1)) is None
