"""Policies as the rules see them: a row that an admin edits and a test's literal are the same thing here."""

from collections.abc import Iterator
from dataclasses import dataclass

from dealership.kernel.errors import N_, BadValue


class UnknownGrade(BadValue):
    """The policy knows no such grade."""

    code = "unknown_value"
    message = N_("There is no grade “%(grade)s”. There are: %(known)s.")


@dataclass(frozen=True)
class GradeRule:
    """One grade (LG-01..05, LG-09): codes are upper case.

    ``horizon_days``     the customer plans to buy within so many days; None for a grade that is not judged by a horizon
    ``cadence_days``     days from the last actual contact to the next; None: no automatic next date (LG-23)
    ``fleet_days``       the same for fleet customers (LG-27); None: as for everybody
    ``standing``         what the grade means: open, ordered, delivered, lost, defeated
    ``seller_keeps``     a showroom seller may keep it over the end of the month (LG-30)
    """

    code: str
    horizon_days: int | None = None
    cadence_days: int | None = None
    fleet_days: int | None = None
    standing: str = "open"
    seller_keeps: bool = False


@dataclass(frozen=True)
class CadencePolicy:
    """The grades in their order, from the hottest on."""

    grades: tuple[GradeRule, ...]

    def __iter__(self) -> Iterator[GradeRule]:
        return iter(self.grades)

    def grade(self, code: str) -> GradeRule:
        """Raises UnknownGrade (a ValueError)."""
        for rule in self.grades:
            if rule.code == code.strip().upper():
                return rule
        raise UnknownGrade(grade=code, known="、".join(rule.code for rule in self.grades))


@dataclass(frozen=True)
class LeadRule:
    """The other numbers of leads.

    ``first_contact_hours``   first contact after the registration (LI-02)
    ``settling_contacts``     contacts before the grade is final, within ``settling_days`` (LG-07)
    ``register_grade_hours``  the register's second grade after the visit (LG-08)
    ``card_grade``            the lowest grade with which a visit opens a card (LI-18)
    ``welcome_minutes``       telesales learns the need in so many minutes, then introduces the consultant (HO-02)
    ``lost_tries/days/slots/ways``  unanswered tries, on different days, in different slots of the day, by different
                              ways, before contact counts as lost
    ``vip_referrals``/``vip_days``  referrals within so many rolling days make a VIP (RC-05)
    ``invalid_after_days``    who buys later than that is no valid customer (DF-05)
    ``assign_by``             rotation, least_load or pool
    ``behind_tasks``          who has so many overdue calls is behind, and gets no new lead
    ``calling_takes``         a recorded call to a lead of the pool makes it the caller's
    ``burst_contacts``/``burst_minutes``  so many contacts within so many minutes are looked at (CC-09)
    """

    first_contact_hours: int = 24
    settling_contacts: int = 3
    settling_days: int = 7
    register_grade_hours: int = 24
    card_grade: str = "B"
    welcome_minutes: int = 3
    lost_tries: int = 3
    lost_days: int = 3
    lost_slots: int = 2
    lost_ways: int = 2
    vip_referrals: int = 3
    vip_days: int = 365
    invalid_after_days: int = 365
    assign_by: str = "rotation"
    behind_tasks: int = 10
    calling_takes: bool = True
    burst_contacts: int = 10
    burst_minutes: int = 15
