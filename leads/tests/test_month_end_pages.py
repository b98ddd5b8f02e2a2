"""The pages of the month end: who may, what is shown, one confirmation, changes to single leads."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from leads import tasks
from leads.models import Lead, MonthEnd
from leads.services.month_end import confirm_month_end, prepare_month_end
from leads.tests.factories import CHINA, LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 29, 18, 0, tzinfo=CHINA)
NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def leader():
    return StaffFactory(store=StoreFactory(), roles=["sales_supervisor"])


@pytest.fixture
def seller(leader):
    return StaffFactory(store=leader.store, roles=["sales_consultant"], superior=leader)


@pytest.fixture
def handed(monkeypatch):
    """What was given to the workers."""
    given = []
    monkeypatch.setattr(tasks.carry_out_month_end, "delay", given.append)
    return given


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def held(seller, grade="B"):
    return LeadFactory(
        customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom", grade=grade
    )


def confirmed(client, month_end):
    """The list is looked at and confirmed."""
    seen = client.get(reverse("month_end", args=[month_end.pk])).context["seen"]
    return client.post(reverse("month_end_confirm", args=[month_end.pk]), {"seen": seen})


@pytest.fixture
def month_end(seller):
    for grade in ("B", "B", "C", "H"):
        held(seller, grade)
    return prepare_month_end(store=seller.store, month=NOVEMBER, at=AT)


@pytest.mark.rule("LG-31")
def test_the_preview_stands_by_consultant_and_leads_to_the_cards(month_end, leader, seller):
    answer = signed_in(leader).get(reverse("month_end", args=[month_end.pk]))

    assert [item["group"].owner for item in answer.context["groups"]] == [seller]
    assert answer.context["going"] == 3
    lead = month_end.moves.first().lead
    assert reverse("lead_card", args=[lead.pk]) in answer.text


@pytest.mark.rule("LG-31")
def test_one_confirmation_hands_the_work_to_a_worker(month_end, leader, handed):
    client = signed_in(leader)

    for _ in range(2):
        answer = confirmed(client, month_end)

    month_end.refresh_from_db()
    assert answer.url == reverse("month_end", args=[month_end.pk])
    assert (month_end.state, month_end.total, handed) == ("running", 3, [month_end.pk])
    assert "every 2s" in client.get(reverse("month_end", args=[month_end.pk])).text


def test_without_a_broker_the_confirmation_stands_and_the_sweep_takes_it_up(month_end, leader, monkeypatch, handed):
    def no_broker(pk):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.carry_out_month_end, "delay", no_broker)
    confirmed(signed_in(leader), month_end)
    monkeypatch.setattr(tasks.carry_out_month_end, "delay", handed.append)

    taken = tasks.take_up_silent_month_ends(at=AT + dt.timedelta(minutes=3))

    assert (taken, handed) == (1, [month_end.pk])


def test_the_tasks_do_the_work(month_end, leader):
    confirm_month_end(month_end=month_end, by=leader, at=AT)

    moved = tasks.carry_out_month_end(month_end.pk)

    assert moved == 3
    assert Lead.objects.filter(pool="telesales", owner=None).count() == 3
    assert tasks.prepare_month_end() == {"prepared": 0, "frozen": 0}


def test_single_leads_are_excepted_graded_and_taken_back(month_end, leader):
    client = signed_in(leader)
    first, second, _third = month_end.moves.order_by("pk")

    def change(move, **typed):
        return client.post(reverse("month_end_move", args=[month_end.pk, move.pk]), typed)

    refused = change(first, act="except", reason="")
    change(first, act="except", reason="周末签约")
    change(second, act="regrade", reason="本周付定金", grade="A")

    assert refused.status_code == 422
    assert refused.context["refused"] == first.pk
    first.refresh_from_db()
    assert first.skipped == "周末签约"
    assert not month_end.moves.filter(pk=second.pk).exists()
    change(first, act="include")
    first.refresh_from_db()
    assert first.skipped == ""


def test_a_preview_is_made_by_hand_in_the_last_days_only(leader, seller):
    held(seller)
    client = signed_in(leader)

    now = client.post(reverse("month_end_prepare"))
    with time_machine.travel(AT - dt.timedelta(days=9), tick=False):
        early = client.post(reverse("month_end_prepare"))

    assert now.url == reverse("month_end", args=[MonthEnd.objects.get().pk])
    assert early.url == reverse("month_end_list")


def test_a_confirmed_month_is_not_prepared_anew_and_says_so(month_end, leader, handed):
    client = signed_in(leader)
    confirmed(client, month_end)

    answer = client.post(reverse("month_end_prepare"), follow=True)

    assert [str(message) for message in answer.context["messages"]] == ["本月清理已经确认。"]


def test_consultants_and_other_stores_see_nothing_of_it(month_end, seller):
    stranger = StaffFactory(roles=["sales_supervisor"])
    address = reverse("month_end", args=[month_end.pk])

    assert signed_in(seller).get(address).status_code == 403
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).post(reverse("month_end_confirm", args=[month_end.pk])).status_code == 404


def test_queries_of_the_preview(month_end, leader, seller, django_assert_num_queries):
    other = StaffFactory(store=seller.store, roles=["sales_consultant"])
    for _ in range(5):
        held(other, "C")
    prepare_month_end(store=seller.store, month=NOVEMBER, at=AT)
    client = signed_in(leader)
    address = reverse("month_end", args=[month_end.pk])
    client.get(address)

    with django_assert_num_queries(10):
        client.get(address)
