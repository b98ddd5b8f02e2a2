"""Lines of the register: what is written, who is told, which card opens."""

import datetime as dt

import pytest

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.models import VehicleModel
from leads.enums import Channel, GradedBy, InformationSource, NoData
from leads.models import Appointment, GradeChange, Lead, RegisterDay, Turn, Visit
from leads.selectors.visits import register_page
from leads.services.arrivals import alert_overdue_grades
from leads.services.grading import NoOpenGrade
from leads.services.register_days import ClosedAlready, LinesWithoutReason, VisitorsInHouse, close_register
from leads.services.turn import NoReasonToSkip, NotNext, skip_turn
from leads.services.visits import (
    AlreadyGraded,
    AlreadyLeft,
    ArrivesInFuture,
    LeavesBeforeArrival,
    NoParticulars,
    StillHere,
    VisitFacts,
    complete_visit,
    grade_after_visit,
    leave_visit,
    register_visit,
)
from leads.tests.factories import AT, LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import DutyDayFactory, StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER = "13900000321"
E164 = f"+86{NUMBER}"
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def desk(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["reception"])


@pytest.fixture
def first(store: Store) -> Staff:
    return StaffFactory(store=store, name="甲顾问例", employee_no="D1", roles=["sales_consultant"])


@pytest.fixture
def second(store: Store, first: Staff) -> Staff:
    return StaffFactory(store=store, name="乙顾问例", employee_no="D2", roles=["sales_consultant"])


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, name="电销例", roles=["telesales"])


def telesales_lead(store: Store, owner: Staff | None, **more: object) -> Lead:
    customer = CustomerFactory(store=store, name="受邀例")
    CustomerPhoneFactory(customer=customer, number=E164)
    return LeadFactory(customer=customer, owner=owner, telesales=owner, registered_at=AT - dt.timedelta(days=3), **more)


def told(person: Staff) -> list[str]:
    return list(Alert.objects.filter(recipient=person).order_by("pk").values_list("message", flat=True))


# --- at the door ---------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-14")
def test_a_visitor_who_leaves_nothing_is_a_line_too(store: Store, desk: Staff) -> None:
    visit = register_visit(store=store, facts=VisitFacts(no_data=NoData.DECLINED, party=2), by=desk, at=AT)

    assert (visit.number, visit.no_data, visit.party, visit.arrived_at) == ("", "declined", 2, AT)
    assert (visit.lead, visit.grade_due_at) == (None, None)
    assert AuditEvent.objects.filter(code="visit.registered", subject_id=visit.pk).count() == 1


@pytest.mark.rule("LI-10")
@pytest.mark.parametrize("heard_from", InformationSource.values)
def test_where_the_visitor_heard_of_us_is_one_of_seven(store: Store, desk: Staff, heard_from: str) -> None:
    visit = register_visit(store=store, facts=VisitFacts(heard_from=heard_from), by=desk, at=AT)

    assert Visit.objects.get(pk=visit.pk).heard_from == heard_from
    assert len(InformationSource.values) == 7


def test_an_arrival_in_the_future_is_refused(store: Store, desk: Staff) -> None:
    with pytest.raises(ArrivesInFuture):
        register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, arrived_at=LATER)

    assert Visit.objects.count() == 0


@pytest.mark.rule("AR-02", "AR-01")
def test_the_telesales_owner_is_told_whatever_the_desk_asked(store: Store, desk: Staff, agent: Staff) -> None:
    lead = telesales_lead(store, agent)

    visit = register_visit(store=store, facts=VisitFacts(number=NUMBER, name="受邀例"), by=desk, at=AT)

    assert (visit.lead, visit.invited) == (lead, False)
    assert told(agent) == ["Your customer %(name)s is in the showroom."]


@pytest.mark.rule("HO-01")
def test_an_invited_customer_is_recognised_by_the_telephone(store: Store, desk: Staff, agent: Staff) -> None:
    lead = telesales_lead(store, agent)
    appointment = Appointment.objects.create(
        lead=lead, expected_at=LATER, made_at=AT - dt.timedelta(days=1), made_by=agent
    )

    visit = register_visit(store=store, facts=VisitFacts(number="139-0000-0321"), by=desk, at=AT)

    appointment.refresh_from_db()
    assert (visit.invited, appointment.state, appointment.visit) == (True, "kept", visit)
    assert told(agent) == ["Your invited customer %(name)s has arrived."]


