"""What a line of the visit register still lacks, and from when on that is a matter of discipline (CC-18)."""

import datetime as dt
from dataclasses import dataclass

#: The columns that must be filled about an enquiry for a new car, in the order of the register.
COLUMNS = ("name", "number", "heard_from", "model", "grade", "consultant")


@dataclass(frozen=True)
class FilledLine:
    """A line of the register: for each column whether it is filled. ``has_card``: a lead with its own name, number and
    model; ``is_again``: the customer told earlier where one heard of us; ``no_data``: why there are no particulars."""

    purpose: str = "new_car"
    no_data: str = ""
    is_again: bool = False
    has_card: bool = False
    name: bool = False
    number: bool = False
    heard_from: bool = False
    model: bool = False
    grade: bool = False
    consultant: bool = False


def lacking(line: FilledLine) -> tuple[str, ...]:
    """The mandatory columns that are empty, in their order. Other purposes lack nothing, nor does a recorded failure to
    get particulars: that is a matter of LI-14."""
    if line.purpose != "new_car":
        return ()
    if line.no_data:
        return () if line.consultant else ("consultant",)
    known = {"name", "number", "model"} if line.has_card else set()
    if line.is_again:
        known.add("heard_from")
    return tuple(name for name in COLUMNS if name not in known and not getattr(line, name))


def is_due(arrived_at: dt.datetime, *, at: dt.datetime, fill_hours: int) -> bool:
    """Whether a line should be complete by now: ``fill_hours`` after the visit, by the wall clock."""
    return at >= arrived_at + dt.timedelta(hours=fill_hours)
