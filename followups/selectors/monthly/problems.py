"""Problems of a month of calls: by class, ranked, and handled in time (domain 17.1).

A problem is told in two ways, which are never added up: an answer that raises an alert, and a complaint. Only
complaints have a clock, so the share handled in time is theirs.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast

from complaints.enums import ComplaintState
from complaints.models import Complaint
from dealership.kernel.figures import rate
from followups.models import Answer, ProblemClass, Question
from followups.rules.problems import OTHER, ProblemClassRule, class_of_answer, class_of_complaint
from followups.selectors.monthly.calls import Scope, scope_of
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force


@dataclass(frozen=True)
class ClassCount:
    """A class of problems: alerting answers, and complaints raised. Two tellings, not to be added up."""

    code: str
    label: str
    named: int
    complaints: int


@dataclass(frozen=True)
class RankedProblem:
    """A question whose answers raised alerts: ``named`` of ``answered``. ``rank`` is shared by equals."""

    rank: int
    code: str
    version: int
    text: str
    class_code: str
    named: int
    answered: int

    @property
    def share(self) -> float | None:
        """Named ÷ answers to that question."""
        return rate(self.named, self.answered)


@dataclass(frozen=True)
class Problems:
    """The problems of a month.

    ``named``: answers that raise an alert; ``general``: those of calls from which no complaint came (AF-12);
    ``raised``: complaints; ``in_time``: of them closed by the end of their clock. ``classes`` add up to ``named`` and
    to ``raised``; ``ranking`` begins with the problem named most.
    """

    named: int
    general: int
    raised: int
    in_time: int
    classes: tuple[ClassCount, ...]
    ranking: tuple[RankedProblem, ...]

    @property
    def in_time_rate(self) -> float | None:
        """问题及时处理完成率: handled within the clock ÷ raised."""
        return rate(self.in_time, self.raised)


def monthly_problems(
    kind: str,
    *,
    stores: Iterable[Store],
    month: dt.date,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
) -> Problems:
    """The problems in the due calls of a kind (a TaskKind) and a month, at five statements or fewer."""
    scope = scope_of(kind, stores=stores, month=month, consultant=consultant, viewer=viewer)
    classes = problem_classes(scope.stores, scope.month)
    answers, general = _answers(scope)
    raised, in_time = _complaints(scope)
    questions = Question.objects.filter(pk__in=answers).select_related("questionnaire")
    found = [(question, *answers[question.pk]) for question in questions]

    named: Counter[str] = Counter()
    for question, alerts, _answered in found:
        named[class_of_answer(question.code, question.topic, classes)] += alerts
    complained: Counter[str] = Counter()
    for complaint_kind, n in raised.items():
        complained[class_of_complaint(complaint_kind, classes)] += n
    labels = {rule.code: rule.label for rule in classes}
    codes = [*labels, *({OTHER} if OTHER not in labels and (named[OTHER] or complained[OTHER]) else ())]
    return Problems(
        named=named.total(),
        general=general,
        raised=complained.total(),
        in_time=in_time,
        classes=tuple(ClassCount(code, labels.get(code, code), named[code], complained[code]) for code in codes),
        ranking=_ranked(found, classes),
    )


def problem_classes(stores: Sequence[Store], on: dt.date) -> tuple[ProblemClassRule, ...]:
    """The classes in force on a day, in their order: one store's own, else those for all."""
    rows = in_force(ProblemClass.objects.all(), stores[0] if len(stores) == 1 else None, on, "code")
    used = sorted((row for row in rows.values() if row.is_active), key=lambda row: (row.position, row.code))
    return tuple(
        ProblemClassRule(
            code=row.code,
            label=row.label,
            complaint_kinds=_codes(row.complaint_kinds),
            topics=_codes(row.topics),
            questions=_codes(row.questions),
        )
        for row in used
    )


def _codes(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in text.split(",") if code.strip())


def _answers(scope: Scope) -> tuple[dict[int, tuple[int, int]], int]:
    """By question with an alert: alerts and answers; and how many alerts stand alone, without a complaint."""
    complaints = Complaint.objects.filter(~Q(origin_key=""), origin=scope.origin, origin_key=OuterRef("call"))
    rows = (
        Answer.objects.filter(response__task__in=scope.due().values("pk"))
        .annotate(call=Cast("response__task_id", CharField()))
        .order_by()
        .values_list("question_id")
        .annotate(
            answered=Count("pk"),
            alerts=Count("pk", filter=Q(is_alert=True)),
            alone=Count("pk", filter=Q(~Exists(complaints), is_alert=True)),
        )
    )
    found = {question: (alerts, answered, alone) for question, answered, alerts, alone in rows if alerts}
    return {pk: (alerts, answered) for pk, (alerts, answered, _alone) in found.items()}, sum(
        alone for _alerts, _answered, alone in found.values()
    )


def _complaints(scope: Scope) -> tuple[Counter[str], int]:
    """Complaints by kind, and how many of all were closed by the end of their clock.

    One without a clock has none to miss: closed is in time.
    """
    late = Case(
        When(reply_due_at__isnull=True, then=Value(False)),
        When(closed_at__gt=F("reply_due_at"), then=Value(True)),
        default=Value(False),
    )
    rows = (
        scope.complaints()
        .order_by()
        .annotate(late=late)
        .values_list("kind")
        .annotate(n=Count("pk"), in_time=Count("pk", filter=Q(state=ComplaintState.CLOSED, late=False)))
    )
    raised: Counter[str] = Counter()
    handled = 0
    for kind, n, in_time in rows:
        raised[kind] += n
        handled += in_time
    return raised, handled


def _ranked(
    found: Iterable[tuple[Question, int, int]], classes: Sequence[ProblemClassRule]
) -> tuple[RankedProblem, ...]:
    """The problem named most first; equals share a rank and stand in the order of asking."""
    ordered = sorted(found, key=lambda row: (-row[1], -row[0].questionnaire.version, row[0].position, row[0].pk))
    ranked: list[RankedProblem] = []
    for place, (question, alerts, answered) in enumerate(ordered, start=1):
        rank = ranked[-1].rank if ranked and ranked[-1].named == alerts else place
        ranked.append(
            RankedProblem(
                rank=rank,
                code=question.code,
                version=question.questionnaire.version,
                text=question.text,
                class_code=class_of_answer(question.code, question.topic, classes),
                named=alerts,
                answered=answered,
            )
        )
    return tuple(ranked)
