"""Saving a call: the task, the attempt, and everything the result leads to."""

import datetime as dt

import pytest

from complaints.enums import ComplaintKind
from complaints.models import Complaint
from complaints.services import NothingSaid
from customers.enums import NumberState
from customers.models import ContactBan, Customer, CustomerPhone
from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from followups.enums import CloseReason, TaskState
from followups.models import Answer, CallAttempt, CallDraft, CallTask, FirstServiceTrack
from followups.rules.answers import BadAnswer
from followups.services.calls import (
    AnswersMissing,
    ComplaintHeard,
    NewNumberMissing,
    PromiseInPast,
    PromiseMissing,
    PromiseTooFar,
    ServicePlan,
    UnknownOutcome,
    save_call,
)
from followups.services.claims import AlreadyTaken, NotYours, claim_task, expire_claims
from followups.services.drafts import save_draft
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
TOMORROW = dt.date(2026, 11, 25)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
A_DAY = dt.timedelta(days=1)
SATISFIED = {"car": "satisfied", "dealership": "satisfied"}
SCORES = dict.fromkeys(
    ("attitude", "expertise", "process", "vehicle_explanation", "service_introduction", "cleanliness", "delivery"), "9"
) | {"delivery_minutes": "45"}


def at(day, hour=10, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["sales_supervisor"], name="销售主管")


@pytest.fixture
def consultant(store, supervisor):
    return StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor)


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def task(store, consultant):
    """A 3DC of its consultant, due today."""
    made = CallTaskFactory(
        kind="3dc",
        delivery__customer__store=store,
        delivery__customer__owner=consultant,
        delivery__consultant=consultant,
        delivery__delivered_on=dt.date(2026, 11, 21),
        owner=consultant,
        pool="sales_consultant",
        due_on=TODAY,
        expires_on=dt.date(2026, 11, 28),
    )
    CustomerPhoneFactory(customer=made.customer, number="+8613800001234")
    return made


@pytest.fixture
def seven_day(store, consultant):
    made = CallTaskFactory(delivery__customer__store=store, delivery__consultant=consultant, due_on=TODAY)
    CustomerPhoneFactory(customer=made.customer, number="+8613900005678")
    return made


def again(task):
    return CallTask.objects.get(pk=task.pk)


def test_completed_call_ends_the_task_and_keeps_attempt_answers_and_audit(task, consultant):
    claim_task(task=task, by=consultant, at=AT)
    save_draft(task=task, by=consultant, at=AT, data={"note": "draft"})

    saved = save_call(
        task=task,
        by=consultant,
        at=AT,
        outcome="done",
        note=" 一切都好 ",
        spoken_to="本人",
        seconds=95,
        answers=SATISFIED | {"remark": "很好"},
    )

    row = again(task)
    attempt = CallAttempt.objects.get()
    assert (row.state, row.close_reason, row.closed_at, row.closed_by) == ("done", "outcome", AT, consultant)
    assert (row.is_successful, row.attempts, row.first_due_on, row.claimed_by) == (True, 1, TODAY, None)
    assert (attempt.outcome, attempt.reached, attempt.spoken_to, attempt.note) == ("done", True, "本人", "一切都好")
    assert (attempt.seconds, attempt.by, attempt.at) == (95, consultant, AT)
    assert dict(row.response.answers.values_list("question__code", "value")) == SATISFIED | {"remark": "很好"}
    assert row.response.questionnaire.version == 1
    assert (saved.complaints, saved.trace, saved.is_repeated) == ((), None, False)
    assert not CallDraft.objects.exists()
    assert AuditEvent.objects.filter(code="call.saved").get().data == {
        "outcome": "done",
        "state": ["claimed", "done"],
        "due_on": ["2026-11-24", "2026-11-24"],
    }


