"""What the call screen shows of a lead: the plan of this line beside the last result, and what the card still lacks."""

import datetime as dt
from dataclasses import dataclass

from followups.enums import LEAD_KINDS
from followups.models import CallTask
from leads.enums import AppointmentState, LeadState, Standing, Way
from leads.models import Appointment, Contact, Interest, Lead
from leads.rules.cadence import wants_grade
from leads.rules.lost import contact_is_lost
from leads.selectors.endings import unanswered_tries
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.filling import missing_fields

#: The latest lines of the card; the card itself has them all.
LINES_SHOWN = 3
#: So many missing fields are asked for in one call.
ASKED_AT_MOST = 4


@dataclass(frozen=True)
class LeadPanel:
    """``lines`` are the latest of the card, the newest first (CC-10). ``last`` is the line that this call answers
    (CC-03). ``would_be_lost``: one more unanswered try now is enough for lost contact. ``wants_grade``: a conversation
    that is finished now has to end with a grade (LG-07)."""

    lead: Lead
    number: int
    lines: tuple[Contact, ...]
    grades: tuple[str, ...]
    interest: str
    appointment: Appointment | None
    missing: tuple[str, ...]
    would_be_lost: bool
    is_first_week: bool
    wants_grade: bool

    @property
    def last(self) -> Contact | None:
        return self.lines[0] if self.lines else None

    @property
    def earlier(self) -> tuple[Contact, ...]:
        return self.lines[1:]

    @property
    def may_be_graded(self) -> bool:
        return self.lead.state == LeadState.OPEN


def lead_panel(task: CallTask, *, at: dt.datetime) -> LeadPanel | None:
    """None for a call that is not about a lead. Seven queries."""
    if task.lead_id is None or task.kind not in LEAD_KINDS:
        return None
    lead = Lead.objects.select_related("store", "customer", "owner").get(pk=task.lead_id)
    on = at.astimezone(task.store.tz).date()
    lines = tuple(Contact.objects.filter(lead=lead).select_related("by").order_by("-number")[:LINES_SHOWN])
    rule = lead_policy(task.store, on)
    tries = [*unanswered_tries(lead), (at.astimezone(task.store.tz), Way.PHONE.value)]
    main = Interest.objects.filter(lead=lead).select_related("model").order_by("-is_main", "pk").first()
    grades = tuple(row.code for row in cadence_policy(task.store, on) if row.standing == Standing.OPEN)
    appointment = Appointment.objects.filter(lead=lead, state=AppointmentState.OPEN).first()
    return LeadPanel(
        lead=lead,
        number=(lines[0].number if lines else 0) + 1,
        lines=lines,
        grades=grades,
        interest=main.model.name if main is not None else "",
        appointment=appointment,
        missing=missing_fields(lead)[:ASKED_AT_MOST],
        would_be_lost=lead.state == LeadState.OPEN and contact_is_lost(tries, rule),
        is_first_week=lead.settled_at is None,
        wants_grade=lead.state == LeadState.OPEN
        and wants_grade(
            grade=lead.grade,
            contacts=lead.contacts,
            registered_on=lead.registered_at.astimezone(task.store.tz).date(),
            on=on,
            rule=rule,
        ),
    )
