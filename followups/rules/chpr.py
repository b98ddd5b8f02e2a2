"""The CHPR self-check (CHPR自检表, D3-21): what a signed check must say, and what it amounts to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dealership.kernel.errors import N_, BadValue
from dealership.kernel.figures import rate

GOOD, MEDIUM, POOR = "good", "medium", "poor"
RESULTS = (GOOD, MEDIUM, POOR)


class Incomplete(BadValue):
    """Points without a result."""

    code = "incomplete"
    message = N_("Judge every point; there is no result for: %(points)s.")


class NoImprovement(BadValue):
    """Poor points without a word on what is to become better."""

    code = "no_improvement"
    message = N_("Write down what is to become better at each poor point: %(points)s.")


@dataclass(frozen=True)
class Mark:
    """The judgement of one point."""

    result: str
    improvement: str = ""


@dataclass(frozen=True)
class Tally:
    """How many points were good, medium and poor."""

    good: int = 0
    medium: int = 0
    poor: int = 0

    @property
    def total(self) -> int:
        return self.good + self.medium + self.poor

    @property
    def good_share(self) -> float | None:
        """Good ÷ points judged; None where none was."""
        return rate(self.good, self.total)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.good + other.good, self.medium + other.medium, self.poor + other.poor)


def check_marks(points: Sequence[int], marks: Mapping[int, Mark]) -> None:
    """Every point in use is judged, and every poor one has its improvement. ``points`` are their numbers.

    Raises Incomplete or NoImprovement with the numbers, and ValueError for a result that is none.
    """
    if strange := {mark.result for mark in marks.values()} - {"", *RESULTS}:
        raise ValueError(f"“{min(strange)}” is no result of a check.")
    if open_points := [number for number in points if number not in marks or not marks[number].result]:
        raise Incomplete(points=open_points)
    bare = [number for number in points if marks[number].result == POOR and not marks[number].improvement.strip()]
    if bare:
        raise NoImprovement(points=bare)


def tally_of(results: Iterable[str]) -> Tally:
    """The results counted."""
    counts = dict.fromkeys(RESULTS, 0)
    for result in results:
        counts[result] += 1
    return Tally(**counts)


@dataclass(frozen=True)
class WeakPoint:
    """A point and how it was judged over many checks."""

    number: int
    tally: Tally


def weak_points(tallies: Mapping[int, Tally]) -> list[WeakPoint]:
    """The points that were not always good, the weakest first: most poor, then most medium, then by number."""
    found = [WeakPoint(number, tally) for number, tally in tallies.items() if tally.medium or tally.poor]
    return sorted(found, key=lambda point: (-point.tally.poor, -point.tally.medium, point.number))
