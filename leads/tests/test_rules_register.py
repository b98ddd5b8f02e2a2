"""The register, as tables."""

import datetime as dt

import pytest

from leads.rules.policies import CadencePolicy, GradeRule, LeadRule, UnknownGrade
from leads.rules.register import (
    Line,
    day_totals,
    dealt_out_on,
    flow_of,
    intention_lives,
    is_open_line,
    opens_card,
    second_grade_due_at,
    wants_second_grade,
)

POLICY = CadencePolicy(
    (
        GradeRule("H", 7, 3),
        GradeRule("A", 30, 7),
        GradeRule("B", 90, 15),
        GradeRule("C", 180),
        GradeRule("F", standing="defeated"),
    )
)
DAY = dt.date(2026, 11, 1)


@pytest.mark.rule("LI-18")
@pytest.mark.parametrize(
    ("grade", "least", "opens"),
    [("H", "B", True), ("A", "B", True), ("B", "B", True), ("b", "B", True), ("C", "B", False), ("F", "B", False),
     ("B", "A", False), ("C", "C", True)],
)  # fmt: skip
def test_b_or_above_opens_a_card(grade: str, least: str, opens: bool) -> None:
    assert opens_card(grade, POLICY, LeadRule(card_grade=least)) is opens


def test_an_unknown_grade_is_told() -> None:
    with pytest.raises(UnknownGrade):
        opens_card("Z", POLICY, LeadRule())


@pytest.mark.rule("LG-08")
@pytest.mark.parametrize(
    ("line", "wants"),
    [
        pytest.param(Line(has_number=True), True, id="came for a car and can be called"),
        pytest.param(Line(has_number=False), False, id="nobody to call"),
        pytest.param(Line(has_number=True, purpose="collection"), False, id="collects a car"),
        pytest.param(Line(has_number=True, by_phone=True), False, id="a call is no visit"),
    ],
)
def test_who_is_judged_again(line: Line, wants: bool) -> None:
    assert wants_second_grade(line) is wants


@pytest.mark.rule("LG-08")
def test_the_second_grade_is_due_24_hours_after_the_visit() -> None:
    arrived_at = dt.datetime(2026, 11, 24, 16, 30, tzinfo=dt.UTC)

    assert second_grade_due_at(arrived_at, LeadRule()) == dt.datetime(2026, 11, 25, 16, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("line", "flow"),
    [
        pytest.param(Line(has_number=True, grade="B"), "first_filed", id="first, filed"),
        pytest.param(Line(has_number=True, had_card=True), "card_first_visit", id="had a card, first visit"),
        pytest.param(Line(no_data="declined"), "seen_not_filed", id="left nothing"),
        pytest.param(Line(has_number=True, grade="B", is_again=True), "again", id="again"),
        pytest.param(Line(purpose="collection", has_number=True), "no_intention", id="no intention"),
        pytest.param(Line(has_number=True), "incomplete", id="grade missing"),
        pytest.param(Line(), "incomplete", id="nothing yet"),
    ],
)
def test_kinds_of_visits(line: Line, flow: str) -> None:
    assert flow_of(line) == flow


@pytest.mark.rule("LI-14")
@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        pytest.param(Line(), True, id="neither telephone nor reason"),
        pytest.param(Line(no_data="declined"), False, id="the failure is recorded"),
        pytest.param(Line(has_number=True), False, id="a telephone"),
        pytest.param(Line(purpose="other"), False, id="did not come for a car"),
    ],
)
def test_a_line_ends_with_a_telephone_or_a_reason(line: Line, is_open: bool) -> None:
    assert is_open_line(line) is is_open


@pytest.mark.rule("LI-15", "LI-16")
def test_totals_of_a_day() -> None:
    totals = day_totals(
        [
            Line(has_number=True, party=2, test_drive=True),
            Line(no_data="declined", party=3),
            Line(has_number=True, is_again=True, invited=True),
            Line(purpose="collection", has_number=True),
            Line(has_number=True, by_phone=True),
            Line(),
        ]
    )

    assert (totals.lines, totals.visits, totals.calls, totals.people) == (6, 5, 1, 8)
    assert (totals.first, totals.again, totals.other_purposes, totals.invited) == (3, 1, 1, 1)
    assert (totals.filed, totals.without_number, totals.open_lines, totals.test_drives) == (1, 2, 1, 1)
    assert totals.filing_rate == pytest.approx(1 / 3)
    assert day_totals([]).filing_rate is None


@pytest.mark.parametrize(
    ("grade", "days", "lives"),
    [("H", 7, True), ("H", 8, False), ("A", 30, True), ("A", 31, False), ("B", 90, True), ("B", 91, False)],
)
def test_a_plan_lives_as_long_as_the_horizon_of_its_grade(grade: str, days: int, lives: bool) -> None:
    assert intention_lives(grade, DAY, DAY + dt.timedelta(days=days), POLICY) is lives


def test_overdue_calls_are_dealt_out() -> None:
    days = [dealt_out_on(place, on=DAY, per_day=2).day for place in range(5)]

    assert days == [2, 2, 3, 3, 4]
