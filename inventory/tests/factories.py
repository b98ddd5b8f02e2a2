"""Cars for tests, plainly made up and the same every time."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from inventory.enums import StockState
from inventory.models import Vehicle, VehicleModel, VehicleOwnership
from staffing.tests.factories import StoreFactory


class VehicleModelFactory(DjangoModelFactory):
    class Meta:
        model = VehicleModel
        django_get_or_create = ("brand", "name")

    brand = "星河"
    name = "星河 L6"


class VehicleFactory(DjangoModelFactory):
    class Meta:
        model = Vehicle

    store = factory.SubFactory(StoreFactory)
    vin = factory.Sequence(lambda n: f"LXHAA11B0N{n:07d}")
    vin_reversed = factory.LazyAttribute(lambda vehicle: vehicle.vin[::-1])
    model = factory.SubFactory(VehicleModelFactory)
    stock_state = StockState.DELIVERED
    created_at = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)


class VehicleOwnershipFactory(DjangoModelFactory):
    class Meta:
        model = VehicleOwnership

    vehicle = factory.SubFactory(VehicleFactory)
    store = factory.SelfAttribute("vehicle.store")
    from_on = dt.date(2026, 1, 5)
