import datetime as dt

import pytest

from staffing.enums import DayKind
from staffing.models import CalendarDay, WorkingSpan
from staffing.selectors.calendar import calendar_years, work_calendar
from staffing.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date


@pytest.mark.rule("X20")
@pytest.mark.parametrize(
    ("on", "works"),
    [
        pytest.param(D(2026, 11, 24), True, id="tuesday"),
        pytest.param(D(2026, 11, 22), False, id="sunday"),
        pytest.param(D(2026, 10, 1), False, id="national-day"),
        pytest.param(D(2026, 10, 10), True, id="make-up-saturday"),
        pytest.param(D(2026, 2, 20), False, id="friday-made-up-for"),
        pytest.param(D(2027, 2, 9), False, id="spring-festival-2027"),
        pytest.param(D(2027, 11, 24), True, id="wednesday-2027"),
    ],
)
def test_default_calendar_knows_days_off_and_make_up_days(on, works):
    calendar = work_calendar(StoreFactory())

    assert calendar.is_working_day(on) is works


def test_a_make_up_day_has_the_hours_of_its_weekday():
    calendar = work_calendar(StoreFactory())

    assert calendar.spans(D(2026, 10, 10)) == (
        (dt.time(8, 30), dt.time(12, 0)),
        (dt.time(13, 30), dt.time(17, 30)),
    )


def test_a_budget_passes_over_lunch_and_the_holidays():
    store = StoreFactory()

    ends = work_calendar(store).add(dt.datetime(2026, 9, 30, 16, 0, tzinfo=store.tz), dt.timedelta(hours=4))

    assert ends == dt.datetime(2026, 10, 8, 11, 0, tzinfo=store.tz)


def test_a_store_has_hours_and_days_of_its_own():
    store, other = StoreFactory(), StoreFactory()
    WorkingSpan.objects.create(store=store, weekday=6, starts=dt.time(9), ends=dt.time(17))
    CalendarDay.objects.create(store=store, on=D(2026, 10, 1), kind=DayKind.WORK, hours_of_weekday=6)
    CalendarDay.objects.create(store=store, on=D(2026, 11, 22), kind=DayKind.OFF)

    calendar = work_calendar(store)

    assert calendar.spans(D(2026, 11, 29)) == ((dt.time(9), dt.time(17)),)
    assert calendar.spans(D(2026, 11, 24)) == ()
    assert calendar.is_working_day(D(2026, 10, 1))
    assert not calendar.is_working_day(D(2026, 11, 22))
    assert not work_calendar(other).is_working_day(D(2026, 10, 1))


def test_the_years_that_are_known(django_assert_num_queries):
    store = StoreFactory()

    with django_assert_num_queries(1):
        years = calendar_years(store)
    with django_assert_num_queries(2):
        work_calendar(store)

    assert years == (2026, 2027)
