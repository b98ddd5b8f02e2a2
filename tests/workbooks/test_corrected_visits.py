"""A workshop visit that is corrected by a later workbook: the first service counts as what the records say now."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import undo_batch
from followups.models import FirstServiceTrack
from followups.services.first_service import start_follow_ups
from inventory.models import Vehicle
from inventory.tests.factories import VehicleFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Store
from tests.workbooks.books import VIN_A, VIN_B, VISITS_HEADER, table

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)
DELIVERED = dt.date(2026, 9, 1)


@pytest.fixture
def tracks(store: Store) -> dict[str, FirstServiceTrack]:
    found = {}
    for vin in (VIN_A, VIN_B):
        car = VehicleFactory(store=store, vin=vin, vin_reversed=vin[::-1])
        delivery = DeliveryFactory(customer__store=store, vehicle=car, delivered_on=DELIVERED)
        start_follow_ups(store=store, delivery_ids=[delivery.pk], at=AT)
        found[vin] = FirstServiceTrack.objects.get(delivery=delivery)
    return found


def line(vin: str = VIN_A, kind: str = "首保", on: str = "2026-11-02", number: str = "WO1") -> list[object]:
    return [number, on, vin, None, None, None, None, kind, "是", None]


def served(tracks: dict[str, FirstServiceTrack]) -> dict[str, dt.date | None]:
    return {vin: FirstServiceTrack.objects.get(pk=track.pk).visited_on for vin, track in tracks.items()}


@pytest.mark.rule("SV-08")
@pytest.mark.parametrize(
    ("corrected", "expected"),
    [
        pytest.param({"kind": "一般维修"}, {VIN_A: None, VIN_B: None}, id="was-a-repair"),
        pytest.param({"vin": VIN_B}, {VIN_A: None, VIN_B: dt.date(2026, 11, 2)}, id="was-another-car"),
        pytest.param({"on": "2026-11-05"}, {VIN_A: dt.date(2026, 11, 5), VIN_B: None}, id="was-another-day"),
    ],
)
def test_a_corrected_visit_moves_the_first_service_with_it(
    load: Callable[..., ImportBatch],
    tracks: dict[str, FirstServiceTrack],
    tmp_path: Path,
    corrected: dict[str, str],
    expected: dict[str, dt.date | None],
) -> None:
    load(table(tmp_path / "visits.xlsx", VISITS_HEADER, [line()]))
    assert served(tracks) == {VIN_A: dt.date(2026, 11, 2), VIN_B: None}

    correction = load(table(tmp_path / "again.xlsx", VISITS_HEADER, [line(**corrected)]), at=AT)

    assert served(tracks) == expected

    undo_batch(batch_id=correction.pk, by=None, at=AT)

    assert served(tracks) == {VIN_A: dt.date(2026, 11, 2), VIN_B: None}


@pytest.mark.rule("SV-08")
def test_of_two_visits_the_other_one_counts_when_the_first_was_no_first_service(
    load: Callable[..., ImportBatch], tracks: dict[str, FirstServiceTrack], tmp_path: Path
) -> None:
    load(table(tmp_path / "visits.xlsx", VISITS_HEADER, [line(), line(number="WO2", on="2026-11-10")]))

    load(table(tmp_path / "again.xlsx", VISITS_HEADER, [line(kind="保养")]))

    assert served(tracks)[VIN_A] == dt.date(2026, 11, 10)
    assert Vehicle.objects.filter(service_visits__isnull=False).distinct().count() == 1
