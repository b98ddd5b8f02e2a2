"""The page of alerts, and the figure on the bell."""

import datetime as dt

import pytest

from dealership.notifications.models import Alert
from dealership.notifications.tests.factories import AlertFactory
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def owner(client):
    staff = StaffFactory(roles=["sales_consultant"], language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries(client, owner, django_assert_num_queries, count):
    for _ in range(count):
        AlertFactory(recipient=owner)

    with django_assert_num_queries(8):
        response = client.get("/alerts/")

    assert len(response.context["page"].object_list) == count


def test_only_the_own_alerts_are_shown(client, owner):
    mine = AlertFactory(recipient=owner)
    AlertFactory(recipient=StaffFactory(store=owner.store), params={"by": "Stranger", "count": 9})

    response = client.get("/alerts/")

    assert list(response.context["page"].object_list) == [mine]
    assert b"Stranger" not in response.content
    assert response.context["unread_alerts"] == 1


def test_an_empty_list_says_what_will_come(client, owner):
    response = client.get("/alerts/")

    assert b"No alerts yet" in response.content


def test_unread_only_leaves_out_what_was_read(client, owner):
    fresh = AlertFactory(recipient=owner)
    AlertFactory(recipient=owner, read_at=fresh.created_at)

    response = client.get("/alerts/?show=unread")

    assert list(response.context["page"].object_list) == [fresh]


@pytest.mark.parametrize(
    ("url", "lands_on"),
    [
        pytest.param("/board/", "/board/", id="own-page"),
        pytest.param("", "/alerts/", id="no-page"),
        pytest.param("https://elsewhere.example/", "/alerts/", id="other-host"),
        pytest.param("//elsewhere.example/", "/alerts/", id="other-host-without-scheme"),
    ],
)
def test_opening_reads_and_goes_there(client, owner, url, lands_on):
    alert = AlertFactory(recipient=owner, url=url)

    response = client.post(f"/alerts/{alert.pk}/open/")

    assert (response.status_code, response.url) == (302, lands_on)
    assert not Alert.objects.unread().exists()


@pytest.mark.parametrize("act", ["read", "open"])
def test_a_foreign_alert_does_not_exist(client, owner, act):
    foreign = AlertFactory(recipient=StaffFactory())

    response = client.post(f"/alerts/{foreign.pk}/{act}/")

    assert response.status_code == 404
    assert Alert.objects.unread().count() == 1


def test_marking_all_read(client, owner):
    AlertFactory(recipient=owner, created_at=LONG_AGO)
    AlertFactory(recipient=StaffFactory(), created_at=LONG_AGO)

    response = client.post("/alerts/read/")

    assert response.url == "/alerts/"
    assert [alert.recipient_id == owner.pk for alert in Alert.objects.filter(read_at__isnull=False)] == [True]
