"""Customers for tests, plainly made up and the same every time."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from customers.models import ContactBan, ContactWindow, Customer, CustomerPhone
from staffing.tests.factories import StoreFactory

CREATED_AT = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    store = factory.SubFactory(StoreFactory)
    name = factory.Sequence(lambda n: f"客户{n}")
    created_at = CREATED_AT


class CustomerPhoneFactory(DjangoModelFactory):
    class Meta:
        model = CustomerPhone

    customer = factory.SubFactory(CustomerFactory)
    store = factory.SelfAttribute("customer.store")
    number = factory.Sequence(lambda n: f"+86138{n:08d}")
    reversed = factory.LazyAttribute(lambda phone: phone.number.lstrip("+")[::-1])
    is_primary = True


class ContactWindowFactory(DjangoModelFactory):
    class Meta:
        model = ContactWindow

    customer = factory.SubFactory(CustomerFactory)
    starts = dt.time(19, 0)
    ends = dt.time(20, 0)


class ContactBanFactory(DjangoModelFactory):
    class Meta:
        model = ContactBan

    customer = factory.SubFactory(CustomerFactory)
    banned_at = CREATED_AT
