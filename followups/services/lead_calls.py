"""The call that a lead waits for follows the lead's plan, the moment the plan changes (LG-26, CC-08).

What was executed stays. A call that somebody is working on is not torn away: it stays as its agent has it, and follows
the plan when it is saved or put back.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from customers.models import ContactBan
from dealership.audit.services import record_event
from followups.enums import LEAD_KINDS, CloseReason, TaskState
from followups.models import CallTask, SkippedCall
from followups.models.tasks import CallTaskQuerySet
from followups.rules import first_alert_at
from followups.rules.lead_calls import LeadCall, LeadFacts, planned_lead_call
from followups.selectors.policies import kind_policies, overdue_steps
from leads.enums import FOLLOWED
from leads.models import Lead
from staffing.models import Staff, Store

#: The reason of a call is shorter than the one on the card.
_REASON = 200


def lead_facts(lead: Lead) -> LeadFacts:
    """The row as the rule takes it."""
    return LeadFacts(**{name: getattr(lead, name) for name in LeadFacts.__dataclass_fields__})


def waiting_lead_calls(lead: Lead) -> CallTaskQuerySet:
    """The unfinished call of a lead: one at most."""
    return CallTask.objects.unfinished().filter(lead=lead, kind__in=LEAD_KINDS)


@transaction.atomic
def follow_lead_plan(*, lead: Lead, by: Staff | None, at: dt.datetime) -> CallTask | None:
    """Make, move or end the call of a lead so that it says what the lead's plan says. Returns the call that waits.

    A call that was not made moves with its plan, to the new day and the new owner. When the customer was spoken to
    otherwise, or nobody follows the lead up any more, it is cancelled with the reason. A customer who does not wish it
    is not called: the list counts such a call as left out. Safe to repeat, and side by side: one unfinished call a lead
    is a unique constraint.
    """
    plan = planned_lead_call(lead_facts(lead), lead.store.tz)
    task = waiting_lead_calls(lead).select_for_update(of=("self",)).first()
    if task is not None:
        if task.state == TaskState.CLAIMED:
            return task
        if plan is not None and (task.kind, task.anchor_on) == (plan.kind, plan.anchor_on):
            return _move(task, lead, plan, by, at)
        _cancel(task, CloseReason.REPLANNED if lead.state in FOLLOWED else CloseReason.LEAD_ENDED, by=by, at=at)
    return None if plan is None else _create(lead, plan, by, at)


def follow_stale_plans(*, store: Store, at: dt.datetime) -> int:
    """Bring calls in step whose leads were changed in sets, without an announcement. Returns how many.

    One after the other, each on what stands by then: the lead is held before its call, as everybody does. A lead that
    somebody is just changing is passed over, for that change announces itself; the next list looks again. Safe to
    repeat, and side by side.
    """
    return sum(_follow_stale_plan(pk, at) for pk in _stale_calls(store).order_by("pk").values_list("pk", flat=True))


def _stale_calls(store: Store) -> CallTaskQuerySet:
    planned = Q(lead__first_contact_at__isnull=False) | Q(lead__last_contact_at__isnull=False)
    stale = ~Q(lead__state__in=FOLLOWED) | planned & (
        Q(lead__next_contact_on__isnull=True) | ~Q(due_on=F("lead__next_contact_on"))
    )
    return CallTask.objects.filter(stale, store=store, state=TaskState.OPEN, held_by__isnull=True, kind__in=LEAD_KINDS)


@transaction.atomic
def _follow_stale_plan(task_id: int, at: dt.datetime) -> bool:
    rows = Lead.objects.filter(call_tasks=task_id).select_related("store", "owner")
    lead = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if lead is None or not _stale_calls(lead.store).filter(pk=task_id).exists():
        return False
    follow_lead_plan(lead=lead, by=None, at=at)
    return True


def forget_calls_to(lead_ids: Collection[int]) -> int:
    """Calls that nobody has touched were only reckoned from their leads: they go with them. Returns how many."""
    reckoned = {"kind__in": LEAD_KINDS, "subject_id__in": list(lead_ids)}
    SkippedCall.objects.filter(**reckoned).delete()
    untouched = CallTask.objects.filter(**reckoned, state=TaskState.OPEN, attempts=0, held_by__isnull=True)
    gone, _by_model = untouched.filter(drafts__isnull=True).delete()
    return gone


def _move(task: CallTask, lead: Lead, plan: LeadCall, by: Staff | None, at: dt.datetime) -> CallTask:
    """The same call on the day of the plan. One that waits for its number has no day until then."""
    changes = _whose(lead)
    if task.held_by_id is None:
        changes |= _when(lead, plan, by, at)
        if not task.attempts:
            changes["first_due_on"] = plan.due_on
    changed = {name: value for name, value in changes.items() if getattr(task, name) != value}
    if changed and CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(**changed):
        for name, value in changed.items():
            setattr(task, name, value)
    return task


def _create(lead: Lead, plan: LeadCall, by: Staff | None, at: dt.datetime) -> CallTask | None:
    store = lead.store
    rule = kind_policies(store, at.astimezone(store.tz).date()).get(plan.kind)
    if rule is None or not rule.enabled or _is_banned(lead, plan.kind):
        return None
    earlier = CallTask.objects.filter(kind=plan.kind, subject_id=lead.pk).count()
    task = CallTask(
        store=store,
        kind=plan.kind,
        subject_id=lead.pk,
        occurrence=str(earlier + 1),
        customer_id=lead.customer_id,
        lead=lead,
        first_due_on=plan.due_on,
        created_at=at,
        **_whose(lead),
        **_when(lead, plan, by, at),
    )
    # A list that is just being made may be faster: the constraint allows one, and both say the same.
    CallTask.objects.bulk_create([task], ignore_conflicts=True)
    return waiting_lead_calls(lead).first()


def _whose(lead: Lead) -> dict[str, Any]:
    owner = lead.owner if lead.owner is not None and lead.owner.is_working else None
    return {"owner_id": None if owner is None else owner.pk, "pool": lead.pool}


def _when(lead: Lead, plan: LeadCall, by: Staff | None, at: dt.datetime) -> dict[str, Any]:
    turn = first_alert_at(plan.overdue_at, overdue_steps(lead.store, plan.due_on), lead.store.tz, at=at)
    promised_by = None
    if plan.due_at is not None:
        promised_by = _whose(lead)["owner_id"] or (by.pk if by is not None else None)
    return {
        "anchor_on": plan.anchor_on,
        "due_on": plan.due_on,
        "due_at": plan.due_at,
        "promised_by_id": promised_by,
        "overdue_at": plan.overdue_at,
        "alert_level": turn.level,
        "alert_due_at": turn.at,
        "reason": lead.next_reason[:_REASON],
    }


def _cancel(task: CallTask, reason: CloseReason, *, by: Staff | None, at: dt.datetime) -> None:
    ended = {"state": TaskState.CANCELLED, "close_reason": reason, "closed_at": at, "closed_by": by}
    if CallTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(**ended, alert_due_at=None):
        record_event(code="task.cancelled", subject=task, by=by, at=at, data={"reason": reason.value})


def _is_banned(lead: Lead, kind: str) -> bool:
    standing = ContactBan.objects.standing().filter(customer_id=lead.customer_id)
    return standing.filter(purpose__in=["", kind]).exists()
