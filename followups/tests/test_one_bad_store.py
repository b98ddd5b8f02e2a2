"""A store that is set up wrongly costs nobody else the lists, the alerts and the mails."""

import datetime as dt
from zoneinfo import ZoneInfoNotFoundError

import pytest

from dealership.notifications.models import Alert
from dealership.sweeps import sweep
from followups.models import CallTask
from followups.services.lists import make_call_lists
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 20, 6, 0, tzinfo=CHINA)


def test_the_lists_of_the_other_stores_are_made():
    StoreFactory(code="S1", timezone="Asia/Nowhere")
    sound = StoreFactory(code="S2")
    DeliveryFactory(customer__store=sound, delivered_on=dt.date(2026, 11, 17))

    with pytest.raises(ZoneInfoNotFoundError):
        make_call_lists(at=AT)

    assert CallTask.objects.filter(store=sound, kind="3dc").count() == 1


def test_the_other_sweeps_are_done():
    owner = StaffFactory(roles=["sales_consultant"])
    late = AT - dt.timedelta(hours=1)
    CallTaskFactory(delivery__customer__store=owner.store, owner=owner, overdue_at=late, alert_due_at=late)
    wrong = CallTaskFactory(expires_on=AT.date())
    Store.objects.filter(pk=wrong.store_id).update(timezone="Asia/Nowhere")

    with pytest.raises(ZoneInfoNotFoundError):
        sweep(at=AT)

    assert Alert.objects.get().recipient == owner
