"""Who receives the next visitor (接待顺位)."""

from collections.abc import Iterable, Sequence

TAKEN, BUSY, AWAY = "taken", "busy", "away"


def turn_order(people: Sequence[int], steps: Iterable[tuple[int, str]]) -> tuple[int, ...]:
    """The people at work in the order in which they are next, after the day's ``steps`` (person, what became of it).

    ``people`` stand as they came in the morning. Whoever receives a visitor, or is not at the door, goes to the end of
    the line (ST-05). Whoever is with a customer just then keeps the place, and is next again after the one visitor that
    is received instead. When all are passed over the line begins anew. Steps of people who are not at work count for
    nothing.
    """
    line, waiting = list(people), set[int]()
    for person, step in steps:
        if person not in line:
            continue
        if step == BUSY:
            waiting.add(person)
            continue
        line.remove(person)
        line.append(person)
        waiting.discard(person)
        if step == TAKEN:
            waiting.clear()
    free = [person for person in line if person not in waiting]
    return (*free, *(person for person in line if person in waiting)) if free else tuple(line)


def consumes_turn(*, purpose: str, is_known: bool, asked_by_name: bool) -> bool:
    """Whether a visitor takes the turn of whoever is next: only a new customer who enquires about a car and asked for
    nobody by name does (ST-07, ST-08)."""
    return purpose == "new_car" and not is_known and not asked_by_name
