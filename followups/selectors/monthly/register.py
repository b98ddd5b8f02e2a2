"""The register of the survey 《销售满意度调查结果登记表》: a call a row, a version's questions as columns (D7-08)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from customers.models import CustomerPhone
from followups.enums import TaskKind
from followups.models import Answer, CallAttempt, Question, Questionnaire, Response
from followups.selectors.histories import answer_words
from followups.selectors.monthly.calls import scope_of
from staffing.models import Staff, Store


@dataclass(frozen=True)
class Cell:
    """An answer in words; empty when the question was left out."""

    text: str
    is_alert: bool


@dataclass(frozen=True)
class RegisterRow:
    """One call of the register. ``phone`` is the full number: pages and workbooks mask it."""

    response: Response
    phone: str
    car: str
    plate: str
    consultant: str
    cells: tuple[Cell, ...]
    note: str
    seconds: int | None


def register_rows(
    *,
    stores: Iterable[Store],
    month: dt.date,
    questionnaire: Questionnaire,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
    without_consultant: bool = False,
    question: str = "",
    value: str = "",
    alerts_only: bool = False,
) -> "QuerySet[Response]":
    """The responses of a month to one version, by the day of the call. ``question`` (a code) keeps those that answered
    it, ``value`` those that answered so, ``alerts_only`` those whose answer raised an alert."""
    scope = scope_of(TaskKind.SEVEN_DAY, stores=stores, month=month, consultant=consultant, viewer=viewer)
    tasks = scope.due().filter(consultant__isnull=True) if without_consultant else scope.due()
    rows = Response.objects.filter(task__in=tasks.values("pk"), questionnaire=questionnaire)
    if question:
        given = Answer.objects.filter(response=OuterRef("pk"), question__code=question)
        given = given.filter(value=value) if value else given
        rows = rows.filter(Exists(given.filter(is_alert=True) if alerts_only else given))
    return rows.order_by("at", "pk")


def versions_answered(
    *, stores: Iterable[Store], month: dt.date, consultant: Staff | None = None, viewer: Staff | None = None
) -> "QuerySet[Questionnaire]":
    """The versions that were answered in the month, the latest first."""
    scope = scope_of(TaskKind.SEVEN_DAY, stores=stores, month=month, consultant=consultant, viewer=viewer)
    used = Response.objects.filter(task__in=scope.due().values("pk")).order_by().values("questionnaire_id")
    rows = Questionnaire.objects.filter(pk__in=used).select_related("store")
    return rows.order_by("-effective_from", "-version", "-pk")


def columns_of(questionnaire: Questionnaire) -> tuple[Question, ...]:
    """The questions of a version in order."""
    return tuple(questionnaire.questions.order_by("position", "pk"))


def with_answers(rows: "QuerySet[Response]") -> "QuerySet[Response]":
    """The responses with all that ``register_lines`` reads of them, at four statements."""
    numbers = CustomerPhone.objects.filter(is_primary=True)
    return rows.select_related("task__customer", "task__vehicle__model", "task__consultant", "by").prefetch_related(
        Prefetch("answers", queryset=Answer.objects.select_related("question"), to_attr="listed_answers"),
        Prefetch("task__customer__phones", queryset=numbers, to_attr="main_numbers"),
        Prefetch("task__attempt_rows", queryset=CallAttempt.objects.order_by("-at", "-pk"), to_attr="latest_attempts"),
    )


def register_lines(rows: Iterable[Response], columns: tuple[Question, ...]) -> list[RegisterRow]:
    """Lines for responses that came with their answers."""
    return [_line(row, columns) for row in rows]


def _line(row: Response, columns: tuple[Question, ...]) -> RegisterRow:
    task = row.task
    given = {answer.question_id: answer for answer in getattr(row, "listed_answers", ())}
    numbers = getattr(task.customer, "main_numbers", [])
    attempts = getattr(task, "latest_attempts", [])
    cells = [
        Cell(answer_words(given[question.pk]), given[question.pk].is_alert) if question.pk in given else Cell("", False)
        for question in columns
    ]
    return RegisterRow(
        response=row,
        phone=numbers[0].number if numbers else "",
        car=str(task.vehicle.model) if task.vehicle else "",
        plate=task.vehicle.plate if task.vehicle else "",
        consultant=task.consultant.name if task.consultant else "",
        cells=tuple(cells),
        note=attempts[0].note if attempts else "",
        seconds=attempts[0].seconds if attempts else None,
    )
