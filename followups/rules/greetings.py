"""Cards on birthdays and festivals (BD-01, BD-02): on which day a birthday is kept, and when its card is due."""

import datetime as dt
from calendar import isleap
from dataclasses import dataclass

from followups.rules.policies import KindRule


@dataclass(frozen=True)
class CardDay:
    """A day that cards are for, and the day on which they are due."""

    falls_on: dt.date
    due_on: dt.date


def birthday_in(born: dt.date, year: int) -> dt.date:
    """The day on which a birthday is kept in a year: the day itself; 29 February on the 28th of a common year."""
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return dt.date(year, 2, 28)
    return born.replace(year=year)


def birthdays_kept_on(on: dt.date) -> tuple[tuple[int, int], ...]:
    """The birthdays (month, day) that are kept on a day: one, or two on 28 February of a common year."""
    if (on.month, on.day) == (2, 28) and not isleap(on.year):
        return (2, 28), (2, 29)
    return ((on.month, on.day),)


def card_days(rule: KindRule, *, on: dt.date) -> tuple[CardDay, ...]:
    """The days whose cards fell due in (on - catch-up, on], the earliest first; ``offset_days`` counts from the day
    that the card is for, and is negative for a card that is sent before it."""
    due = [on - dt.timedelta(days=late) for late in reversed(range(rule.catch_up_days))]
    return tuple(CardDay(day - dt.timedelta(days=rule.offset_days), day) for day in due)
