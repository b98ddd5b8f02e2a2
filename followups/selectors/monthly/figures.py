"""What a month's statistics hold. Plain values; rates are fractions, and None where nothing was there to divide by."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from dealership.kernel.figures import Addable, rate


@dataclass(frozen=True)
class Opinions(Addable):
    """Answers to one question of satisfaction, in calls."""

    satisfied: int = 0
    neutral: int = 0
    dissatisfied: int = 0

    @property
    def answered(self) -> int:
        return self.satisfied + self.neutral + self.dissatisfied

    @property
    def satisfied_rate(self) -> float | None:
        """Satisfied ÷ answers, not ÷ due (domain 17.1)."""
        return rate(self.satisfied, self.answered)


@dataclass(frozen=True)
class Figures(Addable):
    """One line of the table: counts of calls, but for ``complaints*`` which count complaints.

    ``both`` joins the two answers of calls in which both were given: satisfied with both, dissatisfied with one or
    both, neutral otherwise.
    """

    due: int = 0
    attempted: int = 0
    successful: int = 0
    missed: int = 0
    waiting: int = 0
    on_time: int = 0
    plates_known: int = 0
    car: Opinions = field(default_factory=Opinions)
    dealership: Opinions = field(default_factory=Opinions)
    both: Opinions = field(default_factory=Opinions)
    complaints: int = 0
    complaints_handled: int = 0
    skipped: int = 0
    cancelled: int = 0

    @classmethod
    def sum(cls, parts: Iterable[Self]) -> Self:
        listed = list(parts)
        return super().sum(listed) if listed else cls()

    @property
    def attempt_rate(self) -> float | None:
        """Attempted ÷ due (实施率)."""
        return rate(self.attempted, self.due)

    @property
    def success_rate(self) -> float | None:
        """Successful ÷ due, never ÷ attempted (成功率)."""
        return rate(self.successful, self.due)

    @property
    def on_time_rate(self) -> float | None:
        """First tried on time ÷ due (按时率)."""
        return rate(self.on_time, self.due)

    @property
    def plate_rate(self) -> float | None:
        """Calls whose car has a known plate ÷ due."""
        return rate(self.plates_known, self.due)

    @property
    def handled_rate(self) -> float | None:
        """Complaints closed ÷ complaints raised."""
        return rate(self.complaints_handled, self.complaints)


@dataclass(frozen=True)
class ConsultantRow:
    """The line of one consultant; ``consultant_id`` None is the line of calls without one."""

    consultant_id: int | None
    name: str
    employee_no: str
    figures: Figures


@dataclass(frozen=True)
class OutcomeCount:
    """How many of the due calls ended with an outcome; the empty code is "no result yet". They add up to due."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class ReasonCount:
    """How many calls were left out for a reason."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class TrendPoint:
    """One month of the trend."""

    month: dt.date
    due: int
    attempted: int
    successful: int

    @property
    def attempt_rate(self) -> float | None:
        return rate(self.attempted, self.due)

    @property
    def success_rate(self) -> float | None:
        return rate(self.successful, self.due)


@dataclass(frozen=True)
class QuestionResult:
    """The answers to one question of one version.

    ``mean`` for scales and numbers; ``favourable``: satisfied, or yes, with its share in ``favourable_rate``;
    ``values``: the answers with their counts where there are choices; ``alerts``: answers that raise an alert.
    """

    code: str
    text: str
    type: str
    version: int
    answered: int
    mean: float | None
    favourable: int | None
    values: tuple[tuple[str, int], ...]
    alerts: int

    @property
    def favourable_rate(self) -> float | None:
        return None if self.favourable is None else rate(self.favourable, self.answered)


@dataclass(frozen=True)
class MonthlyCalls:
    """The statistics of one kind of call in one month.

    ``month`` is its first day. ``consultants`` add up to ``total``; ``outcomes`` to ``total.due``; ``skipped`` and
    ``cancelled`` (by reason) to the figures of the same name; ``trend`` is the twelve months that end with this one.
    """

    kind: str
    month: dt.date
    store_codes: tuple[str, ...]
    total: Figures
    consultants: tuple[ConsultantRow, ...]
    outcomes: tuple[OutcomeCount, ...]
    skipped: tuple[ReasonCount, ...]
    cancelled: tuple[ReasonCount, ...]
    trend: tuple[TrendPoint, ...]


@dataclass(frozen=True)
class Monthly3DC(MonthlyCalls):
    """The monthly 3DC statistics (专营店销售3DC调查结果统计表, D3-11)."""


@dataclass(frozen=True)
class MonthlyQuestioned(MonthlyCalls):
    """A month of calls with the results question by question (D7-08, AF-10)."""

    questions: tuple[QuestionResult, ...] = ()
