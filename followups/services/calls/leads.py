"""What a call to a lead means for its card: one road, the same as from the card itself (CC-05..08, LG-07, LG-26)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dealership.kernel.errors import N_, Refusal
from followups.enums import LEAD_KINDS, Consequence
from followups.models import CallTask
from followups.rules import OutcomeRule
from followups.services.lead_calls import follow_lead_plan
from leads.enums import FOLLOWED, AppointmentState, LeadState, Way
from leads.models import Appointment, Lead
from leads.services.appointments import make_appointment, move_appointment
from leads.services.assigning import take_by_calling
from leads.services.contacts import ContactFacts, record_contact
from leads.services.filling import fill_missing
from leads.services.lost import lose_contact
from staffing.models import Staff


class AppointmentMissing(Refusal):
    """An appointment without its date and time."""

    message = N_("Enter the date and time of the appointment.")


class SecondPersonNeeded(Refusal):
    """Whoever found the number empty does not also confirm it."""

    message = N_("Somebody else has to check this number: you found it empty or wrong yourself.")


@dataclass(frozen=True)
class LeadLine:
    """The facts of the card's line beyond the result, and the plan of the next one. Empty: the grade stays, the cadence
    decides the day. ``card`` fills what is missing on the front, by field name."""

    grade: str = ""
    way: str = ""
    next_reason: str = ""
    next_on: dt.date | None = None
    next_way: str = ""
    appointment_at: dt.datetime | None = None
    card: Mapping[str, Any] = field(default_factory=dict)


def lock_leads_of(row: CallTask) -> None:
    """Whoever changes these leads meanwhile is waited for: leads before their calls, as everybody locks them."""
    held = CallTask.objects.filter(held_by=row, lead__isnull=False).values_list("lead_id", flat=True)
    ids = list(held.order_by()) if row.lead_id is None else [row.lead_id]
    list(
        Lead.objects.filter(pk__in=ids)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )


def write_line(
    row: CallTask,
    rule: OutcomeRule,
    line: LeadLine,
    *,
    note: str,
    promised_at: dt.datetime | None,
    by: Staff,
    at: dt.datetime,
) -> bool:
    """Write the line of the card that the call was made for, with everything that its outcome means for the lead.

    False when nobody follows the lead up any more: somebody ended it during the call. The call itself is kept.
    Refuses AppointmentMissing, NotProven, and what ``record_contact`` and ``make_appointment`` refuse.
    """
    assert row.lead_id is not None
    lead = Lead.objects.select_related("store", "owner", "customer").get(pk=row.lead_id)
    if lead.state not in FOLLOWED:
        follow_lead_plan(lead=lead, by=by, at=at)
        return False
    if rule.consequence == Consequence.APPOINTMENT and line.appointment_at is None:
        raise AppointmentMissing
    fill_missing(lead=lead, values=line.card, by=by, at=at)
    facts = _facts(row, rule, line, lead, note=note, promised_at=promised_at, at=at)
    record_contact(lead=lead, facts=facts, by=by, at=at)
    if rule.consequence != Consequence.LOST:
        take_by_calling(lead=lead, by=by, at=at)
    if rule.consequence == Consequence.APPOINTMENT and line.appointment_at is not None:
        _agree(lead, line.appointment_at, by=by, at=at)
    if rule.consequence == Consequence.LOST:
        lose_contact(lead=lead, by=by, at=at, note=note.strip())
    return True


def lose_leads(leads: list[Lead], *, first_found_by: frozenset[int], by: Staff, at: dt.datetime, note: str) -> int:
    """The number was checked by a second person and does not work: contact with these leads is lost (DF-02).

    A lead that was spoken to otherwise, or has ended, is left alone. Returns how many. Refuses SecondPersonNeeded.
    """
    if leads and by.pk in first_found_by:
        raise SecondPersonNeeded
    lost = [lead for lead in leads if lead.state == LeadState.OPEN and lead.tries]
    for lead in lost:
        lose_contact(lead=lead, by=by, at=at, note=note.strip(), number_verified=True)
    return len(lost)


def is_lead_call(row: CallTask) -> bool:
    return row.lead_id is not None and row.kind in LEAD_KINDS


def _facts(
    row: CallTask,
    rule: OutcomeRule,
    line: LeadLine,
    lead: Lead,
    *,
    note: str,
    promised_at: dt.datetime | None,
    at: dt.datetime,
) -> ContactFacts:
    """A finished conversation says itself what came of it and why to call again; of the others the outcome does."""
    result, next_reason, next_on = note.strip(), line.next_reason.strip(), line.next_on
    if rule.reached and rule.consequence != Consequence.DONE:
        result = result or rule.label
        next_reason = next_reason or lead.next_reason or rule.label
    if rule.reached and rule.consequence == Consequence.RETRY and next_on is None:
        next_on = at.astimezone(row.store.tz).date() + dt.timedelta(days=1)
    called_back = rule.consequence == Consequence.CALL_BACK
    return ContactFacts(
        way=Way(line.way or Way.PHONE),
        reached=rule.reached,
        result=result,
        grade=line.grade if rule.reached and lead.state == LeadState.OPEN else "",
        outcome=rule.code,
        next_on=None if called_back else next_on,
        next_at=promised_at if called_back else None,
        next_way=line.next_way,
        next_reason=next_reason,
    )


def _agree(lead: Lead, expected_at: dt.datetime, *, by: Staff, at: dt.datetime) -> None:
    """One open appointment a lead: a second one moves the first."""
    standing = Appointment.objects.select_related("lead").filter(lead=lead, state=AppointmentState.OPEN).first()
    if standing is None:
        make_appointment(lead=lead, expected_at=expected_at, by=by, at=at)
    elif standing.expected_at != expected_at:
        move_appointment(appointment=standing, expected_at=expected_at, by=by, at=at)