def test_who_comes_on_another_day_was_not_invited_for_it(store: Store, desk: Staff, agent: Staff) -> None:
    lead = telesales_lead(store, agent)
    tomorrow = AT + dt.timedelta(days=1)
    appointment = Appointment.objects.create(
        lead=lead, expected_at=tomorrow, made_at=AT - dt.timedelta(days=1), made_by=agent
    )

    visit = register_visit(store=store, facts=VisitFacts(number=NUMBER), by=desk, at=AT)

    appointment.refresh_from_db()
    assert (visit.invited, appointment.state) == (False, "open")


def test_a_lead_of_the_pool_rings_whoever_leads_telesales(store: Store, desk: Staff) -> None:
    boss = StaffFactory(store=store, roles=["telesales_supervisor"])
    telesales_lead(store, None)

    register_visit(store=store, facts=VisitFacts(number=NUMBER), by=desk, at=AT)

    assert len(told(boss)) == 1


def test_a_lead_of_another_store_is_nobodys_business(store: Store, desk: Staff) -> None:
    other = StoreFactory()
    stranger = StaffFactory(store=other, roles=["telesales"])
    telesales_lead(other, stranger)

    visit = register_visit(store=store, facts=VisitFacts(number=NUMBER), by=desk, at=AT)

    assert (visit.lead, told(stranger)) == (None, [])


# --- the card ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-18")
@pytest.mark.parametrize(("grade", "opens"), [("H", True), ("A", True), ("B", True), ("C", False)])
def test_a_card_opens_at_b_or_above(store: Store, desk: Staff, first: Staff, grade: str, opens: bool) -> None:
    model = VehicleModel.objects.create(brand="示范", name="示范一号")
    facts = VisitFacts(number=NUMBER, name="来客例", grade=grade, consultant=first, model=model)

    visit = register_visit(store=store, facts=facts, by=desk, at=AT)

    assert (visit.lead is not None) is opens
    assert Lead.objects.count() == opens
    if visit.lead is not None:
        lead = visit.lead
        assert (lead.owner, lead.stage, lead.channel, lead.grade) == (first, "showroom", "walk_in", grade)
        assert lead.card_opened_on == AT.date()
        assert lead.interests.get().model == model


@pytest.mark.rule("LI-18")
def test_a_visit_joins_the_current_lead(store: Store, desk: Staff, agent: Staff, first: Staff) -> None:
    lead = telesales_lead(store, agent)
    facts = VisitFacts(number=NUMBER, grade="H", consultant=first)

    visit = register_visit(store=store, facts=facts, by=desk, at=AT)

    lead.refresh_from_db()
    assert (visit.lead, Lead.objects.count(), lead.owner, lead.grade) == (lead, 1, agent, "A")


@pytest.mark.rule("LI-08", "LI-03")
def test_an_enquiry_by_telephone_is_registered_and_becomes_a_lead_of_telesales(store: Store, agent: Staff) -> None:
    facts = VisitFacts(number=NUMBER, grade="C", channel=Channel.PHONE, consultant=agent)

    visit = register_visit(store=store, facts=facts, by=agent, at=AT, by_phone=True)

    assert visit.by_phone
    assert visit.lead is not None
    assert (visit.lead.stage, visit.lead.owner, visit.lead.channel) == ("telesales", agent, "phone")
    assert visit.grade_due_at is None


def test_l_and_f_are_not_written_at_the_desk(store: Store, desk: Staff) -> None:
    with pytest.raises(NoOpenGrade):
        register_visit(store=store, facts=VisitFacts(number=NUMBER, grade="F"), by=desk, at=AT)


