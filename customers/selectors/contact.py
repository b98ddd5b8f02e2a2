"""When a customer may be called, in words."""

from collections.abc import Iterable

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from customers.models import ContactWindow, Customer


def hours_that_suit(customer: Customer) -> tuple[str, ...]:
    """The hours the customer named, as people write them; empty for the store's calling hours. One query."""
    return windows_in_words(windows_of(customer))


def windows_of(customer: Customer) -> tuple[ContactWindow, ...]:
    """The hours the customer named, in order. One query."""
    return tuple(customer.windows.order_by("weekdays", "starts", "pk"))


def windows_in_words(windows: Iterable[ContactWindow]) -> tuple[str, ...]:
    """Each of them as people write it: ``Monday to Friday 18:00–20:00``."""
    return tuple(f"{weekday_words(row.weekdays)} {_span(row)}" for row in windows)


def weekday_words(mask: int) -> str:
    """The weekdays of a mask (Monday 1 … Sunday 64): every day, on workdays, at weekends, or their names."""
    match mask:
        case 0b1111111:
            return _("every day")
        case 0b0011111:
            return _("Monday to Friday")
        case 0b1100000:
            return _("at the weekend")
    return " ".join(str(WEEKDAYS_ABBR[day]) for day in range(7) if mask & 1 << day)


def _span(row: ContactWindow) -> str:
    return f"{row.starts:%H:%M}–{row.ends:%H:%M}"