@pytest.mark.rule("D3-11")
def test_completed_call_without_its_answers_is_refused_and_nothing_is_written(task, consultant):
    claim_task(task=task, by=consultant, at=AT)

    with pytest.raises(AnswersMissing) as refusal:
        save_call(task=task, by=consultant, at=AT, outcome="done", answers={"car": "satisfied"})

    assert "专营店" in str(refusal.value)
    assert again(task).state == TaskState.CLAIMED
    assert not CallAttempt.objects.exists()


def test_unknown_outcomes_and_answers_are_refused(task, consultant):
    claim_task(task=task, by=consultant, at=AT)

    with pytest.raises(UnknownOutcome):
        save_call(task=task, by=consultant, at=AT, outcome="already_came")
    with pytest.raises(BadAnswer):
        save_call(task=task, by=consultant, at=AT, outcome="done", answers=SATISFIED | {"car": "marvellous"})

    assert again(task).state == TaskState.CLAIMED


@pytest.mark.rule("D3-08")
def test_call_back_moves_the_same_task_to_the_promised_time(task, consultant):
    promised = at(dt.date(2026, 11, 29), 19, 30)
    claim_task(task=task, by=consultant, at=AT)

    save_call(task=task, by=consultant, at=AT, outcome="call_back", promised_at=promised)

    row = again(task)
    assert (row.state, row.due_on, row.due_at) == ("open", dt.date(2026, 11, 29), promised)
    assert (row.promised_by, row.overdue_at, row.alert_due_at) == (consultant, promised, promised)
    assert (row.first_due_on, row.expires_on) == (TODAY, dt.date(2026, 11, 30))
    assert CallAttempt.objects.get().promised_at == promised
    assert CallTask.objects.count() == 1


@pytest.mark.parametrize(
    ("promised", "refusal"),
    [(None, PromiseMissing), (AT, PromiseInPast), (AT - A_DAY, PromiseInPast), (AT + 93 * A_DAY, PromiseTooFar)],
    ids=["missing", "now", "yesterday", "months ahead"],
)
def test_call_back_without_a_sensible_time_is_refused(task, consultant, promised, refusal):
    claim_task(task=task, by=consultant, at=AT)

    with pytest.raises(refusal):
        save_call(task=task, by=consultant, at=AT, outcome="call_back", promised_at=promised)

    assert again(task).state == TaskState.CLAIMED


@pytest.mark.rule("D3-19")
@pytest.mark.rule("SV-13")
def test_failed_tries_come_back_the_next_day_and_are_missed_after_three_days(task, consultant):
    story = []

    for moment in (at(TODAY), at(TODAY, 15), at(TOMORROW), at(TOMORROW + A_DAY)):
        row = again(task)
        save_call(task=row, by=consultant, at=moment, outcome="no_answer")
        row = again(task)
        story.append((row.state, row.due_on, row.failed_days))

    assert story == [
        ("open", TOMORROW, 1),
        ("open", TOMORROW, 1),
        ("open", TOMORROW + A_DAY, 2),
        ("missed", TOMORROW + A_DAY, 3),
    ]
    row = again(task)
    assert (row.close_reason, row.closed_by, row.first_due_on) == (CloseReason.TRIES_USED_UP, consultant, TODAY)
    assert (row.attempts, row.is_successful, row.alert_due_at) == (4, False, None)


def test_failed_try_after_a_promise_lets_go_of_the_promise(task, consultant):
    save_call(task=task, by=consultant, at=AT, outcome="call_back", promised_at=at(TODAY, 16))

    save_call(task=again(task), by=consultant, at=at(TODAY, 16), outcome="busy")

    row = again(task)
    assert (row.due_on, row.due_at, row.promised_by, row.failed_days) == (TOMORROW, None, None, 1)


