"""A lead that comes in: found again or new, and given to somebody at once."""

import datetime as dt

from django.db import transaction

from dealership.kernel import phones
from leads.selectors.intake import current_leads_of, keepers_of
from leads.services.assigning import choose_owners, hold_intake
from leads.services.registering import NewLead, Registered, register_lead
from leads.services.telling import tell_owner
from staffing.enums import Role
from staffing.models import Staff, Store


@transaction.atomic
def take_in_lead(
    *,
    store: Store,
    new: NewLead,
    role: str,
    by: Staff | None,
    at: dt.datetime,
    owner: Staff | None = None,
    decided: bool = False,
) -> Registered:
    """Register a lead for ``owner``, or for whoever of ``role`` the policy gives it to (LI-04, LI-05, LI-09).

    A telephone with a current lead joins that one, stays with its owner, who is told (LI-22); that of a customer whom
    a colleague looks after becomes the colleague's lead, unless it is ``decided`` otherwise (HO-06). One intake at a
    time in a store, so that two enquiries at the same moment find each other. Raises BadPhone and UnknownGrade
    (ValueErrors).
    """
    number = phones.normalise(new.number)
    hold_intake(store=store)
    is_known = bool(current_leads_of(store, number) or keepers_of(store, number))
    if owner is None and not is_known:
        (chosen,) = choose_owners(store=store, role=role, count=1, at=at)
        owner = Staff.objects.get(pk=chosen) if chosen is not None else None
    registered = register_lead(store=store, new=new, owner=owner, pool=role, by=by, at=at, decided=decided)
    if registered.joined:
        tell_owner(lead=registered.lead, by=by, at=at)
    return registered


#: Where a lead of a channel goes: a motor show's straight to the consultants (LI-05), who meet walk-ins too; all others
#: to telesales until the customer has arrived (LI-09).
SHOWROOM_CHANNELS = frozenset({"motor_show", "walk_in"})


def role_for(channel: str) -> str:
    """Whose leads a channel brings: a value of staffing.enums.Role."""
    return Role.SALES_CONSULTANT if channel in SHOWROOM_CHANNELS else Role.TELESALES
