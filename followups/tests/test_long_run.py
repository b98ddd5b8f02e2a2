"""Calls of the long run: after the two years, to those who stay away; and two purposes in one call."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tests.factories import ContactBanFactory
from dealership.kernel.dates import add_months
from followups.enums import CloseReason, KeepingState, KeepReason, TaskState, VisitKind
from followups.models import CallAttempt, CallTask, FileKeeping, FirstServiceTrack, KindPolicy, ServiceVisit
from followups.rules.joining import put_off_until
from followups.selectors.queue import queue_counts
from followups.services.calls import save_call
from followups.services.claims import MadeWithAnother, claim_next_task, claim_task
from followups.services.first_service import start_follow_ups
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.enums import StaffState
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
DAY = dt.timedelta(days=1)
TODAY = D(2026, 11, 24)
NOW = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


def deliver(store, on, **fields):
    return DeliveryFactory(customer__store=store, delivered_on=on, **fields)


def listed(store, kind, on=TODAY):
    make_call_list(store=store, on=on, at=NOW)
    return list(CallTask.objects.filter(kind=kind).order_by("pk"))


def keep(delivery, consultant, state=KeepingState.KEPT):
    return FileKeeping.objects.create(
        store=delivery.store,
        delivery=delivery,
        consultant=consultant,
        reason=KeepReason.RELATION,
        state=state,
        asked_at=NOW,
        decided_at=None if state == KeepingState.ASKED else NOW,
    )


def visit(delivery, on, number="W1", kind=VisitKind.MAINTENANCE):
    return ServiceVisit.objects.create(
        store=delivery.store,
        order_no=number,
        visited_on=on,
        vehicle=delivery.vehicle,
        customer=delivery.customer,
        kind=kind,
        created_at=NOW,
    )


# --- after the two years -------------------------------------------------------------------------------------------
@pytest.mark.rule("PF-04")
@pytest.mark.parametrize(
    ("months", "kinds"),
    [
        pytest.param(21, {"periodic"}, id="the-consultants"),
        pytest.param(24, {"periodic"}, id="the-last-of-the-two-years"),
        pytest.param(27, set(), id="nothing-in-between"),
        pytest.param(30, {"retained"}, id="the-first-of-the-centre"),
        pytest.param(36, {"retained"}, id="every-half-year"),
        pytest.param(120, {"retained"}, id="ten-years"),
        pytest.param(126, set(), id="no-longer"),
    ],
)
def test_after_two_years_the_centre_calls(store, months, kinds):
    delivery = deliver(store, add_months(TODAY, -months))
    visit(delivery, TODAY - DAY)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert set(CallTask.objects.values_list("kind", flat=True)) == kinds


@pytest.mark.rule("PF-05")
def test_a_kept_file_is_called_by_the_consultant_who_keeps_it(store):
    consultant, asker = StaffFactory(store=store), StaffFactory(store=store)
    kept, asked, plain, gone = (deliver(store, add_months(TODAY, -30)) for _ in range(4))
    keep(kept, consultant)
    keep(asked, asker, KeepingState.ASKED)
    keep(gone, StaffFactory(store=store, state=StaffState.LEFT))

    owners = {task.delivery_id: task.owner for task in listed(store, "retained")}

    assert owners == {kept.pk: consultant, asked.pk: None, plain.pk: None, gone.pk: None}


# --- those who stay away -------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-02")
@pytest.mark.parametrize(
    ("last_visit", "due"),
    [
        pytest.param(D(2026, 5, 24), True, id="six-months-today"),
        pytest.param(D(2026, 5, 11), True, id="caught-up"),
        pytest.param(D(2026, 5, 10), False, id="too-long-ago-to-catch-up"),
        pytest.param(D(2026, 5, 25), False, id="a-day-short"),
    ],
)
def test_a_car_that_has_not_been_in_for_six_months(store, last_visit, due):
    delivery = deliver(store, D(2023, 1, 1))
    visit(delivery, last_visit - 200 * DAY, "W0")
    visit(delivery, last_visit)

    found = [(task.subject_id, task.occurrence, task.due_on) for task in listed(store, "lost_customer")]

    assert found == ([(delivery.vehicle_id, str(last_visit), add_months(last_visit, 6))] if due else [])


@pytest.mark.rule("AF-02")
def test_a_car_that_never_came_counts_from_its_delivery_and_one_that_came_does_not(store):
    never = deliver(store, D(2026, 5, 24))
    came = deliver(store, D(2026, 5, 24))
    visit(came, D(2026, 11, 20))

    tasks = listed(store, "lost_customer")

    assert [(task.vehicle, task.occurrence) for task in tasks] == [(never.vehicle, "2026-05-24")]
    make_call_list(store=store, on=TODAY + DAY, at=NOW)
    assert CallTask.objects.filter(kind="lost_customer").count() == 1


@pytest.mark.rule("AF-02")
def test_two_orders_of_one_day_are_one_last_visit_and_a_ban_is_counted(store):
    delivery, banned = deliver(store, D(2023, 1, 1)), deliver(store, D(2023, 1, 1))
    for car in (delivery, banned):
        visit(car, D(2026, 5, 24), f"A{car.pk}")
        visit(car, D(2026, 5, 24), f"B{car.pk}")
    ContactBanFactory(customer=banned.customer, purpose="lost_customer")

    result = make_call_list(store=store, on=TODAY, at=NOW)

    assert (result.created["lost_customer"], result.skipped["contact_ban"]) == (1, 1)


# --- two purposes, one call ----------------------------------------------------------------------------------------
@pytest.fixture
def pair(store):
    """A quarterly contact of today and the reminder of a week ago, for one car."""
    delivery = deliver(store, add_months(TODAY, -3), consultant=StaffFactory(store=store, roles=["sales_consultant"]))
    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=NOW)
    make_call_list(store=store, on=TODAY, at=NOW)
    return tuple(CallTask.objects.get(kind=kind, delivery=delivery) for kind in ("periodic", "first_service"))


@pytest.mark.rule("SV-17")
def test_the_quarterly_contact_takes_the_reminder_along(store, agent, pair):
    quarterly, reminder = pair

    assert (reminder.held_by, reminder.alert_due_at, reminder.due_on) == (quarterly, None, TODAY - 7 * DAY)
    assert claim_next_task(by=agent, at=AT) is None
    assert queue_counts(by=agent, at=AT) == ()
    with pytest.raises(MadeWithAnother):
        claim_task(task=reminder, by=agent, at=AT)


def test_what_was_taken_along_is_done_with_the_call(pair):
    quarterly, reminder = pair

    save_call(task=quarterly, by=quarterly.owner, at=AT, outcome="done", note="一切正常")

    reminder.refresh_from_db()
    assert (reminder.state, reminder.close_reason, reminder.is_successful, reminder.attempts) == (
        TaskState.DONE,
        CloseReason.TAKEN_ALONG,
        True,
        1,
    )
    assert list(CallAttempt.objects.filter(task=reminder).values_list("outcome", "reached")) == [("done", True)]


@pytest.mark.parametrize("outcome", ["no_answer", "call_back"])
def test_what_was_taken_along_waits_while_the_call_goes_on(store, agent, pair, outcome):
    quarterly, reminder = pair
    promised = AT + 2 * DAY if outcome == "call_back" else None

    save_call(task=quarterly, by=quarterly.owner, at=AT, outcome=outcome, promised_at=promised)

    reminder.refresh_from_db()
    assert (reminder.state, reminder.held_by, reminder.attempts) == (TaskState.OPEN, quarterly, 0)
    assert claim_next_task(by=agent, at=AT) is None


@pytest.mark.parametrize("end", ["missed", "cancelled"])
def test_what_was_taken_along_comes_back_when_the_call_ends_otherwise(store, agent, pair, end):
    quarterly, reminder = pair
    CallTask.objects.filter(pk=quarterly.pk).update(state=end, closed_at=AT)

    assert claim_next_task(by=agent, at=AT) == reminder
    CallTask.objects.filter(pk=reminder.pk).update(
        state="open", claimed_by=None, claimed_at=None, claim_expires_at=None
    )
    make_call_list(store=store, on=TODAY + DAY, at=NOW + DAY)

    reminder.refresh_from_db()
    assert (reminder.held_by, reminder.state) == (None, TaskState.OPEN)
    assert reminder.alert_due_at is not None


def test_an_appointment_in_the_call_ends_the_reminder_as_booked(pair):
    from followups.services.calls import ServicePlan

    quarterly, reminder = pair
    at = dt.datetime(2026, 11, 26, 10, 0, tzinfo=CHINA)

    save_call(task=quarterly, by=quarterly.owner, at=AT, outcome="done", service=ServicePlan(appointment_at=at))

    reminder.refresh_from_db()
    assert reminder.state != TaskState.OPEN
    assert FirstServiceTrack.objects.get().appointment_at == at


def test_a_call_in_work_or_tried_before_is_not_taken_along(store, agent):
    delivery = deliver(store, add_months(TODAY, -3))
    reminder = CallTaskFactory(kind="first_service", delivery=delivery, attempts=1, due_on=TODAY)
    other = deliver(store, add_months(TODAY, -3))
    taken = CallTaskFactory(kind="first_service", delivery=other, due_on=TODAY)
    claim_task(task=taken, by=agent, at=AT)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert set(CallTask.objects.filter(pk__in=[reminder.pk, taken.pk]).values_list("held_by", flat=True)) == {None}


def test_a_store_can_switch_it_off(store):
    KindPolicy.objects.filter(kind="periodic").update(takes_along="")
    delivery = deliver(store, add_months(TODAY, -3))
    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=NOW)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert set(CallTask.objects.values_list("held_by", flat=True)) == {None}


# --- nobody is called twice in a few days --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("spoken_days_ago", "reached", "due_in"),
    [
        pytest.param(1, True, 6, id="yesterday"),
        pytest.param(6, True, 1, id="six-days-ago"),
        pytest.param(7, True, 0, id="a-week-ago"),
        pytest.param(1, False, 0, id="nobody-answered"),
    ],
)
def test_a_quarterly_contact_keeps_away_from_another_conversation(store, agent, spoken_days_ago, reached, due_in):
    delivery = deliver(store, add_months(TODAY, -3))
    before = CallTaskFactory(kind="first_service", delivery=delivery, state=TaskState.DONE, closed_at=AT)
    CallAttempt.objects.create(task=before, at=AT - spoken_days_ago * DAY, by=agent, outcome="done", reached=reached)

    for _ in range(2):
        make_call_list(store=store, on=TODAY, at=NOW)

    quarterly = CallTask.objects.get(kind="periodic")
    assert (quarterly.first_due_on, quarterly.due_on) == (TODAY, TODAY + due_in * DAY)
    assert quarterly.overdue_at == dt.datetime.combine(quarterly.due_on, dt.time(16), tzinfo=dt.UTC)


@given(late=st.integers(0, 30), spoken=st.integers(-60, 60), guard=st.integers(1, 31))
def test_put_off_is_never_earlier_and_never_far(late, spoken, guard):
    first = TODAY
    due = first + late * DAY

    until = put_off_until(due_on=due, first_due_on=first, spoken_on=due + spoken * DAY, guard_days=guard)

    assert due <= until <= max(due, first + guard * DAY)
    assert until == put_off_until(due_on=until, first_due_on=first, spoken_on=due + spoken * DAY, guard_days=guard)
