"""Distances and counts, as typed into mileage and number columns."""

import re
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import squeezed

LIMIT_KM = 9_999_999
LIMIT_COUNT = 2_147_483_647

_NUMBER = r"(?P<sign>[-−])?(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
_DISTANCE = re.compile(rf"(?:大约|大概|约|近)?{_NUMBER}(?P<unit>万|W)?(?:公里|千米|KM|KMS|K)?(?:左右)?", re.IGNORECASE)
_COUNT = re.compile(rf"{_NUMBER}(?P<unit>.*)")


class BadNumber(BadValue):
    """The value is no number of the kind asked for."""

    code = "bad_number"
    message = N_("“%(value)s” is not a number.")


def parse_distance_km(value: str | int | float | Decimal) -> int:
    """A distance in whole kilometres (half up): ``5,012公里``, ``约3000``, ``3000 km``, ``1.2万公里``, ``4800.0``.

    Raises BadNumber (a ValueError) for anything else, for a negative distance, and above 9,999,999 km.
    """
    if isinstance(value, str):
        match = _DISTANCE.fullmatch(squeezed(value))
        if not match:
            raise BadNumber(N_("“%(value)s” is not a distance in kilometres."), value=value.strip())
        number = _decimal(match)
        if match["unit"]:
            number *= 10_000
    else:
        number = _finite(value)
    if number < 0:
        raise BadNumber(N_("A distance cannot be negative: “%(value)s”."), value=value)
    if number > LIMIT_KM:
        raise BadNumber(N_("The distance “%(value)s” is too large."), value=value)
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def parse_count(value: str | int | float | Decimal, *, units: Collection[str] = ()) -> int:
    """A whole number from zero on, bare or with one of ``units`` behind it: ``3.0``, ``2把`` with units ``{"把"}``.

    Raises BadNumber (a ValueError) for anything else, fractions and negative numbers included.
    """
    if isinstance(value, str):
        match = _COUNT.fullmatch(squeezed(value))
        if not match or (match["unit"] and match["unit"] not in units):
            raise BadNumber(value=value.strip())
        number = _decimal(match)
    else:
        number = _finite(value)
    if number < 0:
        raise BadNumber(N_("The number cannot be negative: “%(value)s”."), value=value)
    if number != number.to_integral_value():
        raise BadNumber(N_("“%(value)s” is not a whole number."), value=value)
    if number > LIMIT_COUNT:
        raise BadNumber(N_("The number “%(value)s” is too large."), value=value)
    return int(number)


def _decimal(match: re.Match[str]) -> Decimal:
    number = Decimal(match["number"].replace(",", ""))
    return -number if match["sign"] else number


def _finite(value: int | float | Decimal) -> Decimal:
    number = Decimal(value)
    if isinstance(value, bool) or not number.is_finite():
        raise BadNumber(value=value)
    return number
