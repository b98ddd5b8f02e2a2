"""The word to the referrer: its days, and how far it is with the friend (RF-02)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.rules import KindRule, due_on_for
from followups.rules.referrals import Course, feedback_state, progress_of, shown_from

pytestmark = pytest.mark.rule("RF-02")
RULE = KindRule("referral_feedback", "sales_consultant", offset_days=3)


@pytest.mark.parametrize(
    ("recorded_on", "shown_on", "due_on"),
    [
        ("2026-11-24", "2026-11-26", "2026-11-27"),
        ("2026-11-28", "2026-11-30", "2026-12-01"),
        ("2026-12-29", "2026-12-31", "2027-01-01"),
        ("2027-02-26", "2027-02-28", "2027-03-01"),
        ("2028-02-26", "2028-02-28", "2028-02-29"),
    ],
)
def test_two_to_three_days_across_the_ends_of_months(recorded_on, shown_on, due_on):
    due = due_on_for(RULE, anchor_on=dt.date.fromisoformat(recorded_on))

    assert (shown_from(due).isoformat(), due.isoformat()) == (shown_on, due_on)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2080, 1, 1)))
def test_on_any_day_it_is_shown_after_two_days_and_late_after_three(recorded_on):
    due_on = due_on_for(RULE, anchor_on=recorded_on)
    states = [
        feedback_state(
            due_on=due_on, told_on=None, is_over=False, today=dt.date.fromordinal(recorded_on.toordinal() + days)
        ).value
        for days in range(5)
    ]

    assert states == ["waits", "waits", "soon", "today", "late"]
    assert recorded_on.toordinal() + 2 == shown_from(due_on).toordinal()


@pytest.mark.parametrize(
    ("told_on", "is_over", "expected"),
    [("2026-11-26", True, "in_time"), ("2026-11-27", True, "in_time"), ("2026-11-28", True, "told_late"),
     (None, True, "failed"), (None, False, "late")],
)  # fmt: skip
def test_told_in_time_late_or_not_at_all(told_on, is_over, expected):
    state = feedback_state(
        due_on=dt.date(2026, 11, 27),
        told_on=dt.date.fromisoformat(told_on) if told_on else None,
        is_over=is_over,
        today=dt.date(2026, 11, 30),
    )

    assert state == expected


def test_without_a_call_nobody_is_late():
    assert feedback_state(due_on=None, told_on=None, is_over=False, today=dt.date(2026, 11, 30)) == "none"


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (Course("open"), "waiting"),
        (Course("open", spoken=True), "contacted"),
        (Course("open", spoken=True, came=True), "came_in"),
        (Course("open", came=True), "came_in"),
        (Course("open", spoken=True, came=True, drove=True), "drove"),
        (Course("defeat_applied", spoken=True, came=True, drove=True), "drove"),
        (Course("ordered", came=True), "ordered"),
        (Course("delivered"), "delivered"),
        (Course("lost"), "ended"),
        (Course("defeated", spoken=True, came=True, drove=True), "ended"),
    ],
)
def test_the_progress_is_the_real_one(course, expected):
    assert progress_of(course) == expected
