"""Two purposes, one call: calls that wait for the same car are made together, and nobody is called twice in a few days.

The policy of a kind says which others it takes along (a quarterly contact books the first service too, SV-17) and how
many days it keeps away from another conversation. Nothing is dropped: what is taken along ends with the call that took
it, or comes back when that one ends otherwise; what is put off keeps its month.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Exists, Max, OuterRef, Subquery

from followups.enums import UNFINISHED, TaskKind, TaskState
from followups.models import CallAttempt, CallTask
from followups.models.tasks import CallTaskQuerySet
from followups.rules import KindRule, OverdueRung, first_alert_at
from followups.rules.joining import put_off_until
from followups.services.calls.consequences import moved_to
from staffing.models import Store


def join_purposes(*, store: Store, rules: Mapping[str, KindRule], on: dt.date) -> int:
    """Let every call that waits on the list of a day take along the untouched ones that its policy names, of the same
    customer and car. Returns how many were taken along. They wait for it as others wait for a number."""
    joined = 0
    for rule in rules.values():
        if not rule.takes_along:
            continue
        mains = CallTask.objects.filter(
            store=store,
            kind=rule.kind,
            state=TaskState.OPEN,
            due_on__lte=on,
            held_by__isnull=True,
            customer_id=OuterRef("customer_id"),
            vehicle_id=OuterRef("vehicle_id"),
        )
        others = _untouched(store, rule.takes_along, on).exclude(kind=rule.kind).filter(Exists(mains))
        joined += others.update(held_by=Subquery(mains.order_by("due_on", "pk").values("pk")[:1]), alert_due_at=None)
    return joined


def let_go(*, store: Store, rungs: Sequence[OverdueRung], at: dt.datetime) -> int:
    """Calls whose taker ended without making them are calls of their own again, with their own ladder. Returns how
    many; the number that a call waits for is looked after by its trace."""
    waiting = CallTask.objects.filter(store=store, state=TaskState.OPEN, held_by__isnull=False)
    left = waiting.exclude(held_by__state__in=UNFINISHED).exclude(held_by__kind=TaskKind.NUMBER_TRACE)
    released = 0
    for task in left.order_by("pk"):
        turn = first_alert_at(task.overdue_at, rungs, store.tz, at=at)
        rows = CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN, held_by=task.held_by_id)
        released += rows.update(held_by=None, alert_level=turn.level, alert_due_at=turn.at)
    return released


def put_off(*, store: Store, rules: Mapping[str, KindRule], on: dt.date) -> int:
    """Put off the untouched calls of guarded kinds whose customer was spoken to a few days ago (any purpose but tracing
    a number). Returns how many moved; the same however often it is asked."""
    guarded = {kind: rule.guard_days for kind, rule in rules.items() if rule.guard_days}
    if not guarded:
        return 0
    since = dt.datetime.combine(on - dt.timedelta(days=max(guarded.values())), dt.time.min, tzinfo=store.tz)
    spoken = CallAttempt.objects.filter(task__customer_id=OuterRef("customer_id"), reached=True, at__gte=since).exclude(
        task__kind=TaskKind.NUMBER_TRACE
    )
    latest = Subquery(spoken.order_by().values("task__customer_id").annotate(latest=Max("at")).values("latest"))
    tasks = _untouched(store, tuple(guarded), on).annotate(spoken_at=latest).filter(spoken_at__isnull=False)
    moved = 0
    fields = ("pk", "kind", "due_on", "first_due_on", "spoken_at")
    for pk, kind, due_on, first_due_on, spoken_at in tasks.order_by("pk").values_list(*fields):
        until = put_off_until(
            due_on=due_on,
            first_due_on=first_due_on,
            spoken_on=spoken_at.astimezone(store.tz).date(),
            guard_days=guarded[kind],
        )
        if until > due_on:
            rows = CallTask.objects.filter(pk=pk, state=TaskState.OPEN, attempts=0, due_at__isnull=True)
            moved += rows.update(**moved_to(store, until, None))
    return moved


def _untouched(store: Store, kinds: Sequence[str], on: dt.date) -> CallTaskQuerySet:
    """Waiting on the list of a day, not tried, not promised for a time, not waiting for anything."""
    return CallTask.objects.filter(
        store=store,
        kind__in=kinds,
        state=TaskState.OPEN,
        due_on__lte=on,
        attempts=0,
        due_at__isnull=True,
        held_by__isnull=True,
    )
