"""Who works on which call: taking the next one, letting go, handing over, and claims that fell asleep.

A claim is one conditional UPDATE, so that two agents never get the same call; one open call per agent is a unique
constraint. A claim that nobody gave a sign of life for falls back to the list; what was typed stays in the draft.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from dealership.audit.services import record_event, record_events
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from followups.enums import LEAD_KINDS, UNFINISHED, TaskKind, TaskState
from followups.models import CallTask
from followups.selectors.policies import calling_policy
from followups.selectors.queue import PICK_NEXT, queue_moment
from followups.services.lead_calls import follow_lead_plan
from staffing.enums import Capability
from staffing.models import Staff

_FREE = {"claimed_by": None, "claimed_at": None, "claim_expires_at": None}
_CLAIM_NEXT = f"""
    UPDATE {CallTask._meta.db_table}
       SET state = 'claimed', claimed_by_id = %(by)s, claimed_at = %(at)s, claim_expires_at = %(claim_until)s
     WHERE state = 'open' AND id = ({PICK_NEXT} LOCKING) RETURNING *"""  # noqa: S608 - our own tables
#: A rival's row is passed over instead of waited for; SQLite has one writer at a time anyway.
_LOCKING = {"postgresql": "FOR UPDATE OF t SKIP LOCKED"}


class AlreadyTaken(Refusal):
    """Somebody else is working on the call, or it has ended."""

    message = N_("Somebody else has this call now, or it has ended.")


class HoldsAnother(Refusal):
    """One open call per agent."""

    message = N_("You are still working on the call to %(customer)s. Save it or put it back first.")


class WaitsForNumber(Refusal):
    """The call waits until its number has been traced."""

    message = N_("This call waits until the customer's number has been corrected.")


class MadeWithAnother(Refusal):
    """Another call to the same customer takes this one along."""

    message = N_("Another call to this customer takes this one along.")


class NotYours(Refusal):
    """Neither the caller's own call nor one of the caller's pool."""

    message = N_("This call belongs to somebody else.")


class NotEmployedHere(Refusal):
    """A call can only go to a colleague who works in its store."""

    message = N_("%(name)s does not work in this store, or cannot sign in.")


def held_task(by: Staff) -> CallTask | None:
    """The call that ``by`` is working on: the same after a reload and in every tab."""
    return CallTask.objects.filter(state=TaskState.CLAIMED, claimed_by=by).first()


def claim_next_task(*, by: Staff, at: dt.datetime) -> CallTask | None:
    """Hand out the next call: what ``by`` holds already; the own promised call-backs that are due; first contacts with
    leads (LI-02); overdue ones; today's by time window, then delivery date (D3-05). None when there is nothing to do
    now, and then ``why_queue_is_empty`` says why.

    Quiet hours hold unless the customer named hours of the own or a time (D3-05, D3-06, D3-08). A promised call-back
    stays with its agent until the grace of the policy is over.
    """
    try:
        with transaction.atomic():
            if held := held_task(by):
                extend_claim(task=held, by=by, at=at)
                return held
            moment = queue_moment(by=by, at=at)
            if moment is None:
                return None
            statement = moment.statement(_CLAIM_NEXT.replace("LOCKING", _LOCKING.get(connection.vendor, "")))
            claimed = list(CallTask.objects.raw(statement, moment.params()))
            if not claimed:
                return None
            record_event(code="task.claimed", subject=claimed[0], by=by, at=at)
            return claimed[0]
    except IntegrityError:  # another tab of the same agent was faster; the constraint allows one open call
        return held_task(by)


@transaction.atomic
def claim_task(*, task: CallTask, by: Staff, at: dt.datetime) -> CallTask:
    """Take one particular call: an own one, or one of the pools of ``by``. Taking what one holds keeps it alive.

    Refuses HoldsAnother, WaitsForNumber, NotYours, AlreadyTaken.
    """
    held = held_task(by)
    if held is not None and held.pk == task.pk:
        extend_claim(task=held, by=by, at=at)
        return held
    if held is not None:
        raise HoldsAnother(customer=held.customer.name)
    until = _claim_until(task, at)
    # No join here: a statement with one looks for its row beforehand and would not see that a rival has just taken it.
    waits_for_number = Exists(CallTask.objects.filter(pk=OuterRef("held_by_id"), state__in=UNFINISHED))
    rows = CallTask.objects.filter(_may_take(by), ~waits_for_number, pk=task.pk, state=TaskState.OPEN)
    try:
        with transaction.atomic():
            taken = rows.update(state=TaskState.CLAIMED, claimed_by=by, claimed_at=at, claim_expires_at=until)
    except IntegrityError:
        raise HoldsAnother(customer=_name_of_held(by)) from None
    task.refresh_from_db()
    if not taken:
        raise _why_not(task, by=by)
    record_event(code="task.claimed", subject=task, by=by, at=at)
    return task


@transaction.atomic
def release_task(*, task: CallTask, by: Staff, at: dt.datetime) -> None:
    """Put a call back on the list, unsaved; the draft stays. Refuses AlreadyTaken when ``by`` does not hold it."""
    rows = CallTask.objects.filter(pk=task.pk, state=TaskState.CLAIMED, claimed_by=by)
    if not rows.update(state=TaskState.OPEN, **_FREE):
        raise AlreadyTaken
    record_event(code="task.released", subject=task, by=by, at=at)
    _catch_up_with_the_plan(task, at=at)


def extend_claim(*, task: CallTask, by: Staff, at: dt.datetime) -> bool:
    """A sign of life: the claim holds for another span of the policy. False when ``by`` holds the call no more."""
    until = _claim_until(task, at)
    rows = CallTask.objects.filter(pk=task.pk, state=TaskState.CLAIMED, claimed_by=by)
    return bool(rows.update(claim_expires_at=until))


def expire_claims(*, at: dt.datetime) -> int:
    """Put calls back whose agents gave no sign of life; drafts stay. Returns how many. Safe side by side."""
    asleep = CallTask.objects.filter(state=TaskState.CLAIMED, claim_expires_at__lte=at)
    freed = 0
    for task in asleep.only("pk", "store_id", "kind", "lead_id", "claimed_by_id", "claim_expires_at"):
        with transaction.atomic():
            rows = CallTask.objects.filter(
                pk=task.pk,
                state=TaskState.CLAIMED,
                claimed_by_id=task.claimed_by_id,
                claim_expires_at=task.claim_expires_at,
            )
            if rows.update(state=TaskState.OPEN, **_FREE):
                freed += 1
                record_event(code="claim.expired", subject=task, by=None, at=at, data={"agent": task.claimed_by_id})
                _catch_up_with_the_plan(task, at=at)
    return freed


@transaction.atomic
def reassign_tasks(*, tasks: Iterable[CallTask], to: Staff, by: Staff, at: dt.datetime) -> int:
    """Give open calls to a colleague, who is told. Calls in work and ended ones stay. Returns how many moved.

    A promise given for a call becomes the new owner's. Refuses NotEmployedHere.
    """
    wanted = list(tasks)
    if not to.is_working or any(task.store_id != to.store_id for task in wanted):
        raise NotEmployedHere(name=to.name)
    moved = []
    for task in wanted:
        rows = CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN).exclude(owner=to)
        if rows.update(owner=to):
            CallTask.objects.filter(pk=task.pk, promised_by__isnull=False).update(promised_by=to)
            moved.append(task)
    if not moved:
        return 0
    record_events(
        code="task.handed_over",
        subjects=moved,
        by=by,
        at=at,
        data={"to": to.pk},
    )
    if to.pk != by.pk:
        raise_alerts(
            drafts=[
                AlertDraft(
                    recipient_id=to.pk,
                    key=f"tasks.handed_over:{moved[0].pk}:{at:%Y%m%d%H%M%S%f}",
                    code="tasks.handed_over",
                    message=N_("%(by)s handed you %(count)s calls."),
                    params={"by": by.name, "count": len(moved)},
                    happened_at=at,
                    store_ref=to.store_id,
                    by_email=False,
                )
            ],
            at=at,
        )
    return len(moved)


def _catch_up_with_the_plan(task: CallTask, *, at: dt.datetime) -> None:
    """The plan of a lead may have changed while its call was in work, which was not torn away."""
    if task.lead is not None and task.kind in LEAD_KINDS:
        follow_lead_plan(lead=task.lead, by=None, at=at)


def _may_take(by: Staff) -> Q:
    return Q(store_id=by.store_id) & (Q(owner=by) | Q(owner__isnull=True, pool__in=by.roles))


def may_take(task: CallTask, by: Staff) -> bool:
    """Whether the call is the own one of ``by`` or of one of the pools of ``by``."""
    if task.store_id != by.store_id:
        return False
    return task.owner_id == by.pk if task.owner_id is not None else task.pool in by.roles


def own_calls(tasks: Iterable[CallTask], by: Staff) -> frozenset[int]:
    """The ids of those among ``tasks`` that ``by`` may make: these lead to the call screen."""
    if not by.may(Capability.WORK_QUEUE):
        return frozenset()
    return frozenset(task.pk for task in tasks if may_take(task, by))


def _why_not(task: CallTask, *, by: Staff) -> Refusal:
    if not may_take(task, by):
        return NotYours()
    return (task.state == TaskState.OPEN and why_it_waits(task)) or AlreadyTaken()


def why_it_waits(task: CallTask) -> Refusal | None:
    """What an open call waits for: a number that is being traced, or the call that takes it along. None when free."""
    if task.held_by is None or task.held_by.state not in UNFINISHED:
        return None
    return WaitsForNumber() if task.held_by.kind == TaskKind.NUMBER_TRACE else MadeWithAnother()


def _claim_until(task: CallTask, at: dt.datetime) -> dt.datetime:
    rule = calling_policy(task.store, at.astimezone(task.store.tz).date())
    return at + dt.timedelta(minutes=rule.claim_minutes)


def _name_of_held(by: Staff) -> str:
    held = held_task(by)
    return held.customer.name if held else ""
