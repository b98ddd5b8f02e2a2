"""Calls to leads: the plan of the lead is the call on the list, and a saved call is a line of the card."""

import datetime as dt

import pytest

from customers.enums import NumberState
from customers.models import ContactBan
from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from followups.enums import LEAD_KINDS, UNFINISHED
from followups.models import CallAttempt, CallTask
from followups.services.bans import lift_contact_ban
from followups.services.calls import (
    AppointmentMissing,
    LeadLine,
    PromiseMissing,
    SecondPersonNeeded,
    save_call,
)
from followups.services.claims import claim_next_task, claim_task, expire_claims, release_task
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from leads.enums import AppointmentState, Channel, GradedBy, LeadState, MoveReason, Way
from leads.models import Appointment, Contact, Lead
from leads.services.contacts import ContactFacts, NextInThePast, NoNextReason, NoResult, record_contact
from leads.services.grading import grade_lead
from leads.services.lost import NotProven
from leads.services.owners import move_lead
from leads.services.registering import NewLead, register_lead
from leads.signals import lead_planned
from leads.tests.factories import LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


def at(day=TODAY, hour=10, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def telesales(store):
    return StaffFactory(store=store, roles=["telesales"], name="电销甲例")


@pytest.fixture
def colleague(store):
    return StaffFactory(store=store, roles=["telesales"], name="电销乙例")


def register(store, owner, number="13900010001", when=None, **details):
    new = NewLead(
        name="线索例", number=number, channel=Channel.WEB, registered_at=when or at(), grade="A", details=details
    )
    return register_lead(store=store, new=new, owner=owner, pool="telesales", by=None, at=when or at()).lead


@pytest.fixture
def lead(store, telesales):
    return register(store, telesales)


def call_of(lead) -> CallTask:
    return CallTask.objects.get(lead=lead, kind__in=LEAD_KINDS, state__in=UNFINISHED)


def save(lead, by, outcome="done", when=None, **fields):
    known = {"note": "周末带家人来看", "line": LeadLine(next_reason="确认周末到店")} if outcome == "done" else {}
    return save_call(task=call_of(lead), by=by, at=when or at(), outcome=outcome, **(known | fields))


# --- the plan is the call --------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-02")
def test_a_new_lead_is_in_the_queue_of_the_day_at_once(store, telesales):
    make_call_list(store=store, on=TODAY, at=at(hour=6))

    lead = register(store, telesales)

    task = call_of(lead)
    assert (task.kind, task.owner, task.due_on) == ("lead_first_contact", telesales, TODAY)
    assert task.overdue_at == task.alert_due_at == at() + DAY
    assert claim_next_task(by=telesales, at=at()) == task


@pytest.mark.parametrize(
    ("grade", "due_on"),
    [
        pytest.param("H", "2026-11-27", marks=pytest.mark.rule("LG-20"), id="H every 3 days"),
        pytest.param("A", "2026-11-28", marks=pytest.mark.rule("LG-07"), id="A, but three contacts in the first week"),
        pytest.param("B", "2026-11-28", marks=pytest.mark.rule("LG-07"), id="B likewise"),
    ],
)
def test_after_a_conversation_the_next_call_waits_on_its_day(lead, telesales, grade, due_on):
    save(lead, telesales, line=LeadLine(grade=grade, next_reason="报价"))

    task = call_of(lead)
    assert (task.kind, str(task.due_on), task.reason) == ("lead_revisit", due_on, "报价")
    assert (task.anchor_on, task.overdue_at) == (TODAY, at(task.due_on + DAY, 0))


@pytest.mark.parametrize(
    ("grade", "days"),
    [
        pytest.param("H", 3, marks=pytest.mark.rule("LG-20")),
        pytest.param("A", 7, marks=pytest.mark.rule("LG-21")),
        pytest.param("B", 15, marks=pytest.mark.rule("LG-22")),
    ],
)
@pytest.mark.rule("LG-26")
def test_after_the_first_week_the_cadence_of_the_grade_decides(store, telesales, grade, days):
    lead = register(store, telesales, when=at() - 20 * DAY)

    save(lead, telesales, line=LeadLine(grade=grade, next_reason="报价"))

    assert call_of(lead).due_on == TODAY + days * DAY


@pytest.mark.rule("LG-23")
def test_a_grade_without_a_cadence_has_no_next_call(store, telesales):
    lead = register(store, telesales, when=at() - 20 * DAY)

    save(lead, telesales, line=LeadLine(grade="C", next_reason="等他联系"))

    assert not CallTask.objects.unfinished().exists()


@pytest.mark.rule("LG-24")
def test_an_order_that_waits_is_called_weekly(lead, telesales):
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.ORDERED, grade="O")

    save(lead, telesales)

    assert call_of(lead).due_on == TODAY + 7 * DAY


