"""What falls due for a lead whose defeat is applied for, rejected, approved, or taken up again (DF-10, DF-13)."""

import datetime as dt

import pytest

from followups.models import CallTask
from inventory.tests.factories import VehicleModelFactory
from leads.enums import Channel, Way
from leads.models import Interest, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.defeats import apply_for_defeat, decide_defeat
from leads.services.reactivation import reactivate_lead
from leads.services.registering import NewLead, register_lead
from leads.tests.factories import AT
from leads.tests.test_defeats import BOUGHT, claim
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


def waiting(lead):
    rows = CallTask.objects.unfinished().filter(lead=lead)
    return [(row.kind, row.due_on, row.owner) for row in rows]


@pytest.fixture
def seller():
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def manager(seller):
    return StaffFactory(store=seller.store, roles=["sales_manager"])


@pytest.fixture
def lead(seller):
    new = NewLead(name="王小明例", number="13900001234", channel=Channel.WALK_IN, registered_at=AT, grade="A")
    lead = register_lead(store=seller.store, new=new, owner=seller, pool="sales_consultant", by=seller, at=AT).lead
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    facts = ContactFacts(way=Way.SHOWROOM, reached=True, result="嫌价格高", next_reason="送金融方案")
    record_contact(lead=lead, facts=facts, by=seller, at=AT)
    return Lead.objects.select_related("store", "customer").get(pk=lead.pk)


@pytest.mark.rule("DF-10", "DF-12")
def test_while_it_waits_nothing_falls_due_and_a_rejection_brings_it_back(lead, seller, manager):
    before = waiting(lead)

    defeat = apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    during = waiting(lead)
    decide_defeat(defeat=defeat, approve=False, by=manager, at=AT + dt.timedelta(hours=1), note="再核实")

    assert [owner for _kind, _due, owner in before] == [seller]
    assert during == []
    assert waiting(lead) == before


@pytest.mark.rule("DF-13")
def test_taken_up_again_a_new_contact_falls_due(lead, seller, manager):
    agent = StaffFactory(store=seller.store, roles=["telesales"])
    defeat = apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    decide_defeat(defeat=defeat, approve=True, by=manager, at=AT)
    gone = waiting(lead)
    later = AT + dt.timedelta(days=40)
    lead = Lead.objects.select_related("store", "customer").get(pk=lead.pk)

    reactivate_lead(lead=lead, owner=agent, grade="B", reason="竞品订单退了", by=agent, at=later)

    assert gone == []
    assert [(due, owner) for _kind, due, owner in waiting(lead)] == [(later.date() + dt.timedelta(days=1), agent)]
