"""Figures of reports: shares, and lines that add up."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Self


def rate(part: int, whole: int) -> float | None:
    """``part`` of ``whole`` as a fraction; None for an empty denominator, which is shown as "–" and never as 0 %."""
    return part / whole if whole else None


class Addable:
    """Values that add up field by field."""

    @classmethod
    def sum(cls, parts: Iterable[Self]) -> Self:
        listed = list(parts)
        return cls(**{entry.name: _sum([getattr(part, entry.name) for part in listed]) for entry in fields(cls)})  # type: ignore[arg-type]


def _sum(values: list[Any]) -> Any:
    if values and isinstance(values[0], Addable):
        return type(values[0]).sum(values)
    return sum(values) if values else 0