@pytest.mark.rule("SV-14")
@pytest.mark.parametrize(
    ("outcome", "state"), [("empty_number", NumberState.EMPTY), ("wrong_number", NumberState.WRONG)]
)
def test_empty_or_wrong_number_goes_to_the_selling_consultant_at_once(seven_day, agent, consultant, outcome, state):
    claim_task(task=seven_day, by=agent, at=AT)

    saved = save_call(task=seven_day, by=agent, at=AT, outcome=outcome)

    row, phone, trace = again(seven_day), CustomerPhone.objects.get(), saved.trace
    assert phone.state == state
    assert (trace.kind, trace.owner, trace.phone, trace.state) == ("number_trace", consultant, phone, "open")
    assert (trace.due_on, trace.first_due_on, trace.overdue_at) == (TODAY, TODAY, at(TOMORROW, 0))
    assert (row.state, row.held_by, row.alert_due_at) == ("open", trace, None)
    alert = Alert.objects.get()
    assert (alert.recipient, alert.code) == (consultant, "number.trace")
    assert row.customer.name in alert.text


@pytest.mark.rule("SV-14")
def test_number_that_two_calls_find_empty_is_traced_once(seven_day, agent, consultant):
    other = CallTaskFactory(kind="n_plus_1", delivery=seven_day.delivery, due_on=TODAY)

    first = save_call(task=seven_day, by=agent, at=AT, outcome="empty_number").trace
    second = save_call(task=other, by=agent, at=AT, outcome="empty_number").trace

    assert first == second
    assert CallTask.objects.filter(kind="number_trace").count() == 1
    assert again(other).held_by == first
    assert Alert.objects.count() == 1


@pytest.mark.rule("SV-14")
def test_trace_goes_to_the_superior_or_the_pool_when_the_consultant_has_left(seven_day, agent, consultant, supervisor):
    consultant.state = "left"
    consultant.save(update_fields=["state"])

    to_superior = save_call(task=seven_day, by=agent, at=AT, outcome="empty_number").trace
    supervisor.state = "left"
    supervisor.save(update_fields=["state"])
    CallTask.objects.filter(pk=to_superior.pk).update(state="done", closed_at=AT)
    to_pool = save_call(task=again(seven_day), by=agent, at=AT, outcome="empty_number").trace

    assert (to_superior.owner, to_superior.pool) == (supervisor, "sales_supervisor")
    assert (to_pool.owner, to_pool.pool, to_pool.occurrence) == (None, "sales_supervisor", "2")


@pytest.mark.rule("SV-14")
@pytest.mark.parametrize(("hour", "due_on"), [(16, TODAY), (18, TOMORROW)], ids=["in time", "after hours"])
def test_traced_number_brings_the_waiting_call_back(seven_day, agent, consultant, hour, due_on):
    trace = save_call(task=seven_day, by=agent, at=AT, outcome="empty_number").trace

    with pytest.raises(NewNumberMissing):
        save_call(task=trace, by=consultant, at=at(TODAY, hour), outcome="traced")
    save_call(task=trace, by=consultant, at=at(TODAY, hour), outcome="traced", new_number="137 0000 9999")

    row = again(seven_day)
    numbers = dict(CustomerPhone.objects.order_by("number").values_list("number", "is_primary"))
    assert numbers == {"+8613700009999": True, "+8613900005678": False}
    assert (row.state, row.held_by, row.due_on, row.failed_days) == ("open", None, due_on, 0)
    assert row.alert_due_at == row.overdue_at == at(due_on + A_DAY, 0)
    assert (again(trace).state, again(trace).is_successful) == ("done", True)
    logged = AuditEvent.objects.get(code="phone.replaced").data
    assert logged == {"number": ["139****5678", "137****9999"]}


@pytest.mark.rule("SV-14")
@pytest.mark.parametrize(("hour", "due_on"), [(16, TODAY), (18, TOMORROW)], ids=["in time", "after hours"])
def test_number_that_was_right_brings_the_call_back_to_its_caller(seven_day, agent, consultant, hour, due_on):
    trace = save_call(task=seven_day, by=agent, at=AT, outcome="wrong_number").trace
    Alert.objects.all().delete()

    save_call(task=trace, by=consultant, at=at(TODAY, hour), outcome="number_right")

    row, phone = again(seven_day), CustomerPhone.objects.get()
    assert (phone.state, phone.is_primary) == (NumberState.GOOD, True)
    assert (row.state, row.held_by, row.owner, row.due_on, row.failed_days) == ("open", None, agent, due_on, 0)
    assert row.alert_due_at == row.overdue_at == at(due_on + A_DAY, 0)
    assert (again(trace).state, again(trace).is_successful) == ("done", True)
    alert = Alert.objects.get()
    assert (alert.recipient, alert.code, alert.url) == (agent, "number.confirmed", f"/tasks/{seven_day.pk}/")
    assert row.customer.name in alert.text
    assert AuditEvent.objects.about(row).filter(code="task.number_confirmed", by=consultant).count() == 1
    assert claim_task(task=row, by=agent, at=at(TOMORROW)).state == TaskState.CLAIMED


