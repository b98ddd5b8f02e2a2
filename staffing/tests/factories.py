"""Stores and people for tests, plain and the same every time."""

import factory
from factory.django import DjangoModelFactory

from staffing.models import DutyDay, Staff, StaffRole, Store


class StoreFactory(DjangoModelFactory):
    class Meta:
        model = Store

    code = factory.Sequence(lambda n: f"S{n:03d}")
    name = factory.Sequence(lambda n: f"星河汽车 {n} 店")
    phone = "02088880000"


class StaffFactory(DjangoModelFactory):
    """A colleague: ``StaffFactory(store=store, roles=["call_centre_agent"])``."""

    class Meta:
        model = Staff
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    employee_no = factory.Sequence(lambda n: f"E{n:04d}")
    name = factory.Sequence(lambda n: f"员工{n}")
    store = factory.SubFactory(StoreFactory)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        for role in extracted or ():
            StaffRole.objects.create(staff=self, role=role)
        self.__dict__.pop("roles", None)


class DutyDayFactory(DjangoModelFactory):
    class Meta:
        model = DutyDay

    staff = factory.SubFactory(StaffFactory)
    store = factory.SelfAttribute("staff.store")
