"""What leads hears from itself and from the apps below."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver

from customers.models import Customer
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.signals import batch_undo_begun
from leads.models import Lead
from leads.services.classes import classify_customers, forget_classes, look_again
from leads.signals import lead_planned


@receiver(lead_planned, dispatch_uid="leads.classes")
def a_lead_classes_its_customer(lead: Lead, at: dt.datetime, **_kwargs: Any) -> None:
    """Registered, judged, ended: the customer's class follows, and that of whoever gave the lead (RC-01..06)."""
    concerned = {lead.customer_id, lead.introducer_id} - {None}
    classify_customers(store=lead.store, customer_ids=concerned, at=at, reason="lead")  # type: ignore[arg-type]


@receiver(batch_undo_begun, dispatch_uid="leads.classes_undone")
def undoing_takes_reckoned_classes_along(
    batch: ImportBatch, created: Mapping[str, set[int]], at: dt.datetime, **_kwargs: Any
) -> None:
    """A class was reckoned, not worked: it keeps no import from being undone."""
    forget_classes(customer_ids=created.get("customers.customer", set()))
    concerned: set[int] = set()
    for label, field in (("leads.lead", "leads"), ("leads.lead", "introduced"), ("orders.delivery", "deliveries")):
        found = rows_in(Customer.objects.all(), f"{field}__pk", created.get(label, set()), "pk")
        concerned.update(pk for (pk,) in found)
    look_again(customer_ids=concerned, on=at.date())
