"""What is wrong with a row, and the sentence that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from dealership.kernel.errors import N_, BadValue
from dealership.workbooks.enums import Reason

#: The sentence of a reason when the kind gives none of its own. ``value`` is the cell as typed.
SENTENCES: dict[str, str] = {
    Reason.REQUIRED: N_("“%(column)s” must be filled in."),
    Reason.BAD_PHONE: N_("“%(value)s” is not a telephone number of mainland China."),
    Reason.BAD_DATE: N_("“%(value)s” is not a date. Write it like 2026-03-05."),
    Reason.FUTURE_DATE: N_("%(value)s lies in the future."),
    Reason.BAD_VIN: N_("“%(value)s” is not a VIN."),
    Reason.BAD_NUMBER: N_("“%(value)s” is not a number that fits here."),
    Reason.BAD_AMOUNT: N_("“%(value)s” is not an amount of money."),
    Reason.UNKNOWN_VALUE: N_("“%(value)s” is not known here."),
    Reason.UNKNOWN_REFERENCE: N_("“%(value)s” does not exist in this store."),
    Reason.AMBIGUOUS_REFERENCE: N_("“%(value)s” fits more than one entry. Use the number instead of the name."),
    Reason.DUPLICATE_IN_FILE: N_("“%(value)s” already stands in row %(first_row)s of this file; the first is taken."),
    Reason.ENDS_BEFORE_START: N_("“%(value)s” lies before its beginning."),
    Reason.PHONE_NAME_MISMATCH: N_("This number belongs to a customer with another name."),
    Reason.VIN_CHECK_DIGIT: N_("The check digit of “%(value)s” is wrong; please compare it with the car."),
}
FORMULA_WITHOUT_VALUE = N_(
    "The cell under “%(column)s” holds a formula whose result is not stored. Open the workbook in Excel, save it, and "
    "try again."
)


class BadCell(BadValue):
    """A cell that cannot be taken. ``code`` is a Reason; the sentence may be the kind's own."""

    def __init__(self, reason: str, message: str | None = None, /, **params: object) -> None:
        self.reason = str(reason)
        super().__init__(message or N_("This value cannot be read."), **{"value": "", **params})
        self.own_sentence = message is not None


@dataclass(slots=True)
class Issue:
    """One fault of one row. ``row`` is the number a person sees in Excel; ``message`` an English msgid."""

    row: int
    column: str
    reason: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language of the reader."""
        return sentence_of(self.message, self.params)


def sentence_of(message: str, params: Mapping[str, Any]) -> str:
    """The translated sentence; a value missing from ``params`` shows as nothing, never as a traceback."""
    text = gettext(message)
    try:
        return text % params
    except (KeyError, TypeError, ValueError):
        return text


def issue_for(row: int, column: str, reason: str, value: object, message: str | None = None, **params: object) -> Issue:
    """An issue about ``value`` under ``column``, with the usual sentence of its reason unless ``message`` is given."""
    return Issue(
        row,
        column,
        str(reason),
        message or SENTENCES[Reason(reason)],
        {"column": column, "value": shown(value), **{name: jsonable(given) for name, given in params.items()}},
    )


def shown(value: object) -> str:
    """A cell as a person would recognise it, at most 60 characters."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def jsonable(value: object) -> object:
    return value if isinstance(value, int | float | bool) or value is None else str(value)
