"""Customers who do not wish to be called (D3-09)."""

import datetime as dt

from django.db import transaction

from customers.models import ContactBan, Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from staffing.models import Staff


class BanLifted(Refusal):
    """The ban no longer stands."""

    message = N_("This contact ban has already been lifted.")


class ReasonMissing(Refusal):
    """A ban is the customer's word; taking it back needs another."""

    message = N_("Write down why the customer may be called again.")


@transaction.atomic
def ban_contact(*, customer: Customer, by: Staff, at: dt.datetime, purpose: str = "", reason: str = "") -> ContactBan:
    """Record that the customer does not wish calls of one ``purpose`` (a kind of call); of any kind when it is empty.

    A ban of the same purpose that stands already is returned as it is: the first word of the customer counts.
    """
    ContactBan.objects.bulk_create(
        [ContactBan(customer=customer, purpose=purpose, reason=reason, banned_at=at, banned_by=by)],
        ignore_conflicts=True,
    )
    ban = ContactBan.objects.standing().get(customer=customer, purpose=purpose)
    if ban.banned_at == at and ban.banned_by_id == by.pk:
        record_event(code="contact.banned", subject=customer, by=by, at=at, data={"purpose": purpose or "all"})
    return ban


@transaction.atomic
def lift_ban(*, ban: ContactBan, reason: str, by: Staff, at: dt.datetime) -> ContactBan:
    """The customer wishes to be called again, for a ``reason`` that is kept.

    Refuses ReasonMissing, and BanLifted when it was lifted before.
    """
    why = reason.strip()
    if not why:
        raise ReasonMissing
    standing = ContactBan.objects.standing().filter(pk=ban.pk)
    if not standing.update(lifted_at=at, lifted_by=by, lift_reason=why):
        raise BanLifted
    data = {"purpose": ban.purpose or "all", "reason": why}
    record_event(code="contact.allowed", subject=ban.customer, by=by, at=at, data=data)
    ban.lifted_at, ban.lifted_by, ban.lift_reason = at, by, why
    return ban
