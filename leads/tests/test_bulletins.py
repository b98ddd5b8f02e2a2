"""What sellers have to know: published, taken note of, meetings attended (HO-08)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from dealership.notifications.models import Alert
from leads.enums import BulletinKind
from leads.models import Bulletin, BulletinReading
from leads.selectors.bulletins import bulletins_of, readings
from leads.services.bulletins import (
    BulletinText,
    EndsBeforeItStarts,
    NoMeeting,
    NoMeetingTime,
    note_attendance,
    publish_bulletin,
    take_note,
)
from staffing.enums import StaffState
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("HO-08")]

CHINA = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def leader(store):
    return StaffFactory(store=store, roles=["sales_supervisor"])


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"], employee_no="D021")


def publish(leader, kind=BulletinKind.PRICE, **fields):
    text = BulletinText(**{"kind": kind, "title": "十一月价格政策", "text": "详见附件", "starts_on": TODAY, **fields})
    return publish_bulletin(store=leader.store, bulletin=text, by=leader, at=AT)


def test_every_seller_of_the_store_is_told_once(store, leader, seller):
    telesales = StaffFactory(store=store, roles=["telesales"])
    StaffFactory(store=store, roles=["sales_consultant"], state=StaffState.LEFT)
    StaffFactory(store=store, roles=["call_centre_agent"])
    StaffFactory(store=StoreFactory(), roles=["sales_consultant"])

    publish(leader)

    assert {alert.recipient for alert in Alert.objects.all()} == {seller, telesales}


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        pytest.param({"kind": "meeting"}, NoMeetingTime, id="meeting-without-its-time"),
        pytest.param({"ends_on": TODAY - DAY}, EndsBeforeItStarts, id="over-before-it-begins"),
    ],
)
def test_what_cannot_hold_is_refused(leader, fields, refusal):
    with pytest.raises(refusal):
        publish(leader, **fields)

    assert not Bulletin.objects.exists()


def test_the_first_moment_of_taking_note_stays(leader, seller):
    bulletin = publish(leader)

    assert take_note(bulletin=bulletin, by=seller, at=AT + DAY)
    assert not take_note(bulletin=bulletin, by=seller, at=AT + 2 * DAY)

    assert [(line.reader, line.read_at) for line in readings(bulletin)] == [(seller, AT + DAY)]


@pytest.mark.parametrize(
    ("starts", "ends", "on", "past", "shown"),
    [
        pytest.param(TODAY, None, TODAY, False, True, id="until-further-notice"),
        pytest.param(TODAY + DAY, None, TODAY, False, True, id="announced"),
        pytest.param(TODAY, TODAY, TODAY, False, True, id="last-day"),
        pytest.param(TODAY, TODAY, TODAY + DAY, False, False, id="over"),
        pytest.param(TODAY, TODAY, TODAY + DAY, True, True, id="among-the-past"),
    ],
)
def test_what_holds_is_listed(leader, seller, starts, ends, on, past, shown):
    publish(leader, starts_on=starts, ends_on=ends)

    assert bulletins_of(seller, on=on, past=past).exists() is shown


def test_the_unread_stand_first(leader, seller):
    older, newer = publish(leader, title="旧"), publish(leader, title="新")
    take_note(bulletin=newer, by=seller, at=AT)

    assert list(bulletins_of(seller, on=TODAY)) == [older, newer]


def test_who_was_at_the_meeting_is_noted_once_it_has_begun(store, leader, seller):
    other = StaffFactory(store=store, roles=["sales_consultant"], employee_no="D022")
    meeting = publish(leader, kind=BulletinKind.MEETING, meets_at=AT + DAY)
    with pytest.raises(NoMeeting):
        note_attendance(bulletin=meeting, present=[seller.pk], by=leader, at=AT)

    assert note_attendance(bulletin=meeting, present=[seller.pk], by=leader, at=AT + DAY) == 1
    assert note_attendance(bulletin=meeting, present=[other.pk], by=leader, at=AT + DAY) == 1

    assert {line.reader: line.attended for line in readings(meeting)} == {seller: False, other: True}
    with pytest.raises(NoMeeting):
        note_attendance(bulletin=publish(leader), present=[], by=leader, at=AT)


def test_from_the_pages(client, leader, seller):
    with time_machine.travel(AT):
        client.force_login(seller)
        assert client.get(reverse("bulletin_new")).status_code == 403
        client.force_login(leader)
        assert client.post(reverse("bulletin_new"), {"kind": "meeting", "title": "晨会"}).status_code == 422
        typed = {"kind": "price", "title": "十一月价格政策", "text": "全系优惠二千元", "starts_on": "2026-11-24"}
        assert client.post(reverse("bulletin_new"), typed).status_code == 302
        bulletin = Bulletin.objects.get()
        client.force_login(seller)
        assert "新" in client.get(reverse("bulletin_list")).content.decode()
        client.post(reverse("bulletin_read", args=[bulletin.pk]))
        assert BulletinReading.objects.get().reader == seller
        assert client.get(reverse("bulletin_page", args=[bulletin.pk])).context["lines"] == []
        client.force_login(StaffFactory(store=StoreFactory(), roles=["sales_consultant"]))
        assert client.get(reverse("bulletin_page", args=[bulletin.pk])).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(leader, seller, number, django_assert_num_queries):
    for _ in range(number):
        publish(leader)

    with django_assert_num_queries(2):
        assert len(list(bulletins_of(seller, on=TODAY))) == number
