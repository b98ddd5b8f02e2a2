"""Working time: how long a budget of working hours lasts, and how much of it has gone.

Windows are *found* in local time (the doors open at nine, whatever the clocks do) and *measured* in UTC (an hour is an
hour). A wall-clock time that the zone shows twice means its first showing; one that it skips means the moment of the
skip. So the windows of a calendar never overlap, follow each other, and every moment is inside one or outside all.

Promises, for aware datetimes s <= t and budgets a, b >= 0:

* ``between(s, add(s, b)) == b``
* ``add(s, between(s, t)) <= t``, and equal where ``t`` is in working time (or closes a window)
* ``add(add(s, a), b) == add(s, a + b)``
* ``s <= t`` gives ``add(s, b) <= add(t, b)``; a larger budget never ends earlier
* ``between(r, s) + between(s, t) == between(r, t)``, in any order of the three

At the edges, ``add`` answers the *earliest* moment by which the budget has gone: a budget that ends with the day is due
at closing time and not at the next opening, and a budget of nothing is due at once, even at night.
"""

import calendar as gregorian
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from dealership.kernel.errors import N_, BadValue

Span = tuple[dt.time, dt.time]
"""Opening and closing on one day, in local time. A closing time of 00:00 means the end of the day."""

Window = tuple[dt.datetime, dt.datetime]
"""A span of a given day in UTC: from its beginning, up to but without its end."""

HORIZON_DAYS = 5 * 366

_ZERO = dt.timedelta(0)
_DAY = dt.timedelta(days=1)


class NoWorkingTime(BadValue):
    """The calendar has not enough working hours within the horizon, most likely none at all."""

    message = N_("The work calendar has not enough working hours in the five years from %(start)s on.")


class BadSpan(BadValue):
    """A span of a work calendar ends before it starts, or overlaps another of the same day."""


