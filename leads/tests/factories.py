"""Plain leads, for tests."""

import datetime as dt
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from customers.tests.factories import CustomerFactory
from leads.models import Lead, Visit
from staffing.tests.factories import StoreFactory

CHINA = ZoneInfo("Asia/Shanghai")
#: A Tuesday morning.
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


class LeadFactory(DjangoModelFactory):
    class Meta:
        model = Lead

    customer = factory.SubFactory(CustomerFactory)
    store = factory.SelfAttribute("customer.store")
    number = factory.Sequence(lambda n: f"T{n:05d}")
    channel = "web"
    registered_at = AT
    grade = "A"
    first_due_at = factory.LazyAttribute(lambda lead: lead.registered_at + dt.timedelta(hours=24))
    created_at = factory.SelfAttribute("registered_at")


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = Visit

    store = factory.SubFactory(StoreFactory)
    visited_on = AT.date()
    arrived_at = AT
    name = "来客例"
    created_at = AT
