"""Twelve months of what the reports do not follow: the first service, satisfaction with the last repair."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q

from dealership.kernel.figures import rate
from dealership.web.months import month_start, months_after
from followups.enums import QuestionType, Satisfaction
from followups.models import Answer, FirstServiceTrack
from followups.selectors.monthly.calls import TREND_MONTHS, scope_of
from followups.selectors.monthly.figures import QuestionResult
from staffing.models import Staff, Store

#: The code of the question about the visit as a whole, where it is asked with yes and no (AF-06).
OVERALL = "satisfied"


@dataclass(frozen=True)
class FirstServicePoint:
    """One month of first services."""

    month: dt.date
    expected: int
    came: int
    on_time: int

    @property
    def visit_rate(self) -> float | None:
        return rate(self.came, self.expected)

    @property
    def on_time_rate(self) -> float | None:
        return rate(self.on_time, self.expected)


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


def first_service_trend(*, stores: Iterable[Store], month: dt.date) -> tuple[FirstServicePoint, ...]:
    """Twelve months of first services up to the month asked for, counted as in ``monthly_first_service``."""
    months = _months(month)
    rows = (
        FirstServiceTrack.objects.filter(
            store_id__in=[store.pk for store in stores],
            latest_on__gte=months[0],
            latest_on__lt=months_after(months[-1], 1),
        )
        .order_by()
        .values_list("latest_on")
        .annotate(
            n=Count("pk"),
            came=Count("pk", filter=Q(visited_on__isnull=False)),
            on_time=Count("pk", filter=Q(visited_on__lte=F("latest_on"))),
        )
    )
    sums = {each: [0, 0, 0] for each in months}
    for day, *counts in rows:
        sums[month_start(day)] = [a + b for a, b in zip(sums[month_start(day)], counts, strict=True)]
    return tuple(FirstServicePoint(each, *counts) for each, counts in sums.items())


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
