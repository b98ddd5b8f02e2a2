"""Defeats: what the card must say, who decides, what comes back; and taking up again."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from dealership.kernel.transitions import IllegalTransition
from dealership.notifications.models import Alert
from inventory.tests.factories import VehicleModelFactory
from leads.enums import GradedBy, LeadState, Way
from leads.models import Defeat, Interest, Lead
from leads.rules.defeats import DefeatClaim, contradictions_on, is_too_late, missing_on, shown_grade
from leads.rules.policies import LeadRule
from leads.services.contacts import ContactFacts, NextInThePast, record_contact
from leads.services.defeats import (
    AlreadyDecided,
    DefeatIncomplete,
    NoMainModel,
    NoReasonGiven,
    NotTooFarAway,
    NumberNotTried,
    OwnApplication,
    apply_for_defeat,
    decide_defeat,
)
from leads.services.grading import NoOpenGrade, grade_lead
from leads.services.reactivation import NoReasonToGoOn, NotEnded, SameHands, reactivate_lead
from leads.signals import lead_planned
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory

BOUGHT = {
    "kind": "bought_other",
    "lost_to": "other_brand",
    "reasons": ("budget_new",),
    "main_reason": "竞品优惠更大",
    "competitor_model": "轩逸",
    "competitor_price_fen": 11_980_000,
    "paid_cash": True,
    "proof": "客户发来提车照片",
}
LATE = {"kind": "buys_late", "main_reason": "孩子后年才上学", "proof": "客户电话说明"}
SPECIAL = {
    "kind": "special",
    "lost_to": "nobody",
    "reasons": ("other",),
    "main_reason": "出国定居",
    "proof": "家属电话说明",
    "special_reason": "一年内不会回国购车",
}
BAD = {"kind": "bad_number", "proof": "两次拨打均提示空号"}


def claim(base, **values):
    return DefeatClaim(**{**base, **values})


@pytest.mark.parametrize(
    ("filled", "missing"),
    [
        pytest.param(BOUGHT, (), marks=pytest.mark.rule("DF-01"), id="bought another model"),
        pytest.param(BOUGHT | {"competitor_model": " "}, ("competitor_model",), marks=pytest.mark.rule("DF-01")),
        pytest.param(
            BOUGHT | {"competitor_price_fen": None}, ("competitor_price",), marks=pytest.mark.rule("DF-04"), id="price"
        ),
        pytest.param(
            BOUGHT | {"paid_cash": False}, ("competitor_finance",), marks=pytest.mark.rule("DF-04"), id="no finance"
        ),
        pytest.param(
            BOUGHT | {"paid_cash": False, "competitor_finance": "两年免息"},
            (),
            marks=pytest.mark.rule("DF-04"),
            id="finance instead of cash",
        ),
        pytest.param(BOUGHT | {"main_reason": ""}, ("main_reason",), marks=pytest.mark.rule("DF-04", "DF-08")),
        pytest.param(BOUGHT | {"proof": ""}, ("proof",), marks=pytest.mark.rule("DF-04"), id="no proof"),
        pytest.param(BOUGHT | {"reasons": ()}, ("reasons",), marks=pytest.mark.rule("DF-07"), id="no loss reason"),
        pytest.param(BOUGHT | {"lost_to": ""}, ("lost_to",), marks=pytest.mark.rule("DF-06"), id="to whom"),
        pytest.param(BAD, (), marks=pytest.mark.rule("DF-02"), id="wrong or empty number"),
        pytest.param(BAD | {"proof": ""}, ("proof",), marks=pytest.mark.rule("DF-02"), id="number without proof"),
        pytest.param(LATE, (), marks=pytest.mark.rule("DF-05"), id="buys after more than a year"),
        pytest.param(LATE | {"main_reason": " "}, ("main_reason",), marks=pytest.mark.rule("DF-05"), id="why so late"),
        pytest.param(LATE | {"proof": ""}, ("proof",), marks=pytest.mark.rule("DF-05"), id="late without proof"),
        pytest.param(SPECIAL, (), marks=pytest.mark.rule("DF-03"), id="special case"),
        pytest.param(
            SPECIAL | {"special_reason": ""}, ("special_reason",), marks=pytest.mark.rule("DF-03"), id="no override"
        ),
    ],
)
def test_the_defeat_card_is_complete(filled, missing):
    assert missing_on(DefeatClaim(**filled)) == missing


@pytest.mark.rule("DF-04")
@pytest.mark.parametrize(
    ("filled", "faulty"),
    [
        (BOUGHT, ()),
        (BOUGHT | {"lost_to": "nobody"}, ("lost_to",)),
        (BOUGHT | {"competitor_finance": "两年免息"}, ("competitor_finance",)),
        (LATE, ()),
        (LATE | {"lost_to": "nobody"}, ()),
        (LATE | {"lost_to": "colleague", "competitor_model": "轩逸"}, ("lost_to", "competitor_model")),
    ],
)
def test_the_defeat_card_does_not_contradict_itself(filled, faulty):
    assert contradictions_on(DefeatClaim(**filled)) == faulty


@pytest.mark.rule("DF-05", "RC-06")
@pytest.mark.parametrize(
    ("buys_on", "days", "too_late"),
    [
        ("2027-11-24", 365, False),
        ("2027-11-25", 365, True),
        ("2026-12-24", 365, False),
        (None, 365, False),
        ("2027-02-01", 60, True),  # a store that gives two months
    ],
)
def test_a_purchase_beyond_the_year_is_no_valid_customers(buys_on, days, too_late):
    planned = dt.date.fromisoformat(buys_on) if buys_on else None

    found = is_too_late(planned, registered_on=dt.date(2026, 11, 24), rule=LeadRule(invalid_after_days=days))

    assert found == too_late


def test_f0_is_shown_while_the_manager_decides():
    assert shown_grade(state="defeat_applied", grade="A") == "F0"
    assert shown_grade(state="open", grade="A") == "A"


# --- the services --------------------------------------------------------------------------------------------------
@pytest.fixture
def seller(db):
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def manager(seller):
    return StaffFactory(store=seller.store, roles=["sales_manager"])


@pytest.fixture
def agent(seller):
    return StaffFactory(store=seller.store, roles=["telesales"])


@pytest.fixture
def lead(seller):
    lead = LeadFactory(
        customer__store=seller.store,
        customer__owner=seller,
        owner=seller,
        pool="sales_consultant",
        stage="showroom",
        next_contact_on=AT.date() + dt.timedelta(days=5),
        next_reason="送报价单",
    )
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    return lead


def applied(lead, seller, **values):
    return apply_for_defeat(lead=lead, claim=claim(BOUGHT, **values), by=seller, at=AT)


@pytest.mark.rule("DF-10")
def test_application_waits_for_the_manager_and_keeps_grade_and_plan(lead, seller, manager):
    heard = []
    lead_planned.connect(lambda **news: heard.append(news["lead"].state), weak=False, dispatch_uid="here")

    defeat = applied(lead, seller)

    lead_planned.disconnect(dispatch_uid="here")
    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner) == ("defeat_applied", "A", seller)
    assert (lead.next_contact_on, lead.next_reason) == (AT.date() + dt.timedelta(days=5), "送报价单")
    assert (defeat.state, defeat.grade_before, defeat.competitor_price_fen) == ("pending", "A", 11_980_000)
    assert Alert.objects.get().recipient == manager
    assert heard == ["defeat_applied"]


@pytest.mark.rule("DF-10")
@pytest.mark.parametrize("state", ["ordered", "delivered", "defeated", "defeat_applied", "lost"])
def test_no_defeat_from_other_states(lead, seller, state):
    lead.state = state
    lead.save()

    with pytest.raises(IllegalTransition):
        applied(lead, seller)

    assert not Defeat.objects.exists()


@pytest.mark.rule("DF-11")
def test_no_defeat_without_a_main_model(lead, seller):
    lead.interests.all().delete()

    with pytest.raises(NoMainModel):
        applied(lead, seller)


@pytest.mark.rule("DF-04")
def test_an_incomplete_card_is_refused_by_its_fields(lead, seller):
    with pytest.raises(DefeatIncomplete) as refused:
        applied(lead, seller, proof="", competitor_model="")

    assert refused.value.fields == ("competitor_model", "proof")
    lead.refresh_from_db()
    assert lead.state == "open"


@pytest.mark.rule("DF-02")
def test_a_bad_number_was_dialled_first(lead, seller):
    with pytest.raises(NumberNotTried):
        apply_for_defeat(lead=lead, claim=claim(BAD), by=seller, at=AT)
    record_contact(lead=lead, facts=ContactFacts(way=Way.PHONE, reached=False), by=seller, at=AT)

    defeat = apply_for_defeat(lead=lead, claim=claim(BAD), by=seller, at=AT)

    assert (defeat.kind, defeat.lost_to) == ("bad_number", "nobody")


@pytest.mark.rule("DF-09", "DF-10", "DF-14")
def test_approved_it_is_f_and_goes_back_to_telesales(lead, seller, manager):
    defeat, later = applied(lead, seller), AT + dt.timedelta(hours=2)

    decide_defeat(defeat=defeat, approve=True, by=manager, at=later)

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner, lead.pool, lead.stage) == (
        "defeated",
        "F",
        None,
        "telesales",
        "telesales",
    )
    assert (lead.closed_at, lead.close_reason, lead.next_contact_on) == (later, "竞品优惠更大", None)
    moved = lead.ownership_rows.get()
    assert (moved.before, moved.reason, moved.at) == (seller, "defeated", later)  # previous consultant, time, flag
    assert lead.customer.__class__.objects.get(pk=lead.customer_id).owner is None
    assert Alert.objects.filter(recipient=seller, code="defeat.approved").exists()
    assert AuditEvent.objects.filter(code="defeat.approved", subject_id=lead.pk).exists()


@pytest.mark.rule("DF-10", "DF-12")
def test_rejected_grade_and_plan_come_back_and_the_owner_goes_on(lead, seller, manager):
    defeat = applied(lead, seller)

    decide_defeat(defeat=defeat, approve=False, by=manager, at=AT, note="照片里不是这位客户")

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner) == ("open", "A", seller)
    assert (lead.next_contact_on, lead.next_reason) == (AT.date() + dt.timedelta(days=5), "送报价单")
    assert defeat.decision_note == "照片里不是这位客户"
    assert Alert.objects.filter(recipient=seller, code="defeat.rejected", tone="warn").exists()
    again = applied(lead, seller, proof="发票照片")
    assert again.pk != defeat.pk


def test_a_rejection_needs_a_reason(lead, seller, manager):
    defeat = applied(lead, seller)

    with pytest.raises(NoReasonGiven):
        decide_defeat(defeat=defeat, approve=False, by=manager, at=AT, note=" ")


@pytest.mark.rule("DF-10")
def test_the_applicant_does_not_decide(lead, manager):
    defeat = applied(lead, manager)

    with pytest.raises(OwnApplication):
        decide_defeat(defeat=defeat, approve=True, by=manager, at=AT)

    assert Defeat.objects.get().state == "pending"


def test_of_two_decisions_the_second_is_refused(lead, seller, manager):
    other = StaffFactory(store=seller.store, roles=["general_manager"])
    defeat = applied(lead, seller)
    copy = Defeat.objects.get(pk=defeat.pk)
    decide_defeat(defeat=defeat, approve=True, by=manager, at=AT)

    with pytest.raises(AlreadyDecided):
        decide_defeat(defeat=copy, approve=False, by=other, at=AT, note="不同意")

    lead.refresh_from_db()
    assert lead.state == "defeated"


def test_general_managers_hear_where_there_is_no_sales_manager(lead, seller):
    boss = StaffFactory(store=seller.store, roles=["general_manager"])

    applied(lead, seller)

    assert [alert.recipient for alert in Alert.objects.all()] == [boss]


# --- taking up again -----------------------------------------------------------------------------------------------
@pytest.fixture
def defeated(lead, seller, manager):
    decide_defeat(defeat=applied(lead, seller), approve=True, by=manager, at=AT)
    return lead.__class__.objects.get(pk=lead.pk)


@pytest.mark.rule("DF-13", "DF-09")
def test_taken_up_again_it_is_open_with_a_new_plan_and_its_history(defeated, agent):
    later = AT + dt.timedelta(days=40)

    reactivate_lead(lead=defeated, owner=agent, grade="B", reason="竞品订单退了", by=agent, at=later)

    defeated.refresh_from_db()
    assert (defeated.state, defeated.grade, defeated.owner, defeated.stage) == ("open", "B", agent, "telesales")
    assert (defeated.closed_at, defeated.close_reason) == (None, "")
    assert defeated.first_due_at == later + dt.timedelta(hours=24)  # never contacted: the promise of LI-02 anew
    assert defeated.defeat_rows.get().state == "approved"
    assert [row.reason for row in defeated.ownership_rows.order_by("pk")] == ["defeated", "reactivated"]
    assert [row.state for row in defeated.statechange_rows.order_by("pk")] == ["defeat_applied", "defeated", "open"]
    assert defeated.gradechange_rows.order_by("pk").last().graded_by == GradedBy.TELESALES


@pytest.mark.rule("DF-13")
def test_a_lead_that_was_contacted_is_planned_for_the_next_day(defeated, agent):
    defeated.first_contact_at = defeated.last_contact_at = AT
    defeated.tries = 2
    defeated.save()
    later = AT + dt.timedelta(days=40)

    reactivate_lead(lead=defeated, owner=agent, grade="B", reason="竞品订单退了", by=agent, at=later)

    assert (defeated.next_contact_on, defeated.next_reason) == (later.date() + dt.timedelta(days=1), "竞品订单退了")
    assert defeated.tries == 0
    record_contact(
        lead=defeated,
        facts=ContactFacts(way=Way.PHONE, reached=True, result="仍有意向", next_reason="约到店"),
        by=agent,
        at=later + dt.timedelta(days=1),
    )
    assert defeated.next_contact_on == later.date() + dt.timedelta(days=16)  # B again, from the actual contact


@pytest.mark.rule("DF-17")
def test_whoever_applied_for_the_defeat_does_not_take_it_up(defeated, seller, agent, manager):
    with pytest.raises(SameHands):
        reactivate_lead(lead=defeated, owner=seller, grade="A", reason="又有意向", by=seller, at=AT)

    reactivate_lead(lead=defeated, owner=seller, grade="A", reason="又有意向", by=manager, at=AT)

    assert defeated.owner == seller


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"reason": " "}, NoReasonToGoOn),
        ({"grade": "F"}, NoOpenGrade),
        ({"next_on": AT.date() - dt.timedelta(days=1)}, NextInThePast),
    ],
)
def test_taking_up_again_needs_grade_reason_and_plan(defeated, agent, values, refusal):
    given = {"grade": "A", "reason": "又有意向", "next_on": None} | values

    with pytest.raises(refusal):
        reactivate_lead(lead=defeated, owner=agent, by=agent, at=AT, **given)


def test_an_open_lead_is_not_taken_up_again(lead, agent):
    with pytest.raises(NotEnded):
        reactivate_lead(lead=lead, owner=agent, grade="A", reason="又有意向", by=agent, at=AT)


@pytest.mark.rule("DF-10")
def test_a_lead_that_waits_is_not_graded(lead, seller):
    applied(lead, seller)

    with pytest.raises(Exception, match="not open"):
        grade_lead(lead=lead, grade="H", graded_by=GradedBy.CONSULTANT, by=seller, at=AT)

    assert LeadState(lead.state) == LeadState.DEFEAT_APPLIED


@pytest.mark.rule("DF-05")
def test_a_purchase_too_far_away_is_applied_for_only_when_the_card_says_so(lead, seller):
    with pytest.raises(NotTooFarAway):
        apply_for_defeat(lead=lead, claim=claim(LATE), by=seller, at=AT)
    Lead.objects.filter(pk=lead.pk).update(buys_on=AT.date() + dt.timedelta(days=366))
    lead.refresh_from_db()

    defeat = apply_for_defeat(lead=lead, claim=claim(LATE), by=seller, at=AT)

    assert (defeat.kind, defeat.lost_to, defeat.main_reason) == ("buys_late", "nobody", "孩子后年才上学")
