"""A new lead: from the register, a form, a workbook or the interface."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from customers.models import Customer, CustomerPhone
from customers.services.phones import digits_reversed
from dealership.audit.services import record_event
from dealership.kernel import names, phones
from inventory.models import VehicleModel
from leads.enums import Channel, GradedBy, MoveReason, Stage
from leads.models import Interest, Lead, Ownership
from leads.rules.cadence import first_contact_due_at
from leads.rules.policies import LeadRule
from leads.selectors.assigning import roles_that_may_own
from leads.selectors.intake import current_leads_of, keepers_of
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import set_grade
from leads.services.telling import tell_owner
from leads.signals import lead_planned
from staffing.enums import Role
from staffing.models import Staff, Store
from staffing.services.numbers import next_number


@dataclass(frozen=True)
class NewLead:
    """What is known of a new lead. ``number`` is a telephone as typed; ``models`` the catalogue's, the main one first;
    ``details`` further fields of Lead by name."""

    name: str
    number: str
    channel: Channel
    registered_at: dt.datetime
    source: str = ""
    grade: str = ""
    models: Sequence[VehicleModel] = ()
    gender: str = ""
    lead_number: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """``joined``: the telephone had a current lead, which this one joined (LI-22)."""

    lead: Lead
    joined: bool


@transaction.atomic
def register_lead(
    *,
    store: Store,
    new: NewLead,
    owner: Staff | None,
    pool: str,
    by: Staff | None,
    at: dt.datetime,
    decided: bool = False,
) -> Registered:
    """Record a lead, or join it to the current lead of the same telephone and tell so (LI-21, LI-22).

    A telephone of somebody whom a colleague looks after brings the lead to that colleague, who is told (HO-06, CC-16);
    ``decided``: somebody who gives leads to people wants it otherwise. The first contact is due 24 hours after the
    registration (LI-02); the main model is set (LI-23); a grade given here is provisional (LG-07). Announced
    (``lead_planned``). Raises BadPhone and UnknownGrade (ValueErrors).
    """
    on = at.astimezone(store.tz).date()
    policy, rule = cadence_policy(store, on), lead_policy(store, on)
    number = phones.normalise(new.number)
    grade = policy.grade(new.grade).code if new.grade else ""
    while current := current_leads_of(store, number):
        if join_lead(lead=current[0], new=new, by=by, at=at):
            return Registered(current[0], joined=True)
    keepers = [] if decided else keepers_of(store, number)
    is_kept = bool(keepers) and owner not in keepers
    if is_kept:
        owner, pool = keepers[0], pool_of(keepers[0])
    customer = _customer_of(store, number, new, owner, at)
    lead = _create(store, customer, new, owner, pool, rule, by, at)
    for position, model in enumerate(dict.fromkeys(new.models)):
        Interest.objects.create(lead=lead, model=model, is_main=position == 0)
    if grade:
        set_grade(lead=lead, grade=grade, graded_by=GradedBy.INTAKE, by=by, at=at, rule=rule)
    record_event(code="lead.registered", subject=lead, by=by, at=at, data={"channel": lead.channel})
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    if is_kept:
        tell_owner(lead=lead, by=by, at=at, joined=False)
    return Registered(lead, joined=False)


def next_lead_number(store: Store) -> str:
    """A number for a lead of the store's own, or for an enquiry that joins one."""
    return f"L{next_number(store=store, series='lead'):07d}"


def pool_of(owner: Staff) -> str:
    """The pool that a person's leads would fall back into."""
    sells = owner.roles.intersection(roles_that_may_own(Role.SALES_CONSULTANT))
    return Role.SALES_CONSULTANT if sells else Role.TELESALES


@transaction.atomic
def join_lead(*, lead: Lead, new: NewLead, by: Staff | None, at: dt.datetime) -> bool:
    """A second intake of the same telephone: the models of interest and what the customer said are added, the pair is
    flagged in the audit (LI-22). Owner, channel and grade stay.

    Whoever writes on the lead meanwhile is waited for; ``lead`` is then the row as it is. False when it has ended by
    then, and nothing was written.
    """
    if not Lead.objects.current().filter(pk=lead.pk).update(tries=F("tries")):
        return False
    lead.refresh_from_db()
    has_main = lead.interests.filter(is_main=True).exists()
    for model in dict.fromkeys(new.models):
        _row, created = Interest.objects.get_or_create(lead=lead, model=model, defaults={"is_main": not has_main})
        has_main = has_main or created
    note = with_note(lead.note, str(new.details.get("note", "")))
    if note != lead.note:
        lead.note = note
        lead.save(update_fields=["note"])
    record_event(
        code="lead.joined",
        subject=lead,
        by=by,
        at=at,
        data={"channel": new.channel, "source": new.source, "number": new.lead_number},
    )
    return True


def with_note(note: str, said: str) -> str:
    """A note with what was said below it; what stands there word for word is not repeated."""
    said = said.strip()
    return note if not said or said in _paragraphs(note) else f"{note}\n{said}".strip()


def _paragraphs(note: str) -> list[str]:
    return [paragraph.strip() for paragraph in note.split("\n")]


def _customer_of(store: Store, number: str, new: NewLead, owner: Staff | None, at: dt.datetime) -> Customer:
    """The customer of the same name on that telephone (a household may share one), or a new customer."""
    known = Customer.objects.filter(store=store, phones__number=number, name=new.name).order_by("pk").first()
    if known is not None:
        # Whose lead had ended was nobody's: whoever gets the new one keeps the customer too (HO-06).
        if owner is not None and Customer.objects.filter(pk=known.pk, owner__isnull=True).update(owner=owner):
            known.owner = owner
        return known
    customer = Customer.objects.create(
        store=store,
        name=new.name,
        initials=names.initials(new.name)[:32],
        gender=new.gender,
        owner=owner,
        created_at=at,
    )
    CustomerPhone.objects.create(
        store=store, customer=customer, number=number, reversed=digits_reversed(number), is_primary=True
    )
    return customer


def _create(
    store: Store,
    customer: Customer,
    new: NewLead,
    owner: Staff | None,
    pool: str,
    rule: LeadRule,
    by: Staff | None,
    at: dt.datetime,
) -> Lead:
    stage = Stage.TELESALES if pool == Role.TELESALES else Stage.SHOWROOM
    lead = Lead.objects.create(
        store=store,
        number=new.lead_number or next_lead_number(store),
        customer=customer,
        channel=new.channel,
        source=new.source,
        registered_at=new.registered_at,
        stage=stage,
        owner=owner,
        pool=pool,
        telesales=owner if stage == Stage.TELESALES else None,
        first_due_at=first_contact_due_at(new.registered_at, rule),
        created_by=by,
        created_at=at,
        **new.details,
    )
    Ownership.objects.create(lead=lead, at=at, by=by, owner=owner, pool=pool, stage=stage, reason=MoveReason.ASSIGNED)
    return lead
