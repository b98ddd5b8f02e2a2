"""A customer who recommended somebody with a lead already (RF-03, RF-04)."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from customers.models import Customer
from dealership.audit.services import record_event
from leads.models import Lead
from leads.services.classes import classify_customers
from staffing.models import Staff


def introducer_details(*, introducer: Customer, relation: str) -> Mapping[str, object]:
    """What the card says of who introduced the customer: name, relation, telephone (RF-04). One query."""
    phone = introducer.phones.order_by("-is_primary", "pk").values_list("number", flat=True).first()
    return {
        "introducer": introducer,
        "introducer_name": introducer.name,
        "introducer_relation": relation.strip(),
        "introducer_phone": phone or "",
    }


@transaction.atomic
def link_introducer(*, lead: Lead, introducer: Customer, relation: str, by: Staff, at: dt.datetime) -> bool:
    """Note who recommended the customer of a lead that came another way; whoever stands on the card stays (RF-04).

    Channel, owner and grade stay too (CC-17). The class of the introducer follows (RC-05). False when somebody else
    had been noted.
    """
    details = introducer_details(introducer=introducer, relation=relation)
    free = Lead.objects.current().filter(pk=lead.pk, introducer__isnull=True, introducer_name="")
    if not free.update(**details):
        return False
    lead.refresh_from_db()
    record_event(code="lead.introduced", subject=lead, by=by, at=at, data={"introducer": introducer.pk})
    classify_customers(store=lead.store, customer_ids={introducer.pk}, at=at, reason="lead")
    return True
