"""The turn at the door, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.rules.turn import AWAY, BUSY, TAKEN, consumes_turn, turn_order

A, B, C = 1, 2, 3


@pytest.mark.rule("ST-05")
@pytest.mark.parametrize(
    ("steps", "order"),
    [
        pytest.param([], (A, B, C), id="as they came in the morning"),
        pytest.param([(A, TAKEN)], (B, C, A), id="who receives goes to the end"),
        pytest.param([(A, TAKEN), (B, TAKEN), (C, TAKEN)], (A, B, C), id="once around"),
        pytest.param([(A, AWAY)], (B, C, A), id="who is not at the door goes to the end"),
        pytest.param([(A, BUSY)], (B, C, A), id="who is busy is passed over"),
        pytest.param([(A, BUSY), (B, TAKEN)], (A, C, B), id="and is next again after the one visitor"),
        pytest.param([(A, BUSY), (B, BUSY), (C, TAKEN)], (A, B, C), id="both who were busy keep their order"),
        pytest.param([(A, BUSY), (B, BUSY), (C, BUSY)], (A, B, C), id="all busy: the line begins anew"),
        pytest.param([(A, BUSY), (B, AWAY)], (C, B, A), id="busy stays passed over until somebody receives"),
        pytest.param([(9, TAKEN)], (A, B, C), id="who is not at work counts for nothing"),
    ],
)
def test_turn_order(steps: list[tuple[int, str]], order: tuple[int, ...]) -> None:
    assert turn_order([A, B, C], steps) == order


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([TAKEN, BUSY, AWAY])), max_size=40))
def test_everybody_at_work_stays_in_the_line_exactly_once(steps: list[tuple[int, str]]) -> None:
    assert sorted(turn_order([1, 2, 3, 4], steps)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("purpose", "is_known", "by_name", "consumes"),
    [
        pytest.param("new_car", False, False, True, id="new customer", marks=pytest.mark.rule("ST-07")),
        pytest.param("new_car", True, False, False, id="old customer", marks=pytest.mark.rule("ST-07")),
        pytest.param("collection", False, False, False, id="collects a car", marks=pytest.mark.rule("ST-07")),
        pytest.param("other", False, False, False, id="pays or brings papers", marks=pytest.mark.rule("ST-07")),
        pytest.param("new_car", False, True, False, id="asks by name", marks=pytest.mark.rule("ST-08")),
    ],
)
def test_who_takes_the_turn(purpose: str, is_known: bool, by_name: bool, consumes: bool) -> None:
    assert consumes_turn(purpose=purpose, is_known=is_known, asked_by_name=by_name) is consumes
