"""Reading one answer of a questionnaire, and what in the answers asks for more. Rules D3-10, D3-13, D7-06."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import folded

YES_NO = ("yes", "no")
LONGEST = 500


@dataclass(frozen=True)
class QuestionRule:
    """A question as far as its answers go. ``choices``: the codes of its options; ``topic``: car, dealership, other."""

    code: str
    type: str
    topic: str = "other"
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    is_required: bool = True
    alert_values: tuple[str, ...] = ()
    alert_below: int | None = None


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as it is stored: a code or text, its number where it is one, and whether somebody must look at it."""

    code: str
    value: str
    number: Decimal | None
    is_alert: bool


class BadAnswer(BadValue):
    """The question has no such answer."""

    message = N_("This question has no such answer.")


def read_answer(question: QuestionRule, typed: str) -> GivenAnswer | None:
    """The answer that was typed or chosen; None when there is none. Raises BadAnswer (a ValueError).

    An answer is an alert when it is one of the question's alert values, or a score up to its ``alert_below``.
    """
    text = typed.strip()
    if not text:
        return None
    if question.type in ("scale", "number"):
        return _number(question, folded(text))
    if question.type == "text":
        if len(text) > LONGEST:
            raise BadAnswer(N_("This answer is longer than %(most)d characters."), most=LONGEST)
    elif text not in (question.choices or (YES_NO if question.type == "yes_no" else ())):
        raise BadAnswer
    return GivenAnswer(question.code, text, None, text in question.alert_values)


def missing_answers(questions: Iterable[QuestionRule], given: Mapping[str, GivenAnswer]) -> tuple[str, ...]:
    """The codes of required questions without an answer, in order."""
    return tuple(question.code for question in questions if question.is_required and question.code not in given)


def dissatisfied_topics(questions: Iterable[QuestionRule], given: Mapping[str, GivenAnswer]) -> tuple[str, ...]:
    """What the customer said to be dissatisfied with: "car", "dealership", or both, which are asked apart (D3-10).

    Each of them is a complaint (D3-13). Low scores and a "no" are alerts, not complaints: the caller decides.
    """
    topics = [
        question.topic
        for question in questions
        if question.type == "satisfaction"
        and question.topic in ("car", "dealership")
        and question.code in given
        and given[question.code].is_alert
    ]
    return tuple(dict.fromkeys(topics))


def _number(question: QuestionRule, text: str) -> GivenAnswer:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadAnswer(N_("“%(value)s” is not a number."), value=text) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 9 or number != number.quantize(Decimal("0.01")):
        raise BadAnswer(N_("“%(value)s” is not a number."), value=text)
    if question.type == "scale" and number != number.to_integral_value():
        raise BadAnswer(N_("A score is a whole number."))
    low, high = question.minimum, question.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            raise BadAnswer(N_("Between %(lowest)d and %(highest)d, please."), lowest=low, highest=high)
        raise BadAnswer(N_("This number is too small or too large."))
    is_alert = question.alert_below is not None and number <= question.alert_below
    value = format(number.normalize(), "f")
    return GivenAnswer(question.code, value, number, is_alert or value in question.alert_values)
