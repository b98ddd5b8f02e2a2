"""Months of calls with results question by question: 7DC (D7-08) and calls after a workshop visit (AF-10, 17.1)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When

from followups.enums import QuestionType, Satisfaction, TaskKind
from followups.models import Answer, Question
from followups.selectors.monthly.calls import Scope, call_statistics, scope_of
from followups.selectors.monthly.figures import MonthlyQuestioned, QuestionResult
from staffing.models import Staff, Store

#: Types whose answers are few different values, worth counting one by one.
COUNTED = (QuestionType.SATISFACTION, QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.SCALE)
AVERAGED = (QuestionType.SCALE, QuestionType.NUMBER)
FAVOURABLE = {QuestionType.SATISFACTION: Satisfaction.SATISFIED.value, QuestionType.YES_NO: "yes"}


def monthly_7dc(
    *, stores: Iterable[Store], month: dt.date, consultant: Staff | None = None, viewer: Staff | None = None
) -> MonthlyQuestioned:
    """The month's 7DC statistics: the head figures, and the mean of each question in each version (D7-06..08)."""
    return _questioned(scope_of(TaskKind.SEVEN_DAY, stores=stores, month=month, consultant=consultant, viewer=viewer))


def monthly_service_visits(
    *, stores: Iterable[Store], month: dt.date, consultant: Staff | None = None, viewer: Staff | None = None
) -> MonthlyQuestioned:
    """The monthly report of calls after workshop visits (用户电话回访月报表, AF-10, domain 17.1)."""
    return _questioned(
        scope_of(TaskKind.SERVICE_VISIT, stores=stores, month=month, consultant=consultant, viewer=viewer)
    )


def _questioned(scope: Scope) -> MonthlyQuestioned:
    return MonthlyQuestioned(**call_statistics(scope, opinions=False), questions=_question_results(scope))


def _question_results(scope: Scope) -> tuple[QuestionResult, ...]:
    """One result per question and version, latest version first, in the order of asking."""
    groups = (
        Answer.objects.filter(response__task__in=scope.due().values("pk"))
        .annotate(shown=Case(When(question__type__in=COUNTED, then=F("value")), default=Value("")))
        .order_by()
        .values_list("question_id", "shown")
        .annotate(
            n=Count("pk"),
            numbers=Count("number"),
            total=Sum("number"),
            alerting=Count("pk", filter=Q(is_alert=True)),
        )
    )
    answered: Counter[int] = Counter()
    numbered: Counter[int] = Counter()
    alerts: Counter[int] = Counter()
    sums: dict[int, Decimal] = defaultdict(Decimal)
    values: dict[int, dict[str, int]] = defaultdict(dict)
    for question, value, n, numbers, total, alerting in groups:
        answered[question] += n
        numbered[question] += numbers
        alerts[question] += alerting
        sums[question] += total or 0
        values[question][value] = n
    asked = (
        Question.objects.filter(pk__in=list(answered))
        .select_related("questionnaire")
        .order_by("-questionnaire__version", "position", "pk")
    )
    return tuple(
        QuestionResult(
            code=question.code,
            text=question.text,
            type=question.type,
            version=question.questionnaire.version,
            answered=answered[question.pk],
            mean=float(sums[question.pk] / numbered[question.pk])
            if question.type in AVERAGED and numbered[question.pk]
            else None,
            favourable=_favourable(question, values[question.pk]),
            values=_sorted_values(question, values[question.pk]),
            alerts=alerts[question.pk],
        )
        for question in asked
    )


def _favourable(question: Question, values: dict[str, int]) -> int | None:
    wanted = FAVOURABLE.get(QuestionType(question.type))
    return None if wanted is None else values.get(wanted, 0)


def _sorted_values(question: Question, values: dict[str, int]) -> tuple[tuple[str, int], ...]:
    if question.type not in COUNTED:
        return ()

    def place(item: tuple[str, int]) -> tuple[Any, ...]:
        number = item[0]
        return (0, float(number), "") if number.isascii() and number.isdecimal() else (1, -item[1], number)

    return tuple(sorted(values.items(), key=place))
