"""Errors that carry a sentence for people: named refusals of services, and values that cannot be read.

The kernel knows no Django, so it does not translate. An error carries the English msgid (``message``) and its named
values (``params``) apart; the view layer shows ``error.sentence(gettext)``, which is ``gettext(message) % params``.
``N_`` marks a msgid for the catalogue.
"""

import re
from collections.abc import Callable
from typing import ClassVar

_PLACEHOLDER = re.compile(r"%\((\w+)\)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def N_(msgid: str) -> str:
    """Mark ``msgid`` as a string to be translated later; returns it unchanged."""
    return msgid


#: What stands between the items of a list.
COMMA = N_(", ")


class SentenceError(Exception):
    """Base of the errors with a sentence; catch one of its two children instead.

    ``code``     what programs compare, lower_snake; by default the class name (``AlreadyTaken`` -> ``already_taken``)
    ``message``  English msgid with named placeholders, from the class or given to the instance
    ``params``   the values of the placeholders by name; they may be lazy translations. Of a list or tuple the sentence
                 shows the items one after the other, "a, b" or "甲、乙"
    """

    code: ClassVar[str] = "refused"
    message: str = N_("This cannot be done.")
    params: dict[str, object]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = _HUMP.sub("_", cls.__name__).lower()

    def __init__(self, message: str | None = None, /, **params: object) -> None:
        if message is None:
            super().__init__()
        else:
            super().__init__(message)
            self.message = message
        self.params = params
        if missing := set(_PLACEHOLDER.findall(self.message)) - params.keys():
            raise TypeError(f"{type(self).__name__} lacks the values of {', '.join(sorted(missing))}")

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.message, self.params)

    def sentence(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of ``translate``, for example Django's ``gettext``."""
        return translate(self.message) % _listed(self.params, translate)

    def __str__(self) -> str:
        return self.message % _listed(self.params, N_)


def _listed(params: dict[str, object], translate: Callable[[str], str]) -> dict[str, object]:
    return {
        name: translate(COMMA).join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in params.items()
    }


def _rebuilt(kind: type[SentenceError], message: str, params: dict[str, object]) -> SentenceError:
    # Pickle's own way calls kind(*args) and would lose the named values before the check in __init__ sees them.
    return kind(message, **params)


class Refusal(SentenceError):
    """A service declines, by name: ``class AlreadyTaken(Refusal): message = N_("%(who)s has already taken it.")``.

    Nothing was written when it is raised. Views answer 422 (or 409) with ``sentence(gettext)``.
    """

    code = "refused"


class BadValue(SentenceError, ValueError):
    """Input that cannot be read or cannot be: a ValueError whose sentence can be translated.

    ``code`` is the reason of the workbook contract where there is one (``bad_phone``, ``bad_date`` …).
    """

    code = "bad_value"
    message = N_("This value cannot be read.")
