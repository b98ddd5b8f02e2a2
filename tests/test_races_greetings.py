"""Cards made and sent side by side on PostgreSQL."""

import datetime as dt

import pytest
from django.db import transaction

from customers.tests.factories import ContactBanFactory, CustomerFactory
from dealership.audit.models import AuditEvent
from followups.models import Festival, GreetingCard, SkippedCall
from followups.models.cards import CardWay
from followups.services.greetings import mark_sent
from followups.services.lists import make_call_list
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]
TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)


@pytest.fixture
def store():
    store = StoreFactory()
    seller = StaffFactory(store=store, roles=["sales_consultant"])
    Festival.objects.create(code="test-day", on=TODAY + dt.timedelta(days=5), name_zh="测试节", name_en="Test day")
    for number in range(6):
        customer = CustomerFactory(store=store, owner=seller, birthday=dt.date(1980, 11, 24))
        DeliveryFactory(customer=customer, consultant=seller, delivered_on=dt.date(2026, 1, 10))
        if number == 0:
            ContactBanFactory(customer=customer)
    return store


@pytest.mark.rule("BD-01")
@pytest.mark.rule("BD-02")
def test_two_runs_make_each_card_once(store):
    with transaction.atomic():
        ours = make_call_list(store=store, on=TODAY, at=NOW)
        other = Side(lambda: make_call_list(store=store, on=TODAY, at=NOW))
        wait_until_somebody_waits()
    other.join()

    assert [(made.created["birthday"], made.created["festival"]) for made in (ours, other.result)] == [(5, 5), (0, 0)]
    assert GreetingCard.objects.count() == 10
    assert SkippedCall.objects.filter(kind__in=["birthday", "festival"]).count() == 2


def test_two_people_mark_each_card_once(store):
    make_call_list(store=store, on=TODAY, at=NOW)
    one, two = (StaffFactory(store=store, roles=["call_centre_agent"]) for _n in range(2))
    with transaction.atomic():
        ours = mark_sent(cards=GreetingCard.objects.all(), way=CardWay.POST, by=one, at=NOW)
        other = Side(lambda: mark_sent(cards=GreetingCard.objects.all(), way=CardWay.SMS, by=two, at=NOW))
        wait_until_somebody_waits()
    other.join()

    assert (ours, other.result) == (10, 0)
    assert set(GreetingCard.objects.values_list("way", "sent_by")) == {("post", one.pk)}
    assert AuditEvent.objects.filter(code="card.sent").count() == 10
