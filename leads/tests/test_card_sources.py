"""The card's own list of sources of customers, and who introduced them (LI-11)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from dealership.audit.models import AuditEvent
from inventory.tests.factories import VehicleModelFactory
from leads.models import CardSource, Interest
from leads.rules import cards
from leads.selectors.card_sources import card_sources
from leads.selectors.cards import SECTIONS, card_of
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.tests.factories import StaffFactory, StoreFactory

ON = AT.date()


def test_every_field_stands_once_on_the_front():
    shown = [name for _title, names in SECTIONS for name in names]

    assert shown == [field.name for field in cards.FIELDS]
    assert len(shown) == len(set(shown))
    assert {*cards.CUSTOMER_FIELDS, *cards.LEAD_FIELDS, cards.MODEL} == set(shown)


@pytest.mark.rule("LI-11")
@pytest.mark.parametrize(
    ("introduced", "lacks"),
    [
        pytest.param(False, ("card_source",), id="nobody sent the customer"),
        pytest.param(True, ("card_source", *cards.INTRODUCER), id="somebody did"),
    ],
)
def test_the_meter_asks_for_the_introducer_of_who_was_introduced(introduced, lacks):
    values = dict.fromkeys(cards.COUNTED, "x") | {"card_source": ""}

    names = cards.counted(introduced=introduced)

    assert cards.missing(values, names) == lacks
    assert cards.fullness(values, names) == (len(names) - len(lacks), len(names))


@pytest.mark.django_db
@pytest.mark.rule("LI-11")
def test_a_new_installation_has_the_eight_sources():
    with translation.override("zh-hans"):
        found = [(row.code, row.label) for row in card_sources(None, ON)]

    assert found == [
        ("1", "CS续购"),
        ("2", "CS介绍"),
        ("3", "用户领袖"),
        ("4", "户外展示"),
        ("5", "来电来店"),
        ("6", "行业开拓"),
        ("7", "同行介绍"),
        ("8", "其他"),
    ]
    assert [row.code for row in card_sources(None, ON) if row.asks_introducer] == ["2", "3", "7"]


@pytest.mark.django_db
@pytest.mark.rule("LI-11")
def test_a_store_edits_its_own_list_from_a_day_on():
    store = StoreFactory()
    CardSource.objects.create(
        store=store, effective_from=ON, code="4", label_zh="巡展", label_en="Road show", position=4
    )
    CardSource.objects.create(
        store=store, effective_from=ON, code="6", label_zh="行业", label_en="Trade", position=6, is_active=False
    )

    with translation.override("en"):
        before = {row.code: row.label for row in card_sources(store, ON - dt.timedelta(days=1))}
        after = {row.code: row.label for row in card_sources(store, ON)}
        old = [row.code for row in card_sources(store, ON, besides="6")]

    assert (before["4"], after["4"]) == ("Outdoor display", "Road show")
    assert "6" not in after
    assert old == list("12345678")


@pytest.fixture
def seller(db):
    with time_machine.travel(AT, tick=False):
        yield StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def lead(seller):
    lead = LeadFactory(
        customer__store=seller.store,
        customer__owner=seller,
        customer__name="王小明例",
        owner=seller,
        pool="sales_consultant",
        stage="showroom",
    )
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    return lead


@pytest.fixture
def client(seller):
    client = Client()
    client.force_login(seller, backend="django.contrib.auth.backends.ModelBackend")
    return client


def saved(client, lead, **typed):
    address = reverse("lead_card_edit", args=[lead.pk])
    form = client.get(address).context["form"]
    front = {
        "version": form["version"].value(),
        "main_model": form["main_model"].value(),
        "name": "王小明例",
        "gender": "male",
        "occupation": "教师",
        "budget_fen": "15万",
        "reason_to_follow": "家中添二胎",
        "introducer_phone": form["introducer_phone"].value(),
    }
    return client.post(address, front | typed)


@pytest.mark.rule("LI-11")
def test_the_source_and_the_introducer_are_kept_and_the_telephone_stays_masked(client, lead):
    answer = saved(
        client,
        lead,
        card_source="2",
        introducer_name="李介绍例",
        introducer_relation="同事",
        introducer_phone="139 0000 5678",
    )

    lead.refresh_from_db()
    page = client.get(reverse("lead_card", args=[lead.pk])).text
    paper = client.get(reverse("lead_card_print", args=[lead.pk])).text
    form = client.get(reverse("lead_card_edit", args=[lead.pk])).text
    assert answer.status_code == 302
    assert (lead.card_source, lead.introducer_name, lead.introducer_phone) == ("2", "李介绍例", "+8613900005678")
    for text in (page, paper, form):
        assert "CS介绍" in text
        assert "139****5678" in text
        assert "13900005678" not in text
    assert AuditEvent.objects.get(code="lead.card_saved").data["introducer_phone"] == ["", "139****5678"]


@pytest.mark.rule("LI-11")
def test_the_masked_telephone_stays_and_a_wrong_one_is_refused(client, lead):
    saved(client, lead, card_source="7", introducer_phone="13900005678")

    saved(client, lead, card_source="7")  # the mask, as the form showed it
    lead.refresh_from_db()
    kept = lead.introducer_phone
    refused = saved(client, lead, introducer_phone="12345")
    saved(client, lead, introducer_phone="")
    lead.refresh_from_db()

    assert kept == "+8613900005678"
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["introducer_phone"])
    assert lead.introducer_phone == ""


def test_a_source_that_is_none_is_refused(client, lead):
    refused = saved(client, lead, card_source="99")

    assert list(refused.context["form"].errors) == ["card_source"]


@pytest.mark.rule("LI-10", "LI-11")
def test_the_cards_source_stands_beside_the_registers(client, lead):
    VisitFactory(store=lead.store, lead=lead, heard_from="friends")

    card = card_of(lead, on=ON)

    assert card.heard_from == "亲友"
    assert "亲友" in client.get(reverse("lead_card", args=[lead.pk])).text
