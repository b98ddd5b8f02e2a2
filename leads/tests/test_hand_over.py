"""Appointments, and the hand-over from telesales to a consultant."""

import datetime as dt
from dataclasses import replace

import pytest

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.models import VehicleModel
from leads.enums import GradedBy, MoveReason
from leads.models import Appointment, GradeChange, HandOver, Lead, Ownership, Visit
from leads.selectors.hand_over import hand_over_sheet
from leads.selectors.visits import waiting_for_hand_over
from leads.services.appointments import (
    AppointmentInThePast,
    AppointmentOver,
    HasAppointment,
    LeadEnded,
    cancel_appointment,
    make_appointment,
    miss_appointments,
    move_appointment,
)
from leads.services.hand_over import (
    AlreadyConfirmed,
    AlreadyHandedOver,
    Confirmation,
    CustomerStillHere,
    NoArrival,
    NotAConsultant,
    NotRepeated,
    NotWithTelesales,
    NotYourHandOver,
    NotYourLead,
    SheetLine,
    confirm_hand_over,
    hand_over_lead,
)
from leads.services.owners import AlreadyMoved, NoSheetLine, move_lead
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
LEFT_AT = AT + dt.timedelta(hours=1)
AFTERWARDS = AT + dt.timedelta(hours=2)
LINE = SheetLine(condition="看中示范一号，想置换", buys_on=dt.date(2026, 12, 1))


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, name="电销例", roles=["telesales"])


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, name="顾问例", roles=["sales_consultant"])


@pytest.fixture
def lead(store: Store, agent: Staff) -> Lead:
    customer = CustomerFactory(store=store, name="受邀例", owner=agent)
    CustomerPhoneFactory(customer=customer, number="+8613900000321")
    return LeadFactory(customer=customer, owner=agent, telesales=agent, registered_at=AT - dt.timedelta(days=3))


@pytest.fixture
def visit(lead: Lead, consultant: Staff) -> Visit:
    return VisitFactory(
        store=lead.store, lead=lead, number="+8613900000321", consultant=consultant, left_at=LEFT_AT, invited=True
    )


def handed_over(lead: Lead, visit: Visit, consultant: Staff, by: Staff) -> HandOver:
    return hand_over_lead(lead=lead, visit=visit, consultant=consultant, line=LINE, by=by, at=AFTERWARDS)


# --- appointments --------------------------------------------------------------------------------------------------
def test_an_appointment_is_made_moved_and_cancelled(lead: Lead, agent: Staff) -> None:
    row = make_appointment(lead=lead, expected_at=LEFT_AT, by=agent, at=AT)
    with pytest.raises(HasAppointment):
        make_appointment(lead=lead, expected_at=AFTERWARDS, by=agent, at=AT)

    move_appointment(appointment=row, expected_at=AFTERWARDS, by=agent, at=AT)
    cancel_appointment(appointment=row, by=agent, at=AT)

    row.refresh_from_db()
    assert (row.expected_at, row.state) == (AFTERWARDS, "cancelled")
    with pytest.raises(AppointmentOver):
        move_appointment(appointment=row, expected_at=AFTERWARDS, by=agent, at=AT)
    codes = AuditEvent.objects.filter(subject_id=lead.pk, code__startswith="appointment.").order_by("pk")
    assert list(codes.values_list("code", flat=True)) == [
        "appointment.made", "appointment.moved", "appointment.cancelled",
    ]  # fmt: skip


def test_nobody_is_invited_into_the_past_or_after_the_end(lead: Lead, agent: Staff) -> None:
    with pytest.raises(AppointmentInThePast):
        make_appointment(lead=lead, expected_at=AT, by=agent, at=AT)
    Lead.objects.filter(pk=lead.pk).update(state="lost")
    with pytest.raises(LeadEnded):
        make_appointment(lead=lead, expected_at=LEFT_AT, by=agent, at=AT)

    assert Appointment.objects.count() == 0


def test_an_appointment_is_missed_when_its_day_is_over_and_told_once(lead: Lead, agent: Staff) -> None:
    row = make_appointment(lead=lead, expected_at=LEFT_AT, by=agent, at=AT)
    midnight = AT.replace(hour=0) + dt.timedelta(days=1)

    same_day, next_day, again = (
        miss_appointments(at=moment)
        for moment in (midnight - dt.timedelta(minutes=1), midnight, midnight + dt.timedelta(minutes=1))
    )

    row.refresh_from_db()
    assert (same_day, next_day, again, row.state) == (0, 1, 0, "missed")
    alert = Alert.objects.get(recipient=agent)
    assert (alert.happened_at, alert.text.startswith("受邀例")) == (midnight, True)


