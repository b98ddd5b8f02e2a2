"""Lifting a contact ban: which of the calls that it ended are made after all (D3-09, X25)."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import ContactBan
from customers.services.bans import lift_ban
from dealership.audit.services import record_event
from followups.enums import LEAD_KINDS, UNFINISHED, CloseReason, TaskKind, TaskState
from followups.models import CallTask, FirstServiceTrack
from followups.rules import comes_back, first_alert_at, overdue_at
from followups.selectors.policies import kind_policies, overdue_steps
from followups.services.lead_calls import follow_lead_plan, waiting_lead_calls
from followups.services.traces import day_to_call
from leads.enums import FOLLOWED
from leads.models import Lead
from staffing.models import Staff


@transaction.atomic
def lift_contact_ban(*, ban: ContactBan, reason: str, by: Staff, at: dt.datetime) -> int:
    """Lift the ban, and put back on the list the calls that it ended and whose window is still open. Returns how many.

    Back come calls that fall due later, those whose agreed time is still to come, and those that the list of today
    would still catch up; not those whose time is over, those that another ban still forbids, and reminders of a first
    service that was made or booked meanwhile. The call in which the customer refused is done and stays so. What fell
    due during the ban and was never made comes with the next list. Refuses ReasonMissing and BanLifted.
    """
    lift_ban(ban=ban, reason=reason, by=by, at=at)
    store = ban.customer.store
    today = at.astimezone(store.tz).date()
    rules = {kind: rule for kind, rule in kind_policies(store, today).items() if rule.enabled}
    returned = 0
    for task in _ended_by(ban).order_by("due_on", "pk"):
        rule = rules.get(task.kind)
        days = rule.catch_up_days if rule is not None else 0
        if rule is None or not comes_back(
            due_on=task.due_on, expires_on=task.expires_on, today=today, catch_up_days=days
        ):
            continue
        if _is_still_wanted(task):
            returned += _put_back(task, by=by, at=at)
    return returned + _plans_of_leads(ban, by=by, at=at)


def _plans_of_leads(ban: ContactBan, *, by: Staff, at: dt.datetime) -> int:
    """A lead's call is not put back as it was: its plan may have moved on, and says itself what is due."""
    if ban.purpose and ban.purpose not in LEAD_KINDS:
        return 0
    leads = Lead.objects.filter(customer=ban.customer_id, state__in=FOLLOWED).select_related("store", "owner")
    alone = [lead for lead in leads.order_by("pk") if not waiting_lead_calls(lead).exists()]
    return sum(follow_lead_plan(lead=lead, by=by, at=at) is not None for lead in alone)


def _ended_by(ban: ContactBan) -> QuerySet[CallTask]:
    """The customer's calls that a ban ended and no standing one forbids."""
    others = ContactBan.objects.standing().filter(Q(purpose="") | Q(purpose=OuterRef("kind")), customer=ban.customer_id)
    rows = CallTask.objects.filter(
        ~Exists(others), customer=ban.customer_id, state=TaskState.CANCELLED, close_reason=CloseReason.CONTACT_BAN
    )
    if ban.purpose:
        rows = rows.filter(kind=ban.purpose)
    rows = rows.exclude(kind__in=LEAD_KINDS)
    return rows.select_related("store", "owner", "promised_by", "service_visit", "held_by")


def _is_still_wanted(task: CallTask) -> bool:
    """What the call is for has not happened, or been settled otherwise, during the ban."""
    if task.kind == TaskKind.SERVICE_VISIT:
        return task.service_visit is not None and task.service_visit.may_call
    if task.kind not in (TaskKind.FIRST_SERVICE, TaskKind.FIRST_SERVICE_CONFIRM):
        return True
    track = FirstServiceTrack.objects.filter(delivery=task.delivery_id, visited_on__isnull=True).first()
    if track is None:
        return False
    if task.kind == TaskKind.FIRST_SERVICE:
        return track.appointment_at is None and task.occurrence == str(track.round)
    booked = track.appointment_at
    return booked is not None and booked.astimezone(task.store.tz).date() == task.anchor_on


def _put_back(task: CallTask, *, by: Staff, at: dt.datetime) -> int:
    """One conditional update, so that of two who lift at once one puts it back. An owner who has left leaves it to the
    pool."""
    store = task.store
    is_promised = task.due_at is not None and task.due_at > at
    due_on = task.due_on if is_promised else max(task.due_on, day_to_call(store, at))
    due_at = task.due_at if is_promised else None
    late_from = overdue_at(due_on, due_at, store.tz)
    turn = first_alert_at(late_from, overdue_steps(store, due_on), store.tz)
    waits = task.held_by is not None and task.held_by.state in UNFINISHED
    changed = CallTask.objects.filter(
        pk=task.pk, state=TaskState.CANCELLED, close_reason=CloseReason.CONTACT_BAN
    ).update(
        state=TaskState.OPEN,
        close_reason="",
        closed_at=None,
        closed_by=None,
        owner=task.owner if task.owner is not None and task.owner.is_working else None,
        due_on=due_on,
        due_at=due_at,
        promised_by=task.promised_by if is_promised else None,
        overdue_at=late_from,
        alert_level=turn.level,
        alert_due_at=None if waits else turn.at,
        expires_on=None if task.expires_on is None else max(task.expires_on, due_on + dt.timedelta(days=1)),
    )
    if changed:
        record_event(code="task.reopened", subject=task, by=by, at=at, data={"due_on": due_on.isoformat()})
    return changed
