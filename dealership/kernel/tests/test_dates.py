"""Dates and times as typed, and calendar months."""

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealership.kernel.dates import (
    BadDate,
    add_months,
    month_bounds,
    parse_date,
    parse_datetime,
    parse_time,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-3-5", "2026-03-05"),
        ("2026-03-05", "2026-03-05"),
        ("2026.3.5", "2026-03-05"),
        ("2026/03/05", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("2026年3月5", "2026-03-05"),
        ("2026年03月05号", "2026-03-05"),
        (" 2026 年 3 月 5 日 ", "2026-03-05"),
        ("２０２６－３－５", "2026-03-05"),
        ("20260305", "2026-03-05"),
        (20260305, "2026-03-05"),
        (20260305.0, "2026-03-05"),
        (45000.0, "2023-03-15"),
        (45000, "2023-03-15"),
        (46228.0, "2026-07-25"),
        (46228.9, "2026-07-25"),
        ("46228", "2026-07-25"),
        ("46228.5", "2026-07-25"),
        ("2026/11/15 14:03:00", "2026-11-15"),
        ("2026-11-14 20:51", "2026-11-14"),
        ("2026-11-14T20:51:00+08:00", "2026-11-14"),
        ("2026年11月14日20时51分", "2026-11-14"),
        ("2028-2-29", "2028-02-29"),
        (dt.date(2026, 3, 5), "2026-03-05"),
        (dt.datetime(2026, 3, 5, 23, 59), "2026-03-05"),
        ("1920-1-1", "1920-01-01"),
        ("2199-12-31", "2199-12-31"),
    ],
)
def test_parse_date(typed: str | float | dt.date, day: str) -> None:
    assert parse_date(typed).isoformat() == day


def test_parse_date_answers_a_plain_date() -> None:
    assert type(parse_date(dt.datetime(2026, 3, 5, 9))) is dt.date


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026.2.30", "“2026.2.30” is not a day of the calendar."),
        ("2026-02-29", "“2026-02-29” is not a day of the calendar."),
        ("2026-13-1", "“2026-13-1” is not a day of the calendar."),
        ("20260231", "“20260231” is not a day of the calendar."),
        (20260231.0, "“20260231” is not a day of the calendar."),
        ("上周三", "“上周三” is not a date. Write it like 2026-03-05."),
        ("", "“” is not a date. Write it like 2026-03-05."),
        ("26-3-5", "“26-3-5” is not a date. Write it like 2026-03-05."),
        ("3/5/2026", "“3/5/2026” is not a date. Write it like 2026-03-05."),
        ("2026-3", "“2026-3” is not a date. Write it like 2026-03-05."),
        ("2026.3", "“2026.3” is not a date. Write it like 2026-03-05."),
        ("2026", "“2026” is not a date. Write it like 2026-03-05."),
        (2026.0, "“2026.0” is not a date. Write it like 2026-03-05."),
        (202603.0, "“202603.0” is not a date. Write it like 2026-03-05."),
        (0.5, "“0.5” is not a date. Write it like 2026-03-05."),
        (-45000.0, "“-45000.0” is not a date. Write it like 2026-03-05."),
        (float("nan"), "“nan” is not a date. Write it like 2026-03-05."),
        (float("inf"), "“inf” is not a date. Write it like 2026-03-05."),
        (True, "“True” is not a date. Write it like 2026-03-05."),
        ("2026-3-5 25:00", "“2026-3-5 25:00” is not a time of day. Write it like 14:05."),
        ("2026-3-5 abc", "“2026-3-5 abc” is not a date. Write it like 2026-03-05."),
        ("1919-12-31", "The year of “1919-12-31” is not between 1920 and 2199."),
        ("2206-03-05", "The year of “2206-03-05” is not between 1920 and 2199."),
        (dt.date(1899, 12, 31), "The year of “1899-12-31” is not between 1920 and 2199."),
    ],
)
def test_parse_date_refuses_with_a_sentence(typed: str | float | dt.date, sentence: str) -> None:
    with pytest.raises(BadDate) as refusal:
        parse_date(typed)

    assert (str(refusal.value), refusal.value.code, isinstance(refusal.value, ValueError)) == (
        sentence,
        "bad_date",
        True,
    )


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026/11/15 14:03:00", "2026-11-15T14:03:00"),
        ("2026-11-14 20:51", "2026-11-14T20:51:00"),
        ("2026-11-14T20:51:07.25", "2026-11-14T20:51:07.250000"),
        ("2026年11月15日14时3分", "2026-11-15T14:03:00"),
        ("2026年11月15日 下午2点半", "2026-11-15T14:30:00"),
        ("20261115 14:03", "2026-11-15T14:03:00"),
        ("2026.11.15", "2026-11-15T00:00:00"),
        (dt.date(2026, 11, 15), "2026-11-15T00:00:00"),
        (dt.datetime(2026, 11, 17, 12, 46), "2026-11-17T12:46:00"),
        (46228.5, "2026-07-25T12:00:00"),
        (46228.61994212963, "2026-07-25T14:52:43"),
        (46228.99999999, "2026-07-26T00:00:00"),
        ("2026-11-14T20:51:00+08:00", "2026-11-14T20:51:00+08:00"),
        ("2026-11-14T12:51:00Z", "2026-11-14T12:51:00+00:00"),
    ],
)
def test_parse_datetime_without_zone_is_what_the_cell_shows(typed: str | float | dt.date, moment: str) -> None:
    assert parse_datetime(typed).isoformat() == moment


