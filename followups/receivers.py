"""What followups hears from the apps below."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.dispatch import receiver

from dealership.workbooks.kinds import Context
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.signals import batch_committed, batch_undo_begun
from dealership.workbooks.writing import BatchWriter
from followups.services.first_service import start_follow_ups
from followups.services.imported import move_first_service_tracks, start_first_service_tracks
from followups.services.lead_calls import follow_lead_plan, forget_calls_to
from followups.services.lists import list_new_leads
from followups.services.redated import move_delivery_calls
from leads.models import Lead
from leads.signals import lead_planned
from orders.models import Delivery
from orders.signals import ImportedDelivery, deliveries_imported, delivery_recorded
from staffing.models import Staff, Store

#: The workbooks that bring leads.
_LEADS_COME_WITH = ("lms_leads", "visit_register")


@receiver(delivery_recorded, dispatch_uid="followups.delivery_recorded")
def delivery_starts_follow_ups(delivery: Delivery, at: dt.datetime, **_kwargs: Any) -> None:
    """A delivery starts everything: the track to the first service now, the calls with the daily lists."""
    start_follow_ups(store=delivery.store, delivery_ids=[delivery.pk], at=at)


@receiver(deliveries_imported, dispatch_uid="followups.deliveries_imported")
def imported_deliveries_start_follow_ups(
    created: Sequence[ImportedDelivery],
    changed: Sequence[ImportedDelivery],
    context: Context,
    writer: BatchWriter,
    **_kwargs: Any,
) -> None:
    """The same for a whole workbook, in sets; tracks of corrected deliveries that nobody touched move along, and
    so do the calls that still wait."""
    start_first_service_tracks(deliveries=created, context=context, writer=writer)
    move_first_service_tracks(deliveries=changed, context=context, writer=writer)
    move_delivery_calls(deliveries=changed, context=context, writer=writer)


@receiver(lead_planned, dispatch_uid="followups.lead_planned")
def the_call_follows_the_plan(lead: Lead, by: Staff | None, at: dt.datetime, **_kwargs: Any) -> None:
    """Another grade, owner, state or next contact: the call that was not made yet follows at once."""
    follow_lead_plan(lead=lead, by=by, at=at)


@receiver(batch_committed, dispatch_uid="followups.batch_committed")
def imported_leads_join_the_list(batch: ImportBatch, at: dt.datetime, **_kwargs: Any) -> None:
    """Leads of a workbook that comes after the morning's list are called the same day (LI-02)."""
    if batch.kind in _LEADS_COME_WITH:
        list_new_leads(store=Store.objects.get(pk=batch.store_ref), at=at)


@receiver(batch_undo_begun, dispatch_uid="followups.batch_undo_begun")
def undoing_takes_reckoned_calls_along(batch: ImportBatch, created: Mapping[str, set[int]], **_kwargs: Any) -> None:
    """A call to a lead that nobody has touched keeps no import from being undone."""
    forget_calls_to(created.get("leads.lead", set()))
