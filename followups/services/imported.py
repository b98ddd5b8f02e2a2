"""What imported workbooks mean for follow-up, in sets: tracks towards the first service begin and end (SV-01, SV-08).

Rows are written through the import's BatchWriter, so that undoing the import undoes them too.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dealership.kernel.dates import add_months
from dealership.workbooks.kinds import Context
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from followups.enums import CloseReason, TaskKind, TaskState, VisitKind
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack, ServiceVisit
from followups.selectors.expectations import FirstExpectation, first_expectations
from followups.services.first_service import REMINDERS
from orders.signals import ImportedDelivery
from staffing.models import Store


@dataclass(frozen=True, slots=True)
class FirstServiceVisit:
    """A first-service visit: its id, the car, the day."""

    pk: int
    vehicle_id: int
    visited_on: dt.date


def start_first_service_tracks(
    *, deliveries: Sequence[ImportedDelivery], context: Context, writer: BatchWriter
) -> None:
    """Begin the track of every new delivery: without an odometer reading the months of the policy decide (SV-11).

    The policy is the one in force on the day of delivery (SV-12); its numbers are copied. Cars that came in already are
    noted.
    """
    if not deliveries:
        return
    expected = _expectations(context)
    writer.insert(
        FirstServiceTrack,
        ("store_id", "delivery_id", *FirstExpectation._fields),
        [
            (context.store_id, delivery.pk, *expected(delivery.model_id, delivery.delivered_on))
            for delivery in deliveries
        ],
    )
    known_cars = [delivery.vehicle_id for delivery in deliveries if not delivery.car_is_new]
    visits = ServiceVisit.objects.filter(kind=VisitKind.FIRST_SERVICE)
    close_first_service_tracks(
        visits=[
            FirstServiceVisit(*row)
            for row in rows_in(visits, "vehicle_id", known_cars, "pk", "vehicle_id", "visited_on")
        ],
        context=context,
        writer=writer,
    )


def move_first_service_tracks(*, deliveries: Sequence[ImportedDelivery], context: Context, writer: BatchWriter) -> None:
    """A delivery date was corrected: tracks that no reading, agreement or visit has touched are reckoned anew. Of all
    others the day on which their own months end follows (SV-04)."""
    if not deliveries:
        return
    wanted = {delivery.pk: delivery for delivery in deliveries}
    expected = _expectations(context)
    estimated = {pk for (pk,) in rows_in(FirstServiceEstimate.objects.all(), "track__delivery_id", wanted, "track_id")}
    touched = ("agreed_on", "appointment_at", "visited_on")
    changes = []
    names = FirstExpectation._fields
    for pk, delivery_id, *values in rows_in(
        FirstServiceTrack.objects.all(), "delivery_id", wanted, "pk", "delivery_id", *names, *touched
    ):
        before, delivery = FirstExpectation(*values[: len(names)]), wanted[delivery_id]
        if pk in estimated or any(value is not None for value in values[len(names) :]):
            after = before._replace(latest_on=add_months(delivery.delivered_on, before.policy_months))
        else:
            after = expected(delivery.model_id, delivery.delivered_on)
        if before != after:
            changes.append((pk, before._asdict(), after._asdict()))
    writer.update(FirstServiceTrack, changes)


def reopen_first_service_tracks(*, visit_ids: Sequence[int], context: Context, writer: BatchWriter) -> list[int]:
    """Visits were corrected: the tracks that they had ended run again, for ``close_first_service_tracks`` to judge by
    what the records say now (SV-08). A reminder that was closed by mistake is made once more, in another round. Returns
    the ids of the cars.
    """
    ended = list(
        rows_in(
            FirstServiceTrack.objects.all(), "visit_id", visit_ids,
            "pk", "visit_id", "visited_on", "round", "remind_on", "delivery_id", "delivery__vehicle_id",
        )
    )  # fmt: skip
    closed = CallTask.objects.filter(
        kind=TaskKind.FIRST_SERVICE, state=TaskState.DONE, close_reason=CloseReason.ALREADY_CAME, attempts=0
    )
    not_called = set(rows_in(closed, "delivery_id", [row[5] for row in ended], "delivery_id", "occurrence"))
    changes = []
    for pk, visit_id, visited_on, round_, remind_on, delivery_id, _vehicle_id in ended:
        before: dict[str, Any] = {"visit_id": visit_id, "visited_on": visited_on}
        after: dict[str, Any] = {"visit_id": None, "visited_on": None}
        if (delivery_id, str(round_)) in not_called:
            before |= {"round": round_, "remind_on": remind_on}
            after |= {"round": round_ + 1, "remind_on": max(remind_on, context.as_of + dt.timedelta(days=1))}
        changes.append((pk, before, after))
    writer.update(FirstServiceTrack, changes)
    return [row[6] for row in ended]


def close_first_service_tracks(*, visits: Sequence[FirstServiceVisit], context: Context, writer: BatchWriter) -> None:
    """End the tracks of cars that came to their first service, and the reminders that still wait (SV-08).

    The earliest visit since the delivery counts. A reminder that an agent is working on is left to the agent.
    """
    by_car: dict[int, list[FirstServiceVisit]] = {}
    for visit in sorted(visits, key=lambda visit: (visit.visited_on, visit.pk)):
        by_car.setdefault(visit.vehicle_id, []).append(visit)
    tracks = []
    deliveries = []
    running = FirstServiceTrack.objects.filter(visited_on__isnull=True)
    for pk, delivery_id, vehicle_id, delivered_on in rows_in(
        running, "delivery__vehicle_id", by_car, "pk", "delivery_id", "delivery__vehicle_id", "delivery__delivered_on"
    ):
        came = next((visit for visit in by_car[vehicle_id] if visit.visited_on >= delivered_on), None)
        if came is not None:
            after = {"visit_id": came.pk, "visited_on": came.visited_on}
            tracks.append((pk, {"visit_id": None, "visited_on": None}, after))
            deliveries.append(delivery_id)
    writer.update(FirstServiceTrack, tracks)
    waiting = CallTask.objects.filter(state=TaskState.OPEN, kind__in=REMINDERS)
    names = ("state", "outcome", "close_reason", "closed_at", "alert_due_at")
    ended = {
        "state": TaskState.DONE.value,
        "outcome": "already_came",
        "close_reason": CloseReason.ALREADY_CAME.value,
        "closed_at": context.at,
        "alert_due_at": None,
    }
    writer.update(
        CallTask,
        [
            (pk, dict(zip(names, values, strict=True)), ended)
            for pk, *values in rows_in(waiting, "delivery_id", deliveries, "pk", *names)
        ],
    )


def _expectations(context: Context) -> Callable[[int, dt.date], FirstExpectation]:
    return first_expectations(Store.objects.get(pk=context.store_id), context.as_of)
