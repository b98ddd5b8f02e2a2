"""Whose lead it is: every change of owner is a recorded act (LG-31, HO-05, CC-16)."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, Q

from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import LeadState, MoveReason, Stage
from leads.models import HandOver, Lead, Ownership
from leads.services.locks import hold_customers_of
from leads.signals import lead_planned
from staffing.enums import Role
from staffing.models import Staff


class AlreadyMoved(Refusal):
    """Somebody else changed the owner in the meantime."""

    message = N_("This lead has just gone to somebody else. Load the page again.")


class OwnerOfAnotherStore(Refusal):
    """An owner works in the lead's store and is employed."""

    message = N_("%(name)s does not work in this store.")


class NoSheetLine(Refusal):
    """A lead of telesales becomes a consultant's by a line of the hand-over sheet and not otherwise (HO-05)."""

    message = N_("A lead of telesales goes to a consultant by the hand-over sheet, after the customer was here.")


#: Acts of every day. A ruling, the month end, a leaver and a new beginning have papers of their own.
_NEED_A_SHEET = (
    MoveReason.ASSIGNED,
    MoveReason.TAKEN,
    MoveReason.CALLED,
    MoveReason.REASSIGNED,
    MoveReason.HANDED_OVER,
)
#: Acts that hand over the whole customer, not one lead alone (HO-06, PF-10, AR-05).
_WHOLE_CUSTOMER = (MoveReason.HANDED_OVER, MoveReason.LEAVER, MoveReason.RULED)


@transaction.atomic
def move_lead(
    *,
    lead: Lead,
    owner: Staff | None,
    reason: MoveReason,
    by: Staff | None,
    at: dt.datetime,
    pool: str | None = None,
    stage: Stage | None = None,
    note: str = "",
) -> Ownership:
    """Give the lead to ``owner``, or without one into the ``pool``; without ``stage`` the owner's role tells it.

    ``lead`` is the row as the caller read it: of two who move it at once one is refused. The customer's relation
    follows the lead as long as it stood with the former owner; somebody who bought here, or whose other lead stays,
    keeps the consultant unless the whole customer is handed over. Recorded, audited, announced (``lead_planned``).
    Refuses OwnerOfAnotherStore, AlreadyMoved and, for a lead of telesales that would go to a consultant, NoSheetLine.
    """
    if owner is not None and (owner.store_id != lead.store_id or owner.state != "active"):
        raise OwnerOfAnotherStore(name=owner.name)
    before_id, stage = lead.owner_id, stage or stage_of(owner, pool or lead.pool)
    pool = pool or (Role.SALES_CONSULTANT if stage == Stage.SHOWROOM else Role.TELESALES)
    needs_sheet = lead.stage == Stage.TELESALES and stage == Stage.SHOWROOM and reason in _NEED_A_SHEET
    if needs_sheet and not HandOver.objects.filter(lead=lead, handed_over_at=at).exists():
        raise NoSheetLine
    changes: dict[str, object] = {"owner": owner, "pool": pool, "stage": stage}
    if owner is not None and stage == Stage.TELESALES:
        changes["telesales"] = owner
    moved = Lead.objects.filter(pk=lead.pk, owner=before_id, state=lead.state).update(**changes)
    if not moved:
        raise AlreadyMoved
    for name, value in changes.items():
        setattr(lead, name, value)
    if lead.introducer_id is not None:
        hold_customers_of([lead])
    _move_customer(lead, before_id, owner, reason)
    row = Ownership.objects.create(
        lead=lead, at=at, by=by, before_id=before_id, owner=owner, pool=pool, stage=stage, reason=reason, note=note
    )
    record_event(
        code="lead.moved",
        subject=lead,
        by=by,
        at=at,
        data={"owner": [before_id, lead.owner_id], "reason": reason.value, "note": note},
    )
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return row


def _move_customer(lead: Lead, before_id: int | None, owner: Staff | None, reason: MoveReason) -> None:
    rows = Customer.objects.filter(pk=lead.customer_id, owner=before_id)
    if before_id is not None and reason not in _WHOLE_CUSTOMER:
        bought = Customer.objects.filter(pk=lead.customer_id, deliveries__isnull=False)
        others = Lead.objects.filter(customer=lead.customer_id).exclude(pk=lead.pk)
        stays = Q(state=LeadState.DELIVERED) | Q(pk__in=others.current().filter(owner=before_id).values("pk"))
        rows = rows.filter(~Exists(bought), ~Exists(others.filter(stays)))
    rows.update(owner=owner)


def stage_of(owner: Staff | None, pool: str) -> Stage:
    """Whose side an owner, or a pool, is on."""
    roles = owner.roles if owner is not None else frozenset({pool})
    telesales = {Role.TELESALES, Role.TELESALES_SUPERVISOR}
    return Stage.TELESALES if roles & telesales else Stage.SHOWROOM
