"""The track of a car towards its first service (新车首保跟踪单): readings, dates, appointments, cars that came in."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.web.wording import NONE
from followups.enums import CloseReason, TaskKind, TaskState, VisitKind
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack, ServiceVisit
from followups.rules import (
    KindRule,
    estimate_first_service,
    first_alert_at,
    may_agree,
    overdue_at,
    reminder_on,
)
from followups.selectors.expectations import first_expectations
from followups.selectors.first_service import policy_of
from followups.selectors.policies import kind_policy, overdue_steps
from followups.selectors.workshop import spans_in_words, workshop_of
from inventory.models import Vehicle
from orders.models import Delivery
from staffing.models import Staff, Store

REMINDERS = (TaskKind.FIRST_SERVICE, TaskKind.FIRST_SERVICE_CONFIRM)


class AlreadyServed(Refusal):
    """The car has had its first service."""

    message = N_("This car came in for its first service on %(on)s.")


class ReadInFuture(Refusal):
    """A reading cannot be of a day to come."""

    message = N_("The odometer cannot have been read on %(on)s: that day is still to come.")


class OutsideShift(Refusal):
    """The agreed date is further from the estimate than the policy lets the customer choose (SV-06)."""

    message = N_("The date must be within %(days)d days of the expected date, between %(first)s and %(last)s.")


class DayIsPast(Refusal):
    """A date that is to be agreed or booked lies in the past."""

    message = N_("%(on)s is already past.")


class DayIsToCome(Refusal):
    """What has happened cannot have happened on a day to come."""

    message = N_("%(on)s is still to come.")


class WorkshopClosed(Refusal):
    """The workshop takes no cars in at the time, or on the day, of the appointment (SV-07)."""

    message = N_("The workshop is closed at %(time)s on %(on)s. Its hours on that day: %(hours)s.")


class WorkshopClosedAllDay(Refusal):
    """The workshop takes no cars in on the day of the appointment (SV-07)."""

    message = N_("The workshop is closed on %(on)s. It is open again on %(next)s.")


class EstimateChanged(Refusal):
    """A colleague's reading moved the estimate in the meantime."""

    message = N_("The expected date has just changed. Look at it again.")


class NoAppointment(Refusal):
    """There is no appointment to cancel."""

    message = N_("No appointment is booked for this car.")


@transaction.atomic
def start_follow_ups(*, store: Store, delivery_ids: Iterable[int], at: dt.datetime) -> int:
    """Open the first-service tracks of deliveries that have none, in sets. Returns how many are new.

    Nothing is known of the mileage yet: the months decide (SV-11). The numbers are those of the policy in force on the
    day of delivery (SV-12). The calls themselves come with the daily lists. Cars that came in already are noted.
    """
    wanted = list(delivery_ids)
    rows = Delivery.objects.filter(store=store, pk__in=wanted, first_service__isnull=True)
    expected = first_expectations(store, at.astimezone(store.tz).date())
    tracks = [
        FirstServiceTrack(store=store, delivery_id=pk, **expected(model_id, delivered_on)._asdict())
        for pk, delivered_on, model_id in rows.order_by("pk").values_list("pk", "delivered_on", "vehicle__model_id")
    ]
    FirstServiceTrack.objects.bulk_create(tracks, batch_size=1000, ignore_conflicts=True)
    if tracks:
        record_first_service_visits(store=store, at=at, delivery_ids=[track.delivery_id for track in tracks])
    return len(tracks)


