"""What a supervisor looks at: lines that cannot all be true and effective (CC-09)."""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from leads.rules.policies import LeadRule

#: Shorter results (“好的”) are said to many customers truthfully.
SHORTEST_TEXT = 6


@dataclass(frozen=True)
class SeenLine:
    """A line of a card as the spot check sees it: ``pk`` the line, ``by`` the writer, ``lead`` the card."""

    pk: int
    lead: int
    by: Hashable
    at: dt.datetime
    text: str


def same_texts(lines: Iterable[SeenLine]) -> list[tuple[SeenLine, ...]]:
    """Lines of one writer with the same result, word for word but for spaces: two or more, the earliest first."""
    groups: dict[tuple[Hashable, str], list[SeenLine]] = {}
    for line in sorted(lines, key=lambda line: (line.at, line.pk)):
        text = "".join(line.text.split())
        if len(text) >= SHORTEST_TEXT:
            groups.setdefault((line.by, text), []).append(line)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def bursts(lines: Iterable[SeenLine], rule: LeadRule) -> list[tuple[SeenLine, ...]]:
    """Runs of one writer's lines in which ``burst_contacts`` or more stand within ``burst_minutes``.

    Runs that overlap are one. A span of exactly ``burst_minutes`` still counts.
    """
    by_writer: dict[Hashable, list[SeenLine]] = {}
    for line in sorted(lines, key=lambda line: (line.at, line.pk)):
        by_writer.setdefault(line.by, []).append(line)
    found: list[tuple[SeenLine, ...]] = []
    for written in by_writer.values():
        found += [tuple(written[start:end]) for start, end in _runs([line.at for line in written], rule)]
    return found


def _runs(moments: Sequence[dt.datetime], rule: LeadRule) -> list[tuple[int, int]]:
    window, wanted = dt.timedelta(minutes=rule.burst_minutes), max(rule.burst_contacts, 2)
    runs: list[tuple[int, int]] = []
    first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > window:
            first += 1
        if last - first + 1 < wanted:
            continue
        if runs and first < runs[-1][1]:
            runs[-1] = (runs[-1][0], last + 1)
        else:
            runs.append((first, last + 1))
    return runs
