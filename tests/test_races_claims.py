"""Many agents at one queue, on PostgreSQL: each call once, nobody two. The first test shows the race unguarded."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from followups.models import CallAttempt, CallTask
from followups.services.calls import save_call
from followups.services.claims import claim_next_task, expire_claims
from followups.tests.factories import CHINA
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AGENTS, CALLS = 16, 500
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = dt.date(2026, 11, 24)
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def agents() -> list[Staff]:
    store = StoreFactory()
    delivery = DeliveryFactory(customer__store=store)
    CallTask.objects.bulk_create(
        CallTask(
            store=store,
            kind="7dc",
            subject_id=delivery.pk,
            occurrence=str(number),
            customer=delivery.customer,
            vehicle=delivery.vehicle,
            delivery=delivery,
            consultant=delivery.consultant,
            pool="call_centre_agent",
            anchor_on=delivery.delivered_on,
            first_due_on=TODAY,
            due_on=TODAY,
            overdue_at=AT + A_DAY,
            created_at=AT,
        )
        for number in range(CALLS)
    )
    return [StaffFactory(store=store, roles=["call_centre_agent"]) for _ in range(AGENTS)]


def side_by_side(work: Callable[[Staff], Any], agents: list[Staff]) -> list[Any]:
    """Every agent at once, each on a connection of its own."""
    start = Barrier(len(agents))

    def run(agent: Staff) -> Any:
        try:
            start.wait(timeout=30)
            return work(agent)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(agents)) as pool:
        return list(pool.map(run, agents))


def test_calls_are_handed_out_twice_without_the_guard(agents: list[Staff]) -> None:
    """Read, then save: what the one conditional UPDATE is there for."""
    seen = Barrier(AGENTS)

    def read_then_save(agent: Staff) -> int:
        task = CallTask.objects.filter(state="open").order_by("pk")[:1].get()
        seen.wait(timeout=30)
        CallTask.objects.filter(pk=task.pk).update(
            state="claimed", claimed_by=agent, claimed_at=AT, claim_expires_at=AT
        )
        return task.pk

    handed_out = Counter(side_by_side(read_then_save, agents))

    assert max(handed_out.values()) == AGENTS


def test_sixteen_agents_work_five_hundred_calls_each_once_and_nobody_holds_two(agents: list[Staff]) -> None:
    def work_down(agent: Staff) -> list[int]:
        worked = []
        while task := claim_next_task(by=agent, at=AT):
            assert CallTask.objects.filter(claimed_by=agent).count() == 1
            CallTask.objects.filter(pk=task.pk, claimed_by=agent).update(
                state="done", closed_at=AT, claimed_by=None, claimed_at=None, claim_expires_at=None
            )
            worked.append(task.pk)
        return worked

    worked = [pk for calls in side_by_side(work_down, agents) for pk in calls]

    assert len(worked) == len(set(worked)) == CALLS
    assert set(CallTask.objects.values_list("state", flat=True)) == {"done"}


def test_one_agent_in_sixteen_tabs_holds_one_call(agents: list[Staff]) -> None:
    in_tabs = [Staff.objects.select_related("store").get(pk=agents[0].pk) for _ in range(AGENTS)]

    held = side_by_side(lambda agent: claim_next_task(by=agent, at=AT), in_tabs)

    assert len({task.pk for task in held if task}) == 1
    assert None not in held
    assert CallTask.objects.filter(state="claimed").count() == 1


def test_call_saved_in_sixteen_tabs_is_saved_once(agents: list[Staff]) -> None:
    agent = agents[0]
    task = claim_next_task(by=agent, at=AT)
    assert task is not None

    saved = side_by_side(
        lambda _: save_call(task=task, by=agent, at=AT, outcome="no_answer", attempts=0).is_repeated, agents
    )

    assert Counter(saved) == {True: AGENTS - 1, False: 1}
    assert CallAttempt.objects.count() == 1


def test_sleeping_claims_fall_back_once_however_many_sweep(agents: list[Staff]) -> None:
    for agent in agents:
        claim_next_task(by=agent, at=AT)

    freed = side_by_side(lambda _: expire_claims(at=AT + dt.timedelta(hours=1)), agents)

    assert sum(freed) == AGENTS
    assert not CallTask.objects.filter(state="claimed").exists()
