"""Telling whose lead it is that the customer has asked."""

import datetime as dt

from django.urls import reverse

from dealership.kernel.errors import N_
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from leads.models import Lead
from staffing.models import Staff

JOINED = N_("%(name)s has asked again: the enquiry joined your lead %(number)s.")
KEPT = N_("%(name)s, whom you look after, has asked again: lead %(number)s is yours.")


def tell_owner(*, lead: Lead, by: Staff | None, at: dt.datetime, joined: bool = True) -> None:
    """Tell the owner that the customer has asked again; not who entered it, who knows. ``joined``: the enquiry went
    into the lead; else it is a lead of its own."""
    if lead.owner_id is None or (by is not None and by.pk == lead.owner_id):
        return
    draft = AlertDraft(
        recipient_id=lead.owner_id,
        key=f"lead.{'joined' if joined else 'kept'}:{lead.pk}:{at.isoformat()}",
        code="lead.joined" if joined else "lead.kept",
        message=JOINED if joined else KEPT,
        params={"name": lead.customer.name, "number": lead.number},
        happened_at=at,
        url=reverse("lead_card", args=[lead.pk]),
        store_ref=lead.store_id,
    )
    raise_alerts(drafts=[draft], at=at)
