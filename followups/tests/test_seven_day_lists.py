"""Whose the 7DC is, what becomes of one that reached nobody, and the seller's rhythm as far as policies make it."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from followups.models import CallScript, CallTask, KindPolicy
from followups.services.calls import save_call
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
EVENING = dt.datetime(2026, 11, 23, 18, 0, tzinfo=CHINA)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"])


def delivered(store, seller, days):
    return DeliveryFactory(customer__store=store, consultant=seller, delivered_on=TODAY - days * DAY)


@pytest.mark.rule("D7-01")
@pytest.mark.rule("D7-02")
def test_the_7dc_is_the_call_centres_and_not_the_sellers(store, seller):
    delivered(store, seller, 7)

    make_call_list(store=store, on=TODAY, at=EVENING)
    task = CallTask.objects.get(kind="7dc")

    assert (task.owner, task.pool, task.consultant, task.due_on) == (None, "call_centre_agent", seller, TODAY)
    assert list(CallTask.objects.visible_to(seller)) == []


@pytest.mark.rule("D7-10")
def test_a_7dc_that_reached_nobody_is_on_the_next_days_list(store, seller):
    delivered(store, seller, 7)
    make_call_list(store=store, on=TODAY, at=EVENING)
    task = CallTask.objects.get(kind="7dc")
    agent = StaffFactory(store=store, roles=["call_centre_agent"])

    save_call(task=task, by=agent, at=AT, outcome="no_answer")
    task.refresh_from_db()

    assert (task.state, task.due_on, task.first_due_on) == ("open", TODAY + DAY, TODAY)
    assert task in CallTask.objects.due(TODAY + DAY)


@pytest.mark.rule("D7-11")
def test_a_store_may_give_the_calls_after_seven_and_thirty_days_to_the_seller(store, seller):
    """The defaults leave them with the call centre; a row of the store's own turns each over to the seller."""
    other = StoreFactory()
    for kind, days in (("7dc", 7), ("n_plus_1", 30)):
        KindPolicy.objects.create(
            store=store,
            kind=kind,
            effective_from=TODAY - DAY,
            offset_days=days,
            role="sales_consultant",
            to_consultant=True,
        )
        for place in (store, other):
            delivered(place, seller if place == store else StaffFactory(store=other), days)

    for place in (store, other):
        make_call_list(store=place, on=TODAY, at=EVENING)
    owners = CallTask.objects.filter(kind__in=["7dc", "n_plus_1"]).order_by("store_id", "kind")

    assert list(owners.filter(store=store).values_list("kind", "owner_id")) == [
        ("7dc", seller.pk),
        ("n_plus_1", seller.pk),
    ]
    assert list(owners.filter(store=other).values_list("kind", "owner_id")) == [("7dc", None), ("n_plus_1", None)]


@pytest.mark.rule("D7-12")
@pytest.mark.parametrize(("text", "hints"), [("请您打满分，谢谢！", 1), ("请按真实感受打分。", 0)])
def test_a_script_that_begs_for_full_marks_is_kept_and_hinted_at(client, store, text, hints):
    client.force_login(StaffFactory(store=store, roles=["admin"]), backend="django.contrib.auth.backends.ModelBackend")
    values = {"kind": "7dc", "store": store.pk, "effective_from": "2026-12-01", "text_zh": text, "text_en": "Hello"}

    answer = client.post(reverse("admin:followups_callscript_add"), values)

    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert CallScript.objects.filter(store=store, text_zh=text).count() == 1
    assert sum("要满分" in message for message in told) == hints