@pytest.mark.rule("SV-14")
@pytest.mark.parametrize("gone", [{"state": "left"}, {"is_active": False}])
def test_call_of_a_caller_who_is_gone_comes_back_to_the_pool(seven_day, agent, consultant, gone):
    trace = save_call(task=seven_day, by=agent, at=AT, outcome="empty_number").trace
    Staff.objects.filter(pk=agent.pk).update(**gone)
    Alert.objects.all().delete()

    save_call(task=trace, by=consultant, at=AT, outcome="number_right")

    assert (again(seven_day).owner, again(seven_day).held_by) == (None, None)
    assert not Alert.objects.exists()


@pytest.mark.rule("SV-14")
def test_own_call_of_a_consultant_who_finds_the_number_right_is_no_news(task, consultant):
    trace = save_call(task=task, by=consultant, at=AT, outcome="empty_number").trace

    save_call(task=trace, by=consultant, at=AT, outcome="number_right")

    assert (again(task).owner, again(task).due_on, again(task).held_by) == (consultant, TODAY, None)
    assert not Alert.objects.exists()


@pytest.mark.rule("SV-14")
def test_untraceable_number_ends_the_waiting_call_as_missed(seven_day, agent, consultant):
    trace = save_call(task=seven_day, by=agent, at=AT, outcome="empty_number").trace

    save_call(task=trace, by=consultant, at=AT, outcome="untraceable")

    row = again(seven_day)
    assert (row.state, row.close_reason) == ("missed", CloseReason.NUMBER_UNTRACEABLE)
    assert again(trace).state == "done"


@pytest.mark.rule("D3-09")
@pytest.mark.parametrize(
    ("outcome", "purpose", "left"),
    [("refused", "7dc", {"n_plus_1", "number_trace"}), ("refused_all", "", {"number_trace"})],
)
def test_refusal_bans_further_calls_and_ends_those_that_are_open(seven_day, agent, outcome, purpose, left):
    for kind in ("7dc", "n_plus_1", "number_trace"):
        CallTaskFactory(kind=kind, delivery=seven_day.delivery, occurrence="2", due_on=TOMORROW)

    save_call(task=seven_day, by=agent, at=AT, outcome=outcome)

    ban = ContactBan.objects.get()
    ended = CallTask.objects.filter(state="cancelled")
    assert (ban.customer, ban.purpose, ban.banned_by) == (seven_day.customer, purpose, agent)
    assert (again(seven_day).state, again(seven_day).is_successful) == ("done", False)
    assert set(CallTask.objects.filter(state="open").values_list("kind", flat=True)) == left
    assert {task.close_reason for task in ended} == {CloseReason.CONTACT_BAN}


