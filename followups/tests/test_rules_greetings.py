"""On which day a birthday is kept, and when its card is due."""

import datetime as dt
from calendar import isleap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.rules.greetings import birthday_in, birthdays_kept_on, card_days
from followups.rules.policies import KindRule

D = dt.date
YEARS = st.integers(1930, 2100)
BORN = st.dates(D(1920, 1, 1), D(2020, 12, 31))


@pytest.mark.rule("BD-01")
@pytest.mark.parametrize(
    ("born", "year", "kept"),
    [
        (D(1980, 11, 24), 2026, D(2026, 11, 24)),
        (D(1992, 2, 29), 2026, D(2026, 2, 28)),
        (D(1992, 2, 29), 2028, D(2028, 2, 29)),
        (D(1992, 2, 29), 2100, D(2100, 2, 28)),
        (D(1992, 2, 28), 2028, D(2028, 2, 28)),
        (D(1990, 12, 31), 2027, D(2027, 12, 31)),
        (D(1990, 1, 1), 2027, D(2027, 1, 1)),
    ],
)
def test_birthday_of_a_year(born, year, kept):
    assert birthday_in(born, year) == kept


@pytest.mark.rule("BD-01")
@given(BORN, YEARS)
def test_each_birthday_is_kept_on_exactly_one_day_of_each_year(born, year):
    near = [birthday_in(born, year) + dt.timedelta(days=n) for n in range(-3, 4)]

    assert [on for on in near if (born.month, born.day) in birthdays_kept_on(on)] == [birthday_in(born, year)]


@pytest.mark.rule("BD-01")
@given(YEARS)
def test_the_days_of_a_year_keep_every_birthday_once(year):
    first = D(year, 1, 1)
    kept = [key for n in range(366 if isleap(year) else 365) for key in birthdays_kept_on(first + dt.timedelta(days=n))]

    assert len(kept) == len(set(kept)) == 366


@pytest.mark.rule("BD-02")
@given(st.dates(D(2026, 1, 1), D(2030, 1, 1)), st.integers(1, 14), st.integers(-14, 0))
def test_each_day_falls_due_once_and_is_caught_up(first, catch_up, offset):
    rule = KindRule(kind="festival", role="call_centre_agent", offset_days=offset, catch_up_days=catch_up)

    days = card_days(rule, on=first)

    assert len(days) == catch_up
    assert days[-1].due_on == first
    assert all(day.falls_on - day.due_on == dt.timedelta(days=-offset) for day in days)
    tomorrow = card_days(rule, on=first + dt.timedelta(days=1))
    assert {day.due_on for day in tomorrow} - {day.due_on for day in days} == {first + dt.timedelta(days=1)}
