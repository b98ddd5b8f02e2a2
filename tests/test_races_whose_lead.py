"""Many people at the same leads and customers, on PostgreSQL. The first tests show the races without their guards."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from dealership.kernel.errors import Refusal
from dealership.web.contention import is_contention
from leads.enums import Channel, LeadState
from leads.models import Lead, Ownership
from leads.services.assigning import AlreadyTaken, hand_over_portfolio, reassign_leads, take_by_calling, take_from_pool
from leads.services.owners import AlreadyMoved
from leads.services.registering import NewLead, join_lead
from leads.tests.factories import AT, LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AGENTS = 6
ROUNDS = 8


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def agents(store: Store) -> list[Staff]:
    return [StaffFactory(store=store, roles=["telesales"]) for _ in range(AGENTS)]


@pytest.fixture
def manager(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_manager"])


def at_once(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """What each gave back, was refused with, or failed with, all at once, each on a connection of its own."""
    start = Barrier(len(items))

    def run(item: Any) -> Any:
        try:
            start.wait(timeout=30)
            return work(item)
        except Refusal as refusal:
            return type(refusal)
        except OperationalError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def fresh(*ids: int) -> list[Lead]:
    rows = Lead.objects.select_related("store").in_bulk(ids)
    return [rows[pk] for pk in ids]


def said(words: str) -> NewLead:
    return NewLead("来电例", "13900000001", Channel.WEB, AT, details={"note": words})


def behind(first: Callable[[], object], second: Callable[[], object]) -> object:
    """The result of the second, which began before the first had ended."""
    with transaction.atomic():
        first()
        side = Side(second)
        wait_until_somebody_waits()
    side.join()
    return side.result


# --- without the guards ----------------------------------------------------------------------------------------------
def test_without_an_order_the_database_ends_one_of_two(store: Store) -> None:
    """Each holds what the other one wants: what the order of the rows is there for, and what is told when it fails."""
    ids = [LeadFactory(customer__store=store).pk for _ in range(2)]
    both_hold_one = Barrier(2)

    def crosswise(order: list[int]) -> str:
        with transaction.atomic():
            Lead.objects.filter(pk=order[0]).update(city="宁波")
            both_hold_one.wait(timeout=30)
            Lead.objects.filter(pk=order[1]).update(city="宁波")
        return "done"

    results = at_once(crosswise, [ids, ids[::-1]])

    assert results.count("done") == 1
    assert [is_contention(result) for result in results if result != "done"] == [True]


def test_without_a_look_at_the_row_as_it_is_a_note_is_lost(store: Store) -> None:
    pk = LeadFactory(customer__store=store).pk
    seen = Barrier(2)

    def read_then_save(words: str) -> None:
        lead = Lead.objects.get(pk=pk)
        seen.wait(timeout=30)
        lead.note = f"{lead.note}\n{words}".strip()
        lead.save(update_fields=["note"])

    at_once(read_then_save, ["甲", "乙"])

    assert Lead.objects.get().note in ("甲", "乙")


# --- notes -----------------------------------------------------------------------------------------------------------
def test_of_two_enquiries_at_once_both_words_stand_on_the_card(store: Store) -> None:
    pk = LeadFactory(customer__store=store).pk
    first, second = fresh(pk)[0], fresh(pk)[0]

    result = behind(
        lambda: join_lead(lead=first, new=said("甲"), by=None, at=AT),
        lambda: join_lead(lead=second, new=said("乙"), by=None, at=AT),
    )

    assert result is True
    assert Lead.objects.get().note == "甲\n乙"


def test_enquiry_that_waited_for_the_end_of_the_lead_does_not_join_it(store: Store) -> None:
    pk = LeadFactory(customer__store=store).pk
    seen_before = fresh(pk)[0]

    result = behind(
        lambda: Lead.objects.filter(pk=pk).update(state=LeadState.LOST),
        lambda: join_lead(lead=seen_before, new=said("乙"), by=None, at=AT),
    )

    assert result is False
    assert Lead.objects.get().note == ""


# --- the order of the rows -------------------------------------------------------------------------------------------
def test_leads_given_crosswise_wait_for_each_other_in_one_order(store: Store, agents: list[Staff]) -> None:
    for _round in range(ROUNDS):
        ids = [LeadFactory(customer__store=store, owner=agents[0]).pk for _ in range(6)]

        def give(item: tuple[list[int], Staff]) -> int:
            order, owner = item
            return reassign_leads(leads=fresh(*order), owner=owner, note="调整", by=owner, at=AT)

        results = at_once(give, [(ids, agents[1]), (ids[::-1], agents[2]), (ids[3:] + ids[:3], agents[3])])

        assert [result for result in results if isinstance(result, OperationalError)] == []
        assert results.count(6) >= 1
        assert set(results) <= {6, AlreadyMoved}


def test_leads_of_the_same_customers_given_crosswise_do_not_end_each_other(store: Store, agents: list[Staff]) -> None:
    for _round in range(ROUNDS):
        customers = [CustomerFactory(store=store, owner=agents[0]) for _ in range(4)]
        forth = [LeadFactory(customer=customer, owner=agents[0]).pk for customer in customers]
        back = [LeadFactory(customer=customer, owner=agents[0]).pk for customer in reversed(customers)]

        def give(item: tuple[list[int], Staff]) -> int:
            order, owner = item
            return reassign_leads(leads=fresh(*order), owner=owner, note="调整", by=owner, at=AT)

        assert at_once(give, [(forth, agents[1]), (back, agents[2])]) == [4, 4]


def test_portfolio_and_single_leads_move_at_once(store: Store, agents: list[Staff], manager: Staff) -> None:
    leaver, heir, other = agents[:3]
    ids = [LeadFactory(customer__store=store, customer__owner=leaver, owner=leaver).pk for _ in range(6)]

    def work(kind: str) -> str:
        if kind == "portfolio":
            hand_over_portfolio(leaver=leaver, heirs=[heir], note="离职", by=manager, at=AT)
        else:
            reassign_leads(leads=fresh(*ids[::-1]), owner=other, note="调整", by=manager, at=AT)
        return "moved"

    results = at_once(work, ["portfolio", "leads"])

    assert "moved" in results
    assert [result for result in results if isinstance(result, OperationalError)] == []
    owner = Lead.objects.values_list("owner", flat=True).distinct().get()
    assert owner in (heir.pk, other.pk)
    assert set(Customer.objects.values_list("owner", flat=True)) == {owner}


# --- calling ---------------------------------------------------------------------------------------------------------
def test_pool_lead_that_is_called_and_taken_at_once_becomes_one_person_s(store: Store, agents: list[Staff]) -> None:
    pk = LeadFactory(customer__store=store, owner=None).pk

    def work(item: tuple[int, Staff]) -> object:
        number, agent = item
        lead = fresh(pk)[0]
        if number % 2:
            return take_by_calling(lead=lead, by=agent, at=AT)
        take_from_pool(lead=lead, by=agent, at=AT)
        return True

    results = Counter(map(str, at_once(work, list(enumerate(agents)))))

    assert results["True"] == Ownership.objects.count() == 1
    assert set(results) <= {"True", "False", str(AlreadyTaken)}
    assert Lead.objects.get().owner == Ownership.objects.get().owner


def test_call_that_is_saved_while_somebody_takes_the_lead_leaves_it_there(store: Store, agents: list[Staff]) -> None:
    pk = LeadFactory(customer__store=store, owner=None).pk
    taken, called = fresh(pk)[0], fresh(pk)[0]

    result = behind(
        lambda: take_from_pool(lead=taken, by=agents[0], at=AT),
        lambda: take_by_calling(lead=called, by=agents[1], at=AT),
    )

    assert result is False
    assert Lead.objects.get().owner == agents[0]
    assert called.owner_id == agents[0].pk
