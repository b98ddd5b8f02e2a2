"""Months, as the first of their days."""

import datetime as dt
import re

from django.utils.formats import date_format
from django.utils.translation import get_language

from dealership.kernel.errors import N_, BadValue

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
#: Nobody kept call lists before, and nobody plans them after.
EARLIEST, LATEST = 2000, 2099


class BadMonth(BadValue):
    code = "bad_month"
    message = N_("%(text)s is not a month; write it as 2026-11.")


def parse_month(text: str) -> dt.date:
    """``2026-11`` as the first of November 2026. Raises BadMonth for anything else."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not EARLIEST <= int(found[1]) <= LATEST:
        raise BadMonth(text=text)
    return dt.date(int(found[1]), int(found[2]), 1)


def month_start(day: dt.date) -> dt.date:
    """The first day of the month that ``day`` lies in."""
    return day.replace(day=1)


def months_after(month: dt.date, count: int) -> dt.date:
    """The first day of the month ``count`` months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def month_of(month: dt.date) -> str:
    """``2026-11``: how programs and addresses write a month."""
    return f"{month:%Y-%m}"


def month_label(month: dt.date) -> str:
    """How people write a month, in the language of the reader: 2026年11月, Nov 2026."""
    english = (get_language() or "").startswith("en")
    return date_format(month, "M Y" if english else "Y年n月")


def month_short(month: dt.date) -> str:
    """A month of a year that is named elsewhere, for the axis of a chart: 11月, Nov."""
    english = (get_language() or "").startswith("en")
    return date_format(month, "M" if english else "n月")
