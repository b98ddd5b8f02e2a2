"""A lead that comes in: found again or new, and given to somebody at once."""

import datetime as dt

from django.db import transaction
from django.urls import reverse

from dealership.kernel import phones
from dealership.kernel.errors import N_
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from leads.models import Lead
from leads.selectors.intake import current_leads_of
from leads.services.assigning import choose_owners, hold_intake
from leads.services.registering import NewLead, Registered, register_lead
from staffing.enums import Role
from staffing.models import Staff, Store

JOINED = N_("%(name)s has asked again: the enquiry joined your lead %(number)s.")


@transaction.atomic
def take_in_lead(
    *, store: Store, new: NewLead, role: str, by: Staff | None, at: dt.datetime, owner: Staff | None = None
) -> Registered:
    """Register a lead for ``owner``, or for whoever of ``role`` the policy gives it to (LI-04, LI-05, LI-09).

    A telephone with a current lead joins that one, stays with its owner, who is told (LI-22). One intake at a time in
    a store, so that two enquiries at the same moment find each other. Raises BadPhone and UnknownGrade (ValueErrors).
    """
    number = phones.normalise(new.number)
    hold_intake(store=store)
    if owner is None and not current_leads_of(store, number):
        (chosen,) = choose_owners(store=store, role=role, count=1, at=at)
        owner = Staff.objects.get(pk=chosen) if chosen is not None else None
    registered = register_lead(store=store, new=new, owner=owner, pool=role, by=by, at=at)
    if registered.joined:
        tell_owner(lead=registered.lead, by=by, at=at)
    return registered


def tell_owner(*, lead: Lead, by: Staff | None, at: dt.datetime) -> None:
    """Tell the owner that the customer has asked again; not who entered it, who knows."""
    if lead.owner_id is None or (by is not None and by.pk == lead.owner_id):
        return
    draft = AlertDraft(
        recipient_id=lead.owner_id,
        key=f"lead.joined:{lead.pk}:{at.isoformat()}",
        code="lead.joined",
        message=JOINED,
        params={"name": lead.customer.name, "number": lead.number},
        happened_at=at,
        url=reverse("lead_card", args=[lead.pk]),
        store_ref=lead.store_id,
    )
    raise_alerts(drafts=[draft], at=at)


#: Where a lead of a channel goes: a motor show's straight to the consultants (LI-05), who meet walk-ins too; all others
#: to telesales until the customer has arrived (LI-09).
SHOWROOM_CHANNELS = frozenset({"motor_show", "walk_in"})


def role_for(channel: str) -> str:
    """Whose leads a channel brings: a value of staffing.enums.Role."""
    return Role.SALES_CONSULTANT if channel in SHOWROOM_CHANNELS else Role.TELESALES
