"""Two transactions that waited for each other: the database ended one of them, and nothing of it was kept."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

Result = TypeVar("Result")

#: Deadlock, and a transaction that could not be put in order with another one (SQLSTATE).
_ENDED = frozenset({"40P01", "40001"})


def is_contention(error: BaseException) -> bool:
    """Whether trying again is all that is needed."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in _ENDED


def once_more(act: Callable[[], Result]) -> Result:
    """What ``act``, a transaction of its own, gives; after a contention it is tried a second time."""
    try:
        return act()
    except OperationalError as error:
        if not is_contention(error):
            raise
    return act()
