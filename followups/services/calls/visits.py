"""What a call after a workshop visit keeps beyond the others (AF-05)."""

import datetime as dt
from dataclasses import dataclass

from customers.services.phones import add_phone
from dealership.kernel import phones
from dealership.kernel.errors import N_, Refusal
from followups.enums import Consequence, TaskKind
from followups.models import CallTask
from followups.rules import OutcomeRule
from staffing.models import Staff


class MobileGiven(Refusal):
    """A landline was asked for."""

    message = N_("This is a mobile number. A landline begins with its area code.")


@dataclass(frozen=True)
class VisitFacts:
    """``landline``: as typed, a further number for the agreed time."""

    landline: str = ""


def read_landline(typed: str) -> str:
    """The number as E.164, empty for nothing. Raises BadPhone; refuses MobileGiven."""
    if not typed.strip():
        return ""
    number = phones.normalise(typed)
    if phones.is_mobile(number):
        raise MobileGiven
    return number


def keep_visit_facts(row: CallTask, rule: OutcomeRule, facts: VisitFacts, *, by: Staff, at: dt.datetime) -> None:
    """Put the landline on file when another time was agreed (AF-05). Raises BadPhone; refuses MobileGiven."""
    if row.kind == TaskKind.SERVICE_VISIT and rule.consequence == Consequence.CALL_BACK:
        number = read_landline(facts.landline)
        if number:
            add_phone(customer=row.customer, number=number, by=by, at=at)