@dataclass(frozen=True)
class WorkCalendar:
    """The working hours of a store.

    ``tz``         zone of the store (``ZoneInfo``)
    ``week``       weekday (0 Monday … 6 Sunday) -> its spans; a missing weekday is a day off
    ``overrides``  date -> its spans, instead of those of the weekday: none for a holiday, some for a make-up working
                   day (调休) or shortened hours

    Spans of a day may be given in any order; those that touch are joined. Raises BadSpan (a ValueError) for a span
    that ends before it starts (a night must be given as two days) or that overlaps another.
    """

    tz: dt.tzinfo
    week: Mapping[int, Sequence[Span]] = field(hash=False)
    overrides: Mapping[dt.date, Sequence[Span]] = field(default_factory=dict, hash=False)
    _windows: dict[dt.date, tuple[Window, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _months: dict[int, dt.timedelta] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if strange := [day for day in self.week if day not in range(7)]:
            raise ValueError(f"Weekdays are numbered 0 (Monday) to 6 (Sunday), not {strange[0]!r}.")
        if any(isinstance(day, dt.datetime) for day in self.overrides):
            raise ValueError("Overrides are keyed by dates, not by datetimes.")
        week = {weekday: _tidied(spans) for weekday, spans in self.week.items()}
        overrides = {day: _tidied(spans) for day, spans in self.overrides.items()}
        object.__setattr__(self, "week", MappingProxyType(week))
        object.__setattr__(self, "overrides", MappingProxyType(overrides))

    def __reduce__(self) -> tuple[object, ...]:
        return WorkCalendar, (self.tz, dict(self.week), dict(self.overrides))

    # -- moments -------------------------------------------------------------------------------------------------

    def add(self, start: dt.datetime, budget: dt.timedelta) -> dt.datetime:
        """The earliest moment, in UTC, by which ``budget`` of working time has passed since ``start``.

        Raises ValueError for a naive ``start`` or a negative ``budget``, and NoWorkingTime (a ValueError) when five
        years do not hold the budget.
        """
        start = _utc(start)
        if budget < _ZERO:
            raise ValueError("A budget of working time cannot be negative.")
        if not budget:
            return start
        day, last = self._local_date(start), start.date() + HORIZON_DAYS * _DAY
        while day <= last:
            if day.day == 1 and self._opens_after(day, start) and (month := self._month(day)) < budget:
                budget -= month
                day += gregorian.monthrange(day.year, day.month)[1] * _DAY
                continue
            for opens, closes in self.windows(day):
                opens = max(opens, start)
                if budget <= closes - opens:
                    return opens + budget
                budget -= max(closes - opens, _ZERO)
            day += _DAY
        raise NoWorkingTime(start=self._local_date(start))

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """The working time from ``start`` to ``end``; negative when ``end`` is the earlier of the two.

        Raises ValueError for naive datetimes.
        """
        start, end = _utc(start), _utc(end)
        if end < start:
            return -self.between(end, start)
        total = _ZERO
        day, last = self._local_date(start), self._local_date(end) + _DAY
        while day <= last:
            length = gregorian.monthrange(day.year, day.month)[1] * _DAY
            if day.day == 1 and day + length < last and self._opens_after(day, start):
                total += self._month(day)
                day += length
                continue
            for opens, closes in self.windows(day):
                total += max(min(closes, end) - max(opens, start), _ZERO)
            day += _DAY
        return total

    def is_open(self, at: dt.datetime) -> bool:
        """Whether ``at`` is working time; closing time is not. Raises ValueError for a naive datetime."""
        at = _utc(at)
        days = _days(self._local_date(at), 2)
        return any(opens <= at < closes for day in days for opens, closes in self.windows(day))

    def next_open(self, at: dt.datetime) -> dt.datetime:
        """The first moment of working time from ``at`` on, in UTC: ``at`` itself while it is open.

        Raises ValueError for a naive datetime, NoWorkingTime (a ValueError) when five years bring none.
        """
        at = _utc(at)
        for day in _days(self._local_date(at), HORIZON_DAYS):
            for opens, closes in self.windows(day):
                if at < closes:
                    return max(at, opens)
        raise NoWorkingTime(start=self._local_date(at))

    # -- days ----------------------------------------------------------------------------------------------------

    def spans(self, on: dt.date) -> tuple[Span, ...]:
        """The local spans of a day, in order: of its override where there is one, else of its weekday."""
        return tuple(self.overrides[on] if on in self.overrides else self.week.get(on.weekday(), ()))

    def windows(self, on: dt.date) -> tuple[Window, ...]:
        """The spans of a local day in UTC, in order; a span that the zone skips as a whole is left out."""
        if (known := self._windows.get(on)) is None:
            known = tuple(
                (opens, closes)
                for opens, closes in (
                    (self._moment(on, start), self._moment(on + _DAY if end == dt.time.min else on, end))
                    for start, end in self.spans(on)
                )
                if opens < closes
            )
            self._windows[on] = known
        return known

    def working_time(self, on: dt.date) -> dt.timedelta:
        """The working time of one local day; half of it is half a working day."""
        return sum((closes - opens for opens, closes in self.windows(on)), _ZERO)

    def is_working_day(self, on: dt.date) -> bool:
        """Whether the day has any span: make-up days do, holidays do not."""
        return bool(self.spans(on))

    def add_working_days(self, on: dt.date, days: int) -> dt.date:
        """The ``days``-th working day after ``on`` (before it when negative), ``on`` itself not counted.

        With 0 the day itself, working or not. Raises NoWorkingTime (a ValueError) when a working day is more than five
        years away from the one before.
        """
        step = _DAY if days >= 0 else -_DAY
        day, left, idle = on, abs(days), 0
        while left:
            day += step
            if self.is_working_day(day):
                left, idle = left - 1, 0
            elif (idle := idle + 1) > HORIZON_DAYS:
                raise NoWorkingTime(start=on)
        return day

    # -- inside --------------------------------------------------------------------------------------------------

    def _local_date(self, at: dt.datetime) -> dt.date:
        """The date that the clock shows. No window of an earlier date reaches to ``at``; where clocks go back over
        midnight, a window of the next date may have begun."""
        return at.astimezone(self.tz).date()

    def _opens_after(self, day: dt.date, start: dt.datetime) -> bool:
        """Whether no window from ``day`` on can begin before ``start``."""
        return self._moment(day, dt.time.min) >= start

    def _month(self, day: dt.date) -> dt.timedelta:
        """The working time of the whole month of ``day``; kept, so that years cost a dozen look-ups each."""
        key = day.year * 12 + day.month
        if (known := self._months.get(key)) is None:
            length = gregorian.monthrange(day.year, day.month)[1]
            known = sum((self.working_time(each) for each in _days(day.replace(day=1), length)), _ZERO)
            self._months[key] = known
        return known

    def _moment(self, on: dt.date, wall: dt.time) -> dt.datetime:
        """The moment of a wall-clock time, in UTC."""
        local = dt.datetime.combine(on, wall, self.tz)
        moment = local.astimezone(dt.UTC)
        if moment.astimezone(self.tz).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment
        # The zone skips this time. Before the skip the old offset holds, after it the new one: search for the change.
        before, after = local.replace(fold=1).astimezone(dt.UTC), moment
        old_offset = before.astimezone(self.tz).utcoffset()
        while after - before > dt.timedelta(seconds=1):
            middle = before + (after - before) // 2
            if middle.astimezone(self.tz).utcoffset() == old_offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)


def _tidied(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, checked, those that touch joined."""
    for start, end in spans:
        if start.tzinfo or end.tzinfo:
            raise ValueError("The spans of a work calendar are local times without a zone.")
        if end <= start and end != dt.time.min:
            raise BadSpan(
                N_(
                    "The working hours %(start)s–%(end)s end before they start. "
                    "Give hours past midnight to the next day."
                ),
                start=f"{start:%H:%M}",
                end=f"{end:%H:%M}",
            )
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start == joined[-1][1] != dt.time.min:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for (one, until), (start, end) in pairwise(joined):
        if until == dt.time.min or start < until:
            raise BadSpan(
                N_("The working hours %(one)s–%(until)s and %(start)s–%(end)s overlap."),
                one=f"{one:%H:%M}",
                until=f"{until:%H:%M}",
                start=f"{start:%H:%M}",
                end=f"{end:%H:%M}",
            )
    return tuple(joined)


def _days(first: dt.date, count: int) -> Iterator[dt.date]:
    return (first + offset * _DAY for offset in range(count))


def _utc(at: dt.datetime) -> dt.datetime:
    if at.utcoffset() is None:
        raise ValueError(f"Working time is measured between aware datetimes; {at.isoformat()} has no zone.")
    return at.astimezone(dt.UTC)
