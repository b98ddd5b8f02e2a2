"""When a lead is contacted next, and which grade a plan to buy means."""

import datetime as dt

from dealership.kernel.errors import N_, BadValue
from leads.rules.policies import CadencePolicy, LeadRule

_LATEST = dt.date.max


class BadHorizon(BadValue):
    """A plan to buy lies in the future, or is today."""

    message = N_("The number of days until the purchase cannot be below 0.")


class NoDate(BadValue):
    """The calendar ends before the next contact."""

    code = "bad_date"
    message = N_("From %(on)s on no next date can be reckoned.")


def next_contact_on(
    *, grade: str, last_contact_on: dt.date, policy: CadencePolicy, is_fleet: bool = False
) -> dt.date | None:
    """The day of the next contact: the last **actual** contact plus the cadence of the grade (LG-20..22, LG-26).

    None for a grade without a cadence: C unless it is switched on (LG-23), and grades nobody follows up.
    Raises UnknownGrade and NoDate (ValueErrors).
    """
    rule = policy.grade(grade)
    days = rule.fleet_days if is_fleet and rule.fleet_days is not None else rule.cadence_days
    if days is None:
        return None
    if last_contact_on > _LATEST - dt.timedelta(days=days):
        raise NoDate(on=last_contact_on.isoformat())
    return last_contact_on + dt.timedelta(days=days)


def grade_for_horizon(days: int, policy: CadencePolicy) -> str | None:
    """The grade of a customer who plans to buy in so many days: the nearest horizon that still holds them (LG-01..04).

    None beyond every horizon. Raises BadHorizon (a ValueError) below 0.
    """
    if days < 0:
        raise BadHorizon
    fitting = [
        (rule.horizon_days, rule.code)
        for rule in policy
        if rule.horizon_days is not None and rule.standing == "open" and days <= rule.horizon_days
    ]
    return min(fitting)[1] if fitting else None


def first_contact_due_at(registered_at: dt.datetime, rule: LeadRule) -> dt.datetime:
    """The first contact falls due 24 hours after the registration (LI-02), by the wall clock."""
    return registered_at + dt.timedelta(hours=rule.first_contact_hours)


def is_provisional(*, contacts: int, registered_on: dt.date, on: dt.date, rule: LeadRule) -> bool:
    """Whether the grade is still provisional on a day: until the third contact of the first week (LG-07).

    ``contacts`` are those at which the customer was spoken to. The week over, the grade that stands is the final one.
    """
    return contacts < rule.settling_contacts and on < registered_on + dt.timedelta(days=rule.settling_days)


def settling_contact_on(
    *, contacts: int, last_contact_on: dt.date, registered_on: dt.date, rule: LeadRule
) -> dt.date | None:
    """While the grade is provisional: the day of the next of the contacts that decide it, spread over the week (LG-07).

    The n-th of three falls at the latest on day 7·n/3 after the registration, and a day after the last one at the
    earliest. None when the contacts are made or the week is over.
    """
    if contacts >= rule.settling_contacts:
        return None
    week_ends_on = registered_on + dt.timedelta(days=rule.settling_days)
    planned = registered_on + dt.timedelta(days=rule.settling_days * (contacts + 1) // rule.settling_contacts)
    earliest = last_contact_on + dt.timedelta(days=1)
    found = max(planned, earliest)
    return found if found <= week_ends_on else None
