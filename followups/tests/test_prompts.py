"""Insurance, inspection and trade-in in the calls to owners (PF-06)."""

import datetime as dt

import pytest
import time_machine

from dealership.audit.models import AuditEvent
from dealership.kernel.dates import add_months
from followups.forms import CallForm
from followups.models import CallingPolicy
from followups.selectors.calls import call_screen
from followups.services.calls import save_call
from followups.services.claims import claim_task
from followups.tests.factories import CHINA, CallTaskFactory
from inventory.services.dates import CarDates
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PF-06")]

TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def agent():
    return StaffFactory(store=StoreFactory(), roles=["call_centre_agent"])


def call(agent, kind="retained", months=30):
    delivery = DeliveryFactory(customer__store=agent.store, delivered_on=add_months(TODAY, -months))
    task = CallTaskFactory(kind=kind, delivery=delivery, due_on=TODAY)
    return claim_task(task=task, by=agent, at=AT)


@pytest.mark.parametrize("kind", ["retained", "periodic", "lost_customer"])
def test_the_screen_says_what_to_speak_of(agent, kind):
    task = call(agent, kind)

    screen = call_screen(task=task, by=agent, at=AT)

    assert [line.text for line in screen.prompts.lines] == ["年检大概在 2026-05-24 已到期，请询问是否办理。"]
    assert [line.is_pressing for line in screen.prompts.lines] == [True]
    assert {"insured_until", "inspect_by"} <= set(CallForm(screen=screen).fields)


@pytest.mark.parametrize("kind", ["3dc", "7dc", "n_plus_1", "first_service"])
def test_other_calls_are_not_burdened(agent, kind):
    screen = call_screen(task=call(agent, kind), by=agent, at=AT)

    assert screen.prompts is None
    assert "insured_until" not in CallForm(screen=screen).fields


def test_a_store_decides_from_when(agent):
    CallingPolicy.objects.create(
        store=agent.store, effective_from=dt.date(2026, 1, 1), inspection_days=0, trade_in_months=24
    )
    task = call(agent, months=24)

    texts = [line.text for line in call_screen(task=task, by=agent, at=AT).prompts.lines]

    assert texts == [
        "请询问保险到期日，大概在 2026-11-24。",
        "请询问年检到期日，大概在 2026-11-24。",
        "2026-11-24 之前的车：询问置换意向，可免费评估。",
    ]


def test_what_the_owner_says_is_kept_and_audited(agent):
    task = call(agent)
    dates = CarDates(insured_until=dt.date(2027, 3, 1))

    save_call(task=task, by=agent, at=AT, outcome="done", note="好", car_dates=dates)

    task.vehicle.refresh_from_db()
    assert (task.vehicle.insured_until, task.vehicle.inspect_by) == (dt.date(2027, 3, 1), None)
    assert AuditEvent.objects.get(code="vehicle.dates_recorded").data == {"insured_until": ["", "2027-03-01"]}


def test_from_the_call_screen(client, agent):
    task = call(agent)

    with time_machine.travel(AT):
        client.force_login(agent)
        client.post(
            f"/tasks/{task.pk}/save/",
            {"attempts": "0", "outcome": "done", "note": "在续保", "inspect_by": "2027-01-31", "after_save": "stay"},
        )

    task.vehicle.refresh_from_db()
    assert task.vehicle.inspect_by == dt.date(2027, 1, 31)
