"""Alerts exist once, whoever notices the reason."""

import datetime as dt

import pytest

from dealership.notifications.models import Alert, AlertDelivery
from dealership.notifications.services import AlertDraft, mark_all_read, mark_read, raise_alerts
from dealership.notifications.tests.factories import AT, AlertFactory
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def draft_for(person, key="task.overdue:1:0", **values):
    return AlertDraft(recipient_id=person.pk, key=key, code="task.overdue", message="late", happened_at=AT, **values)


def test_the_same_reason_is_told_once():
    owner = StaffFactory()

    counts = [raise_alerts(drafts=[draft_for(owner), draft_for(owner)], at=AT + HOUR * n) for n in range(2)]

    assert counts == [1, 0]
    assert list(Alert.objects.values_list("recipient_id", "created_at")) == [(owner.pk, AT)]
    assert AlertDelivery.objects.count() == 1


def test_the_same_reason_is_told_to_each_person():
    owner, supervisor = StaffFactory(), StaffFactory()

    count = raise_alerts(drafts=[draft_for(owner), draft_for(supervisor, by_email=False)], at=AT)

    assert count == 2
    assert list(AlertDelivery.objects.values_list("alert__recipient_id", flat=True)) == [owner.pk]


def test_reading_keeps_the_first_moment():
    alert = AlertFactory(recipient=StaffFactory())

    first, second = mark_read(alert=alert, at=AT), mark_read(alert=alert, at=AT + HOUR)

    alert.refresh_from_db()
    assert (first, second, alert.read_at) == (True, False, AT)


def test_all_read_leaves_out_what_came_after_the_look():
    owner = StaffFactory()
    seen = AlertFactory(recipient=owner)
    later = AlertFactory(recipient=owner, created_at=AT + HOUR)
    foreign = AlertFactory(recipient=StaffFactory())

    count = mark_all_read(by=owner, at=AT)

    assert count == 1
    assert set(Alert.objects.unread()) == {later, foreign}
    assert Alert.objects.get(pk=seen.pk).read_at == AT
