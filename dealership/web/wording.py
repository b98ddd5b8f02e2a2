"""Sentences that code puts together, with the punctuation of the language in use."""

from collections.abc import Iterable

from django.utils.translation import get_language

#: What stands where there is no figure.
NONE = "–"


def enumeration(parts: Iterable[object]) -> str:
    """The parts one after the other: "a, b" in English, "a、b" in Chinese."""
    return ("、" if is_chinese() else ", ").join(str(part) for part in parts)


def labelled(label: object, value: object) -> str:
    """A label and what it stands for: "label: value" in English, "label：value" in Chinese."""
    return f"{label}{'：' if is_chinese() else ': '}{value}"


def is_chinese() -> bool:
    """Whether the language in use is Chinese."""
    return (get_language() or "").startswith("zh")


def shown(value: float | None) -> str:
    """A figure as people read it: 12, 75.0%, and "–" for none. Rates are floats."""
    if value is None:
        return NONE
    return f"{value * 100:.1f}%" if isinstance(value, float) else str(value)
