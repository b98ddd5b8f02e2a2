"""Storing the answers of a call against the version of the questionnaire they were given to (D7-07)."""

import datetime as dt
from collections.abc import Iterable, Mapping

from dealership.kernel.errors import N_, Refusal
from followups.models import Answer, CallTask, Question, Questionnaire, Response
from followups.rules.answers import GivenAnswer, QuestionRule, missing_answers, read_answer
from staffing.models import Staff


class AnswersMissing(Refusal):
    """A completed call without the answers it was made for."""

    message = N_("Questions without an answer: %(questions)s.")


def question_rule(question: Question) -> QuestionRule:
    """A row of the questionnaire as the pure rule takes it."""
    return QuestionRule(
        code=question.code,
        type=question.type,
        topic=question.topic,
        choices=tuple(str(option).split("|", 1)[0] for option in question.options),
        minimum=question.minimum,
        maximum=question.maximum,
        is_required=question.is_required,
        alert_values=tuple(question.alert_values),
        alert_below=question.alert_below,
    )


def read_answers(questions: Iterable[Question], typed: Mapping[str, str]) -> dict[str, GivenAnswer]:
    """The answers by question code, without the empty ones. Raises BadAnswer for what the question does not offer."""
    given = {}
    for question in questions:
        answer = read_answer(question_rule(question), str(typed.get(question.code, "")))
        if answer is not None:
            given[question.code] = answer
    return given


def refuse_missing(questions: Iterable[Question], given: Mapping[str, GivenAnswer]) -> None:
    """Refuses AnswersMissing, naming the questions, when a required one has no answer."""
    rows = list(questions)
    missing = set(missing_answers(map(question_rule, rows), given))
    if missing:
        texts = [question.text for question in rows if question.code in missing]
        raise AnswersMissing(questions=" / ".join(texts))


def store_answers(
    *, task: CallTask, questionnaire: Questionnaire, given: Mapping[str, GivenAnswer], by: Staff, at: dt.datetime
) -> Response:
    """Write the answers of a task, once and for all."""
    response = Response.objects.create(task=task, questionnaire=questionnaire, at=at, by=by)
    Answer.objects.bulk_create(
        Answer(
            response=response,
            question=question,
            value=given[question.code].value,
            number=given[question.code].number,
            is_alert=given[question.code].is_alert,
        )
        for question in questionnaire.questions.all()
        if question.code in given
    )
    return response
