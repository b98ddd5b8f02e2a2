"""Reading one answer, what is missing, what is an alert, and filling a script."""

from decimal import Decimal

import pytest

from followups.rules.answers import (
    BadAnswer,
    GivenAnswer,
    QuestionRule,
    dissatisfied_topics,
    missing_answers,
    read_answer,
)
from followups.rules.scripts import filled_script

SATISFACTION = QuestionRule(
    "car", "satisfaction", "car", ("satisfied", "neutral", "dissatisfied"), alert_values=("dissatisfied",)
)
DEALERSHIP = QuestionRule(
    "dealership", "satisfaction", "dealership", SATISFACTION.choices, alert_values=("dissatisfied",)
)
SCORE = QuestionRule("attitude", "scale", "dealership", minimum=1, maximum=10, alert_below=6)
MINUTES = QuestionRule("minutes", "number", minimum=0, maximum=600)
SOLVED = QuestionRule("solved", "yes_no", "dealership", alert_values=("no",))
REMARK = QuestionRule("remark", "text", is_required=False)


@pytest.mark.rule("D7-06")
@pytest.mark.parametrize(
    ("question", "typed", "value", "number", "is_alert"),
    [
        (SATISFACTION, "satisfied", "satisfied", None, False),
        (SATISFACTION, "dissatisfied", "dissatisfied", None, True),
        (SCORE, "10", "10", Decimal(10), False),
        (SCORE, " ７ ", "7", Decimal(7), False),
        (SCORE, "6", "6", Decimal(6), True),
        (SCORE, "1", "1", Decimal(1), True),
        (MINUTES, "45.5", "45.5", Decimal("45.5"), False),
        (MINUTES, "0", "0", Decimal(0), False),
        (SOLVED, "yes", "yes", None, False),
        (SOLVED, "no", "no", None, True),
        (REMARK, " 很好 ", "很好", None, False),
    ],
)
def test_answer_is_read(question, typed, value, number, is_alert):
    assert read_answer(question, typed) == GivenAnswer(question.code, value, number, is_alert)


@pytest.mark.parametrize("question", [SATISFACTION, SCORE, MINUTES, SOLVED, REMARK])
def test_empty_answer_is_none(question):
    assert read_answer(question, "  ") is None


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (SATISFACTION, "marvellous"),
        (SCORE, "0"),
        (SCORE, "11"),
        (SCORE, "7.5"),
        (SCORE, "nan"),
        (SCORE, "1e400"),
        (MINUTES, "601"),
        (MINUTES, "-1"),
        (MINUTES, "0.001"),
        (MINUTES, "多久"),
        (SOLVED, "maybe"),
        (REMARK, "长" * 501),
    ],
)
def test_impossible_answer_is_refused(question, typed):
    with pytest.raises(BadAnswer):
        read_answer(question, typed)


@pytest.mark.rule("D3-10")
@pytest.mark.rule("D3-13")
def test_car_and_dealership_are_apart_and_only_satisfaction_makes_a_complaint():
    questions = [SATISFACTION, DEALERSHIP, SCORE, SOLVED, REMARK]
    given = {
        code: answer
        for question, typed in ((SATISFACTION, "dissatisfied"), (DEALERSHIP, "neutral"), (SCORE, "1"), (SOLVED, "no"))
        if (answer := read_answer(question, typed)) and (code := question.code)
    }

    assert dissatisfied_topics(questions, given) == ("car",)
    assert missing_answers(questions, given) == ()
    assert missing_answers(questions, {}) == ("car", "dealership", "attitude", "solved")


def test_script_shows_a_blank_where_nothing_is_known():
    text = filled_script(
        "您好，{customer}，{expected_on}前后来店（{nonsense}）", {"customer": "王小明", "expected_on": ""}
    )

    assert text == "您好，王小明，____前后来店（____）"