# --- the rest of the line ------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-15")
def test_the_consultant_fills_in_the_rest_and_the_audit_keeps_what_stood_there(
    store: Store, desk: Staff, first: Staff
) -> None:
    visit = register_visit(store=store, facts=VisitFacts(party=2, consultant=first), by=desk, at=AT)
    facts = VisitFacts(party=3, consultant=first, number=NUMBER, name="来客例", grade="B")

    complete_visit(visit=visit, facts=facts, by=first, at=LATER)

    visit.refresh_from_db()
    assert (visit.party, visit.number, visit.grade_due_at) == (3, E164, AT + dt.timedelta(hours=24))
    assert visit.lead is not None
    changed = AuditEvent.objects.get(code="visit.changed").data["changed"]
    assert (changed["party"], changed["number"]) == ([2, 3], ["", "139****0321"])


@pytest.mark.rule("LI-14")
def test_a_line_is_not_completed_without_a_telephone_or_the_reason(store: Store, desk: Staff, first: Staff) -> None:
    visit = register_visit(store=store, facts=VisitFacts(consultant=first), by=desk, at=AT)

    with pytest.raises(NoParticulars):
        complete_visit(visit=visit, facts=VisitFacts(consultant=first, name="来客例"), by=first, at=LATER)

    visit.refresh_from_db()
    assert visit.name == ""
    complete_visit(visit=visit, facts=VisitFacts(consultant=first, no_data="declined"), by=first, at=LATER)
    assert visit.no_data == "declined"


def test_a_number_that_is_filled_in_later_still_rings_its_owner(store: Store, desk: Staff, agent: Staff) -> None:
    lead = telesales_lead(store, agent)
    visit = register_visit(store=store, facts=VisitFacts(), by=desk, at=AT)

    complete_visit(visit=visit, facts=VisitFacts(number=NUMBER), by=desk, at=LATER)
    complete_visit(visit=visit, facts=VisitFacts(number=NUMBER, name="受邀例"), by=desk, at=LATER)

    assert (visit.lead, len(told(agent))) == (lead, 1)


def test_nobody_leaves_twice_or_before_arriving(store: Store, desk: Staff) -> None:
    visit = register_visit(store=store, facts=VisitFacts(no_data="declined"), by=desk, at=AT)
    leave_visit(visit=visit, by=desk, at=LATER)

    with pytest.raises(AlreadyLeft):
        leave_visit(visit=visit, by=desk, at=LATER)
    with pytest.raises(LeavesBeforeArrival):
        complete_visit(
            visit=visit,
            facts=VisitFacts(no_data="declined"),
            by=desk,
            at=LATER,
            left_at=AT - dt.timedelta(minutes=1),
        )

    visit.refresh_from_db()
    assert visit.left_at == LATER


# --- the second grade ----------------------------------------------------------------------------------------------
@pytest.mark.rule("LG-08", "LG-06")
def test_both_grades_of_the_register_are_kept(store: Store, desk: Staff, first: Staff) -> None:
    facts = VisitFacts(number=NUMBER, grade="B", consultant=first)
    visit = register_visit(store=store, facts=facts, by=desk, at=AT)
    with pytest.raises(StillHere):
        grade_after_visit(visit=visit, grade="H", by=first, at=LATER)
    leave_visit(visit=visit, by=desk, at=LATER)

    grade_after_visit(visit=visit, grade="H", by=first, at=AT + dt.timedelta(hours=20))

    visit.refresh_from_db()
    assert (visit.grade, visit.grade_after) == ("B", "H")
    assert list(GradeChange.objects.order_by("pk").values_list("grade", "graded_by")) == [
        ("B", GradedBy.INTAKE),
        ("H", GradedBy.REGISTER),
    ]
    with pytest.raises(AlreadyGraded):
        grade_after_visit(visit=visit, grade="A", by=first, at=AT + dt.timedelta(hours=21))


@pytest.mark.rule("LI-18")
def test_a_visitor_who_rises_to_b_gets_the_card_then(store: Store, desk: Staff, first: Staff) -> None:
    facts = VisitFacts(number=NUMBER, grade="C", consultant=first)
    visit = register_visit(store=store, facts=facts, by=desk, at=AT)
    leave_visit(visit=visit, by=desk, at=LATER)

    grade_after_visit(visit=visit, grade="B", by=first, at=AT + dt.timedelta(hours=20))

    visit.refresh_from_db()
    assert visit.lead is not None
    assert (visit.lead.owner, visit.lead.grade) == (first, "B")


