"""A hand-over while the supervisor re-assigns, and two visitors at one door, on PostgreSQL. Each begins unguarded."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction

from customers.tests.factories import CustomerFactory
from leads.enums import MoveReason
from leads.models import HandOver, Lead, Ownership, Turn, Visit
from leads.selectors.turn import turn_board
from leads.services.hand_over import SheetLine, hand_over_lead
from leads.services.owners import AlreadyMoved, move_lead
from leads.services.visits import VisitFacts, register_visit
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LEFT_AT = AT + dt.timedelta(hours=1)
AFTERWARDS = AT + dt.timedelta(hours=2)


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def colleague(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, name="甲顾问例", employee_no="D1", roles=["sales_consultant"])


@pytest.fixture
def lead(store: Store, agent: Staff) -> Lead:
    return LeadFactory(customer=CustomerFactory(store=store, owner=agent), owner=agent, telesales=agent)


@pytest.fixture
def visit(lead: Lead, consultant: Staff) -> Visit:
    return VisitFactory(store=lead.store, lead=lead, consultant=consultant, left_at=LEFT_AT)


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> object:
    """The result of the second, which began before the first had ended."""
    with transaction.atomic():
        one()
        second = Side(other)
        wait_until_somebody_waits()
    second.join()
    return second.result


def test_without_the_guard_both_become_the_owner(lead: Lead, agent: Staff, colleague: Staff, consultant: Staff) -> None:
    def carelessly(owner: Staff) -> Callable[[], object]:
        seen = Lead.objects.get(pk=lead.pk)

        def write() -> int:
            assert seen.owner == agent
            changed = Lead.objects.filter(pk=seen.pk).update(owner=owner)
            Ownership.objects.create(
                lead=seen, at=AT, before=agent, owner=owner, pool="telesales", stage="telesales", reason="reassigned"
            )
            return changed

        return write

    result = both_at_once(carelessly(colleague), carelessly(consultant))

    assert result == 1
    assert Ownership.objects.filter(lead=lead, before=agent).count() == 2


@pytest.mark.rule("HO-05")
@pytest.mark.parametrize("first", ["the hand-over", "the supervisor"])
def test_of_a_hand_over_and_a_reassignment_one_wins(
    lead: Lead, visit: Visit, agent: Staff, colleague: Staff, consultant: Staff, first: str
) -> None:
    seen_by_agent, seen_by_supervisor = Lead.objects.get(pk=lead.pk), Lead.objects.get(pk=lead.pk)

    def hand_over() -> object:
        line = SheetLine(condition="想置换")
        return hand_over_lead(
            lead=seen_by_agent, visit=visit, consultant=consultant, line=line, by=agent, at=AFTERWARDS
        )

    def reassign() -> object:
        reason = MoveReason.REASSIGNED
        return move_lead(lead=seen_by_supervisor, owner=colleague, reason=reason, by=None, at=AFTERWARDS)

    acts = [hand_over, reassign] if first == "the hand-over" else [reassign, hand_over]
    result = both_at_once(*acts)

    lead.refresh_from_db()
    assert isinstance(result, AlreadyMoved)
    assert Ownership.objects.filter(lead=lead).count() == 1
    if first == "the hand-over":
        assert (lead.owner, HandOver.objects.count()) == (consultant, 1)
    else:
        assert (lead.owner, HandOver.objects.count()) == (colleague, 0)


def test_without_the_guard_two_visitors_go_to_the_same_consultant(store: Store, consultant: Staff) -> None:
    other = StaffFactory(store=store, employee_no="D2", roles=["sales_consultant"])

    seen = [turn_board(store, AT.date()).next for _desk in range(2)]

    assert seen == [consultant, consultant]
    assert other not in seen


@pytest.mark.rule("ST-05")
def test_two_desks_at_once_call_two_consultants(store: Store, consultant: Staff) -> None:
    other = StaffFactory(store=store, employee_no="D2", roles=["sales_consultant"])

    def receive() -> Visit:
        return register_visit(store=store, facts=VisitFacts(), by=None, at=AT, by_turn=True)

    result = both_at_once(receive, receive)

    assert isinstance(result, Visit), result
    assert result.consultant == other
    assert list(Turn.objects.order_by("number").values_list("number", "consultant")) == [
        (1, consultant.pk),
        (2, other.pk),
    ]
