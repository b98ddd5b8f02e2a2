"""Tracing an empty or wrong number: a task for the selling consultant, for which the call waits (SV-14)."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.urls import reverse

from customers.enums import NumberState
from customers.models import CustomerPhone
from customers.services.phones import mark_number
from dealership.audit.services import record_event
from dealership.kernel.errors import N_
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from followups.enums import UNFINISHED, CloseReason, TaskKind, TaskState
from followups.models import CallTask
from followups.models.tasks import CallTaskQuerySet
from followups.rules import end_of_day, first_alert_at
from followups.selectors.policies import calling_hours, overdue_steps
from followups.services.claims import may_take
from leads.models import Lead
from leads.services.plans import plan_contact
from staffing.enums import SUPERVISOR_ROLE, Role
from staffing.models import Staff, Store

_NEWS = {
    NumberState.EMPTY: N_("The number of %(customer)s is not in service. Please find the right one."),
    NumberState.WRONG: N_("The number of %(customer)s belongs to somebody else. Please find the right one."),
}
_SECOND_LOOK = N_(
    "%(by)s found the number of %(customer)s empty or wrong. Please dial it once more: when it does not work, contact "
    "with the lead is lost."
)
_CONFIRMED = N_("The number of %(customer)s is right after all. Please call again.")


@transaction.atomic
def start_trace(*, task: CallTask, phone: CustomerPhone, state: NumberState, by: Staff, at: dt.datetime) -> CallTask:
    """Mark the number and give the selling consultant the task to find the right one, at once; ``task`` waits for it.

    Of a lead another person of the same role dials the number once more: the second one that finds it wanting decides.
    A number that is being traced already is not traced twice. When the consultant has left, the supervisor gets it: the
    consultant's superior, else the pool of sales supervisors.
    """
    mark_number(phone=phone, state=state, by=by, at=at)
    traces = CallTask.objects.filter(kind=TaskKind.NUMBER_TRACE, subject_id=phone.pk)
    # Locked: whoever is just saving what it found would not see the call that begins to wait for it here.
    known = traces.filter(state__in=UNFINISHED).select_for_update().first()
    trace = known or _new_trace(task, phone, state, occurrence=traces.count() + 1, by=by, at=at)
    # Its own late alerts keep silent while it waits: the trace has a ladder of its own.
    CallTask.objects.filter(pk=task.pk).update(held_by=trace, alert_due_at=None)
    return trace


@transaction.atomic
def release_held(*, trace: CallTask, by: Staff, at: dt.datetime) -> int:
    """The number works again: the calls that waited for it are due today, or the next day when today's calling hours
    are over. Their days of trying begin anew. Returns how many."""
    return len(_bring_back(trace, code="task.number_corrected", by=by, at=at))


@transaction.atomic
def confirm_held(*, trace: CallTask, by: Staff, at: dt.datetime) -> int:
    """The number was right after all: it counts as in use again, and the calls that waited come back as from a
    corrected number. Returns how many.

    Whoever found the number empty or wrong tries again: a call that lay in a pool becomes that caller's, as long as the
    caller works here and belongs to the pool, and the caller is told.
    """
    if trace.phone is not None:
        mark_number(phone=trace.phone, state=NumberState.GOOD, by=by, at=at)
    waiting = _bring_back(trace, code="task.number_confirmed", by=by, at=at)
    drafts = []
    for task in waiting:
        caller = _last_caller(task)
        if caller is not None and task.owner_id is None and caller.is_working and may_take(task, caller):
            CallTask.objects.filter(pk=task.pk, owner__isnull=True).update(owner=caller)
            task.owner = caller
        if task.owner is not None and task.owner_id != by.pk:
            drafts.append(_news(task.owner, task, _CONFIRMED, code="number.confirmed", occurrence=trace.pk, at=at))
    raise_alerts(drafts=drafts, at=at)
    return len(waiting)


def _bring_back(trace: CallTask, *, code: str, by: Staff, at: dt.datetime) -> list[CallTask]:
    store = trace.store
    due_on = day_to_call(store, at)
    late_from = end_of_day(due_on, store.tz)
    turn = first_alert_at(late_from, overdue_steps(store, due_on), store.tz)
    waiting = list(_held(trace).select_related("customer", "owner", "lead__store"))
    for task in waiting:
        CallTask.objects.filter(pk=task.pk, held_by=trace).update(
            held_by=None,
            due_on=due_on,
            due_at=None,
            promised_by=None,
            failed_days=0,
            overdue_at=late_from,
            alert_level=turn.level,
            alert_due_at=turn.at,
            expires_on=_not_before(task.expires_on, due_on),
        )
        if task.lead is not None:
            plan_contact(lead=task.lead, on=due_on, by=by, at=at)
        record_event(code=code, subject=task, by=by, at=at, data={"due_on": due_on.isoformat()})
    return waiting


def day_to_call(store: Store, at: dt.datetime) -> dt.date:
    """On which day a call that comes back can be made: today, or the next day when today's calling hours are over."""
    local = at.astimezone(store.tz)
    in_time = any(span.ends > local.time() for span in calling_hours(store, local.date()))
    return local.date() if in_time else local.date() + dt.timedelta(days=1)


