"""Moving the plan of a lead to another day without a contact."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from leads.enums import FOLLOWED
from leads.models import Lead
from leads.signals import lead_planned
from staffing.models import Staff


@transaction.atomic
def plan_contact(*, lead: Lead, on: dt.date, by: Staff | None, at: dt.datetime) -> bool:
    """Plan the next contact for a day: what stood in its way is settled. Announced. False for a lead that nobody
    follows up any more."""
    before = lead.next_contact_on
    plan = {"next_contact_on": on, "next_contact_at": None}
    if not Lead.objects.filter(pk=lead.pk, state__in=FOLLOWED).update(**plan):
        return False
    lead.next_contact_on, lead.next_contact_at = on, None
    data = {"next_contact_on": [before.isoformat() if before else "", on.isoformat()]}
    record_event(code="lead.planned", subject=lead, by=by, at=at, data=data)
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return True
