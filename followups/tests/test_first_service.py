import datetime as dt

import pytest

from customers.tests.factories import CustomerFactory
from followups.enums import CloseReason, TaskState
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack, ServiceVisit
from followups.services.first_service import (
    AlreadyServed,
    DayIsPast,
    DayIsToCome,
    NoAppointment,
    OutsideShift,
    ReadInFuture,
    agree_date,
    book_appointment,
    cancel_appointment,
    note_first_service,
    record_first_service_visits,
    record_reading,
    start_follow_ups,
)
from followups.services.lists import make_call_list
from inventory.models import FirstServicePolicy, Vehicle
from inventory.tests.factories import VehicleFactory
from orders.services import AlreadyDelivered, DeliveryInFuture, OtherStore, record_delivery
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
DAY = dt.timedelta(days=1)
DELIVERED = D(2026, 3, 1)


def at(month, day, hour=10):
    """A moment of 2026 by the clock in China."""
    return dt.datetime(2026, month, day, hour, tzinfo=dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def delivery(store):
    return DeliveryFactory(customer__store=store, delivered_on=DELIVERED)


@pytest.fixture
def track(delivery):
    start_follow_ups(store=delivery.store, delivery_ids=[delivery.pk], at=at(3, 1))
    return FirstServiceTrack.objects.get(delivery=delivery)


def dates(track):
    track.refresh_from_db()
    return track.expected_on, track.remind_on, track.agreed_on


def reminders():
    return list(
        CallTask.objects.filter(kind="first_service").order_by("pk").values_list("occurrence", "state", "due_on")
    )


# --- the track ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-11")
def test_without_a_reading_the_months_decide(track):
    assert dates(track) == (D(2026, 6, 1), D(2026, 5, 25), None)
    assert (track.policy_km, track.policy_months, track.rounding, track.round) == (5000, 3, "ceil10", 1)


@pytest.mark.rule("SV-12")
def test_the_policy_of_the_model_and_of_the_day_of_delivery_is_copied(store, delivery):
    model = delivery.vehicle.model
    FirstServicePolicy.objects.create(model=model, effective_from=D(2026, 1, 1), km=3000, months=2, rounding="exact")
    FirstServicePolicy.objects.create(model=model, effective_from=D(2026, 3, 2), km=9999, months=9)
    FirstServicePolicy.objects.create(effective_from=D(2026, 2, 1), km=8888, months=8)

    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=at(3, 1))

    track = FirstServiceTrack.objects.get()
    assert (track.policy_km, track.policy_months, track.rounding) == (3000, 2, "exact")
    assert dates(track) == (D(2026, 5, 1), D(2026, 4, 24), None)


def test_follow_ups_start_once(store, delivery, track, django_assert_num_queries):
    others = [DeliveryFactory(customer__store=store, delivered_on=DELIVERED) for _ in range(3)]
    ids = [delivery.pk, *(other.pk for other in others)]

    with django_assert_num_queries(9):
        first = start_follow_ups(store=store, delivery_ids=ids, at=at(3, 2))
    second = start_follow_ups(store=store, delivery_ids=ids, at=at(3, 3))

    assert (first, second, FirstServiceTrack.objects.count()) == (3, 0, 4)


def test_follow_ups_of_another_store_are_not_started(delivery):
    assert start_follow_ups(store=StoreFactory(), delivery_ids=[delivery.pk], at=at(3, 1)) == 0


# --- readings -------------------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-01", "SV-05", "N1-03", "N1-04")
def test_a_reading_moves_the_estimate_and_is_kept_with_its_inputs(track, agent):
    kept = record_reading(track=track, read_on=D(2026, 4, 1), odometer_km=2000, by=agent, at=at(4, 1))

    assert dates(track) == (D(2026, 5, 11), D(2026, 5, 4), None)
    assert (kept.made_by, kept.read_on, kept.odometer_km, kept.daily_km, kept.interval_days, kept.capped) == (
        agent, D(2026, 4, 1), 2000, 70, 71, False,
    )  # fmt: skip
    vehicle = Vehicle.objects.get(pk=track.delivery.vehicle_id)
    assert (vehicle.odometer_km, vehicle.odometer_read_on) == (2000, D(2026, 4, 1))


