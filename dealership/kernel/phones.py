"""Telephone numbers of mainland China: read as typed, kept as E.164, shown and masked.

E.164 here is ``+86`` and the national number: ``+8613800001234`` (mobile), ``+8657188881234`` (area code 0571 without
its zero), ``+864001234567`` (400 or 800). An extension is understood and dropped, since E.164 has none.
"""

import math
import re

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.text import folded

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
# Area code without its zero, then the subscriber: 10 and 2x have eight digits, the others seven or eight. A subscriber
# number begins with 2 to 8; 0 and 1 lead elsewhere and 9 is kept for short numbers.
_LANDLINE = re.compile(r"(10|2[0-9])([2-8][0-9]{7})|([3-9][0-9]{2})([2-8][0-9]{6,7})")
# "86" alone is a country code too: no area code, mobile or service number begins with it unless a zero leads.
_COUNTRY = re.compile(r"\((?:\+|00)?86\)|(?:\+ ?|00)86|86")
_BEGINNING = re.compile(r"[0-9(+]")
_SEPARATORS = re.compile(r"[\s.()\-]")
_DASHES = re.compile(r"[‐‑‒–—―−]")
_BRACKETED_ZERO = re.compile(r"^\(0\)")
_EXTENSION_WORD = re.compile(r"(?:转|轉|分机|ext\.?|x|#)[\s:]*[0-9]{1,6}$", re.IGNORECASE)
_EXTENSION_DASH = re.compile(
    r"^(\(?0?(?:10|2[0-9]|[3-9][0-9]{2})\)?[\s.-]*[2-8][0-9]{6,7}|[48]00[\s.-]*[0-9]{7})[\s-]+[0-9]{1,6}$"
)


class BadPhone(BadValue):
    """The text is no telephone number of mainland China."""

    code = "bad_phone"
    message = N_("“%(value)s” is not a telephone number of mainland China.")


def normalise(text: str | int | float) -> str:
    """The number as E.164, from the ways people and Excel write it.

    Understood: ``+86``, ``0086`` and ``86`` in front, a zero before a mobile, dashes, dots, spaces, brackets,
    full-width digits, an extension after a landline, 400 and 800 numbers, and numeric cells (``13800001111.0``). A
    landline needs its area code. Two numbers in one cell are refused, since neither can be preferred.

    Raises BadPhone (a ValueError).
    """
    typed = _as_text(text)
    national = _national(typed)
    if national is None:
        raise BadPhone(value=typed)
    return f"+86{national}"


def is_mobile(e164: str) -> bool:
    """Whether an E.164 number is a mobile of mainland China."""
    return e164.startswith("+86") and _MOBILE.fullmatch(e164[3:]) is not None


def mask(e164: str) -> str:
    """The number with its middle hidden: ``138****1234``, ``0571-****1234``, ``400-***-4567``.

    Never fails and never shows more than the last four digits of a number of another form.
    """
    match _parts(e164):
        case ["mobile", number]:
            return f"{number[:3]}****{number[-4:]}"
        case ["service", number]:
            return f"{number[:3]}-***-{number[-4:]}"
        case ["landline", area, subscriber]:
            return f"0{area}-{'*' * (len(subscriber) - 4)}{subscriber[-4:]}"
    return "*" * len(e164) if len(e164) < 8 else "*" * (len(e164) - 4) + e164[-4:]


def display(e164: str) -> str:
    """The number in groups, as it is read out: ``138 0000 1234``, ``0571-8888 1234``, ``400-123-4567``.

    A number of another form is returned as it is.
    """
    match _parts(e164):
        case ["mobile", number]:
            return f"{number[:3]} {number[3:7]} {number[7:]}"
        case ["service", number]:
            return f"{number[:3]}-{number[3:6]}-{number[6:]}"
        case ["landline", area, subscriber]:
            return f"0{area}-{subscriber[:-4]} {subscriber[-4:]}"
    return e164


def _as_text(text: str | int | float) -> str:
    if isinstance(text, bool):
        raise BadPhone(value=text)
    if isinstance(text, float):
        if not math.isfinite(text) or not text.is_integer():
            raise BadPhone(value=text)
        return str(int(text))
    return folded(str(text))


def _national(typed: str) -> str | None:
    """The national significant number, or None."""
    rest = _DASHES.sub("-", typed).removeprefix("'")
    rest = re.sub(r"^([0-9]+)\.0$", r"\1", rest)
    if not _BEGINNING.match(rest):
        return None
    country = _COUNTRY.match(rest)
    if country:
        rest = _BRACKETED_ZERO.sub("", rest[country.end() :].lstrip(" .-"))
    without_word = _EXTENSION_WORD.sub("", rest).rstrip(" ,;-")
    has_extension = without_word != rest.rstrip(" ,;-")
    if not has_extension and (dashed := _EXTENSION_DASH.match(rest)):
        without_word, has_extension = dashed[1], True
    digits = _SEPARATORS.sub("", without_word)
    trunk = digits.startswith("0")
    number = digits[1:] if trunk else digits
    if _MOBILE.fullmatch(number):
        return None if has_extension else number
    if _SERVICE.fullmatch(number):
        return None if trunk else number
    if _LANDLINE.fullmatch(number) and (trunk or country):
        return number
    return None


def _parts(e164: str) -> list[str]:
    number = e164[3:] if e164.startswith("+86") else ""
    if _MOBILE.fullmatch(number):
        return ["mobile", number]
    if _SERVICE.fullmatch(number):
        return ["service", number]
    if landline := _LANDLINE.fullmatch(number):
        return ["landline", *(group for group in landline.groups() if group)]
    return []