@transaction.atomic
def record_reading(
    *, track: FirstServiceTrack, read_on: dt.date, odometer_km: int, by: Staff | None, at: dt.datetime
) -> FirstServiceEstimate:
    """Keep an odometer reading with the estimate it leads to, and move the expected date, the reminder and its open
    call, unless the car came in or an appointment is booked (SV-01 to SV-05, SV-15). Returns the estimate.

    An agreed date stands as long as it is within the policy's days of the new estimate. A call in work, or one that was
    made, is followed by another round when the new day of reminding is still to come. Refuses ReadInFuture; raises
    ImpossibleReading (a ValueError).
    """
    today = at.astimezone(track.store.tz).date()
    if read_on > today:
        raise ReadInFuture(on=read_on.isoformat())
    rule = kind_policy(track.store, TaskKind.FIRST_SERVICE, today)
    policy = policy_of(track, lead_days=_lead(rule).days)
    delivered_on = track.delivery.delivered_on
    reckoned = estimate_first_service(
        delivered_on=delivered_on, read_on=read_on, odometer_km=odometer_km, policy=policy
    )
    kept = FirstServiceEstimate.objects.create(
        track=track,
        made_at=at,
        made_by=by,
        read_on=read_on,
        odometer_km=odometer_km,
        daily_km=reckoned.daily_km,
        interval_days=reckoned.interval_days,
        due_on=reckoned.due_on,
        remind_on=reckoned.remind_on,
        capped=reckoned.capped,
    )
    newer = Vehicle.objects.filter(pk=track.delivery.vehicle_id).exclude(odometer_read_on__gt=read_on)
    newer.update(odometer_km=odometer_km, odometer_read_on=read_on)
    if _is_latest(kept):
        agreed_on = track.agreed_on
        if agreed_on is not None and not may_agree(
            expected_on=reckoned.due_on, agreed_on=agreed_on, shift_days=track.shift_days
        ):
            agreed_on = None
        remind_on = reckoned.remind_on
        if agreed_on is not None:
            remind_on = reminder_on(agreed_on, not_before=read_on, lead=_lead(rule))
        running = _running(track).filter(appointment_at__isnull=True)
        if running.update(expected_on=reckoned.due_on, agreed_on=agreed_on, remind_on=remind_on):
            _move_reminder(track, remind_on=remind_on, today=today, rule=rule)
    track.refresh_from_db()
    record_event(
        code="first_service.estimated",
        subject=track,
        by=by,
        at=at,
        data={"read_on": read_on.isoformat(), "odometer_km": odometer_km, "due_on": reckoned.due_on.isoformat()},
    )
    return kept


@transaction.atomic
def agree_date(*, track: FirstServiceTrack, agreed_on: dt.date, by: Staff, at: dt.datetime) -> FirstServiceTrack:
    """Note the date the customer agreed to, within the policy's days of the estimate (SV-06); the reminder goes with it
    (SV-05).

    Refuses AlreadyServed, DayIsPast, OutsideShift.
    """
    today = at.astimezone(track.store.tz).date()
    track.refresh_from_db()
    _refuse_served(track)
    if agreed_on < today:
        raise DayIsPast(on=agreed_on.isoformat())
    if not may_agree(expected_on=track.expected_on, agreed_on=agreed_on, shift_days=track.shift_days):
        shift = dt.timedelta(days=track.shift_days)
        first, last = track.expected_on - shift, track.expected_on + shift
        raise OutsideShift(days=track.shift_days, first=first.isoformat(), last=last.isoformat())
    rule = kind_policy(track.store, TaskKind.FIRST_SERVICE, today)
    remind_on = reminder_on(agreed_on, not_before=today, lead=_lead(rule))
    if not _running(track).filter(expected_on=track.expected_on).update(agreed_on=agreed_on, remind_on=remind_on):
        raise _lost_race(track)
    if track.appointment_at is None:
        _move_reminder(track, remind_on=remind_on, today=today, rule=rule)
    track.refresh_from_db()
    record_event(code="first_service.agreed", subject=track, by=by, at=at, data={"agreed_on": agreed_on.isoformat()})
    return track


@transaction.atomic
def book_appointment(
    *, track: FirstServiceTrack, appointment_at: dt.datetime, by: Staff, at: dt.datetime
) -> FirstServiceTrack:
    """Book the day and time of the first service, or move it; the confirmation is called the day before (SV-07, SV-09).

    An open confirmation of the former appointment and the open reminder end. Booked for today or tomorrow, nothing is
    left to confirm. Refuses AlreadyServed, DayIsPast, WorkshopClosed, WorkshopClosedAllDay.
    """
    track.refresh_from_db()
    _refuse_served(track)
    local = appointment_at.astimezone(track.store.tz)
    if appointment_at <= at:
        raise DayIsPast(on=f"{local:%Y-%m-%d %H:%M}")
    _refuse_closed(track.store, local)
    today = at.astimezone(track.store.tz).date()
    rule = kind_policy(track.store, TaskKind.FIRST_SERVICE_CONFIRM, today)
    confirm_on = local.date() + dt.timedelta(days=rule.offset_days)
    if track.appointment_at is not None and track.appointment_at.astimezone(track.store.tz).date() == local.date():
        confirm = track.confirm_on  # the same day at another time: the confirmation, made or to be made, stands
    else:
        confirm = confirm_on if confirm_on > today else None
        _free_confirmations(track, at=at, by=by)
    if not _running(track).update(appointment_at=appointment_at, confirm_on=confirm):
        raise _lost_race(track)
    _open_tasks(track, TaskKind.FIRST_SERVICE).update(
        state=TaskState.CANCELLED,
        close_reason=CloseReason.APPOINTMENT_BOOKED,
        closed_at=at,
        closed_by=by,
        alert_due_at=None,
    )
    track.refresh_from_db()
    record_event(
        code="first_service.booked", subject=track, by=by, at=at, data={"appointment_at": appointment_at.isoformat()}
    )
    return track


