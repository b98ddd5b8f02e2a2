"""Who gets a new lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.enums import AssignBy
from leads.rules.assigning import Candidate, give_out, is_eligible, share_out

A, B, C = Candidate(1, load=4, last_turn=7), Candidate(2, load=2, last_turn=9), Candidate(3, load=2, last_turn=8)


@pytest.mark.parametrize(
    ("person", "behind", "eligible"),
    [
        pytest.param(Candidate(1), 10, True, id="on shift, nothing overdue"),
        pytest.param(Candidate(1, on_shift=False), 10, False, id="rests"),
        pytest.param(Candidate(1, overdue=9), 10, True, id="one below the limit"),
        pytest.param(Candidate(1, overdue=10), 10, False, id="at the limit: behind"),
        pytest.param(Candidate(1, overdue=500), 0, True, id="no limit"),
        pytest.param(Candidate(1, on_shift=False), 0, False, id="rests, no limit"),
    ],
)
def test_who_gets_new_leads(person, behind, eligible):
    assert is_eligible(person, behind=behind) is eligible


@pytest.mark.parametrize(
    ("assign_by", "people", "count", "given_to"),
    [
        pytest.param("rotation", [A, B, C], 1, [1], id="in turn: who has waited longest"),
        pytest.param("rotation", [A, B, C], 5, [1, 3, 2, 1, 3], id="in turn: round and round"),
        pytest.param("rotation", [A, B, Candidate(9)], 2, [9, 1], id="in turn: a new person first, then in line"),
        pytest.param("rotation", [A, Candidate(3, on_shift=False)], 2, [1, 1], id="in turn: not who rests"),
        pytest.param("rotation", [Candidate(1, overdue=10), B], 2, [2, 2], id="in turn: not who is behind"),
        pytest.param("least_load", [A, B, C], 1, [3], id="least: of two alike who has waited longer"),
        pytest.param("least_load", [A, B, C], 5, [3, 2, 3, 2, 1], id="least: each counts what it got"),
        pytest.param("pool", [A, B, C], 2, [None, None], id="pool: to nobody"),
        pytest.param("rotation", [], 2, [None, None], id="nobody has the role"),
        pytest.param("least_load", [Candidate(1, overdue=99)], 1, [None], id="everybody is behind"),
        pytest.param("rotation", [A], 0, [], id="nothing to give out"),
    ],
)
def test_new_leads_are_given_out(assign_by, people, count, given_to):
    assert give_out(people, count=count, assign_by=assign_by, behind=10, turn=10) == given_to


def test_every_way_of_the_policy_is_known_to_the_rule():
    assert [give_out([A], count=1, assign_by=way, behind=10)[0] for way in AssignBy.values] == [1, 1, None]


def test_another_way_is_refused():
    with pytest.raises(ValueError, match="alphabet"):
        give_out([A], count=1, assign_by="alphabet", behind=10)


@given(
    people=st.lists(
        st.builds(
            Candidate,
            pk=st.integers(1, 50),
            load=st.integers(0, 20),
            last_turn=st.integers(0, 99),
        ),
        min_size=1,
        unique_by=lambda person: person.pk,
    ),
    count=st.integers(0, 60),
)
def test_in_turn_nobody_gets_two_more_than_another(people, count):
    given_to = give_out(people, count=count, assign_by="rotation", behind=10, turn=100)

    got = [given_to.count(person.pk) for person in people]
    assert sum(got) == count
    assert max(got) - min(got) <= 1


def test_portfolio_of_a_leaver_is_levelled_over_the_heirs():
    assert share_out([101, 102, 103, 104], [A, B]) == {101: 2, 102: 2, 103: 1, 104: 2}


def test_portfolio_without_heirs_is_refused():
    with pytest.raises(ValueError, match="no heirs"):
        share_out([101], [])
