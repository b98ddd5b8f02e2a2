"""Many people at one pool and one telephone, on PostgreSQL. The first test shows the race with its guard taken away."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from leads.enums import Channel
from leads.models import Lead, LeadSource, Ownership
from leads.services.assigning import AlreadyTaken, reassign_leads, take_from_pool
from leads.services.intake import take_in_lead
from leads.services.owners import AlreadyMoved
from leads.services.registering import NewLead
from leads.services.sources import TooManyRequests, count_request, create_source, receive_lead
from leads.tests.factories import AT, LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AGENTS = 8


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def agents(store: Store) -> list[Staff]:
    return [StaffFactory(store=store, roles=["telesales"]) for _ in range(AGENTS)]


def side_by_side(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """What each gave back or was refused with, all at once, each on a connection of its own."""
    start = Barrier(len(items))

    def run(item: Any) -> Any:
        try:
            start.wait(timeout=30)
            return work(item)
        except (AlreadyTaken, AlreadyMoved) as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def test_pool_lead_is_taken_by_everybody_without_the_guard(store: Store, agents: list[Staff]) -> None:
    """Read, then save: what the conditional UPDATE is there for."""
    lead = LeadFactory(customer__store=store, owner=None)
    seen = Barrier(AGENTS)

    def read_then_save(agent: Staff) -> bool:
        is_free = Lead.objects.get(pk=lead.pk).owner_id is None
        seen.wait(timeout=30)
        Lead.objects.filter(pk=lead.pk).update(owner=agent)
        return is_free

    assert side_by_side(read_then_save, agents) == [True] * AGENTS


def test_pool_lead_is_taken_by_one(store: Store, agents: list[Staff]) -> None:
    lead = LeadFactory(customer__store=store, owner=None)

    def take(agent: Staff) -> str:
        take_from_pool(lead=Lead.objects.select_related("store").get(pk=lead.pk), by=agent, at=AT)
        return "taken"

    taken = Counter(side_by_side(take, agents))

    assert taken == {"taken": 1, AlreadyTaken: AGENTS - 1}
    assert Ownership.objects.count() == 1


def test_lead_taken_while_it_is_given_to_somebody_goes_to_one(store: Store, agents: list[Staff]) -> None:
    supervisor = StaffFactory(store=store, roles=["telesales_supervisor"])
    pk = LeadFactory(customer__store=store, owner=None).pk
    seen = Barrier(2)

    def move(is_taken: bool) -> str:
        lead = Lead.objects.select_related("store").get(pk=pk)
        seen.wait(timeout=30)
        if is_taken:
            take_from_pool(lead=lead, by=agents[0], at=AT)
        else:
            reassign_leads(leads=[lead], owner=agents[1], note="调整", by=supervisor, at=AT)
        return "moved"

    results = side_by_side(move, [True, False])

    assert results.count("moved") == Ownership.objects.count() == 1
    assert Lead.objects.get().owner == Ownership.objects.get().owner


def test_one_telephone_that_asks_at_once_everywhere_is_one_lead(store: Store, agents: list[Staff]) -> None:
    def ask(number: int) -> bool:
        new = NewLead(name="来电例", number="13900000001", channel=Channel.WEB, registered_at=AT)
        return take_in_lead(store=store, new=new, role="telesales", by=None, at=AT).joined

    joined = Counter(side_by_side(ask, range(AGENTS)))

    assert joined == {True: AGENTS - 1, False: 1}
    assert Lead.objects.count() == 1


def test_leads_that_come_at_once_go_round_in_turn(store: Store, agents: list[Staff]) -> None:
    def ask(number: int) -> int | None:
        new = NewLead(name="来电例", number=f"1390000{number:04}", channel=Channel.WEB, registered_at=AT)
        return take_in_lead(store=store, new=new, role="telesales", by=None, at=AT).lead.owner_id

    owners = Counter(side_by_side(ask, range(AGENTS)))

    assert owners == {agent.pk: 1 for agent in agents}


def test_request_sent_many_times_at_once_is_taken_in_once(store: Store, agents: list[Staff]) -> None:
    source = LeadSource(store=store, name="厂家官网", channel="oem")
    create_source(source=source, by=agents[0], at=AT)

    def send(number: int) -> tuple[bool, str]:
        new = NewLead(name="来电例", number="13900000001", channel=Channel.OEM, registered_at=AT)
        answer = receive_lead(source=source, new=new, key="once", body=b"{}", at=AT)
        return answer.is_repeated, answer.body["number"]

    answers = Counter(side_by_side(send, range(AGENTS)))

    assert answers == {(True, Lead.objects.get().number): AGENTS - 1, (False, Lead.objects.get().number): 1}
    assert not agents[0].alerts.exists()


@pytest.mark.parametrize("began", [None, AT], ids=["a new minute", "a minute that runs"])
def test_pace_counts_every_request_of_many_at_once(store: Store, agents: list[Staff], began: Any) -> None:
    source = LeadSource(store=store, name="厂家官网", channel="oem", requests_per_minute=3, minute_at=began)
    create_source(source=source, by=agents[0], at=AT)

    def send(number: int) -> bool:
        try:
            count_request(source=source, at=AT)
        except TooManyRequests:
            return False
        return True

    assert Counter(side_by_side(send, range(AGENTS))) == {True: 3, False: AGENTS - 3}
