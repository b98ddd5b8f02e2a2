"""Moving a lead through its life: one guarded step, with its line in the history."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import AppointmentEnd, AppointmentState, LeadState
from leads.models import Appointment, Lead, StateChange
from leads.rules.states import LEAD_TRANSITIONS
from staffing.models import Staff


class LeadChanged(Refusal):
    """The lead is no longer in the state that the caller saw."""

    message = N_("This lead has changed in the meantime. Load the page again.")


def hold_lead(lead: Lead, *fields: str) -> None:
    """Wait for whoever is writing on the lead, keep others out until the end of the transaction, and read it as it is
    now: ``fields``, by default the whole row."""
    Lead.objects.filter(pk=lead.pk).update(tries=F("tries"))
    lead.refresh_from_db(fields=fields or None)


@transaction.atomic
def change_state(
    *,
    lead: Lead,
    state: LeadState,
    by: Staff | None,
    at: dt.datetime,
    note: str = "",
    ends: bool = False,
    merged_into: Lead | None = None,
) -> StateChange:
    """Take one step of LEAD_TRANSITIONS; ``ends`` writes the end of the lead, another step clears it, and
    ``merged_into`` names the lead that this one was joined with. An appointment that is still open ends with the lead,
    and with the order: what the customer was invited for has come.

    Refuses IllegalTransition by the names of the states, and LeadChanged when somebody was faster. Announces nothing:
    the use case does.
    """
    before = LeadState(lead.state)
    LEAD_TRANSITIONS.assert_move(before, state)
    changes: dict[str, object] = {
        "state": state,
        "closed_at": at if ends else None,
        "close_reason": note if ends else "",
        "merged_into": merged_into,
    }
    if not Lead.objects.filter(pk=lead.pk, state=before).update(**changes):
        raise LeadChanged
    for name, value in changes.items():
        setattr(lead, name, value)
    row = StateChange.objects.create(lead=lead, at=at, by=by, before=before, state=state, note=note)
    if state.value in AppointmentEnd.values:
        end_appointment(lead=lead, why=AppointmentEnd(state), at=at)
    record_event(code=f"lead.{state.value}", subject=lead, by=by, at=at, data={"state": [before.value, state.value]})
    return row


def end_appointment(*, lead: Lead, why: AppointmentEnd, at: dt.datetime) -> None:
    """Cancel the appointment that is still open, if there is one: nobody is expected or reminded any more. Audited."""
    open_ones = Appointment.objects.filter(lead=lead, state=AppointmentState.OPEN)
    if open_ones.update(state=AppointmentState.CANCELLED, why_cancelled=why):
        record_event(code="appointment.cancelled", subject=lead, by=None, at=at, data={"why": why.value})
