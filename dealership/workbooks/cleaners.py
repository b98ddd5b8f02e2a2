"""What a cell must be: small functions that turn a cell into a value or raise BadCell or a kernel BadValue.

A cleaner never sees an empty cell; text comes to it trimmed.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from dealership.kernel import dates, money, phones, plates, quantities, vins
from dealership.kernel.errors import N_
from dealership.kernel.text import folded, squeezed
from dealership.workbooks.enums import Reason
from dealership.workbooks.issues import BadCell
from dealership.workbooks.reading import Cell

Cleaner = Callable[[Any], Any]


def as_text(value: Cell) -> str:
    """The cell as a person reads it: 13.0 is “13”, a date is ISO."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def text(max_length: int) -> Cleaner:
    """Free text, folded, at most ``max_length`` characters."""

    def clean(value: Cell) -> str:
        cleaned = folded(as_text(value))
        if len(cleaned) > max_length:
            raise BadCell(Reason.UNKNOWN_VALUE, N_("This cell holds more than %(limit)s characters."), limit=max_length)
        return cleaned

    return clean


def code(max_length: int) -> Cleaner:
    """A number or code that is compared without case and spaces: kept in capitals without spaces."""
    plain = text(max_length)

    def clean(value: Cell) -> str:
        return squeezed(str(plain(value))).upper()

    return clean


def choice(meanings: Mapping[str, str]) -> Cleaner:
    """One of a few words; compared folded, without spaces and case."""
    table = {squeezed(word).lower(): meaning for word, meaning in meanings.items()}

    def clean(value: Cell) -> str:
        try:
            return table[squeezed(as_text(value)).lower()]
        except KeyError:
            raise BadCell(
                Reason.UNKNOWN_VALUE,
                N_("“%(value)s” is not known here. Known are: %(known)s."),
                known="、".join(meanings),
            ) from None

    return clean


_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def phone(value: Cell) -> str:
    """E.164. What is a bare mobile number already takes the short way."""
    if isinstance(value, float) and 13_000_000_000 <= value < 20_000_000_000:
        value = str(int(value)) if value.is_integer() else value
    if isinstance(value, str) and _PLAIN_MOBILE.fullmatch(value):
        return f"+86{value}"
    return phones.normalise(value)  # type: ignore[arg-type]


def vin(value: Cell) -> vins.VinCheck:
    return vins.check(as_text(value))


def plate(value: Cell) -> str:
    cleaned = plates.normalise(as_text(value))
    if len(cleaned) > 16:
        raise BadCell(Reason.UNKNOWN_VALUE)
    return cleaned


def date(value: Cell) -> dt.date:
    return dates.parse_date(value)  # type: ignore[arg-type]


def amount(value: Cell) -> Decimal:
    """Yuan."""
    return money.parse_amount(value)  # type: ignore[arg-type]


def distance_km(value: Cell) -> int:
    return quantities.parse_distance_km(value)  # type: ignore[arg-type]


def count(*units: str, at_least: int = 0, at_most: int | None = None) -> Cleaner:
    """A whole number, bare or with one of ``units`` behind it."""

    def clean(value: Cell) -> int:
        number = quantities.parse_count(value, units=units)  # type: ignore[arg-type]
        if number < at_least or (at_most is not None and number > at_most):
            raise BadCell(Reason.BAD_NUMBER)
        return number

    return clean
