"""Policies as the rules see them: a row that an admin edits and a test's literal are the same thing here."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class KindRule:
    """When a kind of call falls due, whose it is, and how long it is tried. Days count from the anchor of the kind."""

    kind: str
    role: str
    enabled: bool = True
    offset_days: int = 0
    every_months: int | None = None
    until_months: int | None = None
    from_months: int | None = None
    to_consultant: bool = False
    shift_before_rest: bool = False
    gather_weekday: int | None = None
    catch_up_days: int = 7
    try_days: int = 3
    expires_days: int | None = None
    budget_minutes: int | None = None
    takes_along: tuple[str, ...] = ()
    guard_days: int | None = None


@dataclass(frozen=True)
class CallingRule:
    """How the queue behaves: idle minutes until a claim ends, minutes for which a promised call is its agent's."""

    claim_minutes: int = 20
    promise_grace_minutes: int = 15


@dataclass(frozen=True)
class HoursSpan:
    """Hours of one day in the store's local time; ``ends`` no longer belongs to it."""

    starts: dt.time
    ends: dt.time

    def contains(self, moment: dt.time) -> bool:
        return self.starts <= moment < self.ends


@dataclass(frozen=True)
class OutcomeRule:
    """A result a caller can choose. ``label`` stands in the reader's language, ``key`` is the key that chooses it."""

    code: str
    label: str
    key: str
    consequence: str
    reached: bool
    successful: bool


@dataclass(frozen=True)
class OverdueRung:
    """One rung of the ladder for late calls: ``audience`` (owner, supervisor, manager) is told after so many days."""

    level: int
    after_days: int
    audience: str


@dataclass(frozen=True)
class CallScriptText:
    """What the caller says, in the reader's language, with named places such as ``{customer}``."""

    kind: str
    text: str
