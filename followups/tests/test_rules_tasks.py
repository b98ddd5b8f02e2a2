import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from followups.enums import Audience
from followups.rules import (
    HoursSpan,
    NextTry,
    NextTurn,
    OverdueRung,
    first_alert_at,
    next_alert,
    next_try,
    overdue_at,
    suggested_call_back,
)

D = dt.date
CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
LADDER = [OverdueRung(0, 0, "owner"), OverdueRung(1, 1, "supervisor"), OverdueRung(2, 2, "manager")]

#: 09:00–11:30 and 14:00–17:30, never on Sundays.
STORE_HOURS = [[HoursSpan(dt.time(9), dt.time(11, 30)), HoursSpan(dt.time(14), dt.time(17, 30))]] * 6 + [[]]


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("on", "failed_days", "last_failed_on", "try_days", "answer"),
    [
        pytest.param(
            D(2026, 11, 24), 0, None, 3, NextTry(1, D(2026, 11, 25)), marks=pytest.mark.rule("SV-13"), id="first-day"
        ),
        pytest.param(
            D(2026, 11, 24), 1, D(2026, 11, 24), 3, NextTry(1, D(2026, 11, 25)), id="twice-on-a-day-counts-once"
        ),
        pytest.param(
            D(2026, 11, 25), 1, D(2026, 11, 24), 3, NextTry(2, D(2026, 11, 26)), marks=pytest.mark.rule("D3-19"),
            id="second-day",
        ),
        pytest.param(D(2026, 11, 26), 2, D(2026, 11, 25), 3, NextTry(3, None), id="third-day-is-the-last"),
        pytest.param(D(2026, 11, 30), 2, D(2026, 11, 25), 3, NextTry(3, None), id="days-need-not-follow"),
        pytest.param(D(2026, 11, 24), 0, None, 1, NextTry(1, None), id="one-day-of-trying"),
    ],
)  # fmt: skip
def test_next_try(on, failed_days, last_failed_on, try_days, answer):
    result = next_try(on=on, failed_days=failed_days, last_failed_on=last_failed_on, try_days=try_days)

    assert result == answer
    assert result.is_missed is (answer.due_on is None)


@pytest.mark.parametrize(
    ("due_on", "due_at", "tz", "late_from"),
    [
        pytest.param(D(2026, 11, 24), None, CHINA, utc(2026, 11, 24, 16), id="end-of-the-day-in-china"),
        pytest.param(D(2026, 12, 31), None, CHINA, utc(2026, 12, 31, 16), id="end-of-the-year"),
        pytest.param(D(2026, 10, 25), None, BERLIN, utc(2026, 10, 25, 23), id="clocks-go-back"),
        pytest.param(D(2026, 3, 28), None, BERLIN, utc(2026, 3, 28, 23), id="before-clocks-go-forward"),
        pytest.param(
            D(2026, 11, 24), dt.datetime(2026, 11, 24, 15, 30, tzinfo=CHINA), CHINA, utc(2026, 11, 24, 7, 30),
            marks=pytest.mark.rule("D3-08"), id="promised",
        ),
    ],
)  # fmt: skip
def test_overdue_at(due_on, due_at, tz, late_from):
    assert overdue_at(due_on, due_at, tz) == late_from


def test_the_ladder_is_climbed_day_by_day():
    late = utc(2026, 11, 24, 16)

    turns = [
        first_alert_at(late, LADDER, CHINA),
        *(next_alert(late, from_level=level, rungs=LADDER, tz=CHINA) for level in (1, 2, 3)),
    ]

    assert turns == [
        NextTurn(0, utc(2026, 11, 24, 16)),
        NextTurn(1, utc(2026, 11, 25, 16)),
        NextTurn(2, utc(2026, 11, 26, 16)),
        NextTurn(3, None),
    ]


def test_a_rung_keeps_the_local_time_when_the_clocks_change():
    late = utc(2026, 10, 24, 22)  # midnight in Berlin, a day before the clocks go back

    turn = next_alert(late, from_level=1, rungs=[OverdueRung(1, 2, "supervisor")], tz=BERLIN)

    assert turn == NextTurn(1, utc(2026, 10, 26, 23))


def test_missing_rungs_are_passed_over():
    late = utc(2026, 11, 24, 16)

    assert first_alert_at(late, LADDER[2:], CHINA) == NextTurn(2, utc(2026, 11, 26, 16))
    assert first_alert_at(late, [], CHINA) == NextTurn(0, None)


@pytest.mark.parametrize(
    ("made_at", "level"),
    [
        (utc(2026, 11, 24, 15, 59), 0),
        (utc(2026, 11, 24, 16), 0),
        (utc(2026, 11, 25, 15, 59), 0),
        (utc(2026, 11, 25, 16), 1),
        (utc(2026, 11, 26, 16), 2),
        (utc(2027, 1, 1), 2),
    ],
)
def test_a_call_that_is_made_late_begins_at_the_rung_that_has_passed(made_at, level):
    late = utc(2026, 11, 24, 16)

    assert first_alert_at(late, LADDER, CHINA, at=made_at) == NextTurn(level, late + level * dt.timedelta(days=1))


def test_the_audiences_are_those_that_are_stored():
    assert {rung.audience for rung in LADDER} == set(Audience.values)


@pytest.mark.rule("D3-08")
@pytest.mark.parametrize(
    ("now", "week", "at"),
    [
        # An hour ahead, on the half hour.
        ("2026-11-24 09:10", STORE_HOURS, "2026-11-24 10:30"),
        ("2026-11-24 09:30", STORE_HOURS, "2026-11-24 10:30"),
        # The hours end before: the next ones, today or on the next day that has some.
        ("2026-11-24 10:31", STORE_HOURS, "2026-11-24 14:00"),
        ("2026-11-24 16:40", STORE_HOURS, "2026-11-25 09:00"),
        ("2026-11-28 16:40", STORE_HOURS, "2026-11-30 09:00"),
        # Shortly before hours begin, they are not an hour away; shortly before midnight it is another day.
        ("2026-11-24 13:45", STORE_HOURS, "2026-11-24 15:00"),
        ("2026-11-24 23:50", STORE_HOURS, "2026-11-25 09:00"),
        # Hours that begin at an odd time are kept to; only on Tuesdays, and this one is over: the next Tuesday.
        ("2026-11-24 12:00", [[], [HoursSpan(dt.time(10, 15), dt.time(11))], [], [], [], [], []], "2026-12-01 10:15"),
        ("2026-11-24 12:00", [[]] * 7, None),
    ],
)  # fmt: skip
def test_a_call_back_is_offered_when_the_customer_may_be_called(now, week, at):
    local = dt.datetime.fromisoformat(now).replace(tzinfo=CHINA)

    offered = suggested_call_back(local, week)

    assert offered == (at and dt.datetime.fromisoformat(at).replace(tzinfo=CHINA))
