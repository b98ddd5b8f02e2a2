"""The tracking sheet of first services (新车首保跟踪单, F13), and the appointments of a day (N1-04, SV-07 to SV-10)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from customers.models import Customer, CustomerPhone
from dealership.web.months import months_after
from followups.enums import TaskKind, TaskState, TrackStage
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack
from followups.rules.reckoning import Standing, days_late, standing_of
from followups.selectors.first_service import SERVICE_KINDS, kept_steps
from followups.selectors.histories import Call, calls_with
from followups.selectors.reckoning import steps_in_words
from staffing.models import Staff, Store

#: So many months a car that did not come stays on the sheets of the months after its own.
CARRIED_MONTHS = 3


@dataclass(frozen=True)
class SheetRow:
    """One car of the sheet. ``wanted_on``: the agreed day, else the expected one; what counts as late counts from it.

    ``late_days``: days after it that the car came, or that have passed without it. ``over_km``: kilometres beyond the
    distance of the policy, when it came or when it was read last.
    """

    track: FirstServiceTrack
    reading: FirstServiceEstimate | None
    wanted_on: dt.date
    stage: TrackStage
    late_days: int
    over_km: int
    is_beyond: bool

    @property
    def vin_tail(self) -> str:
        return self.track.delivery.vehicle.vin[-6:]


@dataclass(frozen=True)
class KeptEstimate:
    """An estimate that was kept, with its reckoning in words."""

    row: FirstServiceEstimate
    words: tuple[str, ...]


@dataclass(frozen=True)
class SingleSheet:
    """The sheet of one car: where it stands, every estimate with its inputs, every call that spoke of it."""

    row: SheetRow
    estimates: tuple[KeptEstimate, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class BookedCar:
    """A car that is expected in the workshop on a day. ``sees_customer``: whether the reader may open the customer."""

    track: FirstServiceTrack
    row: SheetRow
    phone: str
    sees_customer: bool


def with_stages(rows: "QuerySet[FirstServiceTrack]", *, midnight: dt.datetime) -> "QuerySet[Any]":
    """The tracks with ``wanted_on``, ``reminded_at``, ``confirmed_at`` and ``stage`` (a TrackStage), as they stand on
    the day that began at ``midnight`` by the clock of their store.

    A car is where it has come furthest: it came; it is overdue, its appointment, agreed or expected day being over; it
    is booked and confirmed; it is booked; it was reminded; it is expected.
    """
    calls = CallTask.objects.filter(subject_id=OuterRef("delivery_id"), state=TaskState.DONE, is_successful=True)
    reminded = calls.filter(kind=TaskKind.FIRST_SERVICE).order_by("-closed_at", "-pk")
    confirmed = calls.filter(kind=TaskKind.FIRST_SERVICE_CONFIRM, first_due_on=OuterRef("confirm_on"))
    today = midnight.date()
    missed = Q(appointment_at__lt=midnight)
    return rows.annotate(
        wanted_on=Coalesce("agreed_on", "expected_on"),
        reminded_at=Subquery(reminded.values("closed_at")[:1]),
        confirmed_at=Subquery(confirmed.values("closed_at")[:1]),
    ).annotate(
        stage=Case(
            When(visited_on__isnull=False, then=Value(TrackStage.CAME.value)),
            When(missed | Q(appointment_at__isnull=True, wanted_on__lt=today), then=Value(TrackStage.OVERDUE.value)),
            When(appointment_at__isnull=False, confirmed_at__isnull=False, then=Value(TrackStage.CONFIRMED.value)),
            When(appointment_at__isnull=False, then=Value(TrackStage.BOOKED.value)),
            When(reminded_at__isnull=False, then=Value(TrackStage.REMINDED.value)),
            default=Value(TrackStage.EXPECTED.value),
            output_field=CharField(),
        )
    )


def sheet_tracks(
    user: Staff, *, stores: Iterable[Store], month: dt.date, midnight: dt.datetime, consultant: Staff | None = None
) -> "QuerySet[Any]":
    """The cars of a month's sheet that ``user`` may see: expected in the month, or in the three months before it and
    not here yet. The earliest wanted first."""
    start, end = month.replace(day=1), months_after(month, 1)
    carried = Q(expected_on__gte=months_after(start, -CARRIED_MONTHS), expected_on__lt=start, visited_on__isnull=True)
    rows = FirstServiceTrack.objects.visible_to(user).filter(store_id__in=[store.pk for store in stores])
    rows = rows.filter(Q(expected_on__gte=start, expected_on__lt=end) | carried)
    if consultant is not None:
        rows = rows.filter(delivery__consultant=consultant)
    return with_stages(rows, midnight=midnight).order_by("wanted_on", "pk")


def stage_counts(rows: "QuerySet[Any]") -> dict[str, int]:
    """How many cars stand at each stage, every stage named. One query."""
    counts = dict(rows.order_by().values_list("stage").annotate(number=Count("pk")))
    return {stage.value: counts.get(stage.value, 0) for stage in TrackStage}


def with_cars(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The tracks with all that a line of the sheet shows. Two queries."""
    estimates = FirstServiceEstimate.objects.select_related("made_by").order_by("-read_on", "-made_at", "-pk")
    return rows.select_related(
        "delivery__vehicle__model", "delivery__customer", "delivery__consultant", "visit", "store"
    ).prefetch_related(Prefetch("estimates", queryset=estimates, to_attr="listed_estimates"))


