"""Complaints for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from complaints.enums import ComplaintKind, ComplaintOrigin
from complaints.models import Complaint
from customers.tests.factories import CustomerFactory


class ComplaintFactory(DjangoModelFactory):
    class Meta:
        model = Complaint

    customer = factory.SubFactory(CustomerFactory)
    store = factory.SelfAttribute("customer.store")
    number = factory.Sequence(lambda n: f"TS20261101-{n:03d}")
    kind = ComplaintKind.SERVICE
    origin = ComplaintOrigin.PHONE
    content = "交车时间太长"
    received_at = dt.datetime(2026, 11, 1, 2, 0, tzinfo=dt.UTC)
