"""Measuring two things side by side."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Median seconds of the product and of the bare thing, measured in turns."""

    name: str
    goal: str
    product: float
    bare: float
    note: str = ""

    @property
    def value(self) -> float:
        return self.product / self.bare

    def line(self) -> str:
        return (
            f"{self.name:<44} {self.value:6.2f}x   goal {self.goal:<9} "
            f"product {self.product * 1000:10.1f} ms   bare {self.bare * 1000:10.1f} ms   {self.note}"
        )


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def in_turns(
    product: Callable[[], object],
    bare: Callable[[], object],
    *,
    rounds: int,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """Medians of ``rounds`` turns: product, bare, product, bare … ``before`` runs unmeasured before each."""
    ours, theirs = [], []
    for _round in range(rounds):
        before()
        ours.append(seconds(product))
        before()
        theirs.append(seconds(bare))
    return statistics.median(ours), statistics.median(theirs)
