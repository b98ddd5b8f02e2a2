"""Writing questionnaires: choices as typed, what a question needs, the weak item, quarters, words that beg."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.models import Question, Questionnaire
from followups.rules.answers import BadAnswer, read_answer
from followups.rules.questionnaires import (
    BadQuestion,
    Item,
    QuestionDraft,
    asks_for_full_marks,
    checked,
    last_quarter,
    next_code,
    next_quarter,
    read_options,
    suggested_texts,
    weakest,
)
from followups.services.calls.answers import question_rule
from followups.services.questionnaires import copy_of


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("网络|Internet\n朋友|Friends", ("choice_1|网络|Internet", "choice_2|朋友|Friends")),
        ("friend|朋友|Friends\n网络 ｜ Internet\n\n", ("friend|朋友|Friends", "choice_1|网络|Internet")),
        ("网络|Internet\nchoice_1|朋友|Friends", ("choice_2|网络|Internet", "choice_1|朋友|Friends")),
        ("", ()),
    ],
)
def test_choices_are_read_as_people_type_them(typed, expected):
    assert read_options(typed) == expected


@pytest.mark.parametrize(
    "typed", ["网络", "a|b|c|d", "|网络|Internet", "网络|", "Bad Code|网络|Internet", "x|网络|Net\nx|朋友|Friends"]
)
def test_choices_that_cannot_be_read_are_refused(typed):
    with pytest.raises(BadQuestion) as refused:
        read_options(typed)

    assert refused.value.field == "options"


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        pytest.param("code", QuestionDraft("Attitude", "text"), id="capital-letter"),
        pytest.param("code", QuestionDraft("taken", "text"), id="code-twice"),
        pytest.param("options", QuestionDraft("a", "choice", ("x|甲|A",)), id="one-choice"),
        pytest.param("options", QuestionDraft("a", "satisfaction", ("x|甲|A", "y|乙|B")), id="other-satisfaction"),
        pytest.param("maximum", QuestionDraft("a", "scale", minimum=5, maximum=5), id="no-range"),
        pytest.param("maximum", QuestionDraft("a", "scale", minimum=0, maximum=11), id="too-long-a-scale"),
        pytest.param("maximum", QuestionDraft("a", "scale", minimum=-1, maximum=5), id="below-nought"),
        pytest.param("maximum", QuestionDraft("a", "number", minimum=9, maximum=3), id="upside-down"),
        pytest.param("alert_below", QuestionDraft("a", "scale", alert_below=11), id="alert-beyond-the-scale"),
        pytest.param("alert_values", QuestionDraft("a", "yes_no", alert_values=("maybe",)), id="no-such-answer"),
        pytest.param("alert_values", QuestionDraft("a", "text", alert_values=("yes",)), id="alert-of-a-text"),
    ],
)
def test_a_question_that_cannot_be_asked_names_its_field(field, draft):
    with pytest.raises(BadQuestion) as refused:
        checked(draft, others=["taken"])

    assert refused.value.field == field


def test_a_question_loses_what_its_type_does_not_know():
    typed = QuestionDraft("a", "yes_no", ("x|甲|A",), 1, 10, ("no",), 6)

    assert checked(typed, others=[]) == QuestionDraft("a", "yes_no", alert_values=("no",))
    assert checked(QuestionDraft("a", "scale"), others=[]) == QuestionDraft("a", "scale", minimum=1, maximum=10)


def test_new_questions_get_a_code_of_their_own():
    assert (next_code([]), next_code(["q1", "q2", "attitude"]), next_code(["q2"])) == ("q1", "q3", "q1")


@pytest.mark.rule("D7-12")
@pytest.mark.parametrize(
    ("text", "begs"),
    [
        ("请您给我们打满分，谢谢", True),
        ("方便的话 打 满分 哦", True),
        ("请给１０分", True),
        ("Would you give us full marks?", True),
        ("Please give us a 10.", True),
        ("打分题最高 10 分，最低 1 分，请客户按真实感受打分。", False),
        ("销售顾问的服务态度，您打几分？", False),
        ("Scores run from 1 to 10; ask for the customer's honest view.", False),
        ("", False),
    ],
)
def test_words_that_beg_for_full_marks_are_seen(text, begs):
    assert asks_for_full_marks(text) is begs


@pytest.mark.rule("D7-07")
def test_the_weak_item_is_the_lowest_on_its_own_scale():
    attitude, expertise = Item("attitude", 4, 38), Item("expertise", 2, 17)
    short = Item("speed", 3, 9, lowest=1, highest=5)
    punctual = Item("in_time", 10, 9, lowest=0, highest=1)
    silent = Item("reason", 0, 0)

    assert weakest([attitude, expertise, short, punctual, silent]) == short
    assert [item.level for item in (attitude, short, punctual, silent)] == [8.5 / 9, 0.5, 0.9, None]
    assert weakest([silent]) is None
    assert weakest([Item("b", 1, 5), Item("a", 2, 10)]).code == "b"


@pytest.mark.rule("D7-07")
@pytest.mark.parametrize(
    ("on", "following", "last"),
    [
        ("2026-01-01", "2026-04-01", ("2025-10-01", "2026-01-01")),
        ("2026-03-31", "2026-04-01", ("2025-10-01", "2026-01-01")),
        ("2026-11-24", "2027-01-01", ("2026-07-01", "2026-10-01")),
        ("2026-12-31", "2027-01-01", ("2026-07-01", "2026-10-01")),
    ],
)
def test_the_next_version_begins_with_the_next_quarter(on, following, last):
    day = dt.date.fromisoformat(on)

    assert next_quarter(day) == dt.date.fromisoformat(following)
    assert last_quarter(day) == tuple(map(dt.date.fromisoformat, last))


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_quarters_follow_each_other_without_a_gap(day):
    first, until = last_quarter(day)

    assert first < until <= day < next_quarter(day)
    assert next_quarter(first) == until
    assert next_quarter(until) == next_quarter(day)


def test_a_suggested_question_speaks_of_the_weak_item_in_both_languages():
    texts = suggested_texts("交车时车辆的清洁程度，您打几分？", "How do you score the cleanliness?")

    assert "清洁程度" in texts[0]
    assert "cleanliness" in texts[1]
    assert all(len(text) <= 200 for text in suggested_texts("长" * 200, "long" * 50))


_OPTIONS = ["good|好|Good", "bad|差|Bad"]
_QUESTIONS = st.builds(
    Question,
    code=st.just("a"),
    type=st.sampled_from(["scale", "number", "yes_no", "choice", "satisfaction", "text"]),
    topic=st.sampled_from(["car", "dealership", "other"]),
    options=st.sampled_from([[], _OPTIONS]),
    minimum=st.none() | st.integers(-5, 5),
    maximum=st.none() | st.integers(6, 20),
    is_required=st.booleans(),
    alert_values=st.sampled_from([[], ["no"], ["bad"]]),
    alert_below=st.none() | st.integers(0, 10),
)
_TYPED = (
    st.sampled_from(["yes", "no", "good", "bad", "satisfied", "", "长", "１０"])
    | st.text(max_size=20)
    | (st.integers(-10, 30).map(str))
)


@pytest.mark.rule("D7-07")
@given(question=_QUESTIONS, typed=_TYPED)
def test_a_copied_version_answers_the_same(question, typed):
    copied = copy_of(question, Questionnaire(kind="7dc", version=2))

    def answered(row):
        try:
            return read_answer(question_rule(row), typed)
        except BadAnswer as refused:
            return str(refused)

    assert question_rule(copied) == question_rule(question)
    assert answered(copied) == answered(question)
