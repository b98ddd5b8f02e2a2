"""The list behind a figure: visits, leads, defeats and changes of state as one kind of line."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from customers.models import CustomerPhone
from leads.enums import DefeatState, LeadState
from leads.models import Defeat, Interest, Lead, Recycling, StateChange, Visit
from leads.selectors.reports.levels import loss_text

_TONES: dict[str, str] = {
    LeadState.OPEN: "info",
    LeadState.DEFEAT_APPLIED: "warn",
    LeadState.ORDERED: "ok",
    LeadState.DELIVERED: "ok",
    LeadState.LOST: "danger",
    LeadState.DEFEATED: "danger",
    DefeatState.PENDING: "warn",
    DefeatState.APPROVED: "danger",
    DefeatState.REJECTED: "info",
}


@dataclass(frozen=True)
class ReportRow:
    """One line of the list behind a figure. ``phone`` is the full number: pages mask it. ``hours`` from the
    registration to the first try, of leads that were tried."""

    on: dt.date
    customer: str
    phone: str
    model: str
    channel: str
    person: str
    state: str
    tone: str
    text: str
    hours: float | None
    lead_id: int | None
    visit_id: int | None


def with_details(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The rows with all that ``report_rows`` reads of them: one statement for visits, three for the others."""
    if rows.model is Visit:
        return rows.select_related("model", "consultant", "lead")
    prefix = "" if rows.model is Lead else "lead__"
    main = Interest.objects.filter(is_main=True).select_related("model")
    numbers = CustomerPhone.objects.filter(is_primary=True)
    people = ("owner",) if rows.model is Lead else ("by", "lead__owner")
    people = ("before",) if rows.model is Recycling else people
    return rows.select_related(f"{prefix}store", f"{prefix}customer", *people).prefetch_related(
        Prefetch(f"{prefix}interests", queryset=main, to_attr="main_interests"),
        Prefetch(f"{prefix}customer__phones", queryset=numbers, to_attr="main_numbers"),
    )


def report_rows(found: Iterable[Visit | Lead | Defeat | StateChange | Recycling]) -> list[ReportRow]:
    """Lines for a page of rows that came with their details."""
    return [_visit_row(row) if isinstance(row, Visit) else _lead_row(row) for row in found]


def _visit_row(row: Visit) -> ReportRow:
    return ReportRow(
        on=row.visited_on,
        customer=row.name,
        phone=row.number,
        model=str(row.model) if row.model else "",
        channel=row.get_channel_display(),
        person=row.consultant.name if row.consultant else "",
        state=" → ".join(grade for grade in (row.grade, row.grade_after) if grade),
        tone="info",
        text=row.get_no_data_display() or row.note,
        hours=None,
        lead_id=row.lead_id,
        visit_id=row.pk,
    )


def _lead_row(row: Lead | Defeat | StateChange | Recycling) -> ReportRow:
    lead = row if isinstance(row, Lead) else row.lead
    zone = lead.store.tz
    numbers, models = getattr(lead.customer, "main_numbers", []), getattr(lead, "main_interests", [])
    state, text, tone = _state_of(lead), lead.close_reason, _TONES.get(lead.state, "neutral")
    on, person, hours = lead.registered_at, lead.owner.name if lead.owner else "", None
    if isinstance(row, Defeat):
        on, state, tone, text = row.at, row.get_state_display(), _TONES[row.state], loss_text(row)
        person = row.by.name if row.by else ""
    elif isinstance(row, StateChange):
        on, text = row.at, row.note
    elif isinstance(row, Recycling):
        on, text, person = row.at, row.get_reason_display(), row.before.name if row.before else ""
    elif lead.first_contact_at is not None:
        hours = max((lead.first_contact_at - lead.registered_at).total_seconds() / 3600, 0.0)
    return ReportRow(
        on=on.astimezone(zone).date(),
        customer=lead.customer.name,
        phone=numbers[0].number if numbers else "",
        model=str(models[0].model) if models else "",
        channel=lead.get_channel_display(),
        person=person,
        state=state,
        tone=tone,
        text=text,
        hours=hours,
        lead_id=lead.pk,
        visit_id=None,
    )


def _state_of(lead: Lead) -> str:
    return gettext("Being followed up") if lead.state == LeadState.OPEN else str(lead.get_state_display())
