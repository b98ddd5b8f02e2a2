"""Where a car stands on its way to the first service, and what a reading would mean (N1-03, SV-05 to SV-11)."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from followups.enums import TaskKind
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack
from followups.rules import FirstServicePolicy, estimate_first_service
from followups.rules.reckoning import Steps, is_far, steps_of
from followups.selectors.policies import kind_policy
from followups.selectors.reckoning import Remark, decided_by, steps_in_words, tolerance_remark
from followups.selectors.workshop import spans_in_words, workshop_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Kinds in which the first service is spoken of (N1-03, D3-20, SV-17).
SERVICE_KINDS = (
    TaskKind.N_PLUS_1,
    TaskKind.FIRST_SERVICE,
    TaskKind.FIRST_SERVICE_CONFIRM,
    TaskKind.PERIODIC,
    TaskKind.THREE_DAY,
)
#: Of these it is spoken when there is time: the fields are folded away.
FOLDED_KINDS = (TaskKind.THREE_DAY,)


@dataclass(frozen=True)
class ServiceOutlook:
    """Where the car stands. ``latest`` is the last reckoning, if there was one; ``hours`` the workshop's of today."""

    track: FirstServiceTrack
    latest: FirstServiceEstimate | None
    earliest_on: dt.date
    latest_on: dt.date
    hours: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class LiveEstimate:
    """What a reading of today means, before anything is stored.

    ``is_far``: a reminder was too early; it is planned anew (SV-15). ``lower_than``: an earlier reading that shows
    more. ``is_booked``: an appointment stands, so that the reading is kept and moves nothing.
    """

    steps: Steps
    lines: tuple[str, ...]
    because: str
    remark: Remark | None
    is_far: bool
    is_booked: bool
    lower_than: FirstServiceEstimate | None


def policy_of(track: FirstServiceTrack, *, lead_days: int | None = None) -> FirstServicePolicy:
    """The numbers of the policy that the track keeps; ``lead_days`` are those of the reminder's kind."""
    terms = FirstServicePolicy(
        km=track.policy_km,
        months=track.policy_months,
        rounding=track.rounding,
        shift_days=track.shift_days,
        overrun_km=track.overrun_km,
    )
    return terms if lead_days is None else replace(terms, lead_days=lead_days)


def service_outlook(task: CallTask, *, on: dt.date) -> ServiceOutlook | None:
    """The way of the call's car to its first service; None for a call that does not speak of it. Three queries."""
    if task.kind not in SERVICE_KINDS or task.delivery_id is None:
        return None
    track = FirstServiceTrack.objects.filter(delivery_id=task.delivery_id).first()
    if track is None:
        return None
    shift = dt.timedelta(days=track.shift_days)
    return ServiceOutlook(
        track=track,
        latest=_readings(track).first(),
        earliest_on=track.expected_on - shift,
        latest_on=track.expected_on + shift,
        hours=spans_in_words(workshop_of(task.store).spans(on)),
        is_folded=task.kind in FOLDED_KINDS,
    )


def live_estimate(*, task: CallTask, odometer_km: int, on: dt.date) -> LiveEstimate | None:
    """What a reading of today would mean for the first service; None without a track.

    Raises ImpossibleReading (a ValueError).
    """
    if task.delivery is None:
        return None
    track = FirstServiceTrack.objects.filter(delivery=task.delivery).first()
    if track is None:
        return None
    rule = kind_policy(task.store, TaskKind.FIRST_SERVICE, on)
    policy = policy_of(track, lead_days=max(-rule.offset_days, 0))
    delivered_on = task.delivery.delivered_on
    reckoned = estimate_first_service(delivered_on=delivered_on, read_on=on, odometer_km=odometer_km, policy=policy)
    steps = steps_of(reckoned, delivered_on=delivered_on, read_on=on, odometer_km=odometer_km, policy=policy)
    return LiveEstimate(
        steps=steps,
        lines=steps_in_words(steps),
        because=decided_by(steps),
        remark=tolerance_remark(steps),
        is_far=task.kind == TaskKind.FIRST_SERVICE and is_far(steps.remind_on, today=on),
        is_booked=track.appointment_at is not None,
        lower_than=_readings(track).filter(odometer_km__gt=odometer_km, read_on__lte=on).first(),
    )


def kept_steps(estimate: FirstServiceEstimate, track: FirstServiceTrack) -> Steps:
    """The steps of an estimate that was kept; ``track`` comes with its delivery."""
    return steps_of(
        estimate,
        delivered_on=track.delivery.delivered_on,
        read_on=estimate.read_on,
        odometer_km=estimate.odometer_km,
        policy=policy_of(track),
    )


def _readings(track: FirstServiceTrack) -> "QuerySet[FirstServiceEstimate]":
    return track.estimates.order_by("-read_on", "-made_at", "-pk")
