"""The pages of defeats: who may, what a refusal looks like, how many queries."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from inventory.tests.factories import VehicleModelFactory
from leads.models import Defeat, Interest, Lead
from leads.services.defeats import apply_for_defeat
from leads.tests.factories import AT, LeadFactory
from leads.tests.test_defeats import BOUGHT, claim
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "kind": "bought_other",
    "lost_to": "other_brand",
    "reasons": ["budget_new"],
    "main_reason": "竞品优惠更大",
    "competitor_model": "轩逸",
    "competitor_price": "11.98万",
    "paid_cash": "on",
    "proof": "客户发来提车照片",
}


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def seller():
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def manager(seller):
    return StaffFactory(store=seller.store, roles=["sales_manager"])


def lead_of(seller, **values):
    lead = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom", **values)
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    return lead


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("DF-04")
def test_the_card_is_filled_and_goes_to_the_manager(seller):
    lead = lead_of(seller)

    answer = signed_in(seller).post(reverse("lead_defeat", args=[lead.pk]), TYPED)

    assert answer.url == reverse("lead_card", args=[lead.pk])
    assert Defeat.objects.get().competitor_price_fen == 11_980_000


@pytest.mark.rule("DF-04")
def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(seller):
    lead = lead_of(seller)

    answer = signed_in(seller).post(reverse("lead_defeat", args=[lead.pk]), TYPED | {"proof": "", "lost_to": "nobody"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"proof", "lost_to"}
    assert "轩逸" in answer.text
    assert not Defeat.objects.exists()


def test_a_colleague_cannot_apply(seller):
    colleague = StaffFactory(store=seller.store, roles=["sales_consultant"])
    lead = lead_of(seller)

    assert signed_in(colleague).get(reverse("lead_defeat", args=[lead.pk])).status_code == 404


def test_telesales_after_the_hand_over_reads_only(seller):
    agent = StaffFactory(store=seller.store, roles=["telesales"])
    lead = lead_of(seller, telesales=agent)

    assert signed_in(agent).post(reverse("lead_defeat", args=[lead.pk]), TYPED).status_code == 404


def test_the_manager_decides_by_one_button(seller, manager):
    defeat = apply_for_defeat(lead=lead_of(seller), claim=claim(BOUGHT), by=seller, at=AT)
    client = signed_in(manager)

    answer = client.post(reverse("defeat_decide", args=[defeat.pk]), {"decision": "approve"})

    assert answer.url == reverse("defeat_list")
    assert Lead.objects.get().state == "defeated"
    assert "轩逸" in client.get(reverse("defeat_list") + "?show=decided").text


def test_a_rejection_without_a_reason_is_refused_beside_its_application(seller, manager):
    defeat = apply_for_defeat(lead=lead_of(seller), claim=claim(BOUGHT), by=seller, at=AT)

    answer = signed_in(manager).post(reverse("defeat_decide", args=[defeat.pk]), {"decision": "reject"})

    assert answer.status_code == 422
    assert answer.context["refused_pk"] == defeat.pk
    assert Defeat.objects.get().state == "pending"


def test_consultants_decide_nothing(seller):
    defeat = apply_for_defeat(lead=lead_of(seller), claim=claim(BOUGHT), by=seller, at=AT)

    assert signed_in(seller).get(reverse("defeat_list")).status_code == 403
    assert signed_in(seller).post(reverse("defeat_decide", args=[defeat.pk])).status_code == 403


def test_a_manager_of_another_store_sees_none(seller):
    stranger = StaffFactory(roles=["sales_manager"])
    defeat = apply_for_defeat(lead=lead_of(seller), claim=claim(BOUGHT), by=seller, at=AT)
    client = signed_in(stranger)

    assert client.get(reverse("defeat_list")).context["lines"] == []
    assert client.post(reverse("defeat_decide", args=[defeat.pk]), {"decision": "approve"}).status_code == 404


@pytest.mark.rule("DF-13")
def test_the_pool_takes_a_defeated_lead_up_again(seller):
    agent = StaffFactory(store=seller.store, roles=["telesales"])
    lead = lead_of(seller)
    Lead.objects.filter(pk=lead.pk).update(state="defeated", grade="F", owner=None, pool="telesales", stage="telesales")
    client = signed_in(agent)
    address = reverse("lead_reactivate", args=[lead.pk])

    refused = client.post(address, {"grade": "B"})
    answer = client.post(address, {"grade": "B", "reason": "竞品订单退了"})

    assert (refused.status_code, answer.status_code) == (422, 302)
    lead.refresh_from_db()
    assert (lead.state, lead.owner) == ("open", agent)


def test_a_supervisor_chooses_for_whom(seller):
    leader = StaffFactory(store=seller.store, roles=["sales_supervisor"])
    lead = lead_of(seller)
    Lead.objects.filter(pk=lead.pk).update(state="defeated", grade="F")
    client = signed_in(leader)

    page = client.get(reverse("lead_reactivate", args=[lead.pk]))
    client.post(reverse("lead_reactivate", args=[lead.pk]), {"grade": "A", "reason": "客户来电", "owner": seller.pk})

    assert seller in page.context["form"].fields["owner"].queryset
    lead.refresh_from_db()
    assert (lead.owner, lead.grade) == (seller, "A")


def test_lost_contact_without_proof_comes_back_with_what_is_wanting(seller):
    lead = lead_of(seller)

    answer = signed_in(seller).post(reverse("lead_lose", args=[lead.pk]), {"note": ""}, follow=True)

    assert [str(message) for message in answer.context["messages"]]
    assert Lead.objects.get().state == "open"


def test_queries_of_the_applications(seller, manager, django_assert_num_queries):
    client = signed_in(manager)
    for number in range(3):
        lead = lead_of(seller, registered_at=AT - dt.timedelta(days=number))
        apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    client.get(reverse("defeat_list"))

    with django_assert_num_queries(9):
        client.get(reverse("defeat_list"))


@pytest.mark.rule("DF-05")
def test_the_form_proposes_what_the_planned_day_says_and_the_manager_sees_it(seller, manager):
    lead, other = lead_of(seller, buys_on=AT.date() + dt.timedelta(days=400)), lead_of(seller)
    client = signed_in(seller)

    proposed, plain = (client.get(reverse("lead_defeat", args=[row.pk])) for row in (lead, other))
    typed = {"kind": "buys_late", "main_reason": "孩子后年才上学", "proof": "客户电话说明"}
    client.post(reverse("lead_defeat", args=[lead.pk]), typed)
    listed = signed_in(manager).get(reverse("defeat_list"))

    assert (proposed.context["form"].initial, plain.context["form"].initial) == ({"kind": "buys_late"}, {})
    assert "2027-12-29" in proposed.text
    assert "2027-12-29" in listed.text
    assert "孩子后年才上学" in listed.text
