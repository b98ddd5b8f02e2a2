"""Lost contact (失控): proven by tries, graded L, and back to telesales (LG-05, DF-09)."""

import datetime as dt

from django.db import transaction

from dealership.kernel.errors import N_, Refusal
from leads.enums import LeadState, MoveReason, Standing
from leads.models import Lead
from leads.rules.lost import contact_is_lost
from leads.selectors.endings import unanswered_tries
from leads.selectors.policies import lead_policy
from leads.services.recycling import send_back
from leads.services.states import change_state
from staffing.models import Staff


class NotProven(Refusal):
    """The tries do not yet show that contact is lost."""

    message = N_(
        "Contact is not lost yet: it takes %(tries)s unanswered tries on %(days)s different days, at %(slots)s "
        "different times of day and in %(ways)s different ways. So far there are %(made)s."
    )


@transaction.atomic
def lose_contact(
    *, lead: Lead, by: Staff | None, at: dt.datetime, note: str = "", number_verified: bool = False
) -> None:
    """End an open lead whose customer cannot be reached: state lost, grade L, back into the pool of telesales.

    The proof are the unanswered lines of the card since the last conversation, or an empty or wrong number that a
    second person has checked (``number_verified``). Announced. Refuses NotProven,
    IllegalTransition, LeadChanged and AlreadyMoved.
    """
    on = at.astimezone(lead.store.tz).date()
    rule = lead_policy(lead.store, on)
    change_state(lead=lead, state=LeadState.LOST, by=by, at=at, note=note, ends=True)
    tries = unanswered_tries(lead)
    if not number_verified and not contact_is_lost(tries, rule):
        raise NotProven(
            tries=rule.lost_tries, days=rule.lost_days, slots=rule.lost_slots, ways=rule.lost_ways, made=len(tries)
        )
    send_back(lead=lead, standing=Standing.LOST, reason=MoveReason.LOST, by=by, at=at, note=note)
