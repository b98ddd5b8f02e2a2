"""The work calendar of a store, as the kernel reckons with it."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from dealership.kernel.worktime import Span, WorkCalendar
from staffing.enums import DayKind
from staffing.models import CalendarDay, Store, WorkingSpan


def work_calendar(store: Store) -> WorkCalendar:
    """The store's working hours with days off and make-up days (调休). Two queries.

    A store with hours of its own has only those; a store's own calendar day wins over the one for all. A make-up day
    has the hours of the weekday it names.
    """
    week = _week(store)
    days = CalendarDay.objects.filter(Q(store=store) | Q(store__isnull=True))
    overrides: dict[dt.date, list[Span]] = {}
    for day in sorted(days, key=lambda day: day.store_id is not None):
        overrides[day.on] = week.get(day.hours_of_weekday, []) if day.kind == DayKind.WORK else []
    return WorkCalendar(tz=store.tz, week=week, overrides=overrides)


def calendar_years(store: Store) -> tuple[int, ...]:
    """The years whose days off are known, so that a page can say which are not."""
    days: Iterable[dt.date] = (
        CalendarDay.objects.filter(Q(store=store) | Q(store__isnull=True)).dates("on", "year").iterator()
    )
    return tuple(day.year for day in days)


def _week(store: Store) -> dict[int, list[Span]]:
    rows = list(WorkingSpan.objects.filter(Q(store=store) | Q(store__isnull=True)).order_by("weekday", "starts"))
    rows = [row for row in rows if row.store_id is not None] or rows
    week: dict[int, list[Span]] = {}
    for row in rows:
        week.setdefault(row.weekday, []).append((row.starts, row.ends))
    return week