@transaction.atomic
def cancel_appointment(*, track: FirstServiceTrack, by: Staff, at: dt.datetime) -> FirstServiceTrack:
    """Give the appointment up; the customer is reminded in another round, a week before, but not before tomorrow.

    Refuses AlreadyServed, NoAppointment.
    """
    track.refresh_from_db()
    _refuse_served(track)
    today = at.astimezone(track.store.tz).date()
    rule = kind_policy(track.store, TaskKind.FIRST_SERVICE, today)
    tomorrow = today + dt.timedelta(days=1)
    remind_on = reminder_on(track.agreed_on or track.expected_on, not_before=tomorrow, lead=_lead(rule))
    booked = _running(track).filter(appointment_at__isnull=False)
    if not booked.update(appointment_at=None, confirm_on=None, remind_on=remind_on, round=F("round") + 1):
        raise NoAppointment
    _free_confirmations(track, at=at, by=by)
    track.refresh_from_db()
    record_event(code="first_service.cancelled", subject=track, by=by, at=at)
    return track


@transaction.atomic
def record_first_service_visits(*, store: Store, at: dt.datetime, delivery_ids: Iterable[int] | None = None) -> int:
    """Note on the tracks which cars came in for their first service, and close their open calls (SV-08).

    In sets; for all cars of the store, or for some deliveries. The earliest first-service visit since the delivery
    counts, wherever it was. Returns how many tracks were ended.
    """
    tracks = FirstServiceTrack.objects.filter(store=store)
    if delivery_ids is not None:
        tracks = tracks.filter(delivery_id__in=list(delivery_ids))
    ended = _note_visits(tracks)
    if ended:
        _close_reminders_of_served(store, at)
    return ended


def close_served_reminders(*, store: Store, at: dt.datetime) -> int:
    """Before a list is made: cars with an open reminder that came in meanwhile need none (SV-08). Returns how many."""
    open_calls = CallTask.objects.filter(store=store, state=TaskState.OPEN, kind__in=REMINDERS)
    deliveries = list(open_calls.values_list("delivery_id", flat=True))
    if not deliveries:
        return 0
    _note_visits(FirstServiceTrack.objects.filter(store=store, delivery_id__in=deliveries))
    return _close_reminders_of_served(store, at)


def note_recorded_visit(track: FirstServiceTrack) -> dt.date | None:
    """What the workshop's records know of one car by now: the day of its first service, None before it (SV-08)."""
    if track.visited_on is None and _note_visits(FirstServiceTrack.objects.filter(pk=track.pk)):
        track.refresh_from_db()
    return track.visited_on


@transaction.atomic
def note_first_service(*, track: FirstServiceTrack, visited_on: dt.date, by: Staff, at: dt.datetime) -> None:
    """The customer says that the car has been in already; its open calls end. Twice is the same as once.

    Refuses DayIsToCome.
    """
    if visited_on > at.astimezone(track.store.tz).date():
        raise DayIsToCome(on=visited_on.isoformat())
    if _running(track).update(visited_on=visited_on):
        record_event(
            code="first_service.visited", subject=track, by=by, at=at, data={"visited_on": visited_on.isoformat()}
        )
        _close_reminders_of_served(track.store, at, delivery_id=track.delivery_id)
    track.refresh_from_db()


def _note_visits(tracks: "QuerySet[FirstServiceTrack]") -> int:
    visits = ServiceVisit.objects.filter(
        kind=VisitKind.FIRST_SERVICE,
        vehicle__delivery__first_service=OuterRef("pk"),
        visited_on__gte=F("vehicle__delivery__delivered_on"),
    ).order_by("visited_on", "pk")
    unserved = tracks.filter(Exists(visits), visited_on__isnull=True)
    return unserved.update(
        visit_id=Subquery(visits.values("pk")[:1]), visited_on=Subquery(visits.values("visited_on")[:1])
    )


