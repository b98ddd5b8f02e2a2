"""Deliveries for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from customers.tests.factories import CustomerFactory
from inventory.tests.factories import VehicleFactory, VehicleOwnershipFactory
from orders.models import Delivery
from staffing.tests.factories import StaffFactory


class DeliveryFactory(DjangoModelFactory):
    """A delivery by a consultant of the customer's store, who owns the customer; the customer owns the car."""

    class Meta:
        model = Delivery
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    store = factory.SelfAttribute("customer.store")
    vehicle = factory.SubFactory(VehicleFactory, store=factory.SelfAttribute("..store"))
    consultant = factory.SubFactory(StaffFactory, store=factory.SelfAttribute("..store"), roles=["sales_consultant"])
    delivered_on = dt.date(2026, 11, 17)
    created_at = dt.datetime(2026, 11, 17, 8, 0, tzinfo=dt.UTC)

    @factory.post_generation
    def ownership(self, create, extracted, **kwargs):
        VehicleOwnershipFactory(vehicle=self.vehicle, customer=self.customer, from_on=self.delivered_on)
