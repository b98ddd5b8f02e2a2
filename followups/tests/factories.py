"""Call tasks for tests."""

import datetime as dt
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from dealership.kernel.dates import add_months
from followups.enums import TaskKind
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack
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


class FirstServiceTrackFactory(DjangoModelFactory):
    """A car on its way to the first service, of which nothing but the months is known."""

    class Meta:
        model = FirstServiceTrack

    delivery = factory.SubFactory(DeliveryFactory)
    store = factory.SelfAttribute("delivery.store")
    policy_km = 5000
    policy_months = 3
    rounding = "ceil10"
    latest_on = factory.LazyAttribute(lambda track: add_months(track.delivery.delivered_on, track.policy_months))
    expected_on = factory.SelfAttribute("latest_on")
    remind_on = factory.LazyAttribute(lambda track: track.expected_on - dt.timedelta(days=7))


class FirstServiceEstimateFactory(DjangoModelFactory):
    """What a reading of 2,000 km after a month led to (SV-01)."""

    class Meta:
        model = FirstServiceEstimate

    track = factory.SubFactory(FirstServiceTrackFactory)
    made_at = dt.datetime(2026, 11, 1, 2, 0, tzinfo=dt.UTC)
    read_on = dt.date(2026, 11, 1)
    odometer_km = 2000
    daily_km = 70
    interval_days = 71
    due_on = dt.date(2026, 12, 11)
    remind_on = dt.date(2026, 12, 4)
    capped = False
