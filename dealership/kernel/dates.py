"""Dates and times as people type them and Excel stores them, and arithmetic with calendar months.

Nothing here knows today: a year must be written, and whether a date lies in the future is the caller's question.
"""

import calendar
import datetime as dt
import math
import re

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import folded

FIRST_YEAR, LAST_YEAR = 1920, 2199
"""Years that a date of the trade may have. The lower end keeps stray numbers (a row number, a bare year) in a date
column from being read as Excel days."""

_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock count; right from 1900-03-01 on
_FIRST_SERIAL = (dt.datetime(FIRST_YEAR, 1, 1) - _EXCEL_EPOCH).days  # noqa: DTZ001
_LAST_SERIAL = (dt.datetime(LAST_YEAR + 1, 1, 1) - _EXCEL_EPOCH).days  # noqa: DTZ001

_DATE = r"(?P<year>[0-9]{4}) ?[-./年] ?(?P<month>[0-9]{1,2}) ?[-./月] ?(?P<day>[0-9]{1,2}) ?[日号]?"
_COMPACT = r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
_TIME = (
    r"(?P<half>上午|中午|下午|晚上|AM|PM)? ?(?P<hour>[0-9]{1,2}) ?"
    r"(?:: ?(?P<minute>[0-9]{2})(?: ?: ?(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6})[0-9]*)?)?"
    r"|[时点](?: ?(?P<minute_cn>[0-9]{1,2}) ?分(?: ?(?P<second_cn>[0-9]{1,2}) ?秒)?|(?P<half_hour>半)|整)?)"
    r" ?(?P<half_after>AM|PM)?"
)
_OFFSET = r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})"
_JOINT = r"(?:[ T]|(?<=[日号]))"
_DATE_ONLY = (re.compile(_DATE), re.compile(_COMPACT))
_DATE_TIME = tuple(re.compile(rf"{day}{_JOINT}{_TIME} ?{_OFFSET}?", re.IGNORECASE) for day in (_DATE, _COMPACT))
_TIME_ONLY = re.compile(_TIME, re.IGNORECASE)
_SERIAL_TEXT = re.compile(r"[0-9]{5,6}(?:\.[0-9]+)?")


class BadDate(BadValue):
    """The value is no date or time that exists."""

    code = "bad_date"
    message = N_("“%(value)s” is not a date. Write it like 2026-03-05.")


def parse_date(value: str | int | float | dt.date | dt.datetime) -> dt.date:
    """A day: ``2026-3-5``, ``2026.3.5``, ``2026/03/05``, ``2026年3月5日``, ``20260305`` (text or number), an Excel day
    number of the 1900 system (``46228.0``), a date or a datetime. A time behind the day is checked and dropped.

    Raises BadDate (a ValueError) for days that do not exist (2026-2-30), for words (``上周三``), for a two-digit year,
    and for years outside 1920–2199.
    """
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return _within(value, value)
    if isinstance(value, str):
        text = folded(value)
        for pattern in _DATE_ONLY:
            if match := pattern.fullmatch(text):
                return _day(match, text)
    return _wall_time(value).date()


def parse_datetime(value: str | int | float | dt.date | dt.datetime, tz: dt.tzinfo | None = None) -> dt.datetime:
    """A moment: a day as ``parse_date`` reads it and a time as ``parse_time`` does (``2026/11/15 14:03:00``,
    ``2026年11月15日14时3分``, an Excel number with a fraction); a day alone means its midnight.

    Without ``tz`` the wall-clock time as it stands, naive unless it carries an offset. With ``tz`` always aware in
    ``tz``: a bare wall-clock time is taken as one of that zone, one that the clock shows twice as its first showing.
    Raises BadDate (a ValueError), also for a wall-clock time that the zone skips.
    """
    moment = _wall_time(value)
    if tz is None:
        return moment
    if moment.tzinfo is not None:
        return moment.astimezone(tz)
    aware = moment.replace(tzinfo=tz)
    if aware.astimezone(dt.UTC).astimezone(tz).replace(tzinfo=None) != moment:
        raise BadDate(N_("“%(value)s” does not exist: the clocks were put forward over it."), value=value)
    return aware