@pytest.mark.rule("SV-15")
def test_a_later_reading_decides_and_an_older_one_is_only_kept(track, agent):
    record_reading(track=track, read_on=D(2026, 4, 10), odometer_km=1600, by=agent, at=at(4, 10))
    newest = dates(track)

    record_reading(track=track, read_on=D(2026, 4, 1), odometer_km=3000, by=agent, at=at(4, 11))

    assert dates(track) == newest
    assert FirstServiceEstimate.objects.count() == 2
    assert Vehicle.objects.get(pk=track.delivery.vehicle_id).odometer_km == 1600


def test_a_reading_of_a_day_to_come_is_refused(track, agent):
    with pytest.raises(ReadInFuture):
        record_reading(track=track, read_on=D(2026, 4, 2), odometer_km=1, by=agent, at=at(4, 1))

    assert FirstServiceEstimate.objects.count() == 0


def test_an_impossible_reading_leaves_nothing(track, agent):
    with pytest.raises(ValueError, match="before the delivery"):
        record_reading(track=track, read_on=D(2026, 2, 1), odometer_km=1, by=agent, at=at(4, 1))

    assert FirstServiceEstimate.objects.count() == 0


def test_a_reading_at_the_distance_is_due_at_once(track, agent):
    record_reading(track=track, read_on=D(2026, 4, 1), odometer_km=5200, by=agent, at=at(4, 1))

    assert dates(track) == (D(2026, 4, 1), D(2026, 4, 1), None)


def test_a_reading_changes_nothing_while_an_appointment_is_booked(track, agent):
    book_appointment(track=track, appointment_at=at(5, 10), by=agent, at=at(4, 1))
    before = dates(track)

    record_reading(track=track, read_on=D(2026, 4, 2), odometer_km=4900, by=agent, at=at(4, 2))

    assert dates(track) == before
    assert FirstServiceEstimate.objects.count() == 1


@pytest.mark.rule("SV-15")
def test_the_open_reminder_moves_with_the_reading(store, track, agent):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))

    record_reading(track=track, read_on=D(2026, 5, 25), odometer_km=20, by=agent, at=at(5, 25))
    unmoved = reminders()
    FirstServiceTrack.objects.update(policy_months=12)
    track.refresh_from_db()
    record_reading(track=track, read_on=D(2026, 5, 26), odometer_km=2000, by=agent, at=at(5, 26))

    task = CallTask.objects.get()
    assert unmoved == [("1", "open", D(2026, 5, 25))]
    assert dates(track) == (D(2026, 8, 14), D(2026, 8, 7), None)
    assert (task.due_on, task.first_due_on, task.state) == (D(2026, 8, 7), D(2026, 5, 25), "open")
    assert task.overdue_at == task.alert_due_at == dt.datetime(2026, 8, 7, 16, tzinfo=dt.UTC)


@pytest.mark.rule("SV-15")
@pytest.mark.parametrize("state", ["done", "claimed"])
def test_after_the_call_a_far_date_is_reminded_in_another_round(store, track, agent, state):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))
    now = at(5, 25)
    fields = {"done": {"closed_at": now}, "claimed": {"claimed_by": agent, "claimed_at": now, "claim_expires_at": now}}
    CallTask.objects.update(state=state, **fields[state])
    FirstServiceTrack.objects.update(policy_months=12)
    track.refresh_from_db()

    record_reading(track=track, read_on=D(2026, 5, 25), odometer_km=2000, by=agent, at=now)

    assert track.round == 2
    make_call_list(store=store, on=track.remind_on, at=at(9, 1))
    assert reminders()[1] == ("2", "open", track.remind_on)


def test_a_promise_stands_against_a_reading(store, track, agent):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))
    CallTask.objects.update(due_on=D(2026, 5, 27), due_at=at(5, 27, 15))

    record_reading(track=track, read_on=D(2026, 5, 25), odometer_km=4900, by=agent, at=at(5, 25))

    assert CallTask.objects.get().due_at == at(5, 27, 15)


# --- agreed dates and appointments ----------------------------------------------------------------------------------
@pytest.mark.rule("SV-06")
def test_a_date_within_a_week_is_agreed_and_the_reminder_goes_with_it(track, agent):
    agree_date(track=track, agreed_on=D(2026, 6, 8), by=agent, at=at(4, 1))

    assert dates(track) == (D(2026, 6, 1), D(2026, 6, 1), D(2026, 6, 8))


