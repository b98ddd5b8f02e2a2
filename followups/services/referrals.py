"""Recommendations: recording them, and the word to the referrer within three days (RF-01..04, RC-05)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from customers.models import ContactBan, Customer
from dealership.audit.services import record_event, record_events
from dealership.kernel import phones
from dealership.kernel.errors import N_, Refusal
from followups.enums import CloseReason, Consequence, TaskKind, TaskState
from followups.models import CallTask, Referral
from followups.rules import OutcomeRule, due_on_for, end_of_day, first_alert_at
from followups.selectors.policies import kind_policy, overdue_steps
from followups.selectors.referrals import progress_words, says_progress
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.selectors.intake import current_leads_of
from leads.services.assigning import hold_intake
from leads.services.intake import role_for, take_in_lead
from leads.services.referring import introducer_details, link_introducer
from leads.services.registering import NewLead
from staffing.enums import Role, StaffState
from staffing.models import Staff, Store


class RecommendsOneself(Refusal):
    """Nobody refers himself."""

    message = N_("This is the customer's own telephone. A recommendation is about somebody else.")


@dataclass(frozen=True)
class Recommended:
    """Whom a customer recommends: name and telephone as typed, how the two know each other, the model of interest."""

    name: str
    number: str
    relation: str = ""
    model: VehicleModel | None = None
    note: str = ""


@dataclass(frozen=True)
class RecordedReferral:
    """``joined``: the telephone had a current lead, which the recommendation joined. ``is_new``: False when it had been
    recorded before, by the same referrer or, with ``by_another``, for one who was first."""

    referral: Referral
    joined: bool = False
    is_new: bool = True
    by_another: bool = False


@transaction.atomic
def record_referral(
    *, referrer: Customer, told: Recommended, by: Staff, at: dt.datetime, task: CallTask | None = None
) -> RecordedReferral:
    """A customer recommends somebody: a lead of the channel *referral* that names the referrer, or the current lead of
    that telephone, which it joins (RF-03, RF-04); and the word to the referrer, three days later at the latest (RF-02).

    The lead is the consultant's who was told, else whoever's the policy gives it to; a colleague's stays the
    colleague's. The same recommendation told twice, or by two at once, is one. Refuses RecommendsOneself; raises
    BadPhone.
    """
    store, number = referrer.store, phones.normalise(told.number)
    if referrer.phones.filter(number=number).exists():
        raise RecommendsOneself
    hold_intake(store=store)
    if (known := _known(store, number, referrer)) is not None:
        return RecordedReferral(known, joined=True, is_new=False)
    sells = by.store_id == store.pk and Role.SALES_CONSULTANT in by.roles
    registered = take_in_lead(
        store=store,
        new=NewLead(
            told.name.strip(),
            number,
            Channel.REFERRAL,
            at,
            models=[told.model] if told.model is not None else (),
            details={**introducer_details(introducer=referrer, relation=told.relation), "note": told.note.strip()},
        ),
        role=Role.SALES_CONSULTANT if sells else role_for(Channel.REFERRAL),
        by=by,
        at=at,
        owner=by if sells else None,
    )
    lead = registered.lead
    if lead.customer_id == referrer.pk:
        raise RecommendsOneself
    first = Referral.objects.filter(lead=lead).first()
    if first is not None:
        return RecordedReferral(first, joined=True, is_new=False, by_another=True)
    if registered.joined:
        link_introducer(lead=lead, introducer=referrer, relation=told.relation, by=by, at=at)
    referral = Referral.objects.create(
        store=store,
        referrer=referrer,
        lead=lead,
        name=told.name.strip(),
        relation=told.relation.strip(),
        note=told.note.strip(),
        joined=registered.joined,
        task=task,
        received_by=by,
        recorded_at=at,
    )
    record_event(
        code="referral.recorded", subject=referral, by=by, at=at, data={"lead": lead.pk, "joined": referral.joined}
    )
    _plan_word(referral, at=at)
    return RecordedReferral(referral, joined=registered.joined)


def note_with_progress(*, task: CallTask, rule: OutcomeRule, note: str) -> str:
    """What is kept of a word to the referrer that was given: it says how it really is with the lead (RF-02). The note
    of any other call stays as it is."""
    if task.kind != TaskKind.REFERRAL_FEEDBACK or rule.consequence != Consequence.DONE:
        return note
    referral = Referral.objects.select_related("lead").get(pk=task.subject_id)
    return note if says_progress(note, referral) else f"{progress_words(referral)}\n{note}".strip()


def free_words_of_leavers(*, store: Store, at: dt.datetime) -> int:
    """Words to referrers whose owner has left fall to the pool. Returns how many."""
    gone = Q(owner__is_active=False) | ~Q(owner__state=StaffState.ACTIVE)
    rows = CallTask.objects.filter(gone, store=store, kind=TaskKind.REFERRAL_FEEDBACK, owner__isnull=False)
    tasks = list(rows.filter(state=TaskState.OPEN))
    if not tasks:
        return 0
    CallTask.objects.filter(pk__in=[task.pk for task in tasks], state=TaskState.OPEN).update(owner=None)
    record_events(code="task.to_pool", subjects=tasks, by=None, at=at, data={"reason": "leaver"})
    return len(tasks)


def _known(store: Store, number: str, referrer: Customer) -> Referral | None:
    """The same recommendation, recorded before: told in a call that was sent twice, or to two people."""
    leads = [lead.pk for lead in current_leads_of(store, number)]
    return Referral.objects.filter(referrer=referrer, lead__in=leads).first() if leads else None


def _plan_word(referral: Referral, *, at: dt.datetime) -> None:
    """The word to the referrer, of whoever was told. Who wishes no calls is called when the ban is lifted in time."""
    store = referral.store
    on = at.astimezone(store.tz).date()
    rule = kind_policy(store, TaskKind.REFERRAL_FEEDBACK, on)
    if not rule.enabled:
        return
    due_on = due_on_for(rule, anchor_on=on)
    late_from = end_of_day(due_on, store.tz)
    turn = first_alert_at(late_from, overdue_steps(store, due_on), store.tz, at=at)
    bans = ContactBan.objects.standing().filter(customer=referral.referrer_id)
    is_banned = bans.filter(purpose__in=["", TaskKind.REFERRAL_FEEDBACK]).exists()
    ended = {
        "state": TaskState.CANCELLED,
        "close_reason": CloseReason.CONTACT_BAN,
        "closed_at": at,
        "closed_by": referral.received_by,
    }
    CallTask.objects.create(
        store=store,
        kind=TaskKind.REFERRAL_FEEDBACK,
        subject_id=referral.pk,
        occurrence="1",
        customer=referral.referrer,
        owner=referral.received_by if referral.received_by.store_id == store.pk else None,
        pool=_pool_of(referral.received_by, rule.role),
        anchor_on=on,
        first_due_on=due_on,
        due_on=due_on,
        overdue_at=late_from,
        alert_level=turn.level,
        alert_due_at=None if is_banned else turn.at,
        created_at=at,
        **(ended if is_banned else {}),
    )


def _pool_of(person: Staff, role: str) -> str:
    """The pool that the word would fall into: of those who call, as the person does."""
    callers = (role, Role.CALL_CENTRE_AGENT, Role.TELESALES, Role.SERVICE_ADVISER)
    return next((held for held in callers if held in person.roles), role)
