"""Judging a lead, at whatever point of its course: it keeps a day, and both sides' judgements are kept."""

import datetime as dt

import pytest

from leads.enums import GradedBy, LeadState, Way
from leads.models import GradeChange, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.grading import NotToBeGraded, grade_lead
from leads.services.merging import merge_leads
from leads.services.outcomes import note_order, note_order_cancelled
from leads.services.reactivation import reactivate_lead
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
ON = AT.date()
DAY = dt.timedelta(days=1)
TRIED = ContactFacts(way=Way.PHONE, reached=False)
SPOKEN = ContactFacts(way=Way.PHONE, reached=True, result="问了价格", next_reason="报价")


@pytest.fixture
def agent():
    return StaffFactory(roles=["telesales"])


@pytest.fixture
def lead(agent):
    return LeadFactory(customer__store=agent.store, owner=agent)


def judge(lead, grade, agent, at=AT, graded_by=GradedBy.TELESALES):
    grade_lead(lead=lead, grade=grade, graded_by=graded_by, by=agent, at=at)


def planned(lead):
    lead.refresh_from_db()
    return lead.next_contact_on, lead.next_contact_at


@pytest.mark.rule("LG-26")
@pytest.mark.parametrize("grade", list("HABC"))
def test_a_lead_that_was_tried_in_vain_keeps_its_day_when_it_is_judged(lead, agent, grade):
    record_contact(lead=lead, facts=TRIED, by=agent, at=AT)

    judge(lead, grade, agent)

    assert planned(lead) == (ON + DAY, None)


@pytest.mark.rule("LG-24")
def test_an_order_of_somebody_who_was_never_reached_is_followed_weekly(lead, agent):
    record_contact(lead=lead, facts=TRIED, by=agent, at=AT)

    note_order(lead=lead, on=ON, by=agent, at=AT + DAY)
    ordered = planned(lead)
    note_order_cancelled(lead=lead, by=agent, at=AT + 2 * DAY)

    assert ordered == (ON + 8 * DAY, None)
    assert planned(lead) == (ON + 8 * DAY, None)


@pytest.mark.rule("LI-02")
def test_a_lead_that_nobody_has_tried_is_due_by_the_clock_also_after_an_order_that_fell_through(lead, agent):
    note_order(lead=lead, on=ON, by=agent, at=AT)

    note_order_cancelled(lead=lead, by=agent, at=AT + DAY)

    assert (planned(lead), lead.state, lead.first_contact_at) == ((None, None), LeadState.OPEN, None)


@pytest.mark.rule("LG-23")
def test_a_grade_without_a_cadence_takes_no_day_away(lead, agent):
    record_contact(lead=lead, facts=SPOKEN, by=agent, at=AT)
    Lead.objects.filter(pk=lead.pk).update(settled_at=AT, next_contact_on=ON + 5 * DAY)

    judge(lead, "C", agent, at=AT + 2 * DAY)

    assert planned(lead) == (ON + 5 * DAY, None)


@pytest.mark.rule("LG-07")
def test_a_conversation_with_somebody_whom_nobody_has_judged_is_written_down(lead, agent):
    Lead.objects.filter(pk=lead.pk).update(grade="")
    days = []

    for nth in (0, 4, 7, 14):
        record_contact(lead=lead, facts=SPOKEN, by=agent, at=AT + nth * DAY)
        days.append(planned(lead)[0] - ON)

    assert days == [4 * DAY, 7 * DAY, 14 * DAY, 21 * DAY]
    assert (lead.grade, lead.contacts, lead.settled_at) == ("", 4, None)


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("spoken", "tried", "settled_on"),
    [
        pytest.param([0, 4, 7], [], 7, id="the third on the seventh day"),
        pytest.param([0, 4, 8], [], 8, id="the third on the eighth: the week is over, the grade stands"),
        pytest.param([0, 4], [1, 2, 3, 5, 6, 7], None, id="tries in vain do not count"),
        pytest.param([0, 1, 2], [], 2, id="three days running"),
        pytest.param([8], [0, 1, 2, 3], 8, id="reached for the first time after the week"),
    ],
)
def test_three_conversations_of_the_first_week_make_the_grade_final(lead, agent, spoken, tried, settled_on):
    for day in sorted(spoken + tried):
        record_contact(lead=lead, facts=SPOKEN if day in spoken else TRIED, by=agent, at=AT + day * DAY)

    lead.refresh_from_db()
    assert lead.settled_at == (None if settled_on is None else AT + settled_on * DAY)
    assert lead.next_contact_on is not None


@pytest.mark.rule("LG-06")
@pytest.mark.parametrize(
    ("judgements", "expected"),
    [
        pytest.param(
            [("H", GradedBy.TELESALES, 0), ("B", GradedBy.CONSULTANT, 2)],
            [("A", "H", "telesales", True), ("H", "B", "consultant", True)],
            id="telesales first, the consultant again",
        ),
        pytest.param(
            [("H", GradedBy.TELESALES, 0), ("H", GradedBy.CONSULTANT, 2)],
            [("A", "H", "telesales", True), ("H", "H", "consultant", True)],
            id="the same grade is a judgement too",
        ),
        pytest.param(
            [("H", GradedBy.TELESALES, 7), ("A", GradedBy.CONSULTANT, 8)],
            [("A", "H", "telesales", True), ("H", "A", "consultant", False)],
            id="after the week the consultant's is final",
        ),
    ],
)
def test_both_sides_judge_and_both_judgements_are_kept(lead, agent, judgements, expected):
    for grade, side, day in judgements:
        judge(lead, grade, agent, at=AT + day * DAY, graded_by=side)

    rows = GradeChange.objects.order_by("pk").values_list("before", "grade", "graded_by", "is_provisional")
    assert list(rows) == expected


def test_the_line_of_the_history_follows_what_stands_and_not_what_was_read(lead, agent):
    read_before = Lead.objects.get(pk=lead.pk)
    judge(lead, "H", agent)

    judge(read_before, "B", agent)

    assert list(GradeChange.objects.order_by("pk").values_list("before", "grade")) == [("A", "H"), ("H", "B")]


def test_who_ended_meanwhile_is_not_judged(lead, agent):
    read_before = Lead.objects.get(pk=lead.pk)
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.LOST)

    with pytest.raises(NotToBeGraded):
        judge(read_before, "B", agent)


@pytest.mark.rule("LI-21")
def test_joined_with_a_lead_that_was_tried_an_untried_one_has_a_day(lead, agent):
    other = LeadFactory(customer=lead.customer, owner=agent)
    record_contact(lead=other, facts=TRIED, by=agent, at=AT)
    other.refresh_from_db()

    merge_leads(kept=lead, dropped=other, sides={}, by=agent, at=AT)

    assert planned(lead) == (ON + DAY, None)


@pytest.mark.rule("DF-13")
@pytest.mark.parametrize(("facts", "day"), [(None, None), (TRIED, ON + 21 * DAY), (SPOKEN, ON + 21 * DAY)])
def test_taken_up_again_a_lead_has_a_day_or_its_24_hours(lead, agent, facts, day):
    if facts is not None:
        record_contact(lead=lead, facts=facts, by=agent, at=AT)
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.LOST, next_contact_on=None)
    lead.refresh_from_db()

    reactivate_lead(lead=lead, owner=agent, grade="C", reason="又来问价", by=agent, at=AT + 20 * DAY)

    assert planned(lead) == (day, None)
    assert day is not None or lead.first_due_at == AT + 21 * DAY
