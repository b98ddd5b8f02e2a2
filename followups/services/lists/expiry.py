"""Calls that wait no more: their time is over (missed and listed, never silently dropped), or nobody may make them."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from customers.models import ContactBan
from dealership.audit.services import record_event
from followups.enums import CloseReason, TaskKind, TaskState
from followups.models import CallTask
from followups.models.tasks import CallTaskQuerySet
from followups.rules import end_of_day
from staffing.models import Store


def expire_tasks(*, at: dt.datetime) -> int:
    """End the open calls whose time is over at a moment: a 3DC when the 7DC falls due, a confirmation after its
    appointment. They are missed from the moment their day began in the store's zone, not from when it was noticed.

    A call in work is left to its agent, and a promise to the customer is kept: it ends when its own day is over
    (D3-08). Safe late, twice and side by side. Returns how many.
    """
    waiting = CallTask.objects.filter(state=TaskState.OPEN, expires_on__isnull=False)
    ended = 0
    # The day after tomorrow in UTC has begun nowhere: what expires then need not be looked at.
    soon = (at + dt.timedelta(days=1)).date()
    days = waiting.filter(expires_on__lte=soon).order_by("store_id", "expires_on").values_list("store_id", "expires_on")
    stores: dict[int, Store] = {}
    for store_id, expires_on in days.distinct():
        store = stores.get(store_id) or stores.setdefault(store_id, Store.objects.get(pk=store_id))
        today = at.astimezone(store.tz).date()
        if expires_on is None or expires_on > today:
            continue
        over = waiting.filter(store=store, expires_on=expires_on)
        fell_on = end_of_day(expires_on - dt.timedelta(days=1), store.tz)
        for rows, moment in (
            (over.filter(due_at__isnull=True), fell_on),
            (over.filter(due_at__isnull=False, due_on__lt=today), at),
        ):
            ended += _miss(rows.filter(kind=TaskKind.THREE_DAY), CloseReason.NEXT_CALL_DUE, moment)
            ended += _miss(rows.exclude(kind=TaskKind.THREE_DAY), CloseReason.TOO_LATE, moment)
    return ended


def _miss(rows: CallTaskQuerySet, reason: CloseReason, moment: dt.datetime) -> int:
    return rows.update(state=TaskState.MISSED, close_reason=reason, closed_at=moment, alert_due_at=None)


def cancel_banned_calls(*, at: dt.datetime) -> int:
    """End the open calls to customers who do not wish them (D3-09): those that a colleague was working on when the
    customer said so, or that a list was just being made of. Returns how many. Safe late, twice and side by side.

    A call in work is left to its agent, who sees the ban on the screen; tracing a number calls nobody.
    """
    bans = ContactBan.objects.standing().filter(
        Q(purpose="") | Q(purpose=OuterRef("kind")), customer_id=OuterRef("customer_id")
    )
    banned = CallTask.objects.filter(Exists(bans), state=TaskState.OPEN).exclude(kind=TaskKind.NUMBER_TRACE)
    ended = 0
    for task in banned.only("pk", "store_id"):
        with transaction.atomic():
            if banned.filter(pk=task.pk).update(
                state=TaskState.CANCELLED, close_reason=CloseReason.CONTACT_BAN, closed_at=at, alert_due_at=None
            ):
                ended += 1
                reason = {"reason": CloseReason.CONTACT_BAN.value}
                record_event(code="task.cancelled", subject=task, by=None, at=at, data=reason)
    return ended