@pytest.mark.rule("LG-07")
def test_three_calls_in_the_first_week_make_the_grade_final(lead, telesales):
    for due_on in ("2026-11-24", "2026-11-28", "2026-12-01"):
        task = call_of(lead)
        assert str(task.due_on) == due_on
        save(lead, telesales, when=at(task.due_on))

    lead.refresh_from_db()
    assert lead.settled_at == at(dt.date(2026, 12, 1))
    assert call_of(lead).due_on == dt.date(2026, 12, 8)


def test_another_grade_moves_the_call_that_waits_and_leaves_the_made_ones(store, telesales):
    lead = register(store, telesales, when=at() - 20 * DAY)
    save(lead, telesales)
    made = CallTask.objects.filter(state="done").values().get()
    waiting = call_of(lead)

    grade_lead(lead=Lead.objects.get(), grade="H", graded_by=GradedBy.TELESALES, by=telesales, at=at(hour=15))

    moved = call_of(lead)
    assert (moved.pk, moved.due_on, moved.first_due_on) == (waiting.pk, TODAY + 3 * DAY, TODAY + 3 * DAY)
    assert CallTask.objects.filter(state="done").values().get() == made


def test_the_new_owner_gets_the_call(lead, telesales, colleague):
    move_lead(lead=lead, owner=colleague, reason=MoveReason.REASSIGNED, by=telesales, at=at())

    assert call_of(lead).owner == colleague
    move_lead(lead=lead, owner=None, pool="telesales", reason=MoveReason.REASSIGNED, by=telesales, at=at())
    assert (call_of(lead).owner, call_of(lead).pool) == (None, "telesales")


@pytest.mark.parametrize("outcome", ["done", "no_answer"])
def test_a_call_out_of_the_pool_makes_lead_and_next_call_the_callers(store, telesales, colleague, outcome):
    lead = register(store, None)

    save(lead, telesales, outcome)

    lead.refresh_from_db()
    assert (lead.owner, lead.telesales, call_of(lead).owner) == (telesales, telesales, telesales)
    assert list(lead.ownership_rows.order_by("pk").values_list("owner", "reason")) == [
        (None, MoveReason.ASSIGNED),
        (telesales.pk, MoveReason.CALLED),
    ]


def test_the_call_of_a_lead_that_ended_is_cancelled(lead):
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.DEFEATED)
    lead.refresh_from_db()
    lead_planned.send(sender=Lead, lead=lead, by=None, at=at())

    task = CallTask.objects.get()
    assert (task.state, task.close_reason, task.closed_at) == ("cancelled", "lead_ended", at())
    assert AuditEvent.objects.filter(code="task.cancelled").count() == 1


def test_a_lead_taken_up_again_gets_a_call_with_another_number(lead, telesales):
    for state in (LeadState.DEFEATED, LeadState.OPEN):
        Lead.objects.filter(pk=lead.pk).update(state=state)
        lead.refresh_from_db()
        lead_planned.send(sender=Lead, lead=lead, by=None, at=at())

    assert list(CallTask.objects.order_by("pk").values_list("state", "occurrence")) == [
        ("cancelled", "1"),
        ("open", "2"),
    ]


def test_a_contact_written_on_the_card_replaces_the_call(lead, telesales):
    facts = ContactFacts(way=Way.WECHAT, reached=True, result="发了报价", next_reason="问是否收到")

    record_contact(lead=lead, facts=facts, by=telesales, at=at())

    first, second = CallTask.objects.order_by("pk")
    assert (first.kind, first.state, first.close_reason) == ("lead_first_contact", "cancelled", "replanned")
    assert (second.kind, second.state, str(second.due_on)) == ("lead_revisit", "open", "2026-11-28")


@pytest.mark.rule("D3-09")
def test_who_refused_gets_no_call_from_a_change_of_plan(store, telesales):
    lead = register(store, telesales, when=at() - 20 * DAY)
    ContactBan.objects.create(customer=lead.customer, purpose="lead_revisit", banned_at=at(), banned_by=telesales)

    save(lead, telesales)

    assert not CallTask.objects.unfinished().exists()


