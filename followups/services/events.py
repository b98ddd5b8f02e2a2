"""Events for owners: planning them, and signing customers up in a call or at the desk (D7-09)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from followups.models import CallTask, EventSignUp, OwnerEvent
from staffing.models import Staff, Store


class EventFull(Refusal):
    """More people than places are left."""

    message = N_("“%(event)s” has no room for %(people)d more: %(free)d places are left.")


class EventClosed(Refusal):
    """Nobody is signed up after the last day, nor for an event that is cancelled or of another store."""

    message = N_("One can no longer sign up for “%(event)s”.")


class SignUpEndsLate(Refusal):
    """Sign-up that ends after the event began."""

    message = N_("Sign-up ends before the event begins.")


class EventHasBegun(Refusal):
    """A new event in the past."""

    message = N_("The event must lie in the future.")


class FewerPlacesThanPeople(Refusal):
    """Places for fewer people than are signed up."""

    message = N_("%(taken)d people are signed up: there must be places for all of them.")


class SignUpGone(Refusal):
    """The sign-up was cancelled meanwhile."""

    message = N_("This sign-up has been cancelled already.")


@dataclass(frozen=True)
class EventPlan:
    """What an event is. ``sign_up_until`` is the last moment in which people are signed up."""

    title: str
    starts_at: dt.datetime
    place: str
    places: int
    sign_up_until: dt.datetime
    invitation: str = ""


@dataclass(frozen=True)
class SignUpWish:
    """What a customer says yes to: the event, and how many people come."""

    event_id: int
    people: int = 1


@transaction.atomic
def plan_event(*, store: Store, plan: EventPlan, by: Staff, at: dt.datetime) -> OwnerEvent:
    """A new event. Refuses EventHasBegun and SignUpEndsLate."""
    if plan.starts_at <= at:
        raise EventHasBegun
    _check(plan)
    event = OwnerEvent.objects.create(store=store, made_by=by, made_at=at, **_fields(plan))
    record_event(code="event.planned", subject=event, by=by, at=at, data={"places": plan.places})
    return event


@transaction.atomic
def change_event(*, event: OwnerEvent, plan: EventPlan, by: Staff, at: dt.datetime) -> None:
    """Another day, place or size. Refuses EventClosed (it was cancelled), SignUpEndsLate, FewerPlacesThanPeople."""
    _check(plan)
    rows = OwnerEvent.objects.filter(pk=event.pk)
    if not rows.filter(cancelled_at__isnull=True, taken__lte=plan.places).update(**_fields(plan)):
        event.refresh_from_db()
        if event.cancelled_at is not None:
            raise EventClosed(event=event.title)
        raise FewerPlacesThanPeople(taken=event.taken)
    event.refresh_from_db()
    data = {"places": plan.places, "starts_at": plan.starts_at.isoformat()}
    record_event(code="event.changed", subject=event, by=by, at=at, data=data)


@transaction.atomic
def cancel_event(*, event: OwnerEvent, by: Staff, at: dt.datetime) -> None:
    """It does not take place; who was signed up stays on the list, to be told. Refuses EventClosed."""
    if not OwnerEvent.objects.filter(pk=event.pk, cancelled_at__isnull=True).update(cancelled_at=at):
        raise EventClosed(event=event.title)
    event.refresh_from_db()
    record_event(code="event.cancelled", subject=event, by=by, at=at, data={"taken": event.taken})


@transaction.atomic
def sign_up(*, wish: SignUpWish, customer: Customer, task: CallTask | None, by: Staff, at: dt.datetime) -> EventSignUp:
    """The customer comes. Of a customer who is signed up already the number of people is changed, if it differs: the
    same call sent twice, or a second call, gives one line.

    The places are taken by one conditional update. Refuses EventClosed and EventFull.
    """
    event = OwnerEvent.objects.filter(pk=wish.event_id, store_id=customer.store_id).first()
    if event is None:
        raise EventClosed(event="–")
    # Written before anything is read: whoever signs up the same customer at the same moment waits here.
    OwnerEvent.objects.filter(pk=event.pk).update(taken=F("taken"))
    known = EventSignUp.objects.filter(event=event, customer=customer, cancelled_at__isnull=True)
    more = wish.people - (known.values_list("people", flat=True).first() or 0)
    _take(event, more, at=at)
    row = known.first()
    if row is None:
        row = EventSignUp.objects.create(event=event, customer=customer, task=task, people=wish.people, at=at, by=by)
        record_event(code="event.signed_up", subject=event, by=by, at=at, data=_who(row))
    elif row.people != wish.people:
        before, row.people = row.people, wish.people
        row.save(update_fields=["people"])
        record_event(code="event.people_changed", subject=event, by=by, at=at, data=_who(row) | {"before": before})
    return row


@transaction.atomic
def cancel_sign_up(*, row: EventSignUp, by: Staff, at: dt.datetime) -> None:
    """The customer does not come: the places are free again. Refuses SignUpGone."""
    if not EventSignUp.objects.filter(pk=row.pk, cancelled_at__isnull=True).update(cancelled_at=at, cancelled_by=by):
        raise SignUpGone
    OwnerEvent.objects.filter(pk=row.event_id).update(taken=F("taken") - row.people)
    row.refresh_from_db()
    record_event(code="event.sign_up_cancelled", subject=row.event, by=by, at=at, data=_who(row))


def _take(event: OwnerEvent, people: int, *, at: dt.datetime) -> None:
    rows = OwnerEvent.objects.takes_sign_ups(at).filter(pk=event.pk)
    if not rows.filter(taken__lte=F("places") - people).update(taken=F("taken") + people):
        event.refresh_from_db()
        if event.cancelled_at is not None or event.sign_up_until < at:
            raise EventClosed(event=event.title)
        raise EventFull(event=event.title, people=people, free=event.free)


def _check(plan: EventPlan) -> None:
    if plan.sign_up_until > plan.starts_at:
        raise SignUpEndsLate


def _fields(plan: EventPlan) -> dict[str, object]:
    return {
        "title": plan.title.strip(),
        "starts_at": plan.starts_at,
        "place": plan.place.strip(),
        "places": plan.places,
        "sign_up_until": plan.sign_up_until,
        "invitation": plan.invitation.strip(),
    }


def _who(row: EventSignUp) -> dict[str, object]:
    return {"customer": row.customer_id, "people": row.people}