def _close_reminders_of_served(store: Store, at: dt.datetime, delivery_id: int | None = None) -> int:
    """A call in work is left to its agent, who is told on the screen."""
    # No join: a statement with one looks for its rows beforehand and would not see that an agent has just taken one.
    served = FirstServiceTrack.objects.filter(delivery_id=OuterRef("delivery_id"), visited_on__isnull=False)
    rows = CallTask.objects.filter(Exists(served), store=store, state=TaskState.OPEN, kind__in=REMINDERS)
    if delivery_id is not None:
        rows = rows.filter(delivery_id=delivery_id)
    return rows.update(
        state=TaskState.DONE,
        outcome="already_came",
        close_reason=CloseReason.ALREADY_CAME,
        closed_at=at,
        alert_due_at=None,
    )


def _running(track: FirstServiceTrack) -> "QuerySet[FirstServiceTrack]":
    return FirstServiceTrack.objects.filter(pk=track.pk, visited_on__isnull=True)


def _open_tasks(track: FirstServiceTrack, kind: TaskKind) -> "QuerySet[CallTask]":
    return CallTask.objects.filter(kind=kind, subject_id=track.delivery_id, state=TaskState.OPEN)


def _move_reminder(track: FirstServiceTrack, *, remind_on: dt.date, today: dt.date, rule: KindRule) -> None:
    """Move the open call of this round to the new day; a promise stands. One in work or made already is followed by
    another round when the day is still to come."""
    current = CallTask.objects.filter(
        kind=TaskKind.FIRST_SERVICE, subject_id=track.delivery_id, occurrence=str(track.round)
    ).first()
    if current is None:
        return
    if current.state == TaskState.OPEN:
        due_on = max(remind_on, today)
        if current.due_at is None and not (current.due_on <= today and due_on == today):
            late_from = overdue_at(due_on, None, track.store.tz)
            turn = first_alert_at(late_from, overdue_steps(track.store, due_on), track.store.tz)
            CallTask.objects.filter(pk=current.pk, state=TaskState.OPEN, due_at__isnull=True).update(
                due_on=due_on, overdue_at=late_from, alert_level=turn.level, alert_due_at=turn.at
            )
    elif remind_on > today:
        FirstServiceTrack.objects.filter(pk=track.pk, round=track.round).update(round=F("round") + 1)


def _free_confirmations(track: FirstServiceTrack, *, at: dt.datetime, by: Staff) -> None:
    """End open confirmations, and give their place in the key free: the appointment may come back to the same day."""
    for task in _open_tasks(track, TaskKind.FIRST_SERVICE_CONFIRM):
        CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(
            state=TaskState.CANCELLED,
            close_reason=CloseReason.MOVED_APPOINTMENT,
            closed_at=at,
            closed_by=by,
            alert_due_at=None,
            occurrence=f"{task.occurrence}/{task.pk}",
        )


def _is_latest(kept: FirstServiceEstimate) -> bool:
    """An older reading typed in late is kept, but a newer one has decided."""
    return not FirstServiceEstimate.objects.filter(track_id=kept.track_id, read_on__gt=kept.read_on).exists()


def _lead(rule: KindRule) -> dt.timedelta:
    return dt.timedelta(days=max(-rule.offset_days, 0))


def _refuse_served(track: FirstServiceTrack) -> None:
    if track.visited_on is not None:
        raise AlreadyServed(on=track.visited_on.isoformat())


def _refuse_closed(store: Store, local: dt.datetime) -> None:
    workshop = workshop_of(store)
    if workshop.is_open(local):
        return
    on = local.date()
    if spans := workshop.spans(on):
        raise WorkshopClosed(time=f"{local:%H:%M}", on=on.isoformat(), hours=spans_in_words(spans))
    following = workshop.next_open_day(on)
    raise WorkshopClosedAllDay(on=on.isoformat(), next=following.isoformat() if following else NONE)


def _lost_race(track: FirstServiceTrack) -> Refusal:
    track.refresh_from_db()
    return EstimateChanged() if track.visited_on is None else AlreadyServed(on=track.visited_on.isoformat())