# --- the hand-over -------------------------------------------------------------------------------------------------
@pytest.mark.rule("HO-03", "HO-05", "HO-06", "LI-09")
def test_the_sheet_gives_the_lead_to_the_consultant(lead: Lead, visit: Visit, consultant: Staff, agent: Staff) -> None:
    row = handed_over(lead, visit, consultant, agent)

    lead.refresh_from_db()
    assert (lead.owner, lead.stage, lead.pool, lead.telesales) == (consultant, "showroom", "sales_consultant", agent)
    assert (row.telesales, row.grade, row.buys_on, row.on) == (agent, "A", LINE.buys_on, AT.date())
    moved = Ownership.objects.get(lead=lead)
    assert (moved.before, moved.owner, moved.reason) == (agent, consultant, MoveReason.HANDED_OVER)
    assert lead.customer.owner == consultant
    assert Alert.objects.get(recipient=consultant).url == f"/hand-overs/{row.pk}/confirm/"


def no_arrival(visit: Visit) -> None:
    visit.lead = None


def a_call(visit: Visit) -> None:
    visit.by_phone = True


def still_here(visit: Visit) -> None:
    visit.left_at = None


def in_the_showroom(visit: Visit) -> None:
    assert visit.lead is not None
    visit.lead.stage = "showroom"


@pytest.mark.rule("HO-05")
@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        pytest.param(no_arrival, NoArrival, id="no arrival of this customer"),
        pytest.param(a_call, NoArrival, id="a call is no arrival"),
        pytest.param(still_here, CustomerStillHere, id="the customer is still here"),
        pytest.param(in_the_showroom, NotWithTelesales, id="handed over before"),
    ],
)
def test_no_hand_over_without_an_arrival_or_before_the_customer_left(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff, spoil, refusal
) -> None:
    spoil(visit)

    with pytest.raises(refusal):
        handed_over(visit.lead or lead, visit, consultant, agent)

    assert (HandOver.objects.count(), Ownership.objects.count()) == (0, 0)


def test_only_the_agent_or_a_supervisor_hands_over_and_only_to_a_consultant(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff
) -> None:
    colleague = StaffFactory(store=lead.store, roles=["telesales"])
    boss = StaffFactory(store=lead.store, roles=["telesales_supervisor"])

    with pytest.raises(NotYourLead):
        handed_over(lead, visit, consultant, colleague)
    with pytest.raises(NotAConsultant):
        handed_over(lead, visit, colleague, agent)

    assert handed_over(lead, visit, consultant, boss).telesales == agent


def test_one_visit_has_one_line(lead: Lead, visit: Visit, consultant: Staff, agent: Staff) -> None:
    seen_before = Lead.objects.get(pk=lead.pk)
    handed_over(lead, visit, consultant, agent)

    with pytest.raises(AlreadyHandedOver):
        handed_over(seen_before, visit, consultant, agent)

    assert (HandOver.objects.count(), Ownership.objects.count()) == (1, 1)


def test_who_comes_second_leaves_no_line(lead: Lead, visit: Visit, consultant: Staff, agent: Staff) -> None:
    seen_before = Lead.objects.get(pk=lead.pk)
    colleague = StaffFactory(store=lead.store, roles=["telesales"])
    move_lead(lead=lead, owner=colleague, reason=MoveReason.REASSIGNED, by=None, at=AT)

    with pytest.raises(AlreadyMoved):
        handed_over(seen_before, visit, consultant, agent)

    assert (HandOver.objects.count(), Ownership.objects.count()) == (0, 1)


@pytest.mark.rule("HO-05")
@pytest.mark.parametrize(
    "reason", [MoveReason.ASSIGNED, MoveReason.TAKEN, MoveReason.REASSIGNED, MoveReason.HANDED_OVER]
)
def test_a_lead_of_telesales_goes_to_no_consultant_without_a_sheet_line(
    lead: Lead, consultant: Staff, reason: MoveReason
) -> None:
    with pytest.raises(NoSheetLine):
        move_lead(lead=lead, owner=consultant, reason=reason, by=None, at=AT)

    lead.refresh_from_db()
    assert lead.stage == "telesales"