@pytest.mark.rule("LG-08")
def test_an_overdue_second_grade_is_told_once(store: Store, desk: Staff, first: Staff) -> None:
    facts = VisitFacts(number=NUMBER, grade="B", consultant=first)
    visit = register_visit(store=store, facts=facts, by=desk, at=AT)
    due_at = AT + dt.timedelta(hours=24)

    early, on_time, again = (
        alert_overdue_grades(at=moment)
        for moment in (due_at - dt.timedelta(minutes=1), due_at, due_at + dt.timedelta(minutes=1))
    )

    assert (early, on_time, again) == (0, 1, 0)
    alert = Alert.objects.get(recipient=first, code="visit.grade_overdue")
    assert (alert.happened_at, alert.url) == (due_at, f"/visits/{visit.pk}/")


# --- the turn ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("ST-07")
def test_new_visitors_go_around_and_old_ones_take_no_turn(
    store: Store, desk: Staff, first: Staff, second: Staff
) -> None:
    def come(**facts: object) -> Staff | None:
        return register_visit(store=store, facts=VisitFacts(**facts), by=desk, at=AT, by_turn=True).consultant

    received = [
        come(),
        come(purpose="collection"),
        come(number=NUMBER, grade="B"),
        come(number=NUMBER),
        come(),
    ]

    # The second collects a car, the fourth is back with the own consultant: neither takes a turn.
    assert received == [first, second, second, second, first]
    assert list(Turn.objects.order_by("number").values_list("number", "consultant", "step")) == [
        (1, first.pk, "taken"),
        (2, second.pk, "taken"),
        (3, first.pk, "taken"),
    ]


@pytest.mark.rule("ST-08")
def test_who_asks_by_name_takes_no_turn(store: Store, desk: Staff, first: Staff, second: Staff) -> None:
    named = register_visit(store=store, facts=VisitFacts(consultant=first), by=desk, at=AT, by_turn=True)
    by_turn = register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, by_turn=True)

    assert (named.consultant, by_turn.consultant) == (first, first)


def test_who_rests_is_not_in_the_turn(store: Store, desk: Staff, first: Staff, second: Staff) -> None:
    DutyDayFactory(staff=first, on=AT.date(), kind="rest")

    visits = [register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, by_turn=True) for _ in range(2)]

    assert [visit.consultant for visit in visits] == [second, second]


def test_the_morning_begins_with_whoever_waited_longest(store: Store, desk: Staff, first: Staff, second: Staff) -> None:
    register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, by_turn=True)

    tomorrow = register_visit(store=store, facts=VisitFacts(), by=desk, at=AT + dt.timedelta(days=1), by_turn=True)

    assert tomorrow.consultant == second


def test_passing_over_needs_a_reason_and_a_page_that_is_not_old(
    store: Store, desk: Staff, first: Staff, second: Staff
) -> None:
    on = AT.date()
    with pytest.raises(NoReasonToSkip):
        skip_turn(store=store, on=on, consultant=first, reason="", by=desk, at=AT)
    with pytest.raises(NotNext):
        skip_turn(store=store, on=on, consultant=second, reason="busy", by=desk, at=AT)

    skip_turn(store=store, on=on, consultant=first, reason="busy", by=desk, at=AT)
    received = [
        register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, by_turn=True).consultant for _ in range(2)
    ]

    assert received == [second, first]
    assert AuditEvent.objects.filter(code="turn.skipped").count() == 1


def test_with_nobody_at_work_the_line_waits_for_a_consultant(store: Store, desk: Staff) -> None:
    visit = register_visit(store=store, facts=VisitFacts(), by=desk, at=AT, by_turn=True)

    assert (visit.consultant, Turn.objects.count()) == (None, 0)


