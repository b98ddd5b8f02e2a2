"""Alerts for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from dealership.notifications.enums import Channel
from dealership.notifications.models import Alert, AlertDelivery

AT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = Alert

    key = factory.Sequence(lambda n: f"task.overdue:{n}:0")
    code = "task.overdue"
    message = "%(by)s handed you %(count)s calls."
    params = factory.LazyFunction(lambda: {"by": "示例主管", "count": 3})
    url = "/board/"
    happened_at = AT
    created_at = AT


class AlertDeliveryFactory(DjangoModelFactory):
    """A queued e-mail: ``AlertDeliveryFactory(alert__recipient=person)``."""

    class Meta:
        model = AlertDelivery

    alert = factory.SubFactory(AlertFactory)
    channel = Channel.EMAIL
    next_attempt_at = AT
