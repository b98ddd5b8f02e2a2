"""Vehicle identification numbers (车架号): 17 characters, GB 16735 (the same as ISO 3779 and 49 CFR 565)."""

import re
from dataclasses import dataclass
from operator import mul

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import squeezed

_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_POSITION = 8
_STRANGE = re.compile(r"[^A-HJ-NPR-Z0-9]")


class BadVin(BadValue):
    """The text is no VIN; a wrong check digit alone does not raise this."""

    code = "bad_vin"
    message = N_("“%(value)s” is not a VIN.")


@dataclass(frozen=True)
class VinCheck:
    """A VIN in its kept form, and whether its ninth character is the check digit that the others demand."""

    vin: str
    check_digit_ok: bool


def check(text: str | int | float) -> VinCheck:
    """Read a VIN: upper-case, without spaces, full-width characters folded.

    Raises BadVin (a ValueError) unless it has 17 characters of A–Z and 0–9 without I, O and Q. A wrong check digit is
    only reported, since cars not made for China or North America need not have one.
    """
    vin = squeezed(str(text)).upper()
    if len(vin) != 17:
        raise BadVin(
            N_("“%(value)s” is not a VIN: it has %(length)d characters instead of 17."), value=vin, length=len(vin)
        )
    if strange := _STRANGE.search(vin):
        raise BadVin(
            N_("“%(value)s” is not a VIN: “%(character)s” never occurs in one (the letters I, O and Q do not either)."),
            value=vin,
            character=strange[0],
        )
    return VinCheck(vin=vin, check_digit_ok=vin[_CHECK_POSITION] == check_digit(vin))


def normalise(text: str | int | float) -> str:
    """The VIN in its kept form; raises BadVin (a ValueError) as ``check`` does."""
    return check(text).vin


def check_digit(vin: str) -> str:
    """The check digit (0–9 or X) that the other sixteen characters of a normalised VIN demand."""
    remainder = sum(map(mul, map(_VALUES.__getitem__, vin), _WEIGHTS)) % 11
    return "X" if remainder == 10 else str(remainder)
