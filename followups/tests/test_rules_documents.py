"""The life of a monthly report and of a measure; what a signed CHPR sheet must say; classes of problems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.enums_documents import CheckResult, DocumentState, MeasureState
from followups.rules.chpr import Incomplete, Mark, NoImprovement, Tally, check_marks, tally_of, weak_points
from followups.rules.documents import (
    ACTS,
    DOCUMENT_TRANSITIONS,
    MEASURE_TRANSITIONS,
    AlreadyApproved,
    AlreadyClosed,
    MeasureFacts,
    NoMeasures,
    NoPreventiveMeasure,
    NothingNew,
    NotSubmitted,
    NotYetCommented,
    WithGeneralManager,
    check_submission,
    is_settled,
    may,
    state_after,
    states_for,
)
from followups.rules.problems import ProblemClassRule, class_of_answer, class_of_complaint

#: Every act in every state: where it leads, or why not. docs/rules/monthly-documents.md shows the same table.
TABLE = {
    "made": {
        "comment": "commented",
        "plan": NotYetCommented,
        "submit": NotYetCommented,
        "approve": NotSubmitted,
        "return": NotSubmitted,
    },
    "commented": {
        "comment": "commented",
        "plan": "commented",
        "submit": "submitted",
        "approve": NotSubmitted,
        "return": NotSubmitted,
    },
    "submitted": {
        "comment": WithGeneralManager,
        "plan": WithGeneralManager,
        "submit": WithGeneralManager,
        "approve": "approved",
        "return": "returned",
    },
    "returned": {
        "comment": "returned",
        "plan": "returned",
        "submit": "submitted",
        "approve": NotSubmitted,
        "return": NotSubmitted,
    },
    "approved": {
        "comment": AlreadyApproved,
        "plan": "approved",
        "submit": "submitted",
        "approve": NotSubmitted,
        "return": NotSubmitted,
    },
    "closed": dict.fromkeys(("comment", "plan", "submit", "approve", "return"), AlreadyClosed),
}
CASES = [pytest.param(state, act, TABLE[state][act], id=f"{act} {state}") for state in TABLE for act in TABLE[state]]


def test_the_table_holds_every_state_and_every_act():
    assert set(TABLE) == set(DocumentState.values) == DOCUMENT_TRANSITIONS.states
    assert all(set(acts) == set(ACTS) for acts in TABLE.values())
    assert MEASURE_TRANSITIONS.states == set(MeasureState.values)


@pytest.mark.rule("AF-10")
@pytest.mark.parametrize(("state", "act", "expected"), CASES)
def test_each_act_leads_on_or_is_refused_by_name(state, act, expected):
    if isinstance(expected, str):
        assert state_after(act, state) == expected
        assert may(act, state)
        assert state in states_for(act)
        assert DOCUMENT_TRANSITIONS.may_move(state, expected)
        return
    with pytest.raises(expected):
        state_after(act, state)
    assert not may(act, state)


@pytest.mark.parametrize(("act", "state"), [("burn", "made"), ("comment", "lost")])
def test_what_is_no_step_is_a_value_error(act, state):
    with pytest.raises(ValueError, match="no step"):
        state_after(act, state)


def test_both_machines_reach_every_state_and_end():
    assert DOCUMENT_TRANSITIONS.unreachable("made") == frozenset()
    assert DOCUMENT_TRANSITIONS.terminal == {"closed"}
    assert MEASURE_TRANSITIONS.unreachable("draft") == frozenset()
    assert MEASURE_TRANSITIONS.terminal == {"effective", "ineffective"}


CORRECTIVE, PREVENTIVE = MeasureFacts("draft", "corrective"), MeasureFacts("draft", "preventive")
RUNNING, WORKED = MeasureFacts("approved", "corrective"), MeasureFacts("effective", "preventive")
FAILED, REPLACED = MeasureFacts("ineffective", "corrective"), MeasureFacts("ineffective", "corrective", True)


@pytest.mark.rule("AF-12")
@pytest.mark.parametrize(
    ("measures", "complaints", "general", "refusal"),
    [
        pytest.param([], 0, 0, None, id="a month without problems needs none"),
        pytest.param([], 1, 0, NoMeasures, id="a complaint"),
        pytest.param([], 0, 1, NoMeasures, id="a general problem"),
        pytest.param([CORRECTIVE], 1, 0, None, id="a complaint, answered"),
        pytest.param([CORRECTIVE], 1, 1, NoPreventiveMeasure, id="a general problem left open"),
        pytest.param([CORRECTIVE, PREVENTIVE], 1, 1, None, id="both answered"),
        pytest.param([PREVENTIVE], 0, 3, None, id="prevented"),
        pytest.param([RUNNING], 1, 1, NothingNew, id="nothing new after the approval"),
        pytest.param([REPLACED, CORRECTIVE], 1, 1, None, id="a new one after the approval"),
    ],
)
def test_problems_need_measures_and_general_ones_preventive_measures(measures, complaints, general, refusal):
    if refusal is None:
        check_submission(measures, complaints=complaints, general=general)
        return
    with pytest.raises(refusal):
        check_submission(measures, complaints=complaints, general=general)


@pytest.mark.rule("AF-10")
@pytest.mark.parametrize(
    ("measures", "settled"),
    [
        ([], True),
        ([WORKED], True),
        ([WORKED, RUNNING], False),
        ([MeasureFacts("done", "corrective")], False),
        ([CORRECTIVE], False),
        ([FAILED], False),
        ([REPLACED, RUNNING], False),
        ([REPLACED, WORKED], True),
    ],
)
def test_a_report_is_settled_when_every_measure_worked_or_was_followed_by_one_that_did(measures, settled):
    assert is_settled(measures) is settled


# --- CHPR ---------------------------------------------------------------------------------------------------------
GOOD, MEDIUM, POOR = Mark("good"), Mark("medium"), Mark("poor", "先说明来意")


@pytest.mark.rule("D3-21")
def test_every_point_is_judged():
    with pytest.raises(Incomplete) as missing:
        check_marks([1, 2, 3], {1: GOOD, 2: Mark("")})

    assert missing.value.params == {"points": [2, 3]}


@pytest.mark.rule("D3-21")
@pytest.mark.parametrize("words", ["", "  \n"])
def test_a_poor_point_needs_an_improvement(words):
    with pytest.raises(NoImprovement) as bare:
        check_marks([1, 2], {1: Mark("poor", words), 2: POOR})

    assert bare.value.params == {"points": [1]}


def test_good_and_medium_points_need_none():
    check_marks([1, 2, 3], {1: GOOD, 2: MEDIUM, 3: POOR})


def test_a_result_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no result"):
        check_marks([1], {1: Mark("perfect")})


@given(st.lists(st.sampled_from(CheckResult.values)))
def test_a_tally_counts_every_result_once(results):
    tally = tally_of(results)

    assert tally.total == len(results)
    assert tally.good_share == (results.count("good") / len(results) if results else None)


@pytest.mark.rule("D3-21")
def test_weak_points_begin_with_the_most_poor_ones():
    found = weak_points({1: Tally(9), 2: Tally(1, 5, 1), 3: Tally(1, 0, 2), 4: Tally(3, 4, 1), 5: Tally(0, 5, 1)})

    assert [point.number for point in found] == [3, 2, 5, 4]


# --- classes of problems --------------------------------------------------------------------------------------------
CLASSES = (
    ProblemClassRule("quality", "质量", frozenset({"product"}), frozenset({"car"}), frozenset({"solved"})),
    ProblemClassRule("service", "服务", frozenset({"service"}), frozenset({"dealership"})),
    ProblemClassRule("price", "价格", questions=frozenset({"explained"})),
)


@pytest.mark.parametrize(
    ("question", "topic", "expected"),
    [
        ("greeted", "dealership", "service"),
        ("explained", "dealership", "price"),
        ("solved", "dealership", "quality"),
        ("noise", "car", "quality"),
        ("else", "other", "other"),
    ],
)
def test_a_question_that_is_named_goes_before_its_topic(question, topic, expected):
    assert class_of_answer(question, topic, CLASSES) == expected


def test_a_complaint_belongs_to_the_class_of_its_kind():
    assert [class_of_complaint(kind, CLASSES) for kind in ("product", "service", "media")] == [
        "quality",
        "service",
        "other",
    ]
