"""The clean-up at the end of the month: when it is prepared, and what a showroom seller may not keep (LG-30..LG-33)."""

import datetime as dt

from leads.rules.policies import CadencePolicy

#: The preview is made in the last days of the month, and still in the first of the next for a machine that stood still.
DAYS_BEFORE, DAYS_AFTER = 3, 3


def month_to_prepare(on: dt.date) -> dt.date | None:
    """The first day of the month whose clean-up is prepared on a day; None in between."""
    first = on.replace(day=1)
    if on.day <= DAYS_AFTER:
        return (first - dt.timedelta(days=1)).replace(day=1)
    return first if on > last_day(first) - dt.timedelta(days=DAYS_BEFORE) else None


def last_day(month: dt.date) -> dt.date:
    """The last day of the month of a day."""
    return next_month(month) - dt.timedelta(days=1)


def next_month(month: dt.date) -> dt.date:
    """The first day of the month that follows."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def opening_moment(month: dt.date, tz: dt.tzinfo) -> dt.datetime:
    """00:00 on the 1st of the month that follows, in the store's zone, as UTC: the backlog is frozen as of then."""
    return dt.datetime.combine(next_month(month), dt.time.min, tzinfo=tz).astimezone(dt.UTC)


def grades_kept(policy: CadencePolicy) -> frozenset[str]:
    """The codes that a showroom seller may keep over the end of the month: H and A (LG-30), and O, which is sold.
    Everything else goes to telesales (LG-31), also what was never graded."""
    return frozenset(rule.code for rule in policy if rule.seller_keeps)
