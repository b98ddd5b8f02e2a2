"""What a call after a workshop visit keeps beyond the others (AF-05)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from complaints.models import Complaint
from complaints.services import NothingSaid, promise_answer
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


class PromiseIncomplete(Refusal):
    """A promise of nobody, or of no time."""

    message = N_("Say who calls the customer back, and when.")


class AnswerByStranger(Refusal):
    """Somebody of another store, or who has left."""

    message = N_("Choose somebody of your store.")


@dataclass(frozen=True)
class VisitFacts:
    """``landline``: as typed, a further number for the agreed time. ``answer_at``, ``answer_by``: when and from whom
    the customer was promised a call about what went wrong (AF-06)."""

    landline: str = ""
    answer_at: dt.datetime | None = None
    answer_by: Staff | None = None


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


def promise_answers(
    row: CallTask, complaints: Iterable[Complaint], facts: VisitFacts, *, by: Staff, at: dt.datetime
) -> None:
    """Nobody argues: the right person calls at the time the customer chose (AF-06). Refuses NothingSaid without a
    complaint, PromiseIncomplete, AnswerByStranger, and what ``promise_answer`` refuses."""
    if facts.answer_at is None and facts.answer_by is None:
        return
    if facts.answer_at is None or facts.answer_by is None:
        raise PromiseIncomplete
    if facts.answer_by.store_id != row.store_id or not facts.answer_by.is_working:
        raise AnswerByStranger
    heard = list(complaints)
    if not heard:
        raise NothingSaid
    for complaint in heard:
        promise_answer(complaint=complaint, answer_at=facts.answer_at, answer_by=facts.answer_by, by=by, at=at)
