"""Amounts kept in fen, as people read them."""

from decimal import Decimal


def yuan(fen: int) -> str:
    """An amount in yuan without needless places: 12980000 -> 129800."""
    amount = Decimal(fen) / 100
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"
