"""Judging a lead: both sides' grades are kept, and a change re-plans the next contact (LG-06..08, LG-26)."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import GradedBy, LeadState, Standing
from leads.models import GradeChange, Lead
from leads.rules.cadence import LeadCourse, is_provisional, planned_contact_on
from leads.rules.policies import CadencePolicy, LeadRule
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.states import hold_lead
from leads.signals import lead_planned
from staffing.models import Staff


class NotToBeGraded(Refusal):
    """Only an open lead is judged; deposit, delivery, defeat and lost contact bring their grades with them."""

    message = N_("This lead is not open: its grade follows the course of the deal.")


class NoOpenGrade(Refusal):
    """L, F, O and D are not chosen: they are the result of an act of their own."""

    message = N_("The grade %(grade)s cannot be chosen: it comes with the order, the defeat or the lost contact.")


@transaction.atomic
def grade_lead(
    *, lead: Lead, grade: str, graded_by: GradedBy, by: Staff | None, at: dt.datetime, note: str = ""
) -> GradeChange:
    """Record a judgement of the grade and plan the next contact anew from the last actual one.

    A promised time stands: it is an agreement with the customer. Whoever writes on the lead meanwhile is waited for:
    the grade is judged on what stands then. Announced. Refuses NotToBeGraded, NoOpenGrade; raises UnknownGrade (a
    ValueError).
    """
    hold_lead(lead)
    on = at.astimezone(lead.store.tz).date()
    policy, rule = cadence_policy(lead.store, on), lead_policy(lead.store, on)
    chosen = policy.grade(grade)
    if lead.state != LeadState.OPEN:
        raise NotToBeGraded
    if chosen.standing != Standing.OPEN:
        raise NoOpenGrade(grade=chosen.code)
    row = set_grade(lead=lead, grade=chosen.code, graded_by=graded_by, by=by, at=at, rule=rule, note=note)
    if lead.next_contact_at is None:
        plan_next(lead=lead, policy=policy, rule=rule, on=on)
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return row


def set_grade(
    *, lead: Lead, grade: str, graded_by: GradedBy, by: Staff | None, at: dt.datetime, rule: LeadRule, note: str = ""
) -> GradeChange:
    """Write a grade and its line in the history, which follows the line before; the caller decides whether it may be,
    plans and announces."""
    hold_lead(lead, "grade", "contacts", "settled_at")
    provisional = lead.settled_at is None and is_provisional(
        contacts=lead.contacts,
        registered_on=lead.registered_at.astimezone(lead.store.tz).date(),
        on=at.astimezone(lead.store.tz).date(),
        rule=rule,
    )
    before, lead.grade = lead.grade, grade
    lead.save(update_fields=["grade"])
    row = GradeChange.objects.create(
        lead=lead, at=at, by=by, before=before, grade=grade, graded_by=graded_by, is_provisional=provisional, note=note
    )
    record_event(code="lead.graded", subject=lead, by=by, at=at, data={"grade": [before, grade]})
    return row


def plan_next(*, lead: Lead, policy: CadencePolicy, rule: LeadRule, on: dt.date) -> None:
    """Set the next date of a lead that is followed up, as ``planned_contact_on`` has it on the day ``on``; a promise
    made before gives way. The caller holds the row and announces."""
    zone = lead.store.tz
    course = LeadCourse(
        grade=lead.grade,
        registered_on=lead.registered_at.astimezone(zone).date(),
        is_ordered=lead.state == LeadState.ORDERED,
        is_fleet=lead.is_fleet,
        is_settled=lead.settled_at is not None,
        is_tried=lead.first_contact_at is not None,
        contacts=lead.contacts,
        last_contact_on=lead.last_contact_at.astimezone(zone).date() if lead.last_contact_at else None,
        planned_on=lead.next_contact_on,
    )
    lead.next_contact_on = planned_contact_on(course, on=on, policy=policy, rule=rule)
    lead.next_contact_at = None
    lead.save(update_fields=["next_contact_on", "next_contact_at"])
