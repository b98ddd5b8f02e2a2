"""Filling the names into what the caller says (话术)."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{(\w+)\}")
#: What stands where nothing is known: the caller sees that something is to be filled in.
UNKNOWN = "____"


def filled_script(text: str, places: Mapping[str, str]) -> str:
    """``text`` with every ``{place}`` replaced; one without a value, or that nobody knows, becomes a blank line."""
    return _PLACE.sub(lambda match: places.get(match[1]) or UNKNOWN, text)
