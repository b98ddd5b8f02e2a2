"""The life of a call task: its next try, whether it comes back, and when it is late. Rules D3-08, D3-19, SV-13."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from followups.rules.policies import HoursSpan, OverdueRung


@dataclass(frozen=True)
class NextTry:
    """What follows a failed try: ``due_on`` is the next day of trying, None when the days of trying are used up."""

    failed_days: int
    due_on: dt.date | None

    @property
    def is_missed(self) -> bool:
        return self.due_on is None


def next_try(*, on: dt.date, failed_days: int, last_failed_on: dt.date | None, try_days: int) -> NextTry:
    """After a try on ``on`` that failed (no answer, busy, inconvenient): the next day again, until there were
    ``try_days`` days with failed tries; then the task is missed, and listed as such (D3-19, SV-13).

    ``failed_days`` and ``last_failed_on`` are those before this try; several tries on one day count once.
    """
    failed_days += 0 if last_failed_on == on else 1
    if failed_days >= try_days:
        return NextTry(failed_days, None)
    return NextTry(failed_days, on + dt.timedelta(days=1))


def comes_back(*, due_on: dt.date, expires_on: dt.date | None, today: dt.date, catch_up_days: int) -> bool:
    """Whether a call that a contact ban ended is made after all when the ban is lifted: its own time is not over, and
    the list of today would still make it, since it falls due later or within the days caught up (X25).

    So the lifted ban leaves the customer with the calls of somebody who was never banned, and with none that is stale.
    """
    is_over = expires_on is not None and expires_on <= today
    return not is_over and due_on > today - dt.timedelta(days=catch_up_days)


def suggested_call_back(now: dt.datetime, week: Sequence[Sequence[HoursSpan]]) -> dt.datetime | None:
    """A time to offer for a call-back: the first full or half hour, an hour from ``now`` at the earliest, at which the
    customer may be called (D3-05, D3-06, D3-08). ``now`` and the answer stand in the store's zone; ``week`` holds the
    hours of seven days, Monday first. None when nobody is called on any day.
    """
    earliest = now + dt.timedelta(hours=1)
    past = dt.timedelta(minutes=earliest.minute % 30, seconds=earliest.second, microseconds=earliest.microsecond)
    earliest += dt.timedelta(minutes=30) - past if past else past
    for ahead in range(8):
        day = now.date() + dt.timedelta(days=ahead)
        for span in week[day.weekday()]:
            starts = dt.datetime.combine(day, span.starts, tzinfo=now.tzinfo)
            if max(starts, earliest) < dt.datetime.combine(day, span.ends, tzinfo=now.tzinfo):
                return max(starts, earliest)
    return None


def overdue_at(due_on: dt.date, due_at: dt.datetime | None, tz: dt.tzinfo) -> dt.datetime:
    """The moment (UTC) from which a task is late: the promised time (D3-08), else the end of the store's local day."""
    return end_of_day(due_on, tz) if due_at is None else due_at.astimezone(dt.UTC)


def end_of_day(on: dt.date, tz: dt.tzinfo) -> dt.datetime:
    """The first moment (UTC) of the next local day."""
    return dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min, tzinfo=tz).astimezone(dt.UTC)


@dataclass(frozen=True)
class NextTurn:
    """The rung to be told next, and when (UTC); both empty at the top of the ladder."""

    level: int
    at: dt.datetime | None


def rung_at(late_from: dt.datetime, rung: OverdueRung, tz: dt.tzinfo) -> dt.datetime:
    """When (UTC) a rung is told: so many local days after the task fell late, at the same local time."""
    local = late_from.astimezone(tz)
    moved = dt.datetime.combine(local.date() + dt.timedelta(days=rung.after_days), local.time(), tzinfo=tz)
    return moved.astimezone(dt.UTC)


def next_alert(late_from: dt.datetime, *, from_level: int, rungs: Sequence[OverdueRung], tz: dt.tzinfo) -> NextTurn:
    """The lowest rung at or above ``from_level``; levels need not be consecutive."""
    for rung in sorted(rungs, key=lambda rung: rung.level):
        if rung.level >= from_level:
            return NextTurn(rung.level, rung_at(late_from, rung, tz))
    return NextTurn(from_level, None)


def first_alert_at(
    late_from: dt.datetime, rungs: Sequence[OverdueRung], tz: dt.tzinfo, *, at: dt.datetime | None = None
) -> NextTurn:
    """The first rung of a task that is late from a moment on.

    A task that comes upon the list at ``at``, long after its day, begins at the highest rung that has passed by then:
    one person is told of it, not everybody below at the same moment.
    """
    passed = [rung.level for rung in rungs if at is not None and rung_at(late_from, rung, tz) <= at]
    return next_alert(late_from, from_level=max(passed, default=0), rungs=rungs, tz=tz)