def sheet_row(track: Any, *, today: dt.date) -> SheetRow:
    """A track of ``with_stages`` and ``with_cars`` as a line of the sheet. No query."""
    readings = track.listed_estimates
    reading = readings[0] if readings else None
    at_visit = track.visit.odometer_km if track.visit is not None else None
    shown_km = at_visit if at_visit is not None else (reading.odometer_km if reading else 0)
    standing = standing_of(odometer_km=shown_km, policy_km=track.policy_km, overrun_km=track.overrun_km)
    return SheetRow(
        track=track,
        reading=reading,
        wanted_on=track.wanted_on,
        stage=TrackStage(track.stage),
        late_days=days_late(wanted_on=track.wanted_on, came_on=track.visited_on or today),
        over_km=max(shown_km - track.policy_km, 0),
        is_beyond=standing == Standing.BEYOND,
    )


def single_sheet(user: Staff, track: Any, *, today: dt.date) -> SingleSheet:
    """The sheet of one car, a track of ``with_stages`` and ``with_cars``; the calls are those one may see."""
    calls = calls_with(user, vehicle=track.delivery.vehicle)
    return SingleSheet(
        row=sheet_row(track, today=today),
        estimates=tuple(
            KeptEstimate(row, steps_in_words(kept_steps(row, track)))
            for row in sorted(track.listed_estimates, key=lambda row: (row.made_at, row.pk), reverse=True)
        ),
        calls=tuple(
            call for call in calls if call.task.kind in SERVICE_KINDS and call.task.delivery_id == track.delivery_id
        ),
    )


def booked_on(user: Staff, *, midnight: dt.datetime, today: dt.date) -> list[BookedCar]:
    """Who comes to the first service on the day that begins at ``midnight``, in the order of the appointments; among
    what ``user`` may see. Four queries."""
    rows = FirstServiceTrack.objects.visible_to(user).filter(
        appointment_at__gte=midnight, appointment_at__lt=midnight + dt.timedelta(days=1)
    )
    main = CustomerPhone.objects.filter(customer=OuterRef("delivery__customer"), is_primary=True)
    begun = dt.datetime.combine(today, dt.time.min, tzinfo=midnight.tzinfo)
    rows = with_cars(with_stages(rows, midnight=begun)).annotate(main_number=Subquery(main.values("number")[:1]))
    tracks = list(rows.order_by("appointment_at", "pk"))
    owners = [track.delivery.customer_id for track in tracks]
    seen = set(Customer.objects.visible_to(user).filter(pk__in=owners).values_list("pk", flat=True))
    return [
        BookedCar(
            track=track,
            row=sheet_row(track, today=today),
            phone=track.main_number or "",
            sees_customer=track.delivery.customer_id in seen,
        )
        for track in tracks
    ]
