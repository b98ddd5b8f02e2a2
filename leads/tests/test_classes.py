"""Keeping the classes of customers: on events, every night, in sets, and without standing in an import's way."""

import datetime as dt

import pytest

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from leads.enums import Channel, LeadState
from leads.models import ClassChange, CustomerClassification, Lead
from leads.services.classes import classify_customers, sweep_classes
from leads.services.registering import NewLead, register_lead
from leads.services.states import change_state
from leads.signals import lead_planned
from leads.tests.factories import AT, LeadFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def giver(store):
    return CustomerFactory(store=store, name="介绍人例")


def give(giver, *, days_ago=0, **values):
    """A lead that ``giver`` gave, as an import brings it: nothing announces it."""
    customer = CustomerFactory(store=giver.store)
    return LeadFactory(customer=customer, introducer=giver, registered_at=AT - dt.timedelta(days=days_ago), **values)


def stored(customer):
    row = CustomerClassification.objects.get(customer=customer)
    return row.customer_class, row.referrals, row.since, row.review_on


def changes(customer):
    return list(ClassChange.objects.filter(customer=customer).order_by("pk").values_list("before", "customer_class"))


@pytest.mark.rule("RC-05")
def test_the_third_lead_given_makes_a_vip_at_once(store, giver):
    for number in range(3):
        new = NewLead(f"来客{number}例", f"1390000000{number}", Channel.REFERRAL, AT, details={"introducer": giver})
        register_lead(store=store, new=new, owner=None, pool="telesales", by=None, at=AT)

    assert stored(giver) == ("vip", 3, AT.date(), AT.date() + dt.timedelta(days=365))
    assert changes(giver) == [("", "potential"), ("potential", "vip")]


@pytest.mark.rule("RC-05")
@pytest.mark.parametrize(
    ("days_later", "expected", "changed"), [(264, "vip", 0), (265, "potential", 1)], ids=["last day", "emptied"]
)
def test_the_night_demotes_when_the_window_empties(giver, days_later, expected, changed):
    for days_ago in (100, 50, 0):
        give(giver, days_ago=days_ago)
    sweep_classes(at=AT)
    LATER = AT + dt.timedelta(days=days_later)

    assert sweep_classes(at=LATER) == changed
    assert stored(giver)[0] == expected
    assert sweep_classes(at=LATER) == 0


def test_a_joined_lead_and_an_own_one_are_not_given_twice(giver):
    kept = give(giver)
    give(giver, state=LeadState.MERGED, merged_into=kept)
    LeadFactory(customer=giver, introducer=giver)

    sweep_classes(at=AT)

    assert stored(giver)[:2] == ("hopeful", 1)


@pytest.mark.rule("RC-02")
@pytest.mark.rule("RC-06")
def test_the_class_follows_the_end_of_the_lead(store):
    lead = LeadFactory(customer__store=store)
    sweep_classes(at=AT)
    for state in (LeadState.DEFEAT_APPLIED, LeadState.DEFEATED):
        change_state(lead=lead, state=state, by=None, at=AT)

    lead_planned.send(sender=Lead, lead=lead, by=None, at=AT)

    assert changes(lead.customer) == [("", "hopeful"), ("hopeful", "defeated")]


@pytest.mark.rule("RC-01")
@pytest.mark.rule("RC-03")
def test_the_night_classes_those_whom_no_event_named(store):
    buyer = DeliveryFactory(customer__store=store).customer
    unknown = LeadFactory(customer__store=store, grade="", registered_at=AT - dt.timedelta(days=90)).customer
    stranger = CustomerFactory(store=store)

    sweep_classes(at=AT)

    assert [stored(customer)[0] for customer in (buyer, unknown)] == ["base", "potential"]
    assert not CustomerClassification.objects.filter(customer=stranger).exists()


def test_a_class_keeps_its_day_while_it_stays(giver):
    give(giver, days_ago=1)
    sweep_classes(at=AT - dt.timedelta(days=1))
    give(giver)

    sweep_classes(at=AT)

    assert stored(giver) == ("potential", 2, AT.date() - dt.timedelta(days=1), AT.date() + dt.timedelta(days=364))


@pytest.mark.parametrize("count", [1, 40])
def test_many_cost_the_same_queries_as_one(store, django_assert_num_queries, count):
    for _number in range(count):
        LeadFactory(customer__store=store)
    ids = list(Customer.objects.values_list("pk", flat=True))

    with django_assert_num_queries(10):  # savepoint and its release among them
        changed = classify_customers(store=store, customer_ids=ids, at=AT, reason="lead")

    assert changed == count
