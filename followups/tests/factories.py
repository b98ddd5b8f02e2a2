"""Call tasks for tests."""

import datetime as dt
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from followups.enums import TaskKind
from followups.models import CallTask
from followups.rules import overdue_at
from orders.tests.factories import DeliveryFactory

CHINA = ZoneInfo("Asia/Shanghai")


class CallTaskFactory(DjangoModelFactory):
    """A 7DC in the call centre's pool; ``due_on`` decides from when it is late."""

    class Meta:
        model = CallTask

    kind = TaskKind.SEVEN_DAY
    delivery = factory.SubFactory(DeliveryFactory)
    store = factory.SelfAttribute("delivery.store")
    subject_id = factory.SelfAttribute("delivery.pk")
    customer = factory.SelfAttribute("delivery.customer")
    vehicle = factory.SelfAttribute("delivery.vehicle")
    consultant = factory.SelfAttribute("delivery.consultant")
    pool = "call_centre_agent"
    anchor_on = factory.SelfAttribute("delivery.delivered_on")
    due_on = dt.date(2026, 11, 24)
    due_at = None
    first_due_on = factory.SelfAttribute("due_on")
    overdue_at = factory.LazyAttribute(lambda task: overdue_at(task.due_on, task.due_at, CHINA))
    created_at = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
