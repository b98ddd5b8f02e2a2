"""Telling whose customer has just come in, and whose visit is not judged again yet."""

import datetime as dt

from django.db import transaction
from django.urls import reverse

from dealership.kernel.errors import N_
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from leads.enums import Stage
from leads.models import Lead, Visit
from staffing.models import Staff
from staffing.selectors.people import reporting_lines

INVITED_CAME = N_("Your invited customer %(name)s has arrived.")
CUSTOMER_CAME = N_("Your customer %(name)s is in the showroom.")
SERVED_BY = N_("Your customer %(name)s is in the showroom, received by %(consultant)s.")
GRADE_OVERDUE = N_("The second grade of %(name)s, who came on %(on)s, is overdue.")


def ring_owner(*, visit: Visit, lead: Lead, by: Staff | None, at: dt.datetime) -> None:
    """Tell the owner of the lead that the customer is here: the telesales agent unconditionally (AR-01, AR-02), another
    consultant when a colleague receives the customer (ST-08). A lead of the pool rings the pool's supervisors."""
    told = {lead.owner_id} if lead.owner_id is not None else set()
    if lead.stage == Stage.TELESALES and lead.telesales_id is not None:
        told.add(lead.telesales_id)
    if not told:
        told = set(reporting_lines(lead.store).supervisors_of(None, lead.pool))
    if lead.stage != Stage.TELESALES:
        told -= {visit.consultant_id}
    message, params = CUSTOMER_CAME, {"name": visit.name or lead.customer.name}
    if visit.invited:
        message = INVITED_CAME
    elif visit.consultant is not None:
        message, params = SERVED_BY, {**params, "consultant": visit.consultant.name}
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=recipient,
                key=f"visit.arrived:{visit.pk}",
                code="visit.arrived",
                message=message,
                params=params,
                url=reverse("lead_card", args=[lead.pk]),
                happened_at=visit.arrived_at or at,
                tone="warn" if visit.invited else "info",
                store_ref=visit.store_id,
                by_email=False,
            )
            for recipient in sorted(told)
        ],
        at=at,
    )


@transaction.atomic
def alert_overdue_grades(*, at: dt.datetime) -> int:
    """A sweep: whoever received a visitor and has not judged the grade again within 24 hours is told once (LG-08);
    without a consultant, whoever leads them. Safe to run twice and side by side. Returns how many alerts are new.

    Alerts reach back two days: whoever was not told by then is on the list of the page.
    """
    late = (
        Visit.objects.filter(grade_after="", grade_due_at__lte=at, grade_due_at__gt=at - dt.timedelta(days=2))
        .select_related("store")
        .order_by("pk")
    )
    drafts = []
    for visit in late:
        recipients = [visit.consultant_id] if visit.consultant_id is not None else []
        if not recipients:
            recipients = list(reporting_lines(visit.store).supervisors_of(None, "sales_consultant"))
        assert visit.grade_due_at is not None
        drafts += [
            AlertDraft(
                recipient_id=recipient,
                key=f"visit.grade_overdue:{visit.pk}",
                code="visit.grade_overdue",
                message=GRADE_OVERDUE,
                params={"name": visit.name or "–", "on": visit.visited_on.isoformat()},
                url=reverse("visit_page", args=[visit.pk]),
                happened_at=visit.grade_due_at,
                tone="warn",
                store_ref=visit.store_id,
                by_email=False,
            )
            for recipient in recipients
        ]
    return raise_alerts(drafts=drafts, at=at)
