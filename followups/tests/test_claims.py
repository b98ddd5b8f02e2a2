"""Handing out calls: order, quiet hours, promises, one open call per agent, expiry, handing over."""

import datetime as dt

import pytest

from customers.tests.factories import ContactWindowFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from followups.enums import EmptyReason, TaskState
from followups.models import CallDraft, CallTask
from followups.selectors.queue import queue_counts, why_queue_is_empty
from followups.services.claims import (
    AlreadyTaken,
    HoldsAnother,
    NotEmployedHere,
    NotYours,
    WaitsForNumber,
    claim_next_task,
    claim_task,
    expire_claims,
    extend_claim,
    reassign_tasks,
    release_task,
)
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)  # a Tuesday
MORNING = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
NOON = dt.datetime(2026, 11, 24, 12, 30, tzinfo=CHINA)
EVENING = dt.datetime(2026, 11, 24, 19, 30, tzinfo=CHINA)
A_MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def colleague(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


def task_of(store, **values):
    return CallTaskFactory(delivery__customer__store=store, **values)


def drained(agent, at):
    """Every call the agent is handed, in order; each is ended so that the next one comes."""
    order = []
    while task := claim_next_task(by=agent, at=at):
        order.append(task.pk)
        CallTask.objects.filter(pk=task.pk).update(
            state="done", closed_at=at, claimed_by=None, claimed_at=None, claim_expires_at=None
        )
    return order


@pytest.mark.rule("D3-05")
@pytest.mark.rule("D3-08")
def test_next_call_follows_the_order_of_the_rule_book(store, agent):
    by_delivery_late = task_of(store, delivery__delivered_on=dt.date(2026, 11, 18))
    by_delivery_early = task_of(store, delivery__delivered_on=dt.date(2026, 11, 17))
    overdue_later = task_of(store, due_on=dt.date(2026, 11, 22))
    overdue_earlier = task_of(store, due_on=dt.date(2026, 11, 21))
    own_window = task_of(store, delivery__delivered_on=dt.date(2026, 11, 19))
    ContactWindowFactory(customer=own_window.customer, starts=dt.time(9, 30), ends=dt.time(10, 30))
    promised = task_of(store, due_at=MORNING - A_MINUTE, promised_by=agent)
    promised_by_nobody = task_of(store, due_at=MORNING - 2 * A_MINUTE)

    order = drained(agent, MORNING)

    assert order == [
        row.pk
        for row in (
            promised,
            promised_by_nobody,
            overdue_earlier,
            overdue_later,
            own_window,
            by_delivery_early,
            by_delivery_late,
        )
    ]


def test_only_own_calls_and_the_own_pools_of_the_own_store_are_handed_out(store, agent, colleague):
    mine = task_of(store, owner=agent, pool="sales_consultant")
    pooled = task_of(store)
    task_of(store, owner=colleague)
    task_of(store, pool="sales_consultant")
    task_of(StoreFactory())
    task_of(store, due_on=TODAY + dt.timedelta(days=1))
    task_of(store, state=TaskState.DONE, closed_at=MORNING)

    order = drained(agent, MORNING)

    assert sorted(order) == sorted([mine.pk, pooled.pk])


def test_agent_gets_the_same_call_again_after_a_reload(store, agent):
    task_of(store)
    task_of(store)

    first = claim_next_task(by=agent, at=MORNING)
    again = claim_next_task(by=agent, at=MORNING + A_MINUTE)

    assert first is not None
    assert again == first
    assert again.claim_expires_at == MORNING + dt.timedelta(minutes=20)
    first.refresh_from_db()
    assert first.claim_expires_at == MORNING + dt.timedelta(minutes=21)
    assert AuditEvent.objects.filter(code="task.claimed").count() == 1


@pytest.mark.rule("D3-06")
@pytest.mark.parametrize(
    ("at", "handed_out"),
    [
        (dt.time(8, 59), False),
        (dt.time(9, 0), True),
        (dt.time(11, 29), True),
        (dt.time(11, 30), False),
        (dt.time(14, 0), True),
        (dt.time(17, 30), False),
    ],
)
def test_quiet_hours_hold_for_customers_without_hours_of_their_own(store, agent, at, handed_out):
    task_of(store)

    task = claim_next_task(by=agent, at=dt.datetime.combine(TODAY, at, tzinfo=CHINA))

    assert (task is not None) is handed_out


@pytest.mark.rule("D3-05")
@pytest.mark.rule("D3-06")
def test_customer_with_hours_of_the_own_is_called_in_them_and_not_else(store, agent):
    task = task_of(store)
    ContactWindowFactory(customer=task.customer, starts=dt.time(19, 0), ends=dt.time(20, 0), weekdays=0b0000010)

    in_store_hours = claim_next_task(by=agent, at=MORNING)
    on_wednesday = claim_next_task(by=agent, at=EVENING + dt.timedelta(days=1))
    in_own_hours = claim_next_task(by=agent, at=EVENING)

    assert (in_store_hours, on_wednesday, in_own_hours) == (None, None, task)


@pytest.mark.rule("D3-08")
def test_promised_time_overrides_the_hours_on_its_day_only(store, agent):
    task = task_of(store, due_at=EVENING, promised_by=agent)

    before = claim_next_task(by=agent, at=EVENING - A_MINUTE)
    at_its_time = claim_next_task(by=agent, at=EVENING)
    release_task(task=task, by=agent, at=EVENING)
    next_evening = claim_next_task(by=agent, at=EVENING + dt.timedelta(days=1))
    next_morning = claim_next_task(by=agent, at=MORNING + dt.timedelta(days=1))

    assert (before, at_its_time, next_evening, next_morning) == (None, task, None, task)


def test_promise_stays_with_its_agent_until_the_grace_is_over(store, agent, colleague):
    task = task_of(store, due_at=MORNING, promised_by=agent)

    in_the_grace = claim_next_task(by=colleague, at=MORNING + dt.timedelta(minutes=14))
    after_it = claim_next_task(by=colleague, at=MORNING + dt.timedelta(minutes=15))

    assert in_the_grace is None
    assert after_it == task


@pytest.mark.rule("SV-14")
def test_call_waits_while_its_number_is_traced_and_tracing_needs_no_hours(store, agent):
    trace = task_of(store, kind="number_trace", pool="sales_consultant")
    waiting = task_of(store, held_by=trace)
    consultant = StaffFactory(store=store, roles=["sales_consultant"])

    while_traced = claim_next_task(by=agent, at=MORNING)
    with pytest.raises(WaitsForNumber):
        claim_task(task=waiting, by=agent, at=MORNING)
    tracing = claim_next_task(by=consultant, at=NOON)
    CallTask.objects.filter(pk=trace.pk).update(
        state="done", closed_at=NOON, claimed_by=None, claimed_at=None, claim_expires_at=None
    )
    afterwards = claim_next_task(by=agent, at=MORNING)

    assert (while_traced, tracing, afterwards) == (None, trace, waiting)


def test_person_without_a_store_has_no_queue():
    nobody = StaffFactory(store=None, roles=["group_manager"])

    task = claim_next_task(by=nobody, at=MORNING)
    reason = why_queue_is_empty(by=nobody, at=MORNING).reason

    assert task is None
    assert reason == EmptyReason.NO_STORE


def test_claiming_a_particular_call_refuses_by_name(store, agent, colleague):
    free, taken, others = task_of(store), task_of(store), task_of(store, owner=colleague)
    claim_task(task=taken, by=colleague, at=MORNING)

    with pytest.raises(AlreadyTaken):
        claim_task(task=taken, by=agent, at=MORNING)
    with pytest.raises(NotYours):
        claim_task(task=others, by=agent, at=MORNING)
    claimed = claim_task(task=free, by=agent, at=MORNING)
    with pytest.raises(HoldsAnother) as refusal:
        claim_task(task=task_of(store), by=agent, at=MORNING)

    assert claimed.state == TaskState.CLAIMED
    assert claimed.claimed_by_id == agent.pk
    assert free.customer.name in str(refusal.value)


def test_expired_claim_falls_back_to_the_list_and_keeps_the_draft(store, agent, colleague):
    task = task_of(store)
    claim_task(task=task, by=agent, at=MORNING)
    CallDraft.objects.create(task=task, by=agent, data={"note": "半句话"}, saved_at=MORNING)

    awake = extend_claim(task=task, by=agent, at=MORNING + dt.timedelta(minutes=10))
    too_early = expire_claims(at=MORNING + dt.timedelta(minutes=29))
    on_time = expire_claims(at=MORNING + dt.timedelta(minutes=30))
    again = expire_claims(at=MORNING + dt.timedelta(minutes=30))

    task.refresh_from_db()
    assert awake is True
    assert (too_early, on_time, again) == (0, 1, 0)
    assert (task.state, task.claimed_by_id) == (TaskState.OPEN, None)
    assert CallDraft.objects.get(task=task, by=agent).data == {"note": "半句话"}
    assert extend_claim(task=task, by=agent, at=MORNING + dt.timedelta(minutes=31)) is False
    assert claim_next_task(by=colleague, at=MORNING + dt.timedelta(minutes=31)) == task


def test_release_is_refused_to_whoever_does_not_hold_the_call(store, agent, colleague):
    task = task_of(store)
    claim_task(task=task, by=agent, at=MORNING)

    with pytest.raises(AlreadyTaken):
        release_task(task=task, by=colleague, at=MORNING)
    release_task(task=task, by=agent, at=MORNING)

    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert list(AuditEvent.objects.order_by("pk").values_list("code", flat=True)) == ["task.claimed", "task.released"]


def test_handing_over_moves_open_calls_and_tells_the_colleague_once(store, agent, colleague):
    supervisor = StaffFactory(store=store, roles=["call_centre_supervisor"], name="主管")
    free, promised = task_of(store), task_of(store, due_at=EVENING, promised_by=agent)
    in_work = task_of(store)
    claim_task(task=in_work, by=agent, at=MORNING)

    moved = reassign_tasks(tasks=[free, promised, in_work], to=colleague, by=supervisor, at=MORNING)

    owners = dict(CallTask.objects.values_list("pk", "owner_id"))
    assert moved == 2
    assert owners == {free.pk: colleague.pk, promised.pk: colleague.pk, in_work.pk: None}
    assert CallTask.objects.get(pk=promised.pk).promised_by_id == colleague.pk
    assert Alert.objects.get().recipient_id == colleague.pk
    assert AuditEvent.objects.filter(code="task.handed_over").count() == 2


def test_handing_over_to_somebody_who_left_or_works_elsewhere_is_refused(store, agent):
    supervisor = StaffFactory(store=store, roles=["call_centre_supervisor"])
    task = task_of(store)

    for nobody in (StaffFactory(store=store, state="left"), StaffFactory(roles=["call_centre_agent"])):
        with pytest.raises(NotEmployedHere):
            reassign_tasks(tasks=[task], to=nobody, by=supervisor, at=MORNING)

    assert CallTask.objects.get().owner_id is None


def test_counts_say_how_much_is_due_overdue_and_promised(store, agent):
    task_of(store)
    task_of(store, due_on=dt.date(2026, 11, 20))
    task_of(store, kind="n_plus_1", due_at=EVENING, promised_by=agent)
    task_of(store, owner=StaffFactory(store=store))

    counts = queue_counts(by=agent, at=MORNING)

    assert [(row.kind, row.listed, row.overdue, row.promised) for row in counts] == [
        ("7dc", 2, 1, 0),
        ("n_plus_1", 1, 0, 1),
    ]


def test_empty_queue_says_why_and_when_to_look_again(store, agent, colleague):
    def reason(at):
        assert claim_next_task(by=agent, at=at) is None
        empty = why_queue_is_empty(by=agent, at=at)
        return empty.reason, empty.at

    nothing = reason(MORNING)
    promised = task_of(store, due_at=EVENING, promised_by=agent)
    waiting_for_promise = reason(NOON)
    quiet = task_of(store)
    outside = reason(NOON)
    after_the_last_hours = reason(dt.datetime.combine(TODAY, dt.time(18, 0), tzinfo=CHINA))
    ContactWindowFactory(customer=quiet.customer, starts=dt.time(12, 45), ends=dt.time(13, 0))
    own_hours = reason(NOON)
    claim_task(task=quiet, by=colleague, at=NOON)
    CallTask.objects.filter(pk=promised.pk).update(state="done", closed_at=NOON)
    with_colleagues = reason(NOON)
    CallTask.objects.filter(pk=quiet.pk).update(
        state="done", closed_at=NOON, claimed_by=None, claimed_at=None, claim_expires_at=None
    )
    all_done = reason(NOON)

    def clock(hour, minute=0):
        return dt.datetime.combine(TODAY, dt.time(hour, minute), tzinfo=CHINA)

    assert nothing == (EmptyReason.NOTHING_DUE, None)
    assert waiting_for_promise == (EmptyReason.PROMISED, EVENING)
    assert outside == (EmptyReason.OUTSIDE_HOURS, clock(14))
    assert after_the_last_hours == (EmptyReason.PROMISED, EVENING)
    assert own_hours == (EmptyReason.OUTSIDE_HOURS, clock(12, 45))
    assert with_colleagues == (EmptyReason.ALL_CLAIMED, None)
    assert all_done == (EmptyReason.ALL_DONE, None)
