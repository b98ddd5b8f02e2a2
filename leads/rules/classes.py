"""The class of a customer (RC-01..06), and when it must be looked at again."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from leads.rules.defeats import is_too_late
from leads.rules.policies import LeadRule

#: States of a lead that somebody still works for the customer's purchase.
_CURRENT = frozenset({"open", "defeat_applied", "ordered"})


@dataclass(frozen=True)
class OwnLead:
    """A lead of the customer's own: ``state`` a value of LeadState, ``is_graded`` somebody judged it, ``buys_on`` the
    day on which the customer plans to buy."""

    state: str
    is_graded: bool
    registered_on: dt.date
    buys_on: dt.date | None = None


@dataclass(frozen=True)
class CustomerFacts:
    """What is known of a customer: own leads, whether a car was bought here, and the days on which leads were given
    (each lead of somebody else whom this customer introduced; information, not sales)."""

    leads: Collection[OwnLead] = ()
    has_bought: bool = False
    given_on: Collection[dt.date] = ()


@dataclass(frozen=True)
class Classified:
    """``customer_class``: a value of CustomerClass. ``referrals``: leads given within the window. ``review_on``: the
    day on which the first of them leaves the window; None without any."""

    customer_class: str
    referrals: int
    review_on: dt.date | None


def classify(facts: CustomerFacts, *, on: dt.date, rule: LeadRule) -> Classified:
    """The class on a day; of several that fit, the first of VIP, base, hopeful, defeated, potential.

    VIP: three leads given or more within 365 days, today among them (RC-05); also of somebody who never bought. Base:
    bought here (RC-03). Hopeful: a current lead that was judged and is to be bought within the year (RC-02, DF-05).
    Defeated: left what is needed, and did not buy here or buys only after more than a year (RC-06, which is DF-05).
    Potential: can be reached, and that is all (RC-01).
    """
    counted = given_within(facts.given_on, on=on, days=rule.vip_days)
    review_on = counted[0] + dt.timedelta(days=rule.vip_days) if counted else None
    return Classified(_class(facts, len(counted), rule), len(counted), review_on)


def given_within(days_given: Collection[dt.date], *, on: dt.date, days: int) -> list[dt.date]:
    """The days of the leads that count on ``on``, the earliest first: those of the last ``days`` days, ``on`` included.

    A lead given on day g counts on g and leaves the window on g + ``days``. What lies after ``on`` does not count yet.
    """
    return sorted(given for given in days_given if 0 <= (on - given).days < days)


def _class(facts: CustomerFacts, given: int, rule: LeadRule) -> str:
    if given >= rule.vip_referrals:
        return "vip"
    if facts.has_bought:
        return "base"
    current = [lead for lead in facts.leads if lead.state in _CURRENT]
    too_late = [lead for lead in current if is_too_late(lead.buys_on, registered_on=lead.registered_on, rule=rule)]
    if any(lead.is_graded and lead not in too_late for lead in current):
        return "hopeful"
    if too_late or (not current and any(lead.state == "defeated" for lead in facts.leads)):
        return "defeated"
    return "potential"
