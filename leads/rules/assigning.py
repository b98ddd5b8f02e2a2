"""To whom a new lead goes: in turn, to whoever has least, or to nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Values of leads.enums.AssignBy.
ROTATION, LEAST_LOAD, POOL = "rotation", "least_load", "pool"


@dataclass(frozen=True)
class Candidate:
    """A person of the role that takes the lead, on the day it comes.

    ``on_shift``   neither resting nor on leave that day
    ``overdue``    contacts that should have been made by now
    ``load``       leads that the person follows up
    ``last_turn``  the number of the turn in which the person last got a lead; 0 for never. Turns count up.
    """

    pk: int
    on_shift: bool = True
    overdue: int = 0
    load: int = 0
    last_turn: int = 0


def is_eligible(person: Candidate, *, behind: int) -> bool:
    """Whether a person gets new leads: on shift, and with fewer than ``behind`` overdue contacts. A limit of 0 asks
    for no such thing."""
    return person.on_shift and (behind == 0 or person.overdue < behind)


def give_out(
    candidates: Iterable[Candidate], *, count: int, assign_by: str, behind: int, turn: int = 1
) -> list[int | None]:
    """Whose each of ``count`` new leads becomes, in their order; None: the pool.

    In turn: whoever has waited longest for one. Least load: whoever follows up fewest, of those the one who has waited
    longest. ``turn`` is the number of the first turn given out here. Who is absent or behind gets none; when nobody is
    left, the lead waits in the pool, where a supervisor sees it. Raises ValueError for another way.
    """
    if assign_by not in (ROTATION, LEAST_LOAD, POOL):
        raise ValueError(assign_by)
    people = [person for person in candidates if is_eligible(person, behind=behind)]
    if assign_by == POOL or not people:
        return [None] * count
    loads = {person.pk: person.load for person in people}
    turns = {person.pk: person.last_turn for person in people}
    found: list[int | None] = []
    for number in range(turn, turn + count):
        chosen = min(loads, key=lambda pk: (loads[pk] if assign_by == LEAST_LOAD else 0, turns[pk], pk))
        loads[chosen] += 1
        turns[chosen] = number
        found.append(chosen)
    return found


def share_out(portfolio: Sequence[int], heirs: Iterable[Candidate]) -> dict[int, int]:
    """A leaver's leads over the heirs, each to whoever then has least: lead → person. Absence and arrears do not count
    here: the person who decides has named the heirs. Raises ValueError without any."""
    people = [Candidate(heir.pk, load=heir.load, last_turn=heir.last_turn) for heir in heirs]
    if not people:
        raise ValueError("no heirs")
    given = give_out(people, count=len(portfolio), assign_by=LEAST_LOAD, behind=0, turn=_after(people))
    return {lead: heir for lead, heir in zip(portfolio, given, strict=True) if heir is not None}


def _after(people: Iterable[Candidate]) -> int:
    return max(person.last_turn for person in people) + 1
