"""Odometer readings of imported workshop visits, in sets: what ``record_reading`` does for one (SV-01 to SV-05, SV-15).

Rows are written through the import's BatchWriter, so that undoing the import undoes them too.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dealership.kernel.errors import BadValue
from dealership.workbooks.kinds import Context
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from followups.enums import TaskKind, TaskState
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack
from followups.rules import (
    FirstServicePolicy,
    estimate_first_service,
    first_alert_at,
    may_agree,
    overdue_at,
    reminder_on,
)
from followups.selectors.policies import kind_policy, overdue_steps
from staffing.models import Store

#: What the column of an estimate holds; a car that drives more a day was typed wrongly.
MOST_DAILY_KM = 999_999


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """The odometer of a car on a day."""

    vehicle_id: int
    read_on: dt.date
    odometer_km: int


def record_imported_readings(*, readings: Sequence[Reading], context: Context, writer: BatchWriter) -> None:
    """Keep each reading of a car whose track is open, with the estimate it leads to; the latest one moves the expected
    date, the reminder and its open call, unless an appointment is booked.

    A reading from before the delivery, one that is known already, and one that cannot be are left out.
    """
    by_car: dict[int, list[Reading]] = {}
    for reading in sorted(set(readings)):
        by_car.setdefault(reading.vehicle_id, []).append(reading)
    if not by_car:
        return
    store = Store.objects.get(pk=context.store_id)
    today = max(context.as_of, context.at.astimezone(store.tz).date())
    lead = dt.timedelta(days=max(-kind_policy(store, TaskKind.FIRST_SERVICE, today).offset_days, 0))
    tracks = _open_tracks(by_car)
    known: dict[int, set[tuple[dt.date, int]]] = {}
    for track_id, read_on, odometer_km in rows_in(
        FirstServiceEstimate.objects.all(), "track_id", tracks, "track_id", "read_on", "odometer_km"
    ):
        known.setdefault(track_id, set()).add((read_on, odometer_km))
    estimates: list[tuple[Any, ...]] = []
    moved: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
    for pk, track in tracks.items():
        policy = FirstServicePolicy(track["policy_km"], track["policy_months"], track["rounding"], lead.days)
        made = known.get(pk, set())
        latest_known = max((read_on for read_on, _km in made), default=dt.date.min)
        for reading in by_car[track["delivery__vehicle_id"]]:
            if (reading.read_on, reading.odometer_km) in made:
                continue
            try:
                reckoned = estimate_first_service(
                    delivered_on=track["delivery__delivered_on"],
                    read_on=reading.read_on,
                    odometer_km=reading.odometer_km,
                    policy=policy,
                )
            except BadValue:
                continue
            if reckoned.daily_km > MOST_DAILY_KM:
                continue
            estimates.append(
                (
                    pk, context.at, context.by_id, reading.read_on, reading.odometer_km, reckoned.daily_km,
                    reckoned.interval_days, reckoned.due_on, reckoned.remind_on, reckoned.capped,
                )
            )  # fmt: skip
            if reading.read_on < latest_known or track["appointment_at"] is not None:
                continue
            agreed_on, remind_on = track["agreed_on"], reckoned.remind_on
            if agreed_on is not None and not may_agree(
                expected_on=reckoned.due_on, agreed_on=agreed_on, shift_days=track["shift_days"]
            ):
                agreed_on = None
            if agreed_on is not None:
                remind_on = reminder_on(agreed_on, not_before=reading.read_on, lead=lead)
            if track["remind_on"] > today:  # a reading that comes in late must not put the reminder before every list
                remind_on = max(remind_on, today)
            before = {name: track[name] for name in ("expected_on", "agreed_on", "remind_on", "round")}
            after = {"expected_on": reckoned.due_on, "agreed_on": agreed_on, "remind_on": remind_on}
            moved[pk] = before, {**after, "round": track["round"]}
    writer.insert(
        FirstServiceEstimate,
        (
            "track_id", "made_at", "made_by_id", "read_on", "odometer_km", "daily_km", "interval_days", "due_on",
            "remind_on", "capped",
        ),
        estimates,
    )  # fmt: skip
    _move_reminders({tracks[pk]["delivery_id"]: change for pk, change in moved.items()}, store, today, writer)
    writer.update(FirstServiceTrack, [(pk, before, after) for pk, (before, after) in moved.items() if before != after])


def _open_tracks(by_car: dict[int, list[Reading]]) -> dict[int, dict[str, Any]]:
    names = (
        "pk", "delivery_id", "delivery__vehicle_id", "delivery__delivered_on", "policy_km", "policy_months", "rounding",
        "shift_days", "expected_on", "agreed_on", "remind_on", "round", "appointment_at",
    )  # fmt: skip
    rows = rows_in(FirstServiceTrack.objects.filter(visited_on__isnull=True), "delivery__vehicle_id", by_car, *names)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _move_reminders(
    moved: dict[int, tuple[dict[str, Any], dict[str, Any]]], store: Store, today: dt.date, writer: BatchWriter
) -> None:
    """Move the open call of each track's round to its new day; a promise stands. One in work or made already is
    followed by another round (noted in ``moved``) when the day is still to come. ``moved`` is by delivery."""
    names = ("due_on", "overdue_at", "alert_level", "alert_due_at")
    calls = CallTask.objects.filter(kind=TaskKind.FIRST_SERVICE)
    ladder = cache(lambda on: overdue_steps(store, on))
    changes = []
    for pk, delivery_id, occurrence, state, due_at, *values in rows_in(
        calls, "subject_id", moved, "pk", "subject_id", "occurrence", "state", "due_at", *names
    ):
        before, after = moved[delivery_id]
        if occurrence != str(before["round"]):
            continue
        if state != TaskState.OPEN:
            if after["remind_on"] > today:
                after["round"] = before["round"] + 1
            continue
        due_on = max(after["remind_on"], today)
        if due_at is not None or (values[0] <= today and due_on == today):
            continue
        late_from = overdue_at(due_on, None, store.tz)
        turn = first_alert_at(late_from, ladder(due_on), store.tz)
        former = dict(zip(names, values, strict=True))
        wanted = {"due_on": due_on, "overdue_at": late_from, "alert_level": turn.level, "alert_due_at": turn.at}
        if former != wanted:
            changes.append((pk, former, wanted))
    writer.update(CallTask, changes)
