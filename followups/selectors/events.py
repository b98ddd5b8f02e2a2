"""Events for owners: what can be offered in a call, and who comes (D7-09)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from customers.models import CustomerPhone
from followups.enums import LEAD_KINDS, TaskKind
from followups.models import CallTask, EventSignUp, OwnerEvent
from staffing.models import Staff

#: Nobody is told of more events than these in one call.
OFFERED_AT_MOST = 5


@dataclass(frozen=True)
class OfferedEvent:
    """An event that the customer of a call can be invited to. ``people``: how many of this customer are signed up."""

    row: OwnerEvent
    people: int = 0

    @property
    def label(self) -> str:
        """Title, day and room, as the call screen offers it."""
        starts = timezone.localtime(self.row.starts_at, self.row.store.tz)
        day = date_format(starts, "j M H:i" if get_language() == "en" else "n月j日 H:i")
        if self.people:
            room = _("signed up: %(people)d") % {"people": self.people}
        else:
            room = _("%(free)d places left") % {"free": self.row.free} if self.row.free else _("full")
        return f"{self.row.title} · {day} · {room}"


@dataclass(frozen=True)
class Participants:
    """Who comes to an event, in the order of signing up. ``people`` is what their numbers add up to."""

    event: OwnerEvent
    rows: tuple[EventSignUp, ...]
    people: int


def offered_events(task: CallTask, *, at: dt.datetime) -> tuple[OfferedEvent, ...]:
    """What the owner who is called can be invited to: events of the store that still take people, the soonest first.
    Calls to leads and about numbers offer none. Two queries."""
    if task.kind in (*LEAD_KINDS, TaskKind.NUMBER_TRACE):
        return ()
    rows = OwnerEvent.objects.takes_sign_ups(at).filter(store_id=task.store_id).select_related("store")
    events = list(rows.order_by("starts_at", "pk")[:OFFERED_AT_MOST])
    if not events:
        return ()
    standing = EventSignUp.objects.filter(event__in=events, customer_id=task.customer_id, cancelled_at__isnull=True)
    people = dict(standing.values_list("event_id", "people"))
    return tuple(OfferedEvent(row, people.get(row.pk, 0)) for row in events)


def events_of(user: Staff) -> "QuerySet[OwnerEvent]":
    """The events that the person may see, the latest first."""
    return OwnerEvent.objects.visible_to(user).select_related("store").order_by("-starts_at", "-pk")


def participants_of(event: OwnerEvent) -> Participants:
    """Everybody who is signed up and has not cancelled, with the number to reach them by. Two queries."""
    numbers = CustomerPhone.objects.filter(is_primary=True)
    rows = tuple(
        EventSignUp.objects.filter(event=event, cancelled_at__isnull=True)
        .select_related("customer", "by", "task__vehicle__model", "task__consultant")
        .prefetch_related(Prefetch("customer__phones", queryset=numbers, to_attr="main_numbers"))
        .order_by("at", "pk")
    )
    return Participants(event, rows, sum(row.people for row in rows))


def main_number(row: EventSignUp) -> str:
    """The main number of a participant who came with ``participants_of``; empty without one."""
    numbers = getattr(row.customer, "main_numbers", [])
    return numbers[0].number if numbers else ""
