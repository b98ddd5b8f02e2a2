"""Invitations to the showroom: made, moved, cancelled, kept, missed."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from leads.enums import FOLLOWED, AppointmentState
from leads.models import Appointment, Lead, Visit
from leads.services.states import hold_lead
from staffing.models import Staff

MISSED_TOLD = N_("%(name)s did not come to the appointment of %(on)s.")


class LeadEnded(Refusal):
    """Only who is still followed up is invited."""

    message = N_("This lead has ended. Take it up again before you make an appointment.")


class AppointmentInThePast(Refusal):
    message = N_("The appointment cannot lie in the past.")


class HasAppointment(Refusal):
    """One open appointment a lead: a second one moves the first."""

    message = N_("There is an open appointment with this customer already. Move it instead.")


class AppointmentOver(Refusal):
    """It was kept, missed or cancelled meanwhile."""

    message = N_("This appointment is no longer open.")


@transaction.atomic
def make_appointment(
    *, lead: Lead, expected_at: dt.datetime, by: Staff, at: dt.datetime, note: str = ""
) -> Appointment:
    """Invite the customer. Refuses LeadEnded, also when it has just ended, AppointmentInThePast, HasAppointment."""
    hold_lead(lead, "state")
    if lead.state not in FOLLOWED:
        raise LeadEnded
    if expected_at <= at:
        raise AppointmentInThePast
    try:
        with transaction.atomic():
            row = Appointment.objects.create(
                lead=lead, expected_at=expected_at, made_at=at, made_by=by, note=note.strip()
            )
    except IntegrityError as error:
        raise HasAppointment from error
    record_event(code="appointment.made", subject=lead, by=by, at=at, data={"expected_at": expected_at.isoformat()})
    return row


@transaction.atomic
def move_appointment(*, appointment: Appointment, expected_at: dt.datetime, by: Staff, at: dt.datetime) -> None:
    """Agree on another time. Refuses AppointmentInThePast, AppointmentOver."""
    if expected_at <= at:
        raise AppointmentInThePast
    before = appointment.expected_at
    _change(appointment, expected_at=expected_at)
    record_event(
        code="appointment.moved",
        subject=appointment.lead,
        by=by,
        at=at,
        data={"expected_at": [before.isoformat(), expected_at.isoformat()]},
    )


@transaction.atomic
def cancel_appointment(*, appointment: Appointment, by: Staff, at: dt.datetime, note: str = "") -> None:
    """The customer will not come. Refuses AppointmentOver."""
    _change(appointment, state=AppointmentState.CANCELLED, note=note.strip() or appointment.note)
    record_event(code="appointment.cancelled", subject=appointment.lead, by=by, at=at)


@transaction.atomic
def keep_appointment(*, lead: Lead, visit: Visit, by: Staff | None, at: dt.datetime) -> Appointment | None:
    """The invited customer has come: on the agreed day the appointment is kept and the visit is an invited one.

    Who comes on another day was not invited for it: the appointment stays as it is. None then, or without one.
    """
    open_ones = Appointment.objects.filter(lead=lead, state=AppointmentState.OPEN)
    appointment: Appointment | None = open_ones.order_by("pk").first()
    if appointment is None or appointment.made_at > (visit.arrived_at or at):
        return None
    if appointment.expected_at.astimezone(lead.store.tz).date() != visit.visited_on:
        return None
    _change(appointment, state=AppointmentState.KEPT, visit=visit)
    record_event(code="appointment.kept", subject=lead, by=by, at=at, data={"visit": visit.pk})
    return appointment


def miss_appointments(*, at: dt.datetime) -> int:
    """A sweep: open appointments whose day is over are missed, and whoever made them is told. Safe to run twice and
    side by side. Returns how many."""
    missed = 0
    waiting = Appointment.objects.filter(state=AppointmentState.OPEN, expected_at__lt=at)
    for appointment in waiting.select_related("lead__store", "lead__customer", "lead__owner").order_by("pk"):
        tz = appointment.lead.store.tz
        day = appointment.expected_at.astimezone(tz).date()
        if day < at.astimezone(tz).date():
            missed += _miss(appointment, day, at)
    return missed


@transaction.atomic
def _miss(appointment: Appointment, day: dt.date, at: dt.datetime) -> int:
    rows = Appointment.objects.filter(
        pk=appointment.pk, state=AppointmentState.OPEN, expected_at=appointment.expected_at
    )
    if not rows.update(state=AppointmentState.MISSED):
        return 0
    lead = appointment.lead
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=lead.store.tz)
    record_event(code="appointment.missed", subject=lead, by=None, at=at, data={"appointment": appointment.pk})
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=lead.owner_id or appointment.made_by_id,
                key=f"appointment.missed:{appointment.pk}",
                code="appointment.missed",
                message=MISSED_TOLD,
                params={"name": lead.customer.name, "on": day.isoformat()},
                url=reverse("lead_card", args=[lead.pk]),
                happened_at=midnight,
                tone="warn",
                store_ref=lead.store_id,
                by_email=False,
            )
        ],
        at=at,
    )
    return 1


def _change(appointment: Appointment, **changes: object) -> None:
    if not Appointment.objects.filter(pk=appointment.pk, state=AppointmentState.OPEN).update(**changes):
        raise AppointmentOver
    for name, value in changes.items():
        setattr(appointment, name, value)