# --- closing -------------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-15", "LI-14")
def test_a_day_closes_when_everybody_has_left_and_every_line_says_why(store: Store, desk: Staff) -> None:
    visit = register_visit(store=store, facts=VisitFacts(party=2), by=desk, at=AT)
    on = AT.date()
    with pytest.raises(VisitorsInHouse):
        close_register(store=store, on=on, by=desk, at=LATER)
    leave_visit(visit=visit, by=desk, at=LATER)
    with pytest.raises(LinesWithoutReason):
        close_register(store=store, on=on, by=desk, at=LATER)
    complete_visit(visit=visit, facts=VisitFacts(party=2, no_data="not_asked"), by=desk, at=LATER)

    day = close_register(store=store, on=on, by=desk, at=LATER)

    assert (day.totals["visits"], day.totals["people"], day.totals["without_number"]) == (1, 2, 1)
    with pytest.raises(ClosedAlready):
        close_register(store=store, on=on, by=desk, at=LATER)
    register_visit(store=store, facts=VisitFacts(no_data="declined"), by=desk, at=LATER)
    assert RegisterDay.objects.get().totals["visits"] == 1
    page = register_page(desk, store, on)
    assert (page.totals.visits, len(page.lines), page.late) == (1, 2, 1)


# --- enquiries by telephone ----------------------------------------------------------------------------------------
def rang(store: Store, by: Staff, **facts: object) -> Visit:
    return register_visit(store=store, facts=VisitFacts(number=NUMBER, **facts), by=by, at=AT, by_phone=True)


@pytest.mark.rule("LI-09", "LI-03")
@pytest.mark.parametrize("grade", ["H", "C", ""])
@pytest.mark.parametrize("named", [True, False])
def test_a_telephone_enquiry_is_a_lead_of_telesales_whomever_it_names(
    store: Store, desk: Staff, agent: Staff, first: Staff, grade: str, named: bool
) -> None:
    visit = rang(store, desk, grade=grade, consultant=first if named else None)

    lead = visit.lead
    assert lead is not None
    assert (lead.stage, lead.owner, lead.telesales, lead.pool) == ("telesales", agent, agent, "telesales")
    assert (lead.grade, lead.channel, visit.channel) == (grade, "phone", "phone")
    assert visit.consultant == (first if named else None)


@pytest.mark.rule("ST-08", "LI-09")
def test_who_was_asked_for_by_telephone_receives_the_customer(
    store: Store, desk: Staff, agent: Staff, first: Staff, second: Staff
) -> None:
    rang(store, desk, grade="A", consultant=second)

    visit = register_visit(store=store, facts=VisitFacts(number=NUMBER), by=desk, at=LATER, by_turn=True)

    assert (visit.consultant, Turn.objects.count()) == (second, 0)
    assert visit.lead is not None
    assert (visit.lead.owner, Lead.objects.count()) == (agent, 1)


@pytest.mark.rule("LI-22", "LI-08")
def test_a_telephone_enquiry_joins_the_current_lead_and_its_owner_is_told(
    store: Store, desk: Staff, agent: Staff, first: Staff
) -> None:
    lead = telesales_lead(store, agent)

    visit = rang(store, desk, grade="H", consultant=first, note="问了现车")

    lead.refresh_from_db()
    assert (visit.lead, Lead.objects.count(), lead.owner, lead.note) == (lead, 1, agent, "问了现车")
    assert told(agent) == ["%(name)s has asked again: the enquiry joined your lead %(number)s."]


@pytest.mark.rule("LI-08")
def test_a_number_that_a_telephone_enquiry_leaves_later_opens_the_lead_then(
    store: Store, desk: Staff, agent: Staff, first: Staff
) -> None:
    visit = register_visit(store=store, facts=VisitFacts(consultant=first), by=desk, at=AT, by_phone=True)
    none_yet = visit.lead

    complete_visit(visit=visit, facts=VisitFacts(number=NUMBER, grade="C", consultant=first), by=first, at=LATER)
    complete_visit(visit=visit, facts=VisitFacts(name="来客例", grade="C", consultant=first), by=first, at=LATER)

    assert none_yet is None
    assert visit.lead is not None
    assert (visit.lead.stage, visit.lead.owner, Lead.objects.count()) == ("telesales", agent, 1)


@pytest.mark.rule("LI-16")
def test_a_call_about_papers_is_no_lead(store: Store, desk: Staff, agent: Staff) -> None:
    visit = rang(store, desk, purpose="collection", grade="A")

    assert (visit.lead, Lead.objects.count()) == (None, 0)