@pytest.mark.rule("SV-06")
@pytest.mark.parametrize("agreed", [D(2026, 5, 24), D(2026, 6, 9)])
def test_a_date_further_away_is_refused_and_named(track, agent, agreed):
    with pytest.raises(OutsideShift, match="2026-05-25 and 2026-06-08"):
        agree_date(track=track, agreed_on=agreed, by=agent, at=at(4, 1))

    assert dates(track)[2] is None


def test_a_past_date_is_refused(track, agent):
    with pytest.raises(DayIsPast):
        agree_date(track=track, agreed_on=D(2026, 5, 25), by=agent, at=at(5, 26))
    with pytest.raises(DayIsPast):
        book_appointment(track=track, appointment_at=at(5, 26, 9), by=agent, at=at(5, 26))


@pytest.mark.parametrize(("km", "agreed"), [(1400, D(2026, 6, 3)), (2000, None)])
def test_an_agreed_date_stands_while_it_is_within_a_week_of_a_new_estimate(track, agent, km, agreed):
    agree_date(track=track, agreed_on=D(2026, 6, 3), by=agent, at=at(3, 20))

    record_reading(track=track, read_on=D(2026, 4, 1), odometer_km=km, by=agent, at=at(4, 1))

    assert track.agreed_on == agreed


@pytest.mark.rule("SV-07", "SV-09")
def test_an_appointment_has_a_time_and_is_confirmed_the_day_before(store, track, agent):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))

    book_appointment(track=track, appointment_at=at(6, 2, 10), by=agent, at=at(5, 26))

    assert (track.appointment_at, track.confirm_on, track.expected_on) == (at(6, 2, 10), D(2026, 6, 1), D(2026, 6, 1))
    reminder = CallTask.objects.get()
    assert (reminder.state, reminder.close_reason, reminder.closed_by) == (
        TaskState.CANCELLED, CloseReason.APPOINTMENT_BOOKED, agent,
    )  # fmt: skip


@pytest.mark.parametrize(("booked_at", "confirm"), [(at(6, 1), None), (at(6, 2, 8), None), (at(5, 31), D(2026, 6, 1))])
def test_nothing_is_left_to_confirm_on_the_eve(track, agent, booked_at, confirm):
    book_appointment(track=track, appointment_at=at(6, 2, 10), by=agent, at=booked_at)

    assert track.confirm_on == confirm


@pytest.mark.rule("SV-09")
def test_a_moved_appointment_ends_its_confirmation_and_may_come_back_to_the_same_day(store, track, agent):
    book_appointment(track=track, appointment_at=at(6, 2), by=agent, at=at(5, 26))
    make_call_list(store=store, on=D(2026, 6, 1), at=at(5, 31))
    book_appointment(track=track, appointment_at=at(6, 9), by=agent, at=at(5, 31))
    book_appointment(track=track, appointment_at=at(6, 2), by=agent, at=at(5, 31))

    make_call_list(store=store, on=D(2026, 6, 1), at=at(5, 31, 18))

    rows = CallTask.objects.filter(kind="first_service_confirm").order_by("pk")
    assert [(task.state, task.close_reason, task.occurrence[:10]) for task in rows] == [
        ("cancelled", "moved_appointment", "2026-06-02"),
        ("open", "", "2026-06-02"),
    ]


def test_another_time_on_the_same_day_keeps_the_confirmation(store, track, agent):
    book_appointment(track=track, appointment_at=at(6, 2, 10), by=agent, at=at(5, 26))
    make_call_list(store=store, on=D(2026, 6, 1), at=at(5, 31))

    book_appointment(track=track, appointment_at=at(6, 2, 15), by=agent, at=at(6, 1))

    assert (track.appointment_at, track.confirm_on) == (at(6, 2, 15), D(2026, 6, 1))
    assert CallTask.objects.get(kind="first_service_confirm").state == "open"


def test_a_cancelled_appointment_is_reminded_of_again(store, track, agent):
    book_appointment(track=track, appointment_at=at(6, 2), by=agent, at=at(5, 26))
    make_call_list(store=store, on=D(2026, 6, 1), at=at(5, 31))

    cancel_appointment(track=track, by=agent, at=at(5, 31))

    assert (track.appointment_at, track.confirm_on, track.round, track.remind_on) == (None, None, 2, D(2026, 6, 1))
    assert CallTask.objects.get(kind="first_service_confirm").state == "cancelled"
    with pytest.raises(NoAppointment):
        cancel_appointment(track=track, by=agent, at=at(5, 31))


