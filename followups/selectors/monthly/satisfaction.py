"""The monthly analysis of the satisfaction survey (7DC): by question, version, consultant and month, and its weak item.

Every mean divides by the answers given to its question; None where nobody answered. Rules D7-06, D7-07, D7-08.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from dealership.web.months import months_after
from followups.enums import QuestionType, TaskKind
from followups.models import Answer, Question
from followups.rules.questionnaires import Item, last_quarter, weakest
from followups.selectors.monthly.calls import TREND_MONTHS, Scope, scope_of
from followups.selectors.monthly.questions import AVERAGED, COUNTED, FAVOURABLE
from staffing.models import Staff, Store

#: Types whose answers say how good something was.
JUDGED = (QuestionType.SCALE, QuestionType.SATISFACTION, QuestionType.YES_NO)


@dataclass(frozen=True)
class Marks:
    """Answers to one question: how many, the sum of their numbers, favourable ones, and those that raise an alert."""

    answered: int = 0
    total: float = 0
    favourable: int = 0
    alerts: int = 0

    def __add__(self, other: "Marks") -> "Marks":
        return Marks(
            self.answered + other.answered,
            self.total + other.total,
            self.favourable + other.favourable,
            self.alerts + other.alerts,
        )

    @property
    def mean(self) -> float | None:
        return self.total / self.answered if self.answered else None


@dataclass(frozen=True)
class AskedQuestion:
    """A question of one version with its answers of the month. ``values``: (answer, how many) in their order."""

    row: Question
    marks: Marks
    values: tuple[tuple[str, int], ...]

    @property
    def is_averaged(self) -> bool:
        return self.row.type in AVERAGED

    @property
    def has_favourable(self) -> bool:
        return self.row.type in FAVOURABLE


@dataclass(frozen=True)
class AskedVersion:
    """A version of the questionnaire that was answered in the month, and by how many calls."""

    questionnaire_id: int
    version: int
    title: str
    store_code: str
    responses: int
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True)
class ScoredItem:
    """A question by its code, over all versions that ask it."""

    code: str
    text: str
    type: str
    marks: Marks
    item: Item


@dataclass(frozen=True)
class ConsultantMarks:
    """One consultant's answers by code; ``scores``: all scores of a scale together."""

    consultant_id: int | None
    name: str
    employee_no: str
    by_code: Mapping[str, Marks]
    scores: Marks


@dataclass(frozen=True)
class MonthMarks:
    """One month of the trend."""

    month: dt.date
    by_code: Mapping[str, Marks]
    scores: Marks


@dataclass(frozen=True)
class Satisfaction:
    """The analysis of a month. ``items`` are the questions by code, in the order of the latest version; ``consultants``
    add up to them; ``trend`` is the twelve months that end with this one; ``weak`` is the month's weak item."""

    month: dt.date
    store_codes: tuple[str, ...]
    responses: int
    versions: tuple[AskedVersion, ...]
    items: tuple[ScoredItem, ...]
    scores: Marks
    consultants: tuple[ConsultantMarks, ...]
    trend: tuple[MonthMarks, ...]
    weak: ScoredItem | None


def satisfaction_of_month(
    *, stores: Iterable[Store], month: dt.date, consultant: Staff | None = None, viewer: Staff | None = None
) -> Satisfaction:
    """The month's analysis of the 7DC (D7-08). ``month`` is any day of it. Six statements."""
    scope = scope_of(TaskKind.SEVEN_DAY, stores=stores, month=month, consultant=consultant, viewer=viewer)
    groups = _groups(scope)
    asked = _questions(group["question_id"] for group in groups)
    items = _items(asked, groups)
    judged = [entry.item for entry in items if entry.type in JUDGED]
    weak = weakest(judged)
    return Satisfaction(
        month=scope.month,
        store_codes=tuple(store.code for store in scope.stores),
        responses=scope.due().filter(response__isnull=False).count(),
        versions=_versions(scope, asked, groups),
        items=items,
        scores=_together(asked, groups),
        consultants=_consultants(asked, groups),
        trend=_trend(scope),
        weak=next((entry for entry in items if weak is not None and entry.code == weak.code), None),
    )


def weak_item_of_last_quarter(
    *, stores: Iterable[Store], on: dt.date, viewer: Staff | None = None
) -> ScoredItem | None:
    """The weak item of the last whole quarter before the day: what the next version is to stress (D7-07). None when
    nobody answered."""
    first, until = last_quarter(on)
    scope = scope_of(TaskKind.SEVEN_DAY, stores=stores, month=months_after(until, -1), consultant=None, viewer=viewer)
    groups = _groups(scope, first=first)
    items = _items(_questions(group["question_id"] for group in groups), groups)
    weak = weakest([entry.item for entry in items if entry.type in JUDGED])
    return next((entry for entry in items if weak is not None and entry.code == weak.code), None)


# --- counting --------------------------------------------------------------------------------------------------
def _groups(scope: Scope, *, first: dt.date | None = None) -> list[dict[str, Any]]:
    """Answers by consultant, question and, where it is one of few, answer. One statement."""
    answers = Answer.objects.filter(response__task__in=scope.due(first=first).values("pk"))
    rows: Any = (
        answers.annotate(shown=Case(When(question__type__in=COUNTED, then=F("value")), default=Value("")))
        .order_by()
        .values("response__task__consultant_id", "question_id", "shown")
        .annotate(n=Count("pk"), sum=Sum("number"), alerts=Count("pk", filter=Q(is_alert=True)))
    )
    return list(rows)


def _questions(ids: Iterable[int]) -> dict[int, Question]:
    """The questions that were answered, the latest version first, in the order of asking. One statement."""
    rows = Question.objects.filter(pk__in=set(ids)).select_related("questionnaire__store")
    ordered = rows.order_by("-questionnaire__effective_from", "-questionnaire__version", "position", "pk")
    return {row.pk: row for row in ordered}


