"""A new lead: from the register, a form, a workbook or the interface."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from customers.models import Customer, CustomerPhone
from customers.services.phones import digits_reversed
from dealership.audit.services import record_event
from dealership.kernel import names, phones
from inventory.models import VehicleModel
from leads.enums import Channel, GradedBy, MoveReason, Stage
from leads.models import Interest, Lead, Ownership
from leads.rules.cadence import first_contact_due_at
from leads.rules.policies import LeadRule
from leads.selectors.intake import current_leads_of
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import set_grade
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
    *, store: Store, new: NewLead, owner: Staff | None, pool: str, by: Staff | None, at: dt.datetime
) -> Registered:
    """Record a lead, or join it to the current lead of the same telephone and tell so (LI-21, LI-22).

    The first contact is due 24 hours after the registration (LI-02); the main model is set (LI-23); a grade given here
    is provisional (LG-07). Announced (``lead_planned``). Raises BadPhone and UnknownGrade (ValueErrors).
    """
    on = at.astimezone(store.tz).date()
    policy, rule = cadence_policy(store, on), lead_policy(store, on)
    number = phones.normalise(new.number)
    grade = policy.grade(new.grade).code if new.grade else ""
    current = _current_lead(store, number)
    if current is not None:
        join_lead(lead=current, new=new, by=by, at=at)
        return Registered(current, joined=True)
    customer = _customer_of(store, number, new, owner, at)
    lead = _create(store, customer, new, owner, pool, rule, by, at)
    for position, model in enumerate(dict.fromkeys(new.models)):
        Interest.objects.create(lead=lead, model=model, is_main=position == 0)
    if grade:
        set_grade(lead=lead, grade=grade, graded_by=GradedBy.INTAKE, by=by, at=at, rule=rule)
    record_event(code="lead.registered", subject=lead, by=by, at=at, data={"channel": lead.channel})
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return Registered(lead, joined=False)


def join_lead(*, lead: Lead, new: NewLead, by: Staff | None, at: dt.datetime) -> None:
    """A second intake of the same telephone: the models of interest are added, the pair is flagged in the audit and in
    the note (LI-22). Owner, channel and grade stay."""
    has_main = lead.interests.filter(is_main=True).exists()
    for model in dict.fromkeys(new.models):
        _row, created = Interest.objects.get_or_create(lead=lead, model=model, defaults={"is_main": not has_main})
        has_main = has_main or created
    said = str(new.details.get("note", ""))
    if said and said not in lead.note:
        lead.note = f"{lead.note}\n{said}".strip()
        lead.save(update_fields=["note"])
    record_event(
        code="lead.joined",
        subject=lead,
        by=by,
        at=at,
        data={"channel": new.channel, "source": new.source, "number": new.lead_number},
    )


def _current_lead(store: Store, number: str) -> Lead | None:
    found = current_leads_of(store, number)
    return found[0] if found else None


def _customer_of(store: Store, number: str, new: NewLead, owner: Staff | None, at: dt.datetime) -> Customer:
    """The customer of the same name on that telephone (a household may share one), or a new customer."""
    known = Customer.objects.filter(store=store, phones__number=number, name=new.name).order_by("pk").first()
    if known is not None:
        return known
    customer = Customer.objects.create(
        store=store,
        name=new.name,
        initials=names.initials(new.name),
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
        number=new.lead_number or f"L{next_number(store=store, series='lead'):07d}",
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