@pytest.mark.rule("HO-05")
def test_the_list_above_the_sheet_names_who_waits_for_a_line(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff
) -> None:
    stranger = StaffFactory(store=lead.store, roles=["telesales"])

    assert (waiting_for_hand_over(agent), waiting_for_hand_over(stranger)) == ([visit], [])
    handed_over(lead, visit, consultant, agent)
    assert waiting_for_hand_over(agent) == []


# --- the consultant ------------------------------------------------------------------------------------------------
@pytest.mark.rule("HO-04", "LG-06")
def test_the_consultant_repeats_the_need_corrects_it_and_judges_again(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff
) -> None:
    row = handed_over(lead, visit, consultant, agent)
    model = VehicleModel.objects.create(brand="示范", name="示范二号")
    found = Confirmation(repeated=True, grade="H", model=model, buys_on=dt.date(2026, 11, 28), note="要自动挡")

    with pytest.raises(NotYourHandOver):
        confirm_hand_over(hand_over=row, found=found, by=agent, at=AFTERWARDS)
    with pytest.raises(NotRepeated):
        confirm_hand_over(hand_over=row, found=replace(found, repeated=False), by=consultant, at=AFTERWARDS)
    confirm_hand_over(hand_over=row, found=found, by=consultant, at=AFTERWARDS)
    with pytest.raises(AlreadyConfirmed):
        confirm_hand_over(hand_over=row, found=found, by=consultant, at=AFTERWARDS)

    lead.refresh_from_db()
    assert (lead.grade, lead.buys_on, lead.interests.get(is_main=True).model) == ("H", found.buys_on, model)
    judged = GradeChange.objects.get(lead=lead)
    assert (judged.before, judged.grade, judged.graded_by) == ("A", "H", GradedBy.CONSULTANT)
    corrected = AuditEvent.objects.get(code="lead.hand_over_confirmed").data["corrected"]
    assert corrected == {
        "buys_on": ["2026-12-01", "2026-11-28"],
        "note": ["", "要自动挡"],
        "model": [None, model.pk],
    }


@pytest.mark.rule("HO-02")
@pytest.mark.parametrize(
    ("minutes", "is_long"),
    [
        pytest.param(None, False, id="nobody-said"),
        pytest.param(2, False, id="two"),
        pytest.param(3, False, id="three"),
        pytest.param(4, True, id="four"),
    ],
)
def test_the_welcome_by_telesales_takes_two_or_three_minutes(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff, minutes: int | None, is_long: bool
) -> None:
    line = SheetLine(condition="看好家用款", welcome_minutes=minutes)
    hand_over_lead(lead=lead, visit=visit, consultant=consultant, line=line, by=agent, at=AFTERWARDS)

    (row,) = hand_over_sheet(agent, month=dt.date(2026, 11, 1)).rows

    assert (row.row.welcome_minutes, row.is_long) == (minutes, is_long)


@pytest.mark.rule("HO-07")
def test_telesales_goes_on_seeing_what_came_of_it(lead: Lead, visit: Visit, consultant: Staff, agent: Staff) -> None:
    handed_over(lead, visit, consultant, agent)
    Lead.objects.filter(pk=lead.pk).update(ordered_on=dt.date(2026, 11, 26), delivered_on=dt.date(2026, 12, 3))
    stranger = StaffFactory(store=lead.store, roles=["telesales"])
    month = dt.date(2026, 11, 1)

    sheet = hand_over_sheet(agent, month=month, agent_pk=agent.pk)

    assert [(line.ordered_on, line.delivered_on) for line in sheet.rows] == [
        (dt.date(2026, 11, 26), dt.date(2026, 12, 3))
    ]
    assert (sheet.ordered, sheet.delivered, sheet.agents) == (1, 1, (agent,))
    assert hand_over_sheet(stranger, month=month).rows == ()
    assert hand_over_sheet(agent, month=dt.date(2026, 12, 1)).rows == ()


@pytest.mark.rule("HO-07")
def test_the_agents_supervisor_sees_the_sheet_and_another_does_not(
    lead: Lead, visit: Visit, consultant: Staff, agent: Staff
) -> None:
    boss, other = (StaffFactory(store=lead.store, roles=["telesales_supervisor"]) for _nth in range(2))
    Staff.objects.filter(pk=agent.pk).update(superior=boss)
    handed_over(lead, visit, consultant, agent)
    month = dt.date(2026, 11, 1)

    sheets = [hand_over_sheet(person, month=month) for person in (boss, other, consultant)]

    assert [[line.is_open for line in sheet.rows] for sheet in sheets] == [[False], [], [True]]
