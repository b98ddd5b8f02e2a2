"""A line of the yellow card: what happened, and what is planned next."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import FOLLOWED, GradedBy, LeadState, Stage, Standing, Way
from leads.models import Contact, Lead
from leads.rules.cadence import is_provisional
from leads.rules.policies import LeadRule
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import NoOpenGrade, plan_next, set_grade
from leads.services.states import hold_lead
from leads.signals import lead_planned
from staffing.models import Staff


class NotFollowed(Refusal):
    """An ended lead gets no lines; it is taken up again first."""

    message = N_("This lead has ended. Take it up again before you write a contact.")


class NoResult(Refusal):
    """A contact at which the customer was spoken to says what came of it (CC-05)."""

    message = N_("Write what came of it: the next contact is planned from it.")


class NoNextReason(Refusal):
    """Every line sets the reason of the next one (CC-08)."""

    message = N_("Write the reason for the next contact: it answers what came of this one.")


class NextInThePast(Refusal):
    """A plan lies ahead."""

    message = N_("The next contact cannot lie before today.")


@dataclass(frozen=True)
class ContactFacts:
    """What happened. ``next_on``/``next_at`` promise a date or a moment; without either the cadence decides (LG-26).

    ``grade`` re-judges the lead; empty keeps it. ``outcome`` is the code of the call's result, when it was a call.
    """

    way: Way
    reached: bool
    result: str = ""
    grade: str = ""
    outcome: str = ""
    next_on: dt.date | None = None
    next_at: dt.datetime | None = None
    next_way: str = ""
    next_reason: str = ""


@transaction.atomic
def record_contact(*, lead: Lead, facts: ContactFacts, by: Staff, at: dt.datetime) -> Contact:
    """Write the facts beside the plan, and plan the next contact (CC-05..08, LG-07, LG-20..26).

    The next date runs from this contact, not from the plan; late is counted against the plan. An unanswered try moves
    the date to the next day. The third contact of the first week makes the grade final. A lead that nobody has judged
    yet is written on like any other: it has no cadence, and its week goes on. Announced.
    Refuses NotFollowed, NoResult, NoNextReason, NextInThePast, NoOpenGrade; raises UnknownGrade (a ValueError).
    """
    hold_lead(lead)  # one line at a time: the number below is nobody else's
    if lead.state not in FOLLOWED:
        raise NotFollowed
    today = at.astimezone(lead.store.tz).date()
    policy, rule = cadence_policy(lead.store, today), lead_policy(lead.store, today)
    grade = policy.grade(facts.grade) if facts.grade else None
    if grade is not None and grade.standing != Standing.OPEN and grade.code != lead.grade:
        raise NoOpenGrade(grade=grade.code)
    if facts.reached and not facts.result.strip():
        raise NoResult
    if facts.reached and not facts.next_reason.strip():
        raise NoNextReason
    promised = facts.next_at.astimezone(lead.store.tz).date() if facts.next_at else facts.next_on
    if promised is not None and (promised < today or (facts.next_at is not None and facts.next_at <= at)):
        raise NextInThePast
    before = lead.grade
    planned_on = lead.next_contact_on or (
        lead.first_due_at.astimezone(lead.store.tz).date() if lead.first_contact_at is None else None
    )
    line = Contact(
        lead=lead,
        at=at,
        by=by,
        number=(lead.contact_rows.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
        planned_on=planned_on,
        planned_way=lead.next_way,
        reason=lead.next_reason,
        way=facts.way,
        reached=facts.reached,
        outcome=facts.outcome,
        result=facts.result.strip(),
        grade_before=before,
        days_late=max((today - planned_on).days, 0) if planned_on is not None else 0,
    )
    _count(lead, facts.reached, at)
    if grade is not None and grade.code != before and lead.state == LeadState.OPEN:
        side = GradedBy.TELESALES if lead.stage == Stage.TELESALES else GradedBy.CONSULTANT
        set_grade(lead=lead, grade=grade.code, graded_by=side, by=by, at=at, rule=rule)
    if facts.reached:
        _settle(lead, rule, today, at)
        plan_next(lead=lead, policy=policy, rule=rule, on=today)
    else:
        lead.next_contact_on, lead.next_contact_at = today + dt.timedelta(days=1), None
    if promised is not None:
        lead.next_contact_on, lead.next_contact_at = promised, facts.next_at
    if facts.next_reason.strip():
        lead.next_reason = facts.next_reason.strip()
    lead.next_way = facts.next_way or lead.next_way or Way.PHONE
    lead.save(update_fields=["next_contact_on", "next_contact_at", "next_reason", "next_way"])
    line.grade_after = lead.grade
    line.next_on, line.next_way, line.next_reason = lead.next_contact_on, lead.next_way, lead.next_reason
    line.save()
    record_event(code="lead.contacted", subject=lead, by=by, at=at, data={"line": line.number, "reached": line.reached})
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return line


def _count(lead: Lead, reached: bool, at: dt.datetime) -> None:
    """A first try within 24 hours keeps the promise of LI-02 also when nobody answers; only a conversation counts as a
    contact (LG-07) and moves the cadence."""
    if lead.first_contact_at is None:
        lead.first_contact_at = at
    if reached:
        lead.contacts += 1
        lead.tries = 0
        lead.last_contact_at = at
    else:
        lead.tries += 1
    lead.save(update_fields=["first_contact_at", "contacts", "tries", "last_contact_at"])


def _settle(lead: Lead, rule: LeadRule, today: dt.date, at: dt.datetime) -> None:
    if not lead.grade:
        return
    registered_on = lead.registered_at.astimezone(lead.store.tz).date()
    if lead.settled_at is None and not is_provisional(
        contacts=lead.contacts, registered_on=registered_on, on=today, rule=rule
    ):
        lead.settled_at = at
        lead.save(update_fields=["settled_at"])
