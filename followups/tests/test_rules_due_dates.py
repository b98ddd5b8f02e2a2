import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.rules import KindRule, due_on_for, planned_calls
from followups.rules.due_dates import occurrences

D = dt.date
DAY = dt.timedelta(days=1)
THREE = KindRule(
    "3dc",
    "sales_consultant",
    offset_days=3,
    to_consultant=True,
    shift_before_rest=True,
    catch_up_days=3,
    expires_days=7,
)
SEVEN = KindRule("7dc", "call_centre_agent", offset_days=7, catch_up_days=7)
MONTH = KindRule("n_plus_1", "call_centre_agent", offset_days=30, catch_up_days=14)
PERIODIC = KindRule(
    "periodic", "sales_consultant", every_months=3, until_months=24, to_consultant=True, catch_up_days=14
)
RETAINED = KindRule("retained", "call_centre_agent", every_months=6, from_months=30, until_months=120)


@pytest.mark.parametrize(
    ("rule", "anchor", "occurrence", "due"),
    [
        pytest.param(THREE, D(2026, 11, 21), "1", D(2026, 11, 24), marks=pytest.mark.rule("D3-02"), id="3dc"),
        pytest.param(THREE, D(2026, 2, 27), "1", D(2026, 3, 2), marks=pytest.mark.rule("D3-01"), id="3dc-february"),
        pytest.param(SEVEN, D(2026, 12, 28), "1", D(2027, 1, 4), marks=pytest.mark.rule("D7-01"), id="7dc-new-year"),
        pytest.param(MONTH, D(2026, 11, 1), "1", D(2026, 12, 1), marks=pytest.mark.rule("N1-01"), id="n-plus-1"),
        pytest.param(PERIODIC, D(2026, 11, 30), "3", D(2027, 2, 28), marks=pytest.mark.rule("PF-01"), id="month-end"),
        pytest.param(PERIODIC, D(2027, 11, 30), "3", D(2028, 2, 29), marks=pytest.mark.rule("PF-01"), id="leap-year"),
        pytest.param(PERIODIC, D(2026, 11, 30), "24", D(2028, 11, 30), marks=pytest.mark.rule("PF-01"), id="last"),
    ],
)
def test_due_day(rule, anchor, occurrence, due):
    assert due_on_for(rule, anchor_on=anchor, occurrence=occurrence) == due


@pytest.mark.rule("N1-01")
@pytest.mark.parametrize(
    ("anchor", "due"),
    [
        pytest.param(D(2026, 10, 26), D(2026, 11, 25), id="due-on-the-day-itself"),
        pytest.param(D(2026, 10, 25), D(2026, 11, 25), id="a-day-before"),
        pytest.param(D(2026, 10, 27), D(2026, 12, 2), id="a-day-after-waits-a-week"),
    ],
)
def test_due_day_gathered_on_wednesday(anchor, due):
    rule = KindRule("n_plus_1", "call_centre_agent", offset_days=30, gather_weekday=2)

    assert due_on_for(rule, anchor_on=anchor) == due


@pytest.mark.rule("PF-04")
def test_the_calls_of_the_centre_begin_half_a_year_after_the_two_years():
    months = occurrences(RETAINED)

    assert months[:3] == ("30", "36", "42")
    assert months[-1] == "120"
    assert not set(months) & set(occurrences(PERIODIC))
    assert due_on_for(RETAINED, anchor_on=D(2024, 8, 31), occurrence="30") == D(2027, 2, 28)


@pytest.mark.rule("PF-01")
def test_two_years_have_eight_contacts():
    anchor = D(2026, 1, 31)

    days = [due_on_for(PERIODIC, anchor_on=anchor, occurrence=occurrence) for occurrence in occurrences(PERIODIC)]

    assert days == [
        D(2026, 4, 30), D(2026, 7, 31), D(2026, 10, 31), D(2027, 1, 31),
        D(2027, 4, 30), D(2027, 7, 31), D(2027, 10, 31), D(2028, 1, 31),
    ]  # fmt: skip


@pytest.mark.rule("D7-01")
def test_a_list_catches_up_the_days_before_it():
    plan = planned_calls(SEVEN, on=D(2026, 11, 24))

    assert [(call.anchor_on, call.due_on) for call in plan] == [
        (D(2026, 11, 11) + n * DAY, D(2026, 11, 18) + n * DAY) for n in range(7)
    ]


@pytest.mark.rule("D3-02")
def test_the_third_day_is_planned_for_owners_at_work_and_for_owners_who_rest():
    plan = planned_calls(THREE, on=D(2026, 11, 24))

    assert [(call.anchor_on, call.base_on, call.due_on, call.is_shifted) for call in plan] == [
        (D(2026, 11, 19), D(2026, 11, 22), D(2026, 11, 22), False),
        (D(2026, 11, 20), D(2026, 11, 23), D(2026, 11, 23), False),
        (D(2026, 11, 20), D(2026, 11, 23), D(2026, 11, 22), True),
        (D(2026, 11, 21), D(2026, 11, 24), D(2026, 11, 24), False),
        (D(2026, 11, 21), D(2026, 11, 24), D(2026, 11, 23), True),
        (D(2026, 11, 22), D(2026, 11, 25), D(2026, 11, 24), True),
    ]
    assert {call.expires_on - call.anchor_on for call in plan} == {7 * DAY}


def test_a_call_is_never_moved_to_the_day_of_delivery():
    rule = KindRule("3dc", "sales_consultant", offset_days=1, shift_before_rest=True, catch_up_days=1)

    plan = planned_calls(rule, on=D(2026, 11, 24))

    assert [(call.due_on, call.before_on, call.is_shifted) for call in plan] == [(D(2026, 11, 24), None, False)]


def test_a_kind_that_is_switched_off_plans_nothing():
    rule = KindRule("7dc", "call_centre_agent", offset_days=7, enabled=False)

    assert planned_calls(rule, on=D(2026, 11, 24)) == ()


@given(
    anchor=st.dates(D(2024, 1, 1), D(2030, 12, 31)),
    offset=st.integers(-40, 60),
    catch_up=st.integers(1, 30),
    gather=st.none() | st.integers(0, 6),
    every=st.none() | st.integers(1, 12),
    late=st.integers(0, 40),
)
def test_every_anchor_is_on_the_lists_of_its_window_and_on_no_other(anchor, offset, catch_up, gather, every, late):
    rule = KindRule(
        "periodic", "sales_consultant", offset_days=offset, catch_up_days=catch_up, gather_weekday=gather,
        every_months=every, until_months=every and every * 2,
    )  # fmt: skip

    for occurrence in occurrences(rule):
        due = due_on_for(rule, anchor_on=anchor, occurrence=occurrence)
        plan = planned_calls(rule, on=due + late * DAY)
        found = [call for call in plan if (call.anchor_on, call.occurrence) == (anchor, occurrence)]

        assert [call.due_on for call in found] == ([due] if late < catch_up else [])
        assert planned_calls(rule, on=due - DAY) == tuple(
            call for call in planned_calls(rule, on=due - DAY) if call.due_on < due
        )