@pytest.mark.parametrize(
    ("typed", "tz", "moment"),
    [
        ("2026/11/15 14:03:00", SHANGHAI, "2026-11-15T14:03:00+08:00"),
        (dt.datetime(2026, 11, 17, 12, 46), SHANGHAI, "2026-11-17T12:46:00+08:00"),
        ("2026-11-14T12:51:00Z", SHANGHAI, "2026-11-14T20:51:00+08:00"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25T02:30:00+02:00"),
        ("2026-03-29 03:00", BERLIN, "2026-03-29T03:00:00+02:00"),
    ],
)
def test_parse_datetime_in_a_zone(typed: str | dt.datetime, tz: ZoneInfo, moment: str) -> None:
    assert parse_datetime(typed, tz).isoformat() == moment


def test_parse_datetime_refuses_a_time_that_the_zone_skips() -> None:
    with pytest.raises(BadDate, match="the clocks were put forward over it"):
        parse_datetime("2026-03-29 02:30", BERLIN)


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("14:53", "14:53:00"),
        ("9:05", "09:05:00"),
        ("14：53：20", "14:53:20"),
        ("14时53分", "14:53:00"),
        ("14点", "14:00:00"),
        ("14点整", "14:00:00"),
        ("9点5分30秒", "09:05:30"),
        ("2点半", "02:30:00"),
        ("下午2:53", "14:53:00"),
        ("下午 12:10", "12:10:00"),
        ("晚上8点", "20:00:00"),
        ("中午12点", "12:00:00"),
        ("中午1点", "13:00:00"),
        ("上午9:00", "09:00:00"),
        ("2:53 PM", "14:53:00"),
        ("12:10 am", "00:10:00"),
        ("12:10 pm", "12:10:00"),
        ("2026/11/15 14:03:00", "14:03:00"),
        (dt.time(11, 7), "11:07:00"),
        (dt.datetime(2026, 11, 15, 14, 3), "14:03:00"),
        (dt.timedelta(hours=14, minutes=3), "14:03:00"),
        (0.0, "00:00:00"),
        (0, "00:00:00"),
        (0.5, "12:00:00"),
        (0.6202546296296296, "14:53:10"),
        (0.999999999, "23:59:59"),
        (46228.5, "12:00:00"),
    ],
)
def test_parse_time(typed: str | float | dt.time, time: str) -> None:
    assert parse_time(typed).isoformat() == time


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "24:00",
        "14:60",
        "14:5",
        "14:53:61",
        "1453",
        "14.53",
        "下午",
        "上午12点",
        "晚上12点",
        "13:00 PM",
        "0:30 AM",
        "下午2:53 PM",
        "2026-11-15",
        dt.timedelta(days=1),
        dt.timedelta(seconds=-1),
        -0.5,
        1.5,
        True,
        float("nan"),
    ],
)
def test_parse_time_refuses(typed: str | float | dt.timedelta) -> None:
    with pytest.raises(BadDate, match=r"^“.*” is not a (time of day|date)\. Write it like"):
        parse_time(typed)


@pytest.mark.parametrize(("year", "month", "last"), [(2026, 2, 28), (2028, 2, 29), (2026, 11, 30), (2026, 12, 31)])
def test_month_bounds_are_inclusive(year: int, month: int, last: int) -> None:
    assert month_bounds(year, month) == (dt.date(year, month, 1), dt.date(year, month, last))


@pytest.mark.rule("SV-04")
@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        ("2026-03-01", 3, "2026-06-01"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-10-15", 0, "2026-10-15"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)
def test_add_months_counts_calendar_months_and_clamps(on: str, months: int, expected: str) -> None:
    assert add_months(dt.date.fromisoformat(on), months).isoformat() == expected


DAYS = st.dates(dt.date(1920, 1, 1), dt.date(2199, 12, 31))


@given(DAYS)
@settings(deadline=None, database=None)
def test_every_way_of_writing_a_day_means_the_same(day: dt.date) -> None:
    y, m, d = day.year, day.month, day.day
    serial = (day - dt.date(1899, 12, 30)).days
    written = [
        f"{y}-{m}-{d}",
        f"{y}.{m}.{d}",
        f"{y}/{m:02}/{d:02}",
        f"{y}年{m}月{d}日",
        f"{y}{m:02}{d:02}",
        f"{y}/{m:02}/{d:02} 14:03:00",
        float(serial),
        serial,
        day,
    ]

    assert {parse_date(form) for form in written} == {day}


@given(DAYS, st.integers(0, 86_399))
@settings(deadline=None, database=None)
def test_excel_numbers_give_back_the_second(day: dt.date, second: int) -> None:
    serial = (day - dt.date(1899, 12, 30)).days + second / 86_400
    wanted = dt.datetime.combine(day, dt.time.min) + dt.timedelta(seconds=second)

    assert (parse_datetime(serial), parse_time(second / 86_400)) == (wanted, wanted.time())


@given(st.text(max_size=24) | st.text("0123456789-/.: 年月日时分TZ+", max_size=24) | st.floats() | st.integers())
@settings(deadline=None, database=None)
def test_whatever_is_typed_is_read_or_refused(typed: str | float) -> None:
    """No error but BadDate gets out, and no year from outside the window gets in."""
    years = set()
    for parse in (parse_date, parse_datetime):
        with contextlib.suppress(BadDate):
            years.add(parse(typed).year)
    with contextlib.suppress(BadDate):
        parse_time(typed)

    assert all(1920 <= year <= 2199 for year in years)


@pytest.mark.rule("SV-04")
@given(DAYS.filter(lambda day: 1930 <= day.year <= 2190), st.integers(-60, 60))
@settings(deadline=None, database=None)
def test_add_months_lands_in_the_right_month_and_keeps_the_day_where_it_can(day: dt.date, months: int) -> None:
    moved = add_months(day, months)

    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == min(day.day, month_bounds(moved.year, moved.month)[1].day)
