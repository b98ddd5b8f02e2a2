"""Taking up again what was lost or defeated (DF-09, DF-13, DF-17)."""

import datetime as dt

from django.db import transaction

from dealership.kernel.errors import N_, Refusal
from leads.enums import DefeatState, GradedBy, LeadState, MoveReason, Stage, Standing
from leads.models import Lead
from leads.rules.cadence import first_contact_due_at
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.contacts import NextInThePast
from leads.services.grading import NoOpenGrade, set_grade
from leads.services.owners import move_lead, stage_of
from leads.services.states import change_state
from staffing.models import Staff


class NotEnded(Refusal):
    message = N_("This lead is neither lost nor defeated: there is nothing to take up again.")


class SameHands(Refusal):
    """A defeat is looked at again by other eyes than the applicant's (DF-17)."""

    message = N_(
        "You applied for this defeat. A colleague contacts the customer again, or a supervisor gives it to you."
    )


class NoReasonToGoOn(Refusal):
    message = N_("Write why the lead is taken up again: it is the reason of the next contact.")


@transaction.atomic
def reactivate_lead(
    *,
    lead: Lead,
    owner: Staff,
    grade: str,
    reason: str,
    by: Staff,
    at: dt.datetime,
    next_on: dt.date | None = None,
) -> None:
    """Open a lost or defeated lead again for ``owner``, with a grade and a plan of its own (DF-13).

    What it ended with is cleared; the lines, the gradings and the defeat stay as history. The validity begins anew: the
    next contact is planned for ``next_on`` or the day after ``at``; a lead that was never contacted gets its 24 hours
    afresh (LI-02). Whoever applied for the defeat does not take it up by himself (DF-17). Announced. Refuses NotEnded,
    SameHands, NoReasonToGoOn, NextInThePast, NoOpenGrade, LeadChanged, AlreadyMoved; raises UnknownGrade (a
    ValueError).
    """
    if lead.state not in (LeadState.LOST, LeadState.DEFEATED):
        raise NotEnded
    if not reason.strip():
        raise NoReasonToGoOn
    today = at.astimezone(lead.store.tz).date()
    if next_on is not None and next_on < today:
        raise NextInThePast
    policy, rule = cadence_policy(lead.store, today), lead_policy(lead.store, today)
    chosen = policy.grade(grade)
    if chosen.standing != Standing.OPEN:
        raise NoOpenGrade(grade=chosen.code)
    if by.pk == owner.pk and lead.state == LeadState.DEFEATED and _applicant_of(lead) == by.pk:
        raise SameHands
    change_state(lead=lead, state=LeadState.OPEN, by=by, at=at, note=reason.strip())
    side = GradedBy.TELESALES if stage_of(owner, lead.pool) == Stage.TELESALES else GradedBy.CONSULTANT
    set_grade(lead=lead, grade=chosen.code, graded_by=side, by=by, at=at, rule=rule)
    lead.tries = 0
    lead.next_contact_on, lead.next_contact_at = next_on or today + dt.timedelta(days=1), None
    lead.next_reason = reason.strip()
    if lead.first_contact_at is None:
        lead.first_due_at, lead.next_contact_on = first_contact_due_at(at, rule), next_on
    lead.save(update_fields=["tries", "next_contact_on", "next_contact_at", "next_reason", "first_due_at"])
    move_lead(lead=lead, owner=owner, reason=MoveReason.REACTIVATED, by=by, at=at, note=reason.strip())


def _applicant_of(lead: Lead) -> int | None:
    approved = lead.defeat_rows.filter(state=DefeatState.APPROVED).order_by("-decided_at", "-pk")
    applicant: int | None = approved.values_list("by_id", flat=True).first()
    return applicant