# --- cars that came in ----------------------------------------------------------------------------------------------
def visit(delivery, on, kind="first_service", number=1):
    return ServiceVisit.objects.create(
        store=delivery.store, order_no=f"W{number}", visited_on=on, vehicle=delivery.vehicle,
        customer=delivery.customer, kind=kind, created_at=at(6, 1),
    )  # fmt: skip


@pytest.mark.rule("SV-08")
def test_the_earliest_first_service_visit_since_the_delivery_ends_the_track(store, track, agent):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))
    visit(track.delivery, D(2026, 2, 1), number=1)
    visit(track.delivery, D(2026, 5, 20), kind="repair", number=2)
    second = visit(track.delivery, D(2026, 5, 24), number=3)
    visit(track.delivery, D(2026, 5, 28), number=4)

    ended = record_first_service_visits(store=store, at=at(6, 1))

    track.refresh_from_db()
    task = CallTask.objects.get()
    assert (ended, track.visited_on, track.visit) == (1, D(2026, 5, 24), second)
    assert (task.state, task.close_reason, task.is_successful) == ("done", "already_came", False)
    assert record_first_service_visits(store=store, at=at(6, 1)) == 0


def test_a_ledger_loaded_after_the_workshop_orders_knows_them(store, delivery):
    visit(delivery, D(2026, 5, 24))

    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=at(6, 1))

    assert FirstServiceTrack.objects.get().visited_on == D(2026, 5, 24)


def test_nothing_is_agreed_or_booked_for_a_car_that_came_in(track, agent):
    note_first_service(track=track, visited_on=D(2026, 5, 20), by=agent, at=at(5, 25))

    for refused in (
        lambda: agree_date(track=track, agreed_on=D(2026, 6, 1), by=agent, at=at(5, 25)),
        lambda: book_appointment(track=track, appointment_at=at(6, 1), by=agent, at=at(5, 25)),
        lambda: cancel_appointment(track=track, by=agent, at=at(5, 25)),
    ):
        with pytest.raises(AlreadyServed, match="2026-05-20"):
            refused()


def test_a_customer_who_says_the_car_was_in_ends_the_reminder_once(store, track, agent):
    make_call_list(store=store, on=D(2026, 5, 25), at=at(5, 25))

    note_first_service(track=track, visited_on=D(2026, 5, 20), by=agent, at=at(5, 25))
    note_first_service(track=track, visited_on=D(2026, 5, 22), by=agent, at=at(5, 26))

    assert (track.visited_on, CallTask.objects.get().state) == (D(2026, 5, 20), "done")
    with pytest.raises(DayIsToCome):
        note_first_service(track=track, visited_on=D(2026, 5, 28), by=agent, at=at(5, 27))


# --- a delivery through the product ---------------------------------------------------------------------------------
@pytest.fixture
def hand_over(store, agent):
    """A delivery about to be recorded: ``hand_over(delivered_on=…)``."""
    values = {
        "vehicle": VehicleFactory(store=store, stock_state="in_stock"),
        "customer": CustomerFactory(store=store),
        "consultant": StaffFactory(store=store, roles=["sales_consultant"]),
        "delivered_on": DELIVERED,
        "by": agent,
        "at": at(3, 1),
    }
    return lambda **changes: record_delivery(**{**values, **changes})


def test_a_delivery_starts_everything(hand_over):
    delivery = hand_over()

    vehicle = Vehicle.objects.get(pk=delivery.vehicle_id)
    owner = vehicle.ownerships.get(until_on__isnull=True)
    assert (vehicle.stock_state, owner.customer, owner.from_on) == ("delivered", delivery.customer, DELIVERED)
    assert FirstServiceTrack.objects.get().delivery == delivery
    delivery.customer.refresh_from_db()
    assert delivery.customer.owner == delivery.consultant


def test_a_car_is_delivered_once(hand_over, store):
    hand_over()

    with pytest.raises(AlreadyDelivered):
        hand_over(customer=CustomerFactory(store=store))

    assert FirstServiceTrack.objects.count() == 1


def test_a_delivery_to_come_or_across_stores_is_refused(hand_over):
    with pytest.raises(DeliveryInFuture):
        hand_over(delivered_on=D(2026, 3, 2))
    with pytest.raises(OtherStore):
        hand_over(customer=CustomerFactory())
