"""How the tables of leads are reckoned, as worked cases."""

import datetime as dt

import pytest

from leads.enums import Channel
from leads.rules.policies import LeadRule
from leads.rules.reports import (
    CardLine,
    day_marks,
    first_contact_standing,
    first_week_standing,
    median,
    percentile,
    rolls_over,
    source_letter,
)

NOVEMBER = dt.date(2026, 11, 1)


def day(number, month=11):
    return dt.date(2026, month, number)


@pytest.mark.rule("LI-13")
@pytest.mark.parametrize(
    ("channel", "facts", "letter"),
    [
        ("referral", {}, "R"),
        ("web", {"is_vip": True}, "R"),
        ("repeat", {}, "B"),
        ("walk_in", {}, "S"),
        ("phone", {}, "S"),
        ("lms", {}, "I"),
        ("oem", {}, "I"),
        ("motor_show", {}, "P"),
        ("walk_in", {"is_staff": True}, "E"),
        ("referral", {"is_staff": True, "is_vip": True}, "E"),
        ("other", {}, "–"),
    ],
)
def test_source_letters(channel, facts, letter):
    assert source_letter(channel, **facts) == letter


def test_every_channel_but_the_rest_has_a_letter():
    without = {channel for channel in Channel.values if source_letter(channel) == "–"}

    assert without == {"other"}


@pytest.mark.parametrize(
    ("lines", "plan", "marks"),
    [
        pytest.param([], None, {}, id="nothing"),
        pytest.param([], day(9), {9: "*"}, id="planned"),
        pytest.param([CardLine(day(9), True, "H", day(9))], None, {9: "H"}, id="done on its day"),
        pytest.param([CardLine(day(11), True, "H", day(9))], day(14), {9: "*", 11: "H", 14: "*"}, id="done late"),
        pytest.param([CardLine(day(9), False, "A", day(9))], day(10), {9: "×", 10: "*"}, id="tried in vain"),
        pytest.param(
            [CardLine(day(9), False, "A"), CardLine(day(9), True, "B")], None, {9: "B"}, id="tried, then reached"
        ),
        pytest.param(
            [CardLine(day(9), True, "B"), CardLine(day(9), False, "B")], None, {9: "B"}, id="reached, then tried"
        ),
        pytest.param([CardLine(day(9), True, ""), CardLine(day(9), True, "A")], None, {9: "A"}, id="the last counts"),
        pytest.param([CardLine(day(9), True, "")], None, {9: "√"}, id="no grade"),
        pytest.param([CardLine(day(2, 12), True, "A", day(30))], day(5, 12), {30: "*"}, id="done in the next month"),
        pytest.param([CardLine(day(30), True, "A", day(31, 10))], None, {30: "A"}, id="planned in the month before"),
    ],
)
def test_boxes_of_the_level_table(lines, plan, marks):
    assert day_marks(lines, plan=plan, month=NOVEMBER) == marks


@pytest.mark.rule("LG-32")
@pytest.mark.parametrize(
    ("state", "has_owner", "rolls"),
    [
        ("open", True, True),
        ("defeat_applied", True, True),
        ("ordered", True, False),
        ("delivered", True, False),
        ("lost", True, False),
        ("defeated", True, False),
        ("merged", True, False),
        ("open", False, False),
    ],
)
def test_what_is_neither_sold_nor_ended_rolls_over(state, has_owner, rolls):
    assert rolls_over(state, has_owner=has_owner) is rolls


DUE = dt.datetime(2026, 11, 10, 10, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.rule("LI-02")
@pytest.mark.parametrize(
    ("contacted_at", "at", "standing"),
    [
        (DUE - dt.timedelta(hours=24), DUE, "kept"),
        (DUE, DUE, "kept"),
        (DUE + SECOND, DUE + SECOND, "late"),
        (None, DUE - SECOND, "waiting"),
        (None, DUE, "missing"),
    ],
)
def test_first_contact_within_24_hours(contacted_at, at, standing):
    assert first_contact_standing(due_at=DUE, contacted_at=contacted_at, at=at) == standing


@pytest.mark.parametrize(
    ("values", "middle", "ninth"),
    [
        ([], None, None),
        ([5.0], 5.0, 5.0),
        ([1.0, 3.0], 2.0, 3.0),
        ([3.0, 1.0, 2.0], 2.0, 3.0),
        ([float(n) for n in range(1, 11)], 5.5, 9.0),
        ([float(n) for n in range(1, 12)], 6.0, 10.0),
    ],
)
def test_median_and_ninetieth_percentile(values, middle, ninth):
    assert (median(values), percentile(values, 0.9)) == (middle, ninth)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_percentile_of_no_share_is_an_error(share):
    with pytest.raises(ValueError, match=str(share)):
        percentile([1.0], share)


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("spoken", "on", "left_on", "standing"),
    [
        pytest.param((1, 4, 8), 30, None, "kept", id="three until the seventh day after"),
        pytest.param((1, 4, 9), 30, None, "missing", id="the third a day later"),
        pytest.param((1, 4), 8, None, "waiting", id="the last day still runs"),
        pytest.param((1, 4), 9, None, "missing", id="the week is over"),
        pytest.param((), 9, None, "missing", id="nobody ever spoke to"),
        pytest.param((1,), 9, 5, "", id="ordered within the week"),
        pytest.param((1,), 20, 9, "missing", id="ended after it"),
        pytest.param((1, 2, 3), 20, 5, "kept", id="made before the order"),
    ],
)
def test_the_three_contacts_of_the_first_week(spoken, on, left_on, standing):
    """Registered on the 1st."""

    def day(number):
        return dt.date(2026, 11, number)

    found = first_week_standing(
        [day(number) for number in spoken],
        registered_on=day(1),
        left_on=day(left_on) if left_on else None,
        on=day(on),
        rule=LeadRule(),
    )

    assert found == standing
