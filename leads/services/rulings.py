"""Asking for a ruling on a colleague's lead (AR): the supervisor hears both names, the asker learns nothing more."""

import datetime as dt

from django.db import transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import Tone
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from leads.models import Lead
from staffing.enums import Role
from staffing.models import Staff
from staffing.selectors.people import reporting_lines

RULING_ASKED = N_("%(asker)s asks for a ruling on lead %(lead)s, which is with %(owner)s.")


class YoursAnyway(Refusal):
    """There is nothing to rule about a lead that one works oneself."""

    message = N_("You see this lead yourself: there is nothing to rule about.")


@transaction.atomic
def ask_for_ruling(*, lead_pk: int, by: Staff, at: dt.datetime) -> int:
    """Tell the sales supervisor that ``by`` met a customer whose lead a colleague has. Asked again on the same day it
    is told once. Audited. Returns how many supervisors heard it. Refuses YoursAnyway."""
    lead = Lead.objects.select_related("store", "owner").get(pk=lead_pk)
    same = Lead.objects.filter(pk=lead.pk)
    is_free = lead.owner_id is None and same.visible_to(by).exists()
    if lead.store_id != by.store_id or is_free or same.editable_by(by).exists():
        raise YoursAnyway
    day = at.astimezone(lead.store.tz).date()
    params = {
        "asker": by.name,
        "lead": lead.number,
        "owner": lead.owner.name if lead.owner else lead.get_pool_display(),
    }
    drafts = [
        AlertDraft(
            recipient_id=pk,
            key=f"lead.ruling:{lead.pk}:{by.pk}:{day}",
            code="lead.ruling_asked",
            message=RULING_ASKED,
            happened_at=at,
            params={name: str(value) for name, value in params.items()},
            url=reverse("lead_card", args=[lead.pk]),
            tone=Tone.WARN,
            store_ref=lead.store_id,
        )
        for pk in reporting_lines(lead.store).supervisors_of(None, Role.SALES_CONSULTANT)
    ]
    heard = raise_alerts(drafts=drafts, at=at)
    record_event(code="lead.ruling_asked", subject=lead, by=by, at=at, data={"owner": lead.owner_id})
    return heard
