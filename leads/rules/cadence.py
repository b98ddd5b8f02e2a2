"""When a lead is contacted next, and which grade a plan to buy means."""

import datetime as dt
from dataclasses import dataclass

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

    ``contacts`` are those at which the customer was spoken to; tries in vain are none. The week ends with its seventh
    day after the registration, on which the third contact stands at the latest; the week over, the grade that stands is
    the final one.
    """
    return contacts < rule.settling_contacts and on <= registered_on + dt.timedelta(days=rule.settling_days)


def wants_grade(*, grade: str, contacts: int, registered_on: dt.date, on: dt.date, rule: LeadRule) -> bool:
    """Whether a finished conversation has to end with a grade: the one that ends the first week, and every one after it
    while nobody has judged the lead (LG-07). ``contacts`` are those before it."""
    return not grade and not is_provisional(contacts=contacts + 1, registered_on=registered_on, on=on, rule=rule)


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


@dataclass(frozen=True)
class LeadCourse:
    """What of a lead decides the day of its next contact. Days are those of the store.

    ``is_ordered``: its car is waited for. ``is_tried``: somebody has tried to reach the customer. ``contacts`` and
    ``last_contact_on`` count conversations alone. ``planned_on`` is the day that stands.
    """

    grade: str
    registered_on: dt.date
    is_ordered: bool = False
    is_fleet: bool = False
    is_settled: bool = False
    is_tried: bool = False
    contacts: int = 0
    last_contact_on: dt.date | None = None
    planned_on: dt.date | None = None


def planned_contact_on(course: LeadCourse, *, on: dt.date, policy: CadencePolicy, rule: LeadRule) -> dt.date | None:
    """The day of the next contact of a lead that is followed up, as its plan is made on a day (LG-07, LG-20..27).

    After a conversation: the cadence of the grade, or the next of the first week's contacts, whichever comes first.
    Without a grade that the policy knows: the first week's contacts, then once a settling week until somebody judges.
    Tried in vain: the day that the try set, else the next one. Ordered before anybody was spoken to: the cadence runs
    from ``on``. A grade without a cadence moves nothing: a day after the last conversation stands (LG-23).

    None before the first try, when the first contact is due by the clock (LI-02), and where nothing stands that a grade
    without a cadence could leave: such a lead is on the list of those without a date.
    """
    if course.last_contact_on is None and not course.is_ordered:
        return (course.planned_on or on + dt.timedelta(days=1)) if course.is_tried else None
    last_on = course.last_contact_on or on
    settling = None
    if not course.is_settled and not course.is_ordered:
        settling = settling_contact_on(
            contacts=course.contacts, last_contact_on=last_on, registered_on=course.registered_on, rule=rule
        )
    if course.grade in {known.code for known in policy}:
        cadence = next_contact_on(grade=course.grade, last_contact_on=last_on, policy=policy, is_fleet=course.is_fleet)
    else:
        cadence = last_on + dt.timedelta(days=rule.settling_days) if settling is None else None
    found = min((day for day in (cadence, settling) if day is not None), default=None)
    if found is None and course.planned_on is not None and course.planned_on > last_on:
        return course.planned_on
    return found
