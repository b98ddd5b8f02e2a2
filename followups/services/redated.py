"""A delivery ledger corrects the day of a delivery: the calls that count from it follow, in sets (D3-02, D7-01).

Rows are written through the import's BatchWriter, so that undoing the import undoes them too.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dealership.workbooks.kinds import Context
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from followups.enums import UNFINISHED, TaskKind
from followups.models import CallTask
from followups.rules import KindRule, due_on_for, first_alert_at, overdue_at
from followups.selectors.policies import kind_policies, overdue_steps
from orders.signals import ImportedDelivery
from staffing.models import DutyDay, Store

#: The calls whose day follows from the day of delivery alone.
_COUNTED_FROM_DELIVERY = (TaskKind.THREE_DAY, TaskKind.SEVEN_DAY, TaskKind.N_PLUS_1, TaskKind.PERIODIC)
_FIELDS = ("anchor_on", "first_due_on", "due_on", "expires_on", "overdue_at", "alert_level", "alert_due_at")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that waits. ``is_moved``: to a promised time, or by a try. ``fields``: what may have to change."""

    pk: int
    delivery_id: int
    kind: str
    occurrence: str
    owner_id: int | None
    is_moved: bool
    fields: dict[str, Any]


def move_delivery_calls(*, deliveries: Sequence[ImportedDelivery], context: Context, writer: BatchWriter) -> int:
    """Let the calls that still wait count from the corrected day, each with its first due day, and with that its month.
    Returns how many.

    A call that was made or has ended stays as it was: it was due then, and the list does not make it again. Of one that
    was tried already, or promised, the day it was moved to stands (D3-08, D3-19). Its owner stays too; one who rests on
    the new day and works the day before calls a day earlier, as on a list.
    """
    wanted = {delivery.pk: delivery.delivered_on for delivery in deliveries}
    if not wanted:
        return 0
    store = Store.objects.get(pk=context.store_id)
    rules = kind_policies(store, context.as_of)
    ladder = cache(lambda on: overdue_steps(store, on))
    calls = [
        call for call in _waiting(wanted) if call.kind in rules and call.fields["anchor_on"] != wanted[call.delivery_id]
    ]
    rests = _rest_days({call.owner_id for call in calls if call.owner_id and rules[call.kind].shift_before_rest})
    changes = []
    for call in calls:
        rule, anchor_on = rules[call.kind], wanted[call.delivery_id]
        first_due_on = _due_on(rule, anchor_on, call, rests)
        after = call.fields | {"anchor_on": anchor_on, "first_due_on": first_due_on}
        if not call.is_moved:
            late_from = overdue_at(first_due_on, None, store.tz)
            turn = first_alert_at(late_from, ladder(first_due_on), store.tz, at=context.at)
            after |= {"due_on": first_due_on, "overdue_at": late_from}
            after |= {"alert_level": turn.level, "alert_due_at": turn.at}
        if rule.expires_days is not None:
            expires_on = anchor_on + dt.timedelta(days=rule.expires_days)
            after["expires_on"] = max(expires_on, after["due_on"] + _DAY) if call.is_moved else expires_on
        changes.append((call.pk, call.fields, after))
    return writer.update(CallTask, changes)


def _waiting(deliveries: Iterable[int]) -> Iterator[_Call]:
    rows = CallTask.objects.filter(kind__in=_COUNTED_FROM_DELIVERY, state__in=UNFINISHED)
    names = ("pk", "subject_id", "kind", "occurrence", "owner_id", "due_at", "attempts")
    for pk, delivery_id, kind, occurrence, owner_id, due_at, attempts, *values in rows_in(
        rows, "subject_id", deliveries, *names, *_FIELDS
    ):
        is_moved = due_at is not None or attempts > 0
        yield _Call(pk, delivery_id, kind, occurrence, owner_id, is_moved, dict(zip(_FIELDS, values, strict=True)))


def _due_on(rule: KindRule, anchor_on: dt.date, call: _Call, rests: frozenset[tuple[int, dt.date]]) -> dt.date:
    due_on = due_on_for(rule, anchor_on=anchor_on, occurrence=call.occurrence)
    if not rule.shift_before_rest or call.owner_id is None or due_on - _DAY <= anchor_on:
        return due_on
    goes_before = (call.owner_id, due_on) in rests and (call.owner_id, due_on - _DAY) not in rests
    return due_on - _DAY if goes_before else due_on


def _rest_days(owners: Iterable[int]) -> frozenset[tuple[int, dt.date]]:
    """(person, day) of absences. One query, or none for nobody."""
    return frozenset(rows_in(DutyDay.objects.absent(), "staff_id", owners, "staff_id", "on"))
