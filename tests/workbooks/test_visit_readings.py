"""The odometer of a workshop visit: the car knows it, and the first service is reckoned anew."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import undo_batch
from followups.enums import TaskKind, TaskState
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack
from followups.services.first_service import record_reading, start_follow_ups
from followups.services.lists import make_call_list
from inventory.models import Vehicle
from inventory.tests.factories import VehicleFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Store
from tests.workbooks.books import VIN_A, VISITS_HEADER, table

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 22)
DELIVERED = dt.date(2026, 10, 1)
Loader = Callable[..., ImportBatch]


def a_track(store: Store, vin: str = VIN_A, delivered_on: dt.date = DELIVERED) -> FirstServiceTrack:
    car = VehicleFactory(store=store, vin=vin, vin_reversed=vin[::-1])
    delivery = DeliveryFactory(store=store, customer__store=store, vehicle=car, delivered_on=delivered_on)
    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=AT)
    return FirstServiceTrack.objects.get(delivery=delivery)


def line(on: str, km: object, kind: str = "一般维修", number: str = "WO1") -> list[object]:
    return [number, on, VIN_A, None, None, None, km, kind, "是", None]


@pytest.fixture
def book(load: Loader, tmp_path: Path) -> Callable[..., ImportBatch]:
    def run(*lines: list[object]) -> ImportBatch:
        return load(table(tmp_path / "visits.xlsx", VISITS_HEADER, lines), as_of=TODAY, at=AT)

    return run


def dates(track: FirstServiceTrack) -> tuple[dt.date, dt.date | None, dt.date, int]:
    track.refresh_from_db()
    return track.expected_on, track.agreed_on, track.remind_on, track.round


@pytest.mark.rule("SV-15")
def test_a_reading_does_what_record_reading_does(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store)
    twin = a_track(store, vin="LGBH52E07AY000002")
    record_reading(track=twin, read_on=dt.date(2026, 11, 5), odometer_km=2_450, by=None, at=AT)

    book(line("2026-11-05", "2,450公里"))

    ours, theirs = (
        FirstServiceEstimate.objects.filter(track=each).values_list(
            "made_at", "read_on", "odometer_km", "daily_km", "interval_days", "due_on", "remind_on", "capped"
        )
        for each in (track, twin)
    )
    assert list(ours) == list(theirs)
    assert dates(track) == dates(twin)
    assert dates(track)[0] == dt.date(2026, 12, 11)  # 2,450 km in 35 days: 70 a day, 71 days
    car = Vehicle.objects.get(vin=VIN_A)
    assert (car.odometer_km, car.odometer_read_on) == (2_450, dt.date(2026, 11, 5))


def test_the_latest_reading_decides_and_all_are_kept(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store)

    book(line("2026-11-15", 900, number="WO2"), line("2026-11-05", 2_450))

    assert FirstServiceEstimate.objects.filter(track=track).count() == 2
    assert dates(track)[0] == FirstServiceEstimate.objects.get(track=track, odometer_km=900).due_on


def test_an_older_reading_moves_nothing(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store)
    record_reading(track=track, read_on=dt.date(2026, 11, 15), odometer_km=900, by=None, at=AT)
    before = dates(track)

    book(line("2026-11-05", 2_450))

    assert dates(track) == before
    assert FirstServiceEstimate.objects.filter(track=track).count() == 2


@pytest.mark.parametrize("kind", ["首保", "一般维修"])
def test_twice_is_the_same_as_once(store: Store, book: Callable[..., ImportBatch], kind: str) -> None:
    track = a_track(store)
    book(line("2026-11-05", 2_450, kind))
    before = dates(track)

    again = book(line("2026-11-05", 2_450, kind))

    assert (again.unchanged, dates(track)) == (1, before)
    assert FirstServiceEstimate.objects.count() == (0 if kind == "首保" else 1)


def test_readings_that_cannot_be_are_left_out(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store)
    before = dates(track)

    batch = book(line("2026-09-05", 20), line("2026-10-02", 999_999, number="WO2"))

    assert (batch.created, dates(track), FirstServiceEstimate.objects.count()) == (2, before, 0)


def test_an_appointment_and_an_agreed_date_stand(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store)
    FirstServiceTrack.objects.filter(pk=track.pk).update(appointment_at=AT + dt.timedelta(days=3))
    before = dates(track)

    book(line("2026-11-05", 2_450))

    assert dates(track) == before
    assert FirstServiceEstimate.objects.filter(track=track).count() == 1


def test_the_open_reminder_moves_along_and_back(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store, delivered_on=dt.date(2026, 10, 20))
    record_reading(track=track, read_on=dt.date(2026, 11, 10), odometer_km=4_000, by=None, at=AT)
    before = dates(track)
    make_call_list(store=store, on=TODAY, at=AT)
    call = CallTask.objects.get(kind=TaskKind.FIRST_SERVICE)
    due_before = (call.due_on, call.overdue_at, call.alert_due_at)

    batch = book(line("2026-11-20", 2_000))

    call.refresh_from_db()
    track.refresh_from_db()
    assert (call.state, call.due_on, track.remind_on) == (TaskState.OPEN, dt.date(2026, 12, 23), dt.date(2026, 12, 23))
    assert call.overdue_at > due_before[1]
    undo_batch(batch_id=batch.pk, by=None, at=AT)
    call.refresh_from_db()
    assert (call.due_on, call.overdue_at, call.alert_due_at) == due_before
    assert (dates(track), FirstServiceEstimate.objects.count()) == (before, 1)


def test_a_reminder_already_made_is_followed_by_another_round(store: Store, book: Callable[..., ImportBatch]) -> None:
    track = a_track(store, delivered_on=dt.date(2026, 10, 20))
    CallTask.objects.create(
        store=store,
        kind=TaskKind.FIRST_SERVICE,
        subject_id=track.delivery_id,
        occurrence="1",
        customer=track.delivery.customer,
        vehicle=track.delivery.vehicle,
        delivery=track.delivery,
        pool="sales_consultant",
        state=TaskState.DONE,
        outcome="reminded",
        anchor_on=TODAY,
        first_due_on=TODAY,
        due_on=TODAY,
        overdue_at=AT,
        closed_at=AT,
        created_at=AT,
    )

    book(line("2026-11-19", 900))

    assert dates(track)[3] == 2