# --- a call in work --------------------------------------------------------------------------------------------------
def test_a_call_in_work_is_not_torn_away_and_the_next_one_goes_to_the_new_owner(lead, telesales, colleague):
    task = claim_task(task=call_of(lead), by=telesales, at=at())
    move_lead(lead=lead, owner=colleague, reason=MoveReason.REASSIGNED, by=colleague, at=at(minute=1))

    task.refresh_from_db()
    assert (task.state, task.claimed_by, task.owner) == ("claimed", telesales, telesales)
    save(lead, telesales, when=at(minute=5))

    assert call_of(lead).owner == colleague
    assert Contact.objects.get().by == telesales


@pytest.mark.parametrize("falls_back", ["released", "expired"])
def test_a_call_put_back_follows_the_plan_that_changed_meanwhile(lead, telesales, colleague, falls_back):
    task = claim_task(task=call_of(lead), by=telesales, at=at())
    move_lead(lead=lead, owner=colleague, reason=MoveReason.REASSIGNED, by=colleague, at=at(minute=1))

    if falls_back == "released":
        release_task(task=task, by=telesales, at=at(minute=2))
    else:
        expire_claims(at=at(hour=11))

    assert (call_of(lead).owner, call_of(lead).state) == (colleague, "open")


@pytest.mark.parametrize(("outcome", "state"), [("done", "done"), ("no_answer", "cancelled")])
def test_a_call_to_a_lead_that_ended_meanwhile_is_kept_without_a_line(lead, telesales, outcome, state):
    claim_task(task=call_of(lead), by=telesales, at=at())
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.DEFEATED)

    saved = save(lead, telesales, outcome)

    assert saved.lead_ended
    assert CallAttempt.objects.count() == 1
    assert not Contact.objects.exists()
    assert CallTask.objects.get().state == state


# --- a call is a line of the card ------------------------------------------------------------------------------------
@pytest.mark.rule("CC-06")
@pytest.mark.rule("CC-07")
@pytest.mark.rule("CC-08")
def test_a_saved_call_is_the_line_of_its_plan(store, telesales):
    lead = register(store, telesales)
    Lead.objects.update(next_reason="问看车时间", next_way="phone")
    said = LeadLine(grade="H", next_reason="置换评估", next_on=dt.date(2026, 11, 26), next_way="visit")

    save(lead, telesales, note="想看旗舰版", line=said)

    line = Contact.objects.get()
    assert (line.number, line.planned_way, line.reason) == (1, "phone", "问看车时间")
    assert (str(line.planned_on), line.at, line.way, line.by) == ("2026-11-25", at(), "phone", telesales)
    assert (line.reached, line.outcome, line.result) == (True, "done", "想看旗舰版")
    assert (line.grade_before, line.grade_after) == ("A", "H")
    assert (str(line.next_on), line.next_way, line.next_reason) == ("2026-11-26", "visit", "置换评估")
    task = call_of(lead)
    assert (str(task.due_on), task.reason, task.occurrence) == ("2026-11-26", "置换评估", "1")