@pytest.mark.rule("D3-13")
@pytest.mark.rule("D3-15")
@pytest.mark.rule("D3-10")
@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        ({"car": "dissatisfied"}, {ComplaintKind.PRODUCT}),
        ({"dealership": "dissatisfied"}, {ComplaintKind.SERVICE}),
        ({"car": "dissatisfied", "dealership": "dissatisfied"}, {ComplaintKind.PRODUCT, ComplaintKind.SERVICE}),
        ({"car": "neutral"}, set()),
    ],
    ids=["car", "dealership", "both", "neither"],
)
def test_dissatisfaction_opens_a_complaint_at_the_supervisor(task, consultant, supervisor, answers, kinds):
    save_call(task=task, by=consultant, at=AT, outcome="done", note="空调异响", answers=SATISFIED | answers)

    rows = Complaint.objects.order_by("number")
    assert {row.kind for row in rows} == kinds
    assert {row.handler for row in rows} <= {supervisor}
    assert [row.number for row in rows] == [f"TS20261124-{n:03d}" for n in range(1, len(kinds) + 1)]
    assert {row.content for row in rows} <= {"空调异响"}
    assert {row.reply_due_at for row in rows} <= {AT + A_DAY}
    assert Alert.objects.filter(recipient=supervisor).count() == len(kinds)
    assert Answer.objects.filter(is_alert=True).count() == len(kinds)


@pytest.mark.rule("D3-13")
def test_dissatisfaction_without_a_word_of_what_it_is_about_is_refused(task, consultant):
    with pytest.raises(NothingSaid):
        save_call(task=task, by=consultant, at=AT, outcome="done", answers=SATISFIED | {"car": "dissatisfied"})

    assert again(task).state == TaskState.OPEN


@pytest.mark.rule("CP-30")
def test_person_complained_about_does_not_handle_the_complaint(seven_day, agent, store, supervisor, consultant):
    seven_day.consultant = supervisor
    seven_day.save(update_fields=["consultant"])
    manager = StaffFactory(store=store, roles=["sales_manager"])
    heard = ComplaintHeard(content="态度不好", about_consultant=True)

    save_call(task=seven_day, by=agent, at=AT, outcome="done", answers=SCORES, complaint=heard)

    row = Complaint.objects.get()
    assert (row.kind, row.about, row.handler, row.taken_by) == (ComplaintKind.SERVICE, supervisor, manager, agent)


def test_two_calls_of_one_task_add_to_the_same_complaint(seven_day, agent):
    save_call(task=seven_day, by=agent, at=AT, outcome="inconvenient", complaint=ComplaintHeard(content="交车太慢"))
    save_call(
        task=again(seven_day), by=agent, at=AT + A_DAY, outcome="busy", complaint=ComplaintHeard(content="没人回电")
    )

    row = Complaint.objects.get()
    assert row.content == "交车太慢\n\n没人回电"


def test_same_call_sent_twice_is_saved_once_and_answered_kindly(seven_day, agent):
    claim_task(task=seven_day, by=agent, at=AT)
    shown = again(seven_day)

    first = save_call(task=shown, by=agent, at=AT, outcome="no_answer")
    second = save_call(task=shown, by=agent, at=AT, outcome="no_answer", attempts=0)

    assert (first.is_repeated, second.is_repeated, second.attempt) == (False, True, None)
    assert (again(seven_day).attempts, CallAttempt.objects.count()) == (1, 1)


def test_call_of_somebody_else_is_refused(seven_day, agent, store, consultant):
    colleague = StaffFactory(store=store, roles=["call_centre_agent"])
    claim_task(task=seven_day, by=colleague, at=AT)

    with pytest.raises(AlreadyTaken):
        save_call(task=seven_day, by=agent, at=AT, outcome="no_answer")
    save_call(task=again(seven_day), by=colleague, at=AT, outcome="no_answer")
    with pytest.raises(AlreadyTaken):
        save_call(task=seven_day, by=agent, at=AT, outcome="no_answer", attempts=0)
    with pytest.raises(NotYours):
        save_call(task=again(seven_day), by=consultant, at=AT, outcome="no_answer")

    assert CallAttempt.objects.count() == 1


def test_call_whose_claim_expired_is_saved_while_it_is_still_free(seven_day, agent):
    claim_task(task=seven_day, by=agent, at=AT)
    expire_claims(at=AT + dt.timedelta(hours=1))

    saved = save_call(task=seven_day, by=agent, at=AT + dt.timedelta(hours=1), outcome="done", answers=SCORES)

    assert saved.task.state == again(seven_day).state == TaskState.DONE


