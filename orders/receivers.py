"""What orders tells the leads below: calls go down, and orders knows both."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from dealership.workbooks.kinds import Context
from dealership.workbooks.writing import BatchWriter
from leads.services.classes import classify_customers
from leads.services.outcomes import (
    NotedDelivery,
    RedatedDelivery,
    note_delivery,
    note_imported_deliveries,
    note_redated_deliveries,
)
from orders.models import Delivery
from orders.signals import ImportedDelivery, deliveries_imported, delivery_recorded
from staffing.models import Staff, Store


@receiver(delivery_recorded, dispatch_uid="orders.lead_delivered")
def delivery_ends_its_lead(delivery: Delivery, by: Staff, at: dt.datetime, **_kwargs: Any) -> None:
    """The lead behind the delivery is delivered (HO-07), and the buyer becomes a base customer (RC-03)."""
    store, buyer = delivery.store, delivery.customer
    note_delivery(store=store, customer=buyer, on=delivery.delivered_on, model=delivery.vehicle.model, by=by, at=at)
    classify_customers(store=store, customer_ids=[buyer.pk], at=at, reason="delivery")


@receiver(deliveries_imported, dispatch_uid="orders.leads_delivered")
def imported_deliveries_end_their_leads(
    created: Sequence[ImportedDelivery],
    changed: Sequence[ImportedDelivery],
    context: Context,
    writer: BatchWriter,
    **_kwargs: Any,
) -> None:
    """The same for a whole workbook, in sets; a corrected day is corrected on the lead too."""
    redated = [
        RedatedDelivery(row.customer_id, row.model_id, row.delivered_before, row.delivered_on)
        for row in changed
        if row.delivered_before is not None
    ]
    if redated:
        note_redated_deliveries(store=Store.objects.get(pk=context.store_id), deliveries=redated, writer=writer)
    if created:
        noted = [NotedDelivery(row.customer_id, row.model_id, row.delivered_on) for row in created]
        store = Store.objects.get(pk=context.store_id)
        note_imported_deliveries(store=store, deliveries=noted, writer=writer, at=context.at)
