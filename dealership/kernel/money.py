"""Amounts of money in yuan, as typed into price columns."""

import re
from decimal import ROUND_HALF_UP, Decimal

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import folded

FEN = Decimal("0.01")
LIMIT = Decimal(10) ** 10
"""Amounts below this fit every amount column (``max_digits=12, decimal_places=2``)."""

_AMOUNT = re.compile(
    r"(?:¥|RMB|CNY|人民币)? ?(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?) ?"
    r"(?P<unit>万元|万|W)? ?(?:元整?|圆整?|RMB|CNY)?",
    re.IGNORECASE,
)


class BadAmount(BadValue):
    """The value is no amount of yuan, or a negative or absurd one."""

    code = "bad_amount"
    message = N_("“%(value)s” is not an amount.")


def parse_amount(value: str | int | float | Decimal) -> Decimal:
    """The amount in yuan, to the fen (two places, half up).

    Understood: ``119,800``, ``12.98万``, ``12.98万元``, ``¥189,800``, ``189800.00元``, full-width forms, numbers.
    Raises BadAmount (a ValueError) for anything else (``面议``), for a negative amount and from ten billion on.
    """
    amount = _as_decimal(value)
    if amount < 0:
        raise BadAmount(N_("An amount cannot be negative: “%(value)s”."), value=value)
    if amount >= LIMIT:
        raise BadAmount(N_("The amount “%(value)s” is too large."), value=value)
    return amount.quantize(FEN, ROUND_HALF_UP)


def _as_decimal(value: str | int | float | Decimal) -> Decimal:
    if isinstance(value, bool):
        raise BadAmount(value=value)
    if not isinstance(value, str):
        # repr of a float is the shortest decimal that means it: 119800.1 stays 119800.1.
        amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not amount.is_finite():
            raise BadAmount(value=value)
        return abs(amount) if amount == 0 else amount
    text = folded(value)
    sign = -1 if text.startswith(("-", "−")) else 1
    match = _AMOUNT.fullmatch(text.lstrip("-−").lstrip())
    if not match:
        raise BadAmount(value=text)
    amount = Decimal(match["number"].replace(",", ""))
    if match["unit"]:
        amount *= 10_000
    return amount * sign if amount else amount
