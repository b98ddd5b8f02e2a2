"""Two people who find a number of the same customer, on PostgreSQL. The first test shows the race unguarded."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from customers.enums import NumberState
from customers.models import Customer, CustomerPhone
from customers.services import phones
from customers.services.phones import replace_phone
from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from followups.enums import TaskKind, TaskState
from followups.models import CallTask
from followups.services.calls import save_call
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
MAIN, SPARE, FIRST_FOUND, THEN_FOUND = (f"+8613900000{tail}" for tail in ("001", "002", "003", "004"))


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def finder(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_consultant"])


@pytest.fixture
def customer(store: Store) -> Customer:
    customer = CustomerFactory(store=store)
    CustomerPhoneFactory(customer=customer, number=MAIN)
    CustomerPhoneFactory(customer=customer, number=SPARE, is_primary=False)
    return customer


def main_numbers(customer: Customer) -> list[str]:
    return list(CustomerPhone.objects.filter(customer=customer, is_primary=True).values_list("number", flat=True))


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> object:
    """The result of the second, which began before the first had ended."""
    with transaction.atomic():
        one()
        second = Side(other)
        wait_until_somebody_waits()
    second.join()
    return second.result


def replacing(customer: Customer, by: Staff, number: str) -> Callable[[], object]:
    old = CustomerPhone.objects.get(customer=customer, number=MAIN)
    return lambda: replace_phone(customer=customer, old=old, number=number, by=by, at=AT)


def test_without_the_guard_the_second_main_number_breaks_the_constraint(
    customer: Customer, finder: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "_one_at_a_time", lambda customer: None)

    result = both_at_once(replacing(customer, finder, FIRST_FOUND), replacing(customer, finder, THEN_FOUND))

    assert isinstance(result, IntegrityError)
    assert "customer_phone_one_primary" in str(result)


@pytest.mark.parametrize("second", [THEN_FOUND, SPARE, FIRST_FOUND], ids=["another", "onto a spare one", "the same"])
def test_the_number_that_is_saved_last_is_the_main_one(customer: Customer, finder: Staff, second: str) -> None:
    result = both_at_once(replacing(customer, finder, FIRST_FOUND), replacing(customer, finder, second))

    assert isinstance(result, CustomerPhone), result
    assert main_numbers(customer) == [second]
    states = dict(CustomerPhone.objects.filter(customer=customer).values_list("number", "state"))
    assert (states[MAIN], states[FIRST_FOUND], states[second]) == (
        NumberState.WRONG, NumberState.GOOD, NumberState.GOOD,
    )  # fmt: skip


@pytest.mark.rule("SV-14")
def test_two_traces_of_one_customer_that_end_at_once_both_bring_their_call_back(
    store: Store, customer: Customer, finder: Staff
) -> None:
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    delivery = DeliveryFactory(customer=customer, consultant=finder)
    calls = [CallTaskFactory(delivery=delivery, kind=kind) for kind in (TaskKind.SEVEN_DAY, TaskKind.N_PLUS_1)]
    numbers = [CustomerPhone.objects.get(customer=customer, number=number) for number in (MAIN, SPARE)]
    traces = [
        save_call(task=call, by=agent, at=AT, outcome="empty_number", phone=phone).trace
        for call, phone in zip(calls, numbers, strict=True)
    ]

    def found(trace: CallTask | None, number: str) -> Callable[[], object]:
        assert trace is not None
        return lambda: save_call(task=trace, by=finder, at=AT, outcome="traced", new_number=number)

    result = both_at_once(found(traces[0], FIRST_FOUND), found(traces[1], THEN_FOUND))

    assert not isinstance(result, Exception), result
    assert main_numbers(customer) == [THEN_FOUND]
    assert set(CallTask.objects.filter(kind=TaskKind.NUMBER_TRACE).values_list("state", flat=True)) == {TaskState.DONE}
    assert set(CallTask.objects.filter(pk__in=[call.pk for call in calls]).values_list("held_by", "state")) == {
        (None, TaskState.OPEN)
    }
