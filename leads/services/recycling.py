"""Back to telesales: leads that ended, and those that the month end takes from the showroom (LI-06, DF-09, LG-31)."""

import datetime as dt

from django.db import transaction

from leads.enums import GradedBy, MoveReason, Stage, Standing
from leads.models import Lead, Recycling
from leads.rules.policies import CadencePolicy
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import set_grade
from leads.services.owners import move_lead
from staffing.enums import Role
from staffing.models import Staff

#: The grade with which a lead ends when the policy has none of that standing.
_GRADES = {Standing.LOST: "L", Standing.DEFEATED: "F"}


@transaction.atomic
def recycle_lead(*, lead: Lead, reason: MoveReason, by: Staff | None, at: dt.datetime, note: str = "") -> None:
    """Give a lead back into the pool of telesales. One of the showroom's is written down as recycled: when, from whom,
    with which grade (LI-06); its channel stays. Announced. Refuses AlreadyMoved."""
    stage, before_id = lead.stage, lead.owner_id
    move_lead(lead=lead, owner=None, pool=Role.TELESALES, stage=Stage.TELESALES, reason=reason, by=by, at=at, note=note)
    if stage == Stage.SHOWROOM:
        Recycling.objects.create(lead=lead, at=at, by=by, before_id=before_id, grade=lead.grade, reason=reason)


@transaction.atomic
def send_back(
    *, lead: Lead, standing: Standing, reason: MoveReason, by: Staff | None, at: dt.datetime, note: str = ""
) -> None:
    """What follows on the end of a lead: the grade of its standing, no plan, back into the pool of telesales (DF-09).

    The caller has changed the state. Announced. Refuses AlreadyMoved.
    """
    on = at.astimezone(lead.store.tz).date()
    set_grade(
        lead=lead,
        grade=_grade_of(cadence_policy(lead.store, on), standing),
        graded_by=GradedBy.SYSTEM,
        by=by,
        at=at,
        rule=lead_policy(lead.store, on),
    )
    lead.next_contact_on = lead.next_contact_at = None
    lead.next_way = lead.next_reason = ""
    lead.save(update_fields=["next_contact_on", "next_contact_at", "next_way", "next_reason"])
    recycle_lead(lead=lead, reason=reason, by=by, at=at, note=note)


def _grade_of(policy: CadencePolicy, standing: Standing) -> str:
    return next((rule.code for rule in policy if rule.standing == standing), _GRADES[standing])
