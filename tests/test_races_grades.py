"""A lead judged while others judge it, call it or hand it over, on PostgreSQL. It begins with the race unguarded."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction

from customers.tests.factories import CustomerFactory
from followups.models import CallTask
from followups.services.lead_calls import follow_stale_plans
from leads.enums import GradedBy, LeadState, Way
from leads.models import Appointment, GradeChange, HandOver, Lead
from leads.services.appointments import LeadEnded, make_appointment
from leads.services.contacts import ContactFacts, record_contact
from leads.services.grading import grade_lead
from leads.services.hand_over import Confirmation, SheetLine, confirm_hand_over, hand_over_lead
from leads.services.lost import lose_contact
from leads.services.outcomes import note_order
from leads.services.registering import NewLead, register_lead
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

TODAY = AT.date()
DAY = dt.timedelta(days=1)
SPOKEN = ContactFacts(way=Way.PHONE, reached=True, result="谈", next_reason="再谈")


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_consultant"])


@pytest.fixture
def lead(store: Store, agent: Staff) -> Lead:
    """Three weeks old, last spoken to ten days ago."""
    return LeadFactory(
        customer=CustomerFactory(store=store, owner=agent), owner=agent, telesales=agent, note="原有备注",
        registered_at=AT - 21 * DAY, first_contact_at=AT - 10 * DAY, last_contact_at=AT - 10 * DAY, settled_at=AT - DAY,
        next_contact_on=TODAY - 3 * DAY,
    )  # fmt: skip


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("store", "owner", "customer").get(pk=lead.pk)


def both_at_once(one: Callable[[], object], other: Callable[[], object]) -> object:
    """The result of the second, which began before the first had ended."""
    with transaction.atomic():
        one()
        second = Side(other)
        wait_until_somebody_waits()
    second.join()
    return second.result


def judge(lead: Lead, grade: str, by: Staff) -> Callable[[], object]:
    """Judged on a row that is read now."""
    seen = fresh(lead)
    return lambda: grade_lead(lead=seen, grade=grade, graded_by=GradedBy.TELESALES, by=by, at=AT)


def judgements() -> list[tuple[str, str]]:
    return list(GradeChange.objects.order_by("pk").values_list("before", "grade"))


def test_without_the_guard_both_follow_the_same_grade(lead: Lead, agent: Staff) -> None:
    def carelessly(grade: str) -> Callable[[], object]:
        seen = fresh(lead)

        def write() -> None:
            before, seen.grade = seen.grade, grade
            seen.save(update_fields=["grade"])
            GradeChange.objects.create(lead=seen, at=AT, by=agent, before=before, grade=grade, graded_by="telesales")

        return write

    assert both_at_once(carelessly("H"), carelessly("B")) is None

    assert judgements() == [("A", "H"), ("A", "B")]


@pytest.mark.rule("LG-06")
def test_of_two_judgements_the_later_follows_the_earlier(lead: Lead, agent: Staff) -> None:
    result = both_at_once(judge(lead, "H", agent), judge(lead, "B", agent))

    assert isinstance(result, GradeChange), result
    assert judgements() == [("A", "H"), ("H", "B")]
    assert (fresh(lead).grade, fresh(lead).next_contact_on) == ("B", TODAY + 5 * DAY)


@pytest.mark.rule("LG-26")
@pytest.mark.parametrize("is_judged_first", [False, True])
def test_judged_while_somebody_calls_the_plan_runs_from_the_call(
    lead: Lead, agent: Staff, is_judged_first: bool
) -> None:
    seen = fresh(lead)
    acts = [lambda: record_contact(lead=seen, facts=SPOKEN, by=agent, at=AT), judge(lead, "H", agent)]

    result = both_at_once(*(reversed(acts) if is_judged_first else acts))

    row = fresh(lead)
    assert not isinstance(result, Exception), result
    assert (row.grade, row.contacts, row.last_contact_at) == ("H", 1, AT)
    assert row.next_contact_on == TODAY + 3 * DAY


def test_ordered_while_somebody_calls_the_plan_runs_from_the_call(lead: Lead, agent: Staff) -> None:
    seen, ordered = fresh(lead), fresh(lead)

    result = both_at_once(
        lambda: record_contact(lead=seen, facts=SPOKEN, by=agent, at=AT),
        lambda: note_order(lead=ordered, on=TODAY, by=agent, at=AT),
    )

    row = fresh(lead)
    assert not isinstance(result, Exception), result
    assert (row.state, row.contacts, row.next_contact_on) == (LeadState.ORDERED, 1, TODAY + 7 * DAY)


@pytest.mark.rule("LG-06", "HO-05")
def test_the_sheet_says_the_grade_that_was_given_a_moment_ago(lead: Lead, agent: Staff, consultant: Staff) -> None:
    visit = VisitFactory(store=lead.store, lead=lead, consultant=consultant, left_at=AT)
    seen, line = fresh(lead), SheetLine(condition="想置换")

    result = both_at_once(
        judge(lead, "H", agent),
        lambda: hand_over_lead(lead=seen, visit=visit, consultant=consultant, line=line, by=agent, at=AT),
    )

    assert isinstance(result, HandOver), result
    assert (result.grade, fresh(lead).grade, fresh(lead).owner) == ("H", "H", consultant)


@pytest.mark.rule("LG-06", "HO-04")
def test_confirmed_while_somebody_writes_on_the_card_both_notes_and_judgements_stand(
    lead: Lead, agent: Staff, consultant: Staff
) -> None:
    visit = VisitFactory(store=lead.store, lead=lead, consultant=consultant, left_at=AT)
    row = hand_over_lead(
        lead=fresh(lead), visit=visit, consultant=consultant, line=SheetLine(condition="想置换"), by=agent, at=AT
    )
    seen = HandOver.objects.select_related("lead__store").get(pk=row.pk)
    assert seen.lead.note == "原有备注"
    regrade = judge(lead, "H", agent)

    def judge_and_note() -> None:
        regrade()
        Lead.objects.filter(pk=lead.pk).update(note="原有备注\n主管补记")

    found = Confirmation(repeated=True, grade="B", note="要自动挡")
    result = both_at_once(judge_and_note, lambda: confirm_hand_over(hand_over=seen, found=found, by=consultant, at=AT))

    assert isinstance(result, HandOver), result
    assert fresh(lead).note == "原有备注\n主管补记\n要自动挡"
    assert judgements() == [("A", "H"), ("H", "B")]
    assert GradeChange.objects.latest("pk").note == "要自动挡"


def test_nobody_is_invited_while_the_lead_ends(lead: Lead, agent: Staff) -> None:
    seen, ending = fresh(lead), fresh(lead)

    result = both_at_once(
        lambda: lose_contact(lead=ending, by=agent, at=AT, number_verified=True),
        lambda: make_appointment(lead=seen, expected_at=AT + DAY, by=agent, at=AT),
    )

    assert isinstance(result, LeadEnded), result
    assert not Appointment.objects.exists()


def test_a_list_passes_over_a_lead_that_somebody_is_just_changing(store: Store, agent: Staff) -> None:
    numbers = ("13900010001", "13900010002")
    leads = [
        register_lead(
            store=store,
            new=NewLead(name="线索例", number=number, channel="web", registered_at=AT, grade="A"),
            owner=agent, pool="telesales", by=None, at=AT,
        ).lead
        for number in numbers
    ]  # fmt: skip
    changed = {"first_contact_at": AT, "last_contact_at": AT, "next_contact_on": TODAY + 5 * DAY}
    Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(**changed)

    with transaction.atomic():
        Lead.objects.filter(pk=leads[0].pk).update(next_contact_on=TODAY + 6 * DAY)
        other = Side(lambda: follow_stale_plans(store=store, at=AT))
        other.join()
    waiting = list(CallTask.objects.unfinished().order_by("lead_id").values_list("lead_id", "kind"))
    later = [follow_stale_plans(store=store, at=AT) for _nth in range(2)]

    assert other.result == 1
    assert waiting == [(leads[0].pk, "lead_first_contact"), (leads[1].pk, "lead_revisit")]
    assert later == [1, 0]
    days = dict(CallTask.objects.unfinished().values_list("lead_id", "due_on"))
    assert days == {leads[0].pk: TODAY + 6 * DAY, leads[1].pk: TODAY + 5 * DAY}