@pytest.mark.rule("D3-16")
@pytest.mark.rule("D3-17")
@pytest.mark.rule("D3-12")
def test_call_completes_the_card_and_keeps_what_others_filled(task, consultant):
    Customer.objects.filter(pk=task.customer_id).update(occupation="教师")

    saved = save_call(
        task=task,
        by=consultant,
        at=AT,
        outcome="done",
        answers=SATISFIED | {"contact_way": "wechat"},
        card={"birthday": dt.date(1990, 2, 28), "occupation": "医生", "wechat": "wx-demo", "email": ""},
        plate="粤a·12345",
    )

    customer = Customer.objects.get(pk=task.customer_id)
    task.vehicle.refresh_from_db()
    assert (customer.birthday, customer.occupation) == (dt.date(1990, 2, 28), "教师")
    assert (customer.wechat, customer.preferred_way) == ("wx-demo", "wechat")
    assert task.vehicle.plate == "粤A12345"
    assert saved.kept == ("occupation",)
    assert AuditEvent.objects.get(code="customer.completed").data == {
        "birthday": [None, "1990-02-28"],
        "wechat": ["", "wx-demo"],
        "preferred_way": ["", "wechat"],
    }


@pytest.mark.rule("SV-07")
@pytest.mark.rule("N1-03")
def test_call_records_the_odometer_the_agreed_date_and_the_appointment(store, agent):
    task = CallTaskFactory(
        kind="n_plus_1", delivery__customer__store=store, delivery__delivered_on=dt.date(2026, 10, 24), due_on=TODAY
    )
    track = FirstServiceTrack.objects.create(
        store=store,
        delivery=task.delivery,
        policy_km=5000,
        policy_months=3,
        latest_on=dt.date(2027, 1, 24),
        rounding="ceil10",
        expected_on=dt.date(2027, 1, 24),
        remind_on=dt.date(2027, 1, 17),
    )
    booked = at(dt.date(2027, 1, 6), 10, 30)

    save_call(
        task=task,
        by=agent,
        at=AT,
        outcome="done",
        service=ServicePlan(odometer_km=2000, agreed_on=dt.date(2027, 1, 5), appointment_at=booked),
    )

    track.refresh_from_db()
    assert (track.expected_on, track.agreed_on, track.appointment_at) == (
        dt.date(2027, 1, 3),
        dt.date(2027, 1, 5),
        booked,
    )


def test_customer_who_already_came_ends_the_reminder(store, agent):
    task = CallTaskFactory(kind="first_service", delivery__customer__store=store, due_on=TODAY)
    track = FirstServiceTrack.objects.create(
        store=store,
        delivery=task.delivery,
        policy_km=5000,
        policy_months=3,
        latest_on=TODAY,
        rounding="ceil10",
        expected_on=TODAY,
        remind_on=TODAY,
    )

    save_call(task=task, by=agent, at=AT, outcome="already_came", service=ServicePlan(came_on=dt.date(2026, 11, 20)))

    track.refresh_from_db()
    row = again(task)
    assert track.visited_on == dt.date(2026, 11, 20)
    assert (row.state, row.close_reason, row.is_successful) == ("done", CloseReason.ALREADY_CAME, True)


def test_draft_survives_and_is_a_sign_of_life(seven_day, agent, store):
    colleague = StaffFactory(store=store, roles=["call_centre_agent"])
    claim_task(task=seven_day, by=agent, at=AT)

    mine = save_draft(task=seven_day, by=agent, at=AT + dt.timedelta(minutes=5), data={"note": "一"})
    save_draft(task=seven_day, by=agent, at=AT + dt.timedelta(minutes=6), data={"note": "二"})
    theirs = save_draft(task=seven_day, by=colleague, at=AT, data={"note": "三"})

    assert (mine.claimed, theirs.claimed) == (True, False)
    assert again(seven_day).claim_expires_at == AT + dt.timedelta(minutes=26)
    assert dict(CallDraft.objects.values_list("by_id", "data__note")) == {agent.pk: "二", colleague.pk: "三"}
