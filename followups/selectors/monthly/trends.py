"""Satisfaction with the last repair (上次维修满意度), in a month and over twelve (domain 17.1)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from dealership.kernel.figures import rate
from dealership.web.months import month_start, months_after
from followups.enums import QuestionType, Satisfaction
from followups.models import Answer
from followups.selectors.monthly.calls import TREND_MONTHS, scope_of
from followups.selectors.monthly.figures import QuestionResult
from staffing.models import Staff, Store

#: The code of the question about the visit as a whole, where it is asked with yes and no (AF-06).
OVERALL = "satisfied"


@dataclass(frozen=True)
class SatisfactionPoint:
    """One month of answers to the question about the visit as a whole (上次维修满意度)."""

    month: dt.date
    answered: int
    satisfied: int

    @property
    def satisfied_rate(self) -> float | None:
        """Satisfied ÷ answers, not ÷ due."""
        return rate(self.satisfied, self.answered)


def satisfaction_trend(
    kind: str, *, stores: Iterable[Store], month: dt.date, viewer: Staff | None = None
) -> tuple[SatisfactionPoint, ...]:
    """Twelve months of the question about the visit as a whole, each call in the month of its first due date."""
    months = _months(month)
    scope = scope_of(kind, stores=stores, month=month, consultant=None, viewer=viewer)
    rows = (
        Answer.objects.filter(response__task__in=scope.due(first=months[0]).values("pk"))
        .filter(Q(question__type=QuestionType.SATISFACTION) | Q(question__code=OVERALL))
        .order_by()
        .values_list("response__task__first_due_on")
        .annotate(n=Count("pk"), good=Count("pk", filter=Q(value__in=(Satisfaction.SATISFIED, "yes"))))
    )
    sums = {each: [0, 0] for each in months}
    for day, *counts in rows:
        sums[month_start(day)] = [a + b for a, b in zip(sums[month_start(day)], counts, strict=True)]
    return tuple(SatisfactionPoint(each, *counts) for each, counts in sums.items())


def overall_satisfaction(questions: Iterable[QuestionResult]) -> tuple[int, int]:
    """(satisfied, answers) of the questions about the visit as a whole: 上次维修满意度 is the one ÷ the other."""
    asked = [
        entry
        for entry in questions
        if entry.favourable is not None and (entry.type == QuestionType.SATISFACTION or entry.code == OVERALL)
    ]
    return sum(entry.favourable or 0 for entry in asked), sum(entry.answered for entry in asked)


def _months(month: dt.date) -> list[dt.date]:
    first = months_after(month_start(month), 1 - TREND_MONTHS)
    return [months_after(first, index) for index in range(TREND_MONTHS)]