@pytest.mark.rule("CC-03")
def test_the_reason_of_each_line_is_what_the_line_before_planned(lead, telesales):
    for nth in (1, 2, 3):
        when = at(call_of(lead).due_on)
        save(lead, telesales, when=when, note=f"结果{nth}", line=LeadLine(next_reason=f"理由{nth}"))

    assert list(Contact.objects.order_by("number").values_list("reason", "result")) == [
        ("", "结果1"), ("理由1", "结果2"), ("理由2", "结果3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        pytest.param({"note": ""}, NoResult, id="no result", marks=pytest.mark.rule("CC-05")),
        pytest.param({"line": LeadLine()}, NoNextReason, id="no next reason", marks=pytest.mark.rule("CC-08")),
        pytest.param(
            {"line": LeadLine(next_reason="报价", next_on=TODAY - DAY)}, NextInThePast, id="a plan in the past"
        ),
        pytest.param({"outcome": "appointment", "note": "来看车"}, AppointmentMissing, id="no time agreed"),
        pytest.param({"outcome": "call_back"}, PromiseMissing, id="no promise"),
        pytest.param({"outcome": "lost_contact"}, NotProven, id="one try proves nothing"),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(lead, telesales, fields, refusal):
    before = list(CallTask.objects.values())

    with pytest.raises(refusal):
        save(lead, telesales, **fields)

    assert list(CallTask.objects.values()) == before
    assert not CallAttempt.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("outcome", ["no_answer", "busy"])
def test_who_is_not_reached_is_called_again_the_next_day_until_the_lead_ends(lead, telesales, outcome):
    task = call_of(lead)
    for nth in range(5):
        save(lead, telesales, outcome, when=at(TODAY + nth * DAY))

        waiting = call_of(lead)
        assert (waiting.pk, waiting.kind, waiting.due_on) == (task.pk, "lead_first_contact", TODAY + (nth + 1) * DAY)
        assert (waiting.state, waiting.attempts, waiting.failed_days) == ("open", nth + 1, nth + 1)
        assert waiting.first_due_on == TODAY
    assert list(Contact.objects.values_list("reached", flat=True).distinct()) == [False]


@pytest.mark.rule("D3-08")
def test_a_promised_call_back_is_the_next_call_with_its_time(lead, telesales):
    Lead.objects.update(next_reason="问看车时间")
    promised = at(TODAY + DAY, 15, 30)

    save(lead, telesales, "call_back", promised_at=promised)

    task = call_of(lead)
    assert (task.due_on, task.due_at, task.overdue_at, task.promised_by) == (
        TODAY + DAY, promised, promised, telesales,
    )  # fmt: skip
    assert task.reason == "问看车时间"
    assert Contact.objects.get().next_reason == "问看车时间"


def test_an_inconvenient_moment_is_tried_again_the_next_day(lead, telesales):
    save(lead, telesales, "inconvenient")

    assert (call_of(lead).due_on, call_of(lead).kind) == (TODAY + DAY, "lead_revisit")


def test_an_agreed_appointment_is_made_and_a_second_one_moves_it(lead, telesales):
    first, second = at(TODAY + 2 * DAY, 14), at(TODAY + 3 * DAY, 10)
    for when, expected_at in ((at(), first), (at(TODAY + DAY), second)):
        line = LeadLine(next_reason="到店接待", next_on=TODAY + DAY, appointment_at=expected_at)
        save(lead, telesales, "appointment", when=when, note="答应来试驾", line=line)

    appointment = Appointment.objects.get()
    assert (appointment.expected_at, appointment.state, appointment.made_by) == (
        second, AppointmentState.OPEN, telesales,
    )  # fmt: skip
    assert CallTask.objects.filter(state="done", is_successful=True).count() == 2


@pytest.mark.rule("D3-09")
@pytest.mark.parametrize(
    ("outcome", "purposes"), [("refused", ["lead_first_contact", "lead_revisit"]), ("refused_all", [""])]
)
def test_who_refuses_is_not_called_again(lead, telesales, outcome, purposes):
    save(lead, telesales, outcome)

    assert sorted(ContactBan.objects.values_list("purpose", flat=True)) == purposes
    assert not CallTask.objects.unfinished().exists()
    assert make_call_list(store=lead.store, on=TODAY + 30 * DAY, at=at(TODAY + 30 * DAY)).skipped["contact_ban"] == 1


# --- lost contact ----------------------------------------------------------------------------------------------------
@pytest.mark.rule("LG-07", "D3-09")
@pytest.mark.parametrize("outcome", ["done", "refused", "refused_all", "inconvenient", "call_back", "appointment"])
@pytest.mark.parametrize("days_old", [0, 3, 30])
def test_whatever_comes_of_a_call_to_a_lead_without_a_grade_is_kept(store, telesales, outcome, days_old):
    lead = register(store, telesales, when=at() - days_old * DAY)
    Lead.objects.update(grade="")
    line = LeadLine(next_reason="再谈", appointment_at=at() + 2 * DAY)

    saved = save(lead, telesales, outcome=outcome, note="谈", line=line, promised_at=at() + 2 * DAY)

    lead.refresh_from_db()
    assert saved.attempt is not None
    assert (lead.contacts, lead.last_contact_at, lead.grade) == (1, at(), "")
    assert lead.next_contact_on > TODAY
    assert CallTask.objects.unfinished().count() == (not ContactBan.objects.exists())


def test_contact_is_lost_by_tries_on_different_days_at_different_times_and_in_two_ways(lead, telesales):
    save(lead, telesales, "no_answer", when=at(hour=10))
    facts = ContactFacts(way=Way.SMS, reached=False)
    record_contact(lead=Lead.objects.get(), facts=facts, by=telesales, at=at(TODAY + DAY, 15))

    save(lead, telesales, "lost_contact", when=at(TODAY + 2 * DAY, 10), note="三天未接")

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner, lead.pool) == ("lost", "L", None, "telesales")
    assert not CallTask.objects.unfinished().exists()
    assert Contact.objects.count() == 3


@pytest.fixture
def checked(lead, telesales, colleague):
    """The first caller found the number empty; a colleague is to dial it once more."""
    phone = lead.customer.phones.get()
    save(lead, telesales, "empty_number", phone=phone)
    return CallTask.objects.get(kind="number_trace")


def test_an_empty_number_is_dialled_once_more_by_another_person_of_the_role(lead, colleague, checked):
    assert (checked.owner, checked.pool, checked.lead, checked.due_on) == (colleague, "telesales", lead, TODAY)
    assert call_of(lead).held_by == checked
    assert lead.customer.phones.get().state == NumberState.EMPTY
    assert Alert.objects.get().recipient == colleague
    assert Contact.objects.get().outcome == "empty_number"


@pytest.mark.rule("DF-02")
def test_the_second_person_confirms_and_contact_is_lost(lead, colleague, checked):
    save_call(task=checked, by=colleague, at=at(hour=15), outcome="untraceable", note="确为空号")

    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.close_reason) == ("lost", "L", "确为空号")
    assert not CallTask.objects.unfinished().exists()