def parse_time(value: str | int | float | dt.time | dt.datetime | dt.timedelta) -> dt.time:
    """A time of day, naive: ``14:53``, ``14:53:20``, ``14时53分``, ``14点半``, ``下午2:53``, ``2:53 PM``, a time, an
    Excel fraction of a day (0.5 is noon; whole days in front are dropped), or the time of a datetime.

    Fractions from Excel are rounded to the second. Raises BadDate (a ValueError), ``24:00`` included.
    """
    if isinstance(value, dt.time):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.timedelta):
        if not dt.timedelta(0) <= value < dt.timedelta(days=1):
            raise _bad_time(value)
        return (_EXCEL_EPOCH + value).time()
    if isinstance(value, str):
        text = folded(value)
        if match := _TIME_ONLY.fullmatch(text):
            return _time(match, text)
        if not any(pattern.fullmatch(text) for pattern in _DATE_TIME):
            raise _bad_time(text)
    elif not isinstance(value, (bool, dt.date)) and 0 <= value < 1:
        # The last half second of a day would round to the next midnight.
        seconds = min(math.floor(value * 86_400 + 0.5), 86_399)
        return (_EXCEL_EPOCH + dt.timedelta(seconds=seconds)).time()
    return _wall_time(value).time()


def month_bounds(year: int, month: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a calendar month, both inclusive."""
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def add_months(on: dt.date, months: int) -> dt.date:
    """The same day ``months`` calendar months later (earlier when negative), clamped to the end of the month (SV-04).

    2026-11-30 and three months give 2027-02-28, never 90 days.
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return dt.date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


def _wall_time(value: object) -> dt.datetime:
    """The date and time that a cell shows; naive but for an offset that is written out."""
    if isinstance(value, dt.datetime):
        _within(value.date(), value)
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(_within(value, value), dt.time.min)
    if isinstance(value, str):
        return _typed(folded(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _numbered(value)
    raise BadDate(value=value)


def _typed(text: str) -> dt.datetime:
    for pattern in _DATE_TIME:
        if match := pattern.fullmatch(text):
            moment = dt.datetime.combine(_day(match, text), _time(match, text))
            if not match["offset"]:
                return moment
            return moment.replace(tzinfo=dt.datetime.strptime(match["offset"].upper(), "%z").tzinfo)
    for pattern in _DATE_ONLY:
        if match := pattern.fullmatch(text):
            return dt.datetime.combine(_day(match, text), dt.time.min)
    if _SERIAL_TEXT.fullmatch(text) and float(text) < _LAST_SERIAL:
        return _numbered(float(text))
    raise BadDate(value=text)


def _numbered(number: int | float) -> dt.datetime:
    if _FIRST_SERIAL <= number < _LAST_SERIAL:
        return _EXCEL_EPOCH + dt.timedelta(seconds=math.floor(number * 86_400 + 0.5))
    if 1e7 <= number < 1e8 and number == int(number):
        return _typed(str(int(number)))
    raise BadDate(value=number)


def _day(match: re.Match[str], text: str) -> dt.date:
    try:
        day = dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise BadDate(N_("“%(value)s” is not a day of the calendar."), value=text) from None
    return _within(day, text)


def _within(day: dt.date, value: object) -> dt.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadDate(
            N_("The year of “%(value)s” is not between %(first)d and %(last)d."),
            value=value,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return day


def _time(match: re.Match[str], text: str) -> dt.time:
    hour = int(match["hour"])
    minute = 30 if match["half_hour"] else int(match["minute"] or match["minute_cn"] or 0)
    second = int(match["second"] or match["second_cn"] or 0)
    half = (match["half"] or match["half_after"] or "").upper()
    if (match["half"] and match["half_after"]) or (half in {"AM", "PM"} and not 1 <= hour <= 12):
        raise _bad_time(text)
    if half in {"上午", "晚上"} and hour == 12:
        raise _bad_time(text)  # noon to one reader, midnight to another
    if half == "AM":
        hour %= 12
    elif (half in {"下午", "晚上", "PM"} and hour < 12) or (half == "中午" and hour < 11):
        hour += 12
    try:
        return dt.time(hour, minute, second, int((match["fraction"] or "").ljust(6, "0")))
    except ValueError:
        raise _bad_time(text) from None


def _bad_time(value: object) -> BadDate:
    return BadDate(N_("“%(value)s” is not a time of day. Write it like 14:05."), value=value)
