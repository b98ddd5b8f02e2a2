"""Lost contact: what proves it, and where the lead goes."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from dealership.kernel.transitions import IllegalTransition
from leads.enums import Way
from leads.models import LeadPolicy
from leads.rules.lost import contact_is_lost, slot_of
from leads.rules.policies import LeadRule
from leads.services.contacts import ContactFacts, record_contact
from leads.services.lost import NotProven, lose_contact
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory

#: Tries as (day of November, hour, way).
MORNING, AFTERNOON, EVENING = 9, 15, 19


def tries(*made: tuple[int, int, str]) -> list[tuple[dt.datetime, str]]:
    return [(dt.datetime(2026, 11, day, hour), way) for day, hour, way in made]


@pytest.mark.rule("DF-09", "LG-05")
@pytest.mark.parametrize(
    ("made", "lost"),
    [
        pytest.param([(24, 9, "phone"), (25, 15, "phone"), (26, 9, "sms")], True, id="three, spread"),
        pytest.param([(24, 9, "phone"), (25, 15, "sms")], False, id="two tries"),
        pytest.param([(24, 9, "phone"), (24, 15, "sms"), (25, 9, "phone")], False, id="on two days"),
        pytest.param([(24, 9, "phone"), (25, 10, "sms"), (26, 11, "phone")], False, id="mornings only"),
        pytest.param([(24, 9, "phone"), (25, 15, "phone"), (26, 9, "phone")], False, id="by telephone only"),
        pytest.param([(24, 9, "phone"), (24, 15, "sms"), (25, 9, "phone"), (26, 9, "phone")], True, id="four on three"),
        pytest.param([], False, id="none"),
    ],
)
def test_three_tries_on_three_days_in_two_slots_by_two_ways(made, lost):
    assert contact_is_lost(tries(*made), LeadRule()) is lost


def test_the_policy_decides_how_many():
    once = LeadRule(lost_tries=1, lost_days=1, lost_slots=1, lost_ways=1)

    assert contact_is_lost(tries((24, 9, "phone")), once)
    assert not contact_is_lost([], once)


@pytest.mark.parametrize(
    ("hour", "minute", "slot"),
    [(0, 0, "morning"), (11, 59, "morning"), (12, 0, "afternoon"), (17, 59, "afternoon"), (18, 0, "evening")],
)
def test_slots_of_the_day(hour, minute, slot):
    assert slot_of(dt.datetime(2026, 11, 24, hour, minute)) == slot


# --- the service ---------------------------------------------------------------------------------------------------
@pytest.fixture
def seller(db):
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def lead(seller):
    return LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")


def rung(lead, seller, day, hour, way=Way.PHONE):
    at = AT.replace(day=day, hour=hour)
    record_contact(lead=lead, facts=ContactFacts(way=way, reached=False), by=seller, at=at)


@pytest.mark.rule("DF-09", "LG-05")
def test_proven_it_is_l_and_goes_back_to_telesales(lead, seller):
    rung(lead, seller, 24, 10)
    rung(lead, seller, 25, 15)
    rung(lead, seller, 26, 10, Way.WECHAT)
    at = AT.replace(day=26, hour=11)

    lose_contact(lead=lead, by=seller, at=at, note="三天无人接听")

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner, lead.pool, lead.stage) == ("lost", "L", None, "telesales", "telesales")
    assert (lead.next_contact_on, lead.next_reason, lead.close_reason) == (None, "", "三天无人接听")
    assert lead.closed_at == at
    assert [row.reason for row in lead.ownership_rows.all()] == ["lost"]
    assert lead.gradechange_rows.get().graded_by == "system"
    assert AuditEvent.objects.filter(code="lead.lost", subject_id=lead.pk).exists()


def test_without_proof_nothing_is_written(lead, seller):
    rung(lead, seller, 24, 10)
    rung(lead, seller, 25, 15)

    with pytest.raises(NotProven, match="So far there are 2"):
        lose_contact(lead=lead, by=seller, at=AT.replace(day=25, hour=16))

    lead.refresh_from_db()
    assert (lead.state, lead.owner) == ("open", seller)


def test_a_conversation_starts_the_count_afresh(lead, seller):
    rung(lead, seller, 24, 10)
    rung(lead, seller, 25, 15)
    talked = ContactFacts(way=Way.PHONE, reached=True, result="要比价", next_reason="送报价单")
    record_contact(lead=lead, facts=talked, by=seller, at=AT.replace(day=25, hour=17))
    rung(lead, seller, 26, 10, Way.WECHAT)

    with pytest.raises(NotProven):
        lose_contact(lead=lead, by=seller, at=AT.replace(day=26, hour=11))


def test_the_stores_own_numbers_hold(lead, seller):
    LeadPolicy.objects.create(
        store=lead.store, effective_from=AT.date(), lost_tries=1, lost_days=1, lost_slots=1, lost_ways=1
    )
    rung(lead, seller, 24, 10)

    lose_contact(lead=lead, by=seller, at=AT.replace(hour=12))

    assert lead.state == "lost"


def test_an_ended_lead_is_not_lost_again(lead, seller):
    lead.state = "defeated"
    lead.save()

    with pytest.raises(IllegalTransition):
        lose_contact(lead=lead, by=seller, at=AT)
