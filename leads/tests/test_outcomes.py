"""What the course of the deal makes of a lead."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from dealership.kernel.transitions import IllegalTransition
from inventory.enums import StockState
from inventory.models import VehicleModel
from inventory.tests.factories import VehicleFactory
from leads.enums import DefeatState, GradedBy, LeadState
from leads.models import CustomerClassification, Defeat, Interest, Lead
from leads.rules.outcomes import Candidate, lead_delivered
from leads.services.outcomes import note_delivery, note_order, note_order_cancelled
from leads.services.states import LeadChanged
from leads.signals import lead_planned
from leads.tests.factories import AT, LeadFactory
from orders.services import record_delivery
from staffing.tests.factories import StaffFactory, StoreFactory

ON = AT.date()


# --- which lead --------------------------------------------------------------------------------------------------
@pytest.mark.rule("HO-07")
@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        pytest.param([], None, id="no lead"),
        pytest.param([Candidate(1, "open", ON)], 1, id="the only one"),
        pytest.param([Candidate(1, "open", ON + dt.timedelta(days=1))], None, id="registered after the delivery"),
        pytest.param([Candidate(1, "ordered", ON), Candidate(2, "open", ON, {7})], 1, id="the ordered one first"),
        pytest.param([Candidate(1, "open", ON, {7}), Candidate(2, "open", ON)], 1, id="about the delivered model"),
        pytest.param([Candidate(1, "open", ON - dt.timedelta(days=9)), Candidate(2, "open", ON)], 2, id="the latest"),
        pytest.param([Candidate(1, "open", ON), Candidate(2, "open", ON)], 2, id="of one day the later row"),
    ],
)
def test_the_lead_that_a_delivery_ends(candidates, expected):
    found = lead_delivered(candidates, delivered_on=ON, model_id=7)

    assert (found.pk if found else None) == expected


# --- orders ------------------------------------------------------------------------------------------------------
@pytest.fixture
def store(db):
    return StoreFactory()


@pytest.fixture
def consultant(store):
    return StaffFactory(store=store, roles=["sales_consultant"])


@pytest.fixture
def lead(store, consultant):
    return LeadFactory(
        customer__store=store,
        owner=consultant,
        stage="showroom",
        grade="H",
        last_contact_at=AT,
        settled_at=AT,
        next_contact_on=ON + dt.timedelta(days=3),
        next_contact_at=AT + dt.timedelta(days=3),
    )


@pytest.fixture
def heard():
    """The leads of which news was heard, as they were then."""
    news = []

    def hear(lead, **_kwargs):
        news.append((lead.pk, lead.state, lead.grade, lead.next_contact_on))

    lead_planned.connect(hear)
    yield news
    lead_planned.disconnect(hear)


def gradings(lead):
    return list(lead.gradechange_rows.order_by("pk").values_list("before", "grade", "graded_by"))


@pytest.mark.rule("LG-24")
@pytest.mark.rule("LG-09")
def test_an_order_brings_grade_o_with_its_weekly_cadence(lead, consultant, heard):
    note_order(lead=lead, on=ON, by=consultant, at=AT)

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.ordered_on) == (LeadState.ORDERED, "O", ON)
    assert (lead.next_contact_on, lead.next_contact_at) == (ON + dt.timedelta(days=7), None)
    assert gradings(lead) == [("H", "O", GradedBy.SYSTEM)]
    assert heard == [(lead.pk, "ordered", "O", ON + dt.timedelta(days=7))]
    assert AuditEvent.objects.filter(code="lead.ordered", subject_id=lead.pk).count() == 1


@pytest.mark.rule("LG-24")
def test_a_cancelled_order_brings_the_former_grade_back(lead, consultant, heard):
    note_order(lead=lead, on=ON, by=consultant, at=AT)

    note_order_cancelled(lead=lead, by=consultant, at=AT + dt.timedelta(days=2), note="贷款未批")

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.ordered_on) == (LeadState.OPEN, "H", None)
    assert lead.next_contact_on == ON + dt.timedelta(days=3)
    assert gradings(lead) == [("H", "O", GradedBy.SYSTEM), ("O", "H", GradedBy.SYSTEM)]
    assert [news[1:3] for news in heard] == [("ordered", "O"), ("open", "H")]


def test_what_is_not_ordered_is_not_cancelled(lead, consultant):
    with pytest.raises(LeadChanged):
        note_order_cancelled(lead=lead, by=consultant, at=AT)


def test_a_lead_whose_defeat_waits_is_not_ordered(lead, consultant):
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.DEFEAT_APPLIED)
    lead.refresh_from_db()

    with pytest.raises(IllegalTransition):
        note_order(lead=lead, on=ON, by=consultant, at=AT)


# --- deliveries --------------------------------------------------------------------------------------------------
@pytest.mark.rule("HO-07")
def test_a_delivery_ends_its_lead_and_telesales_sees_it(store, lead, consultant, heard):
    agent = StaffFactory(store=store, roles=["telesales"])
    Lead.objects.filter(pk=lead.pk).update(telesales=agent)
    car = VehicleFactory(store=store, stock_state=StockState.IN_STOCK)

    record_delivery(vehicle=car, customer=lead.customer, consultant=consultant, delivered_on=ON, by=consultant, at=AT)

    seen = Lead.objects.visible_to(agent).get(pk=lead.pk)
    assert (seen.state, seen.grade, seen.ordered_on, seen.delivered_on) == (LeadState.DELIVERED, "D", ON, ON)
    assert (seen.next_contact_on, seen.next_contact_at, seen.closed_at) == (None, None, AT)
    steps = seen.statechange_rows.order_by("pk").values_list("before", "state")
    assert list(steps) == [("open", "ordered"), ("ordered", "delivered")]
    assert heard == [(lead.pk, "delivered", "D", None)]
    assert CustomerClassification.objects.get(customer=lead.customer).customer_class == "base"


def test_a_delivery_belies_a_defeat_that_waits(store, lead, consultant):
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.DEFEAT_APPLIED)
    defeat = Defeat.objects.create(
        lead=lead, at=AT, by=consultant, kind="bought_other", lost_to="other_brand", main_reason="价格"
    )

    note_delivery(store=store, customer=lead.customer, on=ON, by=consultant, at=AT)

    lead.refresh_from_db()
    defeat.refresh_from_db()
    assert (lead.state, defeat.state, defeat.decided_at) == (LeadState.DELIVERED, DefeatState.REJECTED, AT)


def test_another_lead_of_the_customer_goes_on(store, lead, consultant):
    model = VehicleModel.objects.create(brand="星河", name="星河 S9")
    other = LeadFactory(customer=lead.customer)
    Interest.objects.create(lead=lead, model=model, is_main=True)

    found = note_delivery(store=store, customer=lead.customer, on=ON, model=model, by=consultant, at=AT)

    other.refresh_from_db()
    assert (found.pk, other.state) == (lead.pk, LeadState.OPEN)