def _marks(question: Question, n: int, total: Any, shown: str, alerts: int) -> Marks:
    good = n if shown and shown == FAVOURABLE.get(QuestionType(question.type)) else 0
    return Marks(answered=n, total=float(total or 0), favourable=good, alerts=alerts)


def _of(asked: Mapping[int, Question], group: Mapping[str, Any]) -> tuple[Question, Marks]:
    question = asked[group["question_id"]]
    return question, _marks(question, group["n"], group["sum"], group["shown"], group["alerts"])


def _items(asked: Mapping[int, Question], groups: Iterable[Mapping[str, Any]]) -> tuple[ScoredItem, ...]:
    """By code over all versions; wording and range of the latest version that asks it."""
    marks: dict[str, Marks] = defaultdict(Marks)
    for group in groups:
        question, more = _of(asked, group)
        marks[question.code] += more
    latest: dict[str, Question] = {}
    for question in asked.values():
        latest.setdefault(question.code, question)
    return tuple(
        ScoredItem(code, row.text, row.type, marks[code], _item(row, marks[code])) for code, row in latest.items()
    )


def _item(question: Question, marks: Marks) -> Item:
    if question.type in FAVOURABLE:
        return Item(question.code, marks.answered, marks.favourable, lowest=0, highest=1)
    low = 1 if question.minimum is None else question.minimum
    high = 10 if question.maximum is None else question.maximum
    return Item(question.code, marks.answered, marks.total, lowest=low, highest=high)


def _together(asked: Mapping[int, Question], groups: Iterable[Mapping[str, Any]]) -> Marks:
    """All scores of a scale in one."""
    found = [_of(asked, group) for group in groups]
    return sum((marks for question, marks in found if question.type == QuestionType.SCALE), Marks())


def _versions(
    scope: Scope, asked: Mapping[int, Question], groups: Sequence[Mapping[str, Any]]
) -> tuple[AskedVersion, ...]:
    marks: dict[int, Marks] = defaultdict(Marks)
    values: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for group in groups:
        question, more = _of(asked, group)
        marks[question.pk] += more
        if group["shown"]:
            values[question.pk][group["shown"]] += group["n"]
    tasks = scope.due().filter(response__isnull=False).order_by()
    answered = dict(tasks.values_list("response__questionnaire_id").annotate(n=Count("pk")))
    lines: dict[int, list[AskedQuestion]] = defaultdict(list)
    for question in asked.values():
        line = AskedQuestion(question, marks[question.pk], _sorted(values[question.pk]))
        lines[question.questionnaire_id].append(line)
    return tuple(
        AskedVersion(
            questionnaire_id=pk,
            version=questions[0].row.questionnaire.version,
            title=questions[0].row.questionnaire.title,
            store_code=questions[0].row.questionnaire.store.code if questions[0].row.questionnaire.store else "",
            responses=answered.get(pk, 0),
            questions=tuple(questions),
        )
        for pk, questions in lines.items()
    )


def _sorted(values: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Scores from the highest down, other answers by how often they were given."""

    def place(entry: tuple[str, int]) -> tuple[int, float, str]:
        value, n = entry
        return (0, -float(value), "") if value.isascii() and value.isdecimal() else (1, -n, value)

    return tuple(sorted(values.items(), key=place))


def _consultants(asked: Mapping[int, Question], groups: Sequence[Mapping[str, Any]]) -> tuple[ConsultantMarks, ...]:
    by_code: dict[int | None, dict[str, Marks]] = defaultdict(lambda: defaultdict(Marks))
    scores: dict[int | None, Marks] = defaultdict(Marks)
    for group in groups:
        person = group["response__task__consultant_id"]
        question, marks = _of(asked, group)
        by_code[person][question.code] += marks
        if question.type == QuestionType.SCALE:
            scores[person] += marks
    people = Staff.objects.in_bulk([pk for pk in by_code if pk is not None])
    lines = [
        ConsultantMarks(
            consultant_id=pk,
            name=people[pk].name if pk is not None else _("No consultant"),
            employee_no=people[pk].employee_no if pk is not None else "",
            by_code=dict(codes),
            scores=scores[pk],
        )
        for pk, codes in by_code.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.consultant_id is None, line.employee_no)))


def _trend(scope: Scope) -> tuple[MonthMarks, ...]:
    """Twelve months of judged and averaged questions. One statement."""
    first = months_after(scope.month, 1 - TREND_MONTHS)
    good = Q(pk__isnull=True)
    for kind, value in FAVOURABLE.items():
        good |= Q(question__type=kind, value=value)
    rows = (
        Answer.objects.filter(
            response__task__in=scope.due(first=first).values("pk"), question__type__in={*JUDGED, *AVERAGED}
        )
        .annotate(month=TruncMonth("response__task__first_due_on"))
        .order_by()
        .values_list("month", "question__code", "question__type")
        .annotate(n=Count("pk"), sum=Sum("number"), good=Count("pk", filter=good))
    )
    by_code: dict[dt.date, dict[str, Marks]] = defaultdict(lambda: defaultdict(Marks))
    scores: dict[dt.date, Marks] = defaultdict(Marks)
    for month, code, kind, n, total, favourable in rows:
        marks = Marks(answered=n, total=float(total or 0), favourable=favourable)
        by_code[month][code] += marks
        if kind == QuestionType.SCALE:
            scores[month] += marks
    months = [months_after(first, index) for index in range(TREND_MONTHS)]
    return tuple(MonthMarks(month, dict(by_code[month]), scores[month]) for month in months)
