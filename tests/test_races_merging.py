"""Two people who join the same two leads at once, on PostgreSQL. The first test shows the race unguarded."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from leads.enums import LeadState
from leads.models import Lead, Merge
from leads.services import merging
from leads.services.merging import AlreadyMerged, merge_leads
from leads.services.states import LeadChanged
from leads.tests.factories import AT, LeadFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LATER = AT + dt.timedelta(minutes=1)


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


@pytest.fixture
def pair(customer: Customer) -> tuple[Lead, Lead]:
    return LeadFactory(customer=customer), LeadFactory(customer=customer)


@pytest.fixture
def supervisor(customer: Customer) -> Staff:
    return StaffFactory(store=customer.store, roles=["sales_manager"])


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> object:
    """The result of the second, which began before the first had ended."""
    with transaction.atomic():
        one()
        second = Side(other)
        wait_until_somebody_waits()
    second.join()
    return second.result


def joining(kept: Lead, dropped: Lead, by: Staff) -> Callable[[], object]:
    one, other = Lead.objects.get(pk=kept.pk), Lead.objects.get(pk=dropped.pk)
    return lambda: merge_leads(kept=one, dropped=other, sides={}, by=by, at=LATER)


def test_without_the_guard_both_leads_go_into_each_other(
    pair: tuple[Lead, Lead], supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps what the other drops; without a look at the rows as they are, the second sees two open leads."""
    monkeypatch.setattr(merging, "hold", lambda *leads: None)
    first, second = pair

    result = both_at_once(joining(first, second, supervisor), joining(second, first, supervisor))

    assert isinstance(result, Merge), result
    assert set(Lead.objects.values_list("state", flat=True)) == {LeadState.MERGED}


@pytest.mark.parametrize("way_round", ["the same way round", "the other way round"])
def test_of_two_who_join_the_same_leads_one_is_told(pair: tuple[Lead, Lead], supervisor: Staff, way_round: str) -> None:
    first, second = pair
    other = (first, second) if way_round == "the same way round" else (second, first)

    result = both_at_once(joining(first, second, supervisor), joining(*other, supervisor))

    assert isinstance(result, AlreadyMerged), result
    assert Merge.objects.count() == 1
    assert list(Lead.objects.order_by("pk").values_list("state", flat=True)) == [LeadState.OPEN, LeadState.MERGED]
    assert not isinstance(result, LeadChanged)
