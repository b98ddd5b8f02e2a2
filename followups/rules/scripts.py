"""Filling the names into what the caller says (话术)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{(\w+)\}")
#: What stands where nothing is known: the caller sees that something is to be filled in.
UNKNOWN = "____"
#: A line that begins with it explains more (N1-05).
LONGER = "+"


def filled_script(text: str, places: Mapping[str, str]) -> str:
    """``text`` with every ``{place}`` replaced; one without a value, or that nobody knows, becomes a blank line."""
    return _PLACE.sub(lambda match: places.get(match[1]) or UNKNOWN, text)


@dataclass(frozen=True)
class ScriptLine:
    """A line of the script. ``is_longer``: said only to somebody who does not know cars (N1-05)."""

    text: str
    is_longer: bool


def script_lines(text: str) -> tuple[ScriptLine, ...]:
    """The lines of a script; those that begin with "+" belong to its longer form alone (N1-05)."""
    return tuple(
        ScriptLine(line.removeprefix(LONGER).lstrip(), True) if line.startswith(LONGER) else ScriptLine(line, False)
        for line in text.splitlines()
    )