def leads_held(trace: CallTask) -> list[Lead]:
    """The leads whose calls wait for the number."""
    leads = Lead.objects.select_related("store", "owner", "customer")
    return list(leads.filter(call_tasks__in=_held(trace)).distinct().order_by("pk"))


def first_found_by(trace: CallTask) -> frozenset[int]:
    """Who found the number empty or wrong on a call to a lead that waits for it."""
    callers = [_last_caller(task) for task in _held(trace).filter(lead__isnull=False)]
    return frozenset(caller.pk for caller in callers if caller is not None)


def _held(trace: CallTask) -> CallTaskQuerySet:
    return CallTask.objects.filter(held_by=trace, state=TaskState.OPEN)


def _last_caller(task: CallTask) -> Staff | None:
    latest = task.attempt_rows.select_related("by").order_by("-at", "-pk").first()
    return None if latest is None else latest.by


@transaction.atomic
def give_up_held(*, trace: CallTask, by: Staff, at: dt.datetime) -> int:
    """No working number exists: the calls that waited for one are missed and listed as such. Returns how many."""
    waiting = list(_held(trace))
    for task in waiting:
        CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(
            state=TaskState.MISSED,
            close_reason=CloseReason.NUMBER_UNTRACEABLE,
            closed_at=at,
            closed_by=by,
            alert_due_at=None,
        )
        record_event(
            code="task.missed", subject=task, by=by, at=at, data={"reason": CloseReason.NUMBER_UNTRACEABLE.value}
        )
    return len(waiting)


def _new_trace(
    task: CallTask, phone: CustomerPhone, state: NumberState, *, occurrence: int, by: Staff, at: dt.datetime
) -> CallTask:
    store = task.store
    today = at.astimezone(store.tz).date()
    owner, pool = _tracer(task) if task.lead_id is None else _second_person(task, by)
    late_from = end_of_day(today, store.tz)
    turn = first_alert_at(late_from, overdue_steps(store, today), store.tz)
    identity = {"kind": TaskKind.NUMBER_TRACE, "subject_id": phone.pk, "occurrence": str(occurrence)}
    # Two calls may find the same number empty at the same moment: the unique key decides, both get the one row.
    CallTask.objects.bulk_create(
        [
            CallTask(
                **identity,
                store=store,
                customer_id=task.customer_id,
                vehicle_id=task.vehicle_id,
                delivery_id=task.delivery_id,
                phone=phone,
                lead_id=task.lead_id,
                consultant_id=task.consultant_id,
                owner=owner,
                pool=pool,
                anchor_on=today,
                first_due_on=today,
                due_on=today,
                overdue_at=late_from,
                alert_level=turn.level,
                alert_due_at=turn.at,
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    trace = CallTask.objects.get(**identity)
    record_event(code="task.trace_started", subject=trace, by=by, at=at, data={"for": task.pk, "state": str(state)})
    if owner is not None and owner.pk != by.pk:
        message = _NEWS[state] if task.lead_id is None else _SECOND_LOOK
        news = _news(owner, trace, message, code="number.trace", occurrence=trace.pk, at=at, by=by)
        raise_alerts(drafts=[news], at=at)
    return trace


def _news(
    person: Staff,
    task: CallTask,
    message: str,
    *,
    code: str,
    occurrence: int,
    at: dt.datetime,
    by: Staff | None = None,
) -> AlertDraft:
    """What a person is told of a task of the own, once an occurrence."""
    return AlertDraft(
        recipient_id=person.pk,
        key=f"{code}:{occurrence}" if task.pk == occurrence else f"{code}:{occurrence}:{task.pk}",
        code=code,
        message=message,
        params={"customer": task.customer.name} | ({} if by is None else {"by": by.name}),
        happened_at=at,
        url=reverse("call_task", args=[task.pk]),
        tone=Tone.WARN,
        store_ref=task.store_id,
    )


def _second_person(task: CallTask, by: Staff) -> tuple[Staff | None, Role]:
    """Who checks the number of a lead: whoever else of the role has least to do, else the pool of its supervisors."""
    role = Role(task.pool)
    others = Staff.objects.filter(store_id=task.store_id).working().holding(role).exclude(pk=by.pk)
    people = list(others.order_by("pk"))
    if not people:
        return None, SUPERVISOR_ROLE.get(role, Role.SALES_SUPERVISOR)
    waiting = CallTask.objects.unfinished().filter(owner__in=people).values_list("owner_id", flat=True)
    load = Counter(waiting.order_by())
    return min(people, key=lambda person: (load[person.pk], person.pk)), role


def _tracer(task: CallTask) -> tuple[Staff | None, Role]:
    """Who finds the number: the selling consultant, the owner of the relation, else a superior (SV-14)."""
    for person in (task.consultant, task.customer.owner):
        if person is None:
            continue
        if person.is_working:
            return person, Role.SALES_CONSULTANT
        if person.superior is not None and person.superior.is_working:
            return person.superior, SUPERVISOR_ROLE[Role.SALES_CONSULTANT]
    return None, SUPERVISOR_ROLE[Role.SALES_CONSULTANT]


def _not_before(expires_on: dt.date | None, due_on: dt.date) -> dt.date | None:
    """The time spent on tracing must not expire the call on the day it can be made again."""
    return None if expires_on is None else max(expires_on, due_on + dt.timedelta(days=1))
