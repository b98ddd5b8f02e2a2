"""State machines as data."""

from enum import StrEnum

import pytest

from dealership.kernel.transitions import IllegalTransition, TransitionTable


class State(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {"open": "待办", "claimed": "处理中", "done": "完成", "dropped": "取消"}[self.value]


TABLE = TransitionTable(
    {
        State.OPEN: {State.CLAIMED, State.DROPPED},
        State.CLAIMED: {State.OPEN, State.CLAIMED, State.DONE},
        State.DONE: set(),
        State.DROPPED: set(),
    }
)
ALLOWED = {("open", "claimed"), ("open", "dropped"), ("claimed", "open"), ("claimed", "claimed"), ("claimed", "done")}


@pytest.mark.parametrize("source", list(State))
@pytest.mark.parametrize("target", list(State))
def test_may_move_is_the_table_and_nothing_else(source: State, target: State) -> None:
    assert TABLE.may_move(source, target) == ((source.value, target.value) in ALLOWED)


def test_assert_move_is_silent_where_the_step_is_allowed() -> None:
    assert TABLE.assert_move(State.OPEN, State.CLAIMED) is None  # type: ignore[func-returns-value]


def test_assert_move_names_both_states_as_people_know_them() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        TABLE.assert_move(State.DONE, State.OPEN)

    assert (str(refusal.value), refusal.value.code) == (
        "The step from “完成” to “待办” is not possible.",
        "illegal_transition",
    )


def test_plain_strings_from_the_database_work_too() -> None:
    assert (TABLE.may_move("open", "claimed"), TABLE.may_move("done", "open")) == (True, False)  # type: ignore[arg-type]


def test_terminal_states() -> None:
    assert TABLE.terminal == {State.DONE, State.DROPPED}
    assert [TABLE.is_terminal(state) for state in State] == [False, False, True, True]


def test_sources_and_targets() -> None:
    assert TABLE.targets(State.OPEN) == {State.CLAIMED, State.DROPPED}
    assert TABLE.sources(State.CLAIMED) == {State.OPEN, State.CLAIMED}
    assert TABLE.sources(State.DONE) == {State.CLAIMED}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (State.OPEN, {State.OPEN, State.CLAIMED, State.DONE, State.DROPPED}),
        (State.CLAIMED, {State.OPEN, State.CLAIMED, State.DONE, State.DROPPED}),
        (State.DONE, set()),
    ],
)
def test_reachable(source: State, expected: set[State]) -> None:
    assert TABLE.reachable(source) == expected


def test_unreachable_finds_a_forgotten_state() -> None:
    table = TransitionTable({"draft": {"sent"}, "sent": set(), "lost": {"draft"}})

    assert (table.unreachable("draft"), table.unreachable("lost")) == ({"lost"}, set())


def test_a_target_that_is_no_state_is_refused() -> None:
    with pytest.raises(ValueError, match="no states of the table: snet"):
        TransitionTable({"draft": {"snet"}, "sent": set()})


@pytest.mark.parametrize(("source", "target"), [("gone", "open"), ("open", "gone")])
def test_an_unknown_state_is_refused(source: str, target: str) -> None:
    with pytest.raises(ValueError, match="“gone” is no state of the table"):
        TABLE.may_move(source, target)  # type: ignore[arg-type]


def test_the_table_does_not_follow_later_changes_of_its_source() -> None:
    steps: dict[str, set[str]] = {"draft": {"sent"}, "sent": set()}
    table = TransitionTable(steps)

    steps["sent"].add("draft")

    assert table.terminal == {"sent"}
