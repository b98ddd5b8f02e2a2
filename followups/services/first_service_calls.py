"""What a call about the first service leads to beyond its dates: planned anew (SV-15), or not made at all (SV-08)."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from followups.enums import CloseReason, TaskKind, TaskState
from followups.models import CallTask, FirstServiceTrack
from followups.rules.reckoning import is_far
from followups.selectors.policies import kind_policy
from followups.services.drafts import drop_draft
from followups.services.first_service import REMINDERS, AlreadyServed, note_recorded_visit
from staffing.models import Staff


class ReadingMissing(Refusal):
    """The reminder is planned anew by a reading, and none was taken."""

    message = N_("Ask for the odometer: the reminder is planned anew by what it shows now.")


class StillNear(Refusal):
    """The reading leaves the service as near as the reminder leads it: a date is agreed now."""

    message = N_(
        "The first service is due on %(on)s, within %(days)d days. Agree a date instead of planning the reminder anew."
    )


class AppointmentStands(Refusal):
    """Nothing is reminded of while an appointment is booked."""

    message = N_("An appointment is booked. Cancel it before the reminder is planned anew.")


@transaction.atomic
def replan_reminder(
    *, track: FirstServiceTrack, odometer_km: int | None, by: Staff, at: dt.datetime
) -> FirstServiceTrack:
    """The car is far from its first service: the customer is reminded anew, in another round, when the time has come
    (SV-15). Called after ``record_reading`` has moved the track to the new estimate.

    Refuses ReadingMissing, AlreadyServed, AppointmentStands, StillNear.
    """
    if odometer_km is None:
        raise ReadingMissing
    track.refresh_from_db()
    if track.visited_on is not None:
        raise AlreadyServed(on=track.visited_on.isoformat())
    if track.appointment_at is not None:
        raise AppointmentStands
    today = at.astimezone(track.store.tz).date()
    if not is_far(track.remind_on, today=today):
        rule = kind_policy(track.store, TaskKind.FIRST_SERVICE, today)
        raise StillNear(on=(track.agreed_on or track.expected_on).isoformat(), days=max(-rule.offset_days, 0))
    record_event(
        code="first_service.replanned",
        subject=track,
        by=by,
        at=at,
        data={"remind_on": track.remind_on.isoformat(), "round": track.round},
    )
    return track


@transaction.atomic
def close_served_call(*, task: CallTask, by: Staff, at: dt.datetime) -> dt.date | None:
    """A car whose reminder ``by`` is about to make came in meanwhile: the call is not made (SV-08). Returns the day it
    came, None for a call that is to be made.

    The call ends without a try, its claim with it, and what was typed into it goes.
    """
    if task.kind not in REMINDERS or task.state != TaskState.CLAIMED or task.claimed_by_id != by.pk:
        return None
    track = FirstServiceTrack.objects.select_related("store").filter(delivery=task.delivery).first()
    if track is None or (visited_on := note_recorded_visit(track)) is None:
        return None
    mine = CallTask.objects.filter(pk=task.pk, state=TaskState.CLAIMED, claimed_by=by)
    closed = mine.update(
        state=TaskState.DONE,
        outcome="already_came",
        close_reason=CloseReason.ALREADY_CAME,
        closed_at=at,
        alert_due_at=None,
        claimed_by=None,
        claimed_at=None,
        claim_expires_at=None,
    )
    if not closed:
        return None
    drop_draft(task=task, by=by)
    record_event(code="task.dropped", subject=task, by=by, at=at, data={"visited_on": visited_on.isoformat()})
    return visited_on