def test_the_first_person_is_not_the_second(lead, telesales, checked):
    CallTask.objects.filter(pk=checked.pk).update(owner=telesales)

    with pytest.raises(SecondPersonNeeded):
        save_call(task=checked, by=telesales, at=at(hour=15), outcome="untraceable")

    lead.refresh_from_db()
    assert lead.state == "open"


@pytest.mark.parametrize(("outcome", "number"), [("number_right", ""), ("traced", "13900020002")])
def test_a_number_that_works_brings_the_call_back(lead, telesales, colleague, checked, outcome, number):
    save_call(task=checked, by=colleague, at=at(hour=15), outcome=outcome, new_number=number)

    task = call_of(lead)
    assert (task.held_by, task.due_on, task.owner) == (None, TODAY, telesales)
    lead.refresh_from_db()
    assert (lead.state, lead.next_contact_on) == ("open", TODAY)


def test_without_a_second_person_the_supervisors_check(store, lead, telesales):
    save(lead, telesales, "wrong_number", phone=lead.customer.phones.get())

    trace = CallTask.objects.get(kind="number_trace")
    assert (trace.owner, trace.pool) == (None, "telesales_supervisor")


def test_who_was_reached_otherwise_meanwhile_is_not_lost(lead, telesales, colleague, checked):
    facts = ContactFacts(way=Way.WECHAT, reached=True, result="微信联系上", next_reason="换号码")
    record_contact(lead=Lead.objects.get(), facts=facts, by=telesales, at=at(hour=12))

    save_call(task=checked, by=colleague, at=at(hour=15), outcome="untraceable")

    lead.refresh_from_db()
    assert lead.state == "open"
    assert call_of(lead).kind == "lead_revisit"


# --- the queue -------------------------------------------------------------------------------------------------------
def test_a_first_contact_goes_before_every_revisit_and_after_a_promise(store, telesales):
    late = register(store, telesales, "13900030001", when=at() - 20 * DAY)
    save(late, telesales, when=at() - 19 * DAY)
    promised = register(store, telesales, "13900030002", when=at() - 2 * DAY)
    save(promised, telesales, "call_back", when=at() - DAY, promised_at=at(minute=30))
    fresh = register(store, telesales, "13900030003", when=at(hour=9))
    older = register(store, telesales, "13900030004", when=at() - DAY)
    served = []
    for nth in range(4):
        task = claim_next_task(by=telesales, at=at(minute=40 + nth))
        served.append(task.lead)
        save_call(task=task, by=telesales, at=at(minute=40 + nth), outcome="no_answer")

    assert served == [promised, older, fresh, late]


def test_a_customer_may_have_two_leads_and_a_call_each(store, telesales):
    customer = CustomerFactory(store=store)
    CustomerPhoneFactory(customer=customer)
    LeadFactory(customer=customer)
    LeadFactory(customer=customer)

    make_call_list(store=store, on=TODAY, at=at())

    assert CallTask.objects.count() == 2


def test_a_lifted_ban_brings_the_call_of_the_plan_as_it_is_now(lead, telesales):
    save(lead, telesales, "refused_all")
    ban = ContactBan.objects.get()
    Lead.objects.update(next_contact_on=TODAY + 9 * DAY)

    returned = lift_contact_ban(ban=ban, reason="客户来电要求继续联系", by=telesales, at=at(TODAY + DAY))

    assert (returned, call_of(lead).due_on) == (1, TODAY + 9 * DAY)
