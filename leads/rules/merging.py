"""What becomes of two leads of one intention (合并): which fields, in which order the lines."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: The front of the card: of each field the merging person chooses one side. Those of the introducer go together.
CHOOSABLE = (
    "is_fleet",
    "reason_to_follow",
    "confidence",
    "need",
    "purchasing_power",
    "budget_fen",
    "purchase_method",
    "buys_on",
    "colour",
    "configuration",
    "competitors",
    "use",
    "decision_maker",
    "plate_region",
    "current_car",
    "trade_in",
    "companions",
    "objections",
    "help_needed",
    "city",
    "card_source",
    "introducer",
    "note",
)
#: Fields that go with another one.
ALONG = {"introducer": ("introducer_id", "introducer_name", "introducer_relation", "introducer_phone")}
KEPT, DROPPED, BOTH = "kept", "dropped", "both"


@dataclass(frozen=True)
class Line:
    """A line of one of the two cards."""

    pk: int
    at: dt.datetime


def joined_order(lines: Iterable[Line]) -> dict[int, int]:
    """The numbers of the lines of the joined card, from 1 on in the order in which the contacts were made."""
    ordered = sorted(lines, key=lambda line: (line.at, line.pk))
    return {line.pk: number for number, line in enumerate(ordered, start=1)}


def columns_of(name: str) -> tuple[str, ...]:
    return ALONG.get(name, (name,))


def proposed(kept: Mapping[str, Any], dropped: Mapping[str, Any]) -> dict[str, str]:
    """For each field on which the two differ the side to begin with: the kept one, where it says anything."""
    sides: dict[str, str] = {}
    for name in CHOOSABLE:
        ours = [kept[column] for column in columns_of(name)]
        theirs = [dropped[column] for column in columns_of(name)]
        if ours != theirs and any(theirs):
            if not any(ours):
                sides[name] = DROPPED
            else:
                sides[name] = BOTH if name == "note" else KEPT
    return sides


def chosen(kept: Mapping[str, Any], dropped: Mapping[str, Any], sides: Mapping[str, str]) -> dict[str, Any]:
    """The columns of the kept lead that change. A side that is not named is the kept one; ``both`` joins the notes."""
    changes: dict[str, Any] = {}
    for name in CHOOSABLE:
        if sides.get(name) == DROPPED:
            changes |= {column: dropped[column] for column in columns_of(name)}
        elif name == "note" and sides.get(name) == BOTH:
            changes["note"] = "\n".join(dict.fromkeys(text for text in (kept["note"], dropped["note"]) if text))
    return {column: value for column, value in changes.items() if kept[column] != value}
