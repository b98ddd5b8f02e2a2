"""Which call a lead waits for: the first contact, then one revisit after another. Rules LG-20..26, LI-02, CC-08.

The plan stands with the lead, and is made by its last contact; the call only carries it into the day's queue.
"""

import datetime as dt
from dataclasses import dataclass

from followups.rules.tasks import overdue_at

#: Values of leads.enums.LeadState in which somebody follows the lead up.
FOLLOWED = ("open", "ordered")
FIRST_CONTACT, REVISIT = "lead_first_contact", "lead_revisit"


@dataclass(frozen=True)
class LeadFacts:
    """What of a lead decides its next call. Moments carry a zone; days are those of the store."""

    state: str
    registered_at: dt.datetime
    first_due_at: dt.datetime
    first_contact_at: dt.datetime | None = None
    last_contact_at: dt.datetime | None = None
    next_contact_on: dt.date | None = None
    next_contact_at: dt.datetime | None = None


@dataclass(frozen=True)
class LeadCall:
    """The call as the list has it: on it from ``due_on``, late from ``overdue_at`` (UTC); ``due_at`` was promised.

    ``anchor_on`` is the day of the last conversation, of a lead nobody has spoken to that of its registration.
    """

    kind: str
    anchor_on: dt.date
    due_on: dt.date
    due_at: dt.datetime | None
    overdue_at: dt.datetime


def planned_lead_call(facts: LeadFacts, tz: dt.tzinfo) -> LeadCall | None:
    """The one call that a lead waits for; None for a lead that nobody follows up, or that has no next date (LG-23).

    The first contact is on the list from the registration on and late 24 hours after it, by the clock (LI-02). It stays
    the first contact until the customer was spoken to; after a try the day is the one that the try set. A revisit is
    due on the day of the plan, and late when that day, or the promised moment, is over.
    """
    if facts.state not in FOLLOWED:
        return None
    kind = REVISIT if facts.last_contact_at is not None else FIRST_CONTACT
    anchor_on = (facts.last_contact_at or facts.registered_at).astimezone(tz).date()
    if facts.first_contact_at is None and facts.last_contact_at is None and facts.state == "open":
        return LeadCall(kind, anchor_on, anchor_on, None, facts.first_due_at.astimezone(dt.UTC))
    if facts.next_contact_on is None:
        return None
    late_from = overdue_at(facts.next_contact_on, facts.next_contact_at, tz)
    return LeadCall(kind, anchor_on, facts.next_contact_on, facts.next_contact_at, late_from)
