"""The list of calls as a table: rows that cost a template nothing."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from followups.enums import TaskKind, TaskState
from followups.models import CallTask
from staffing.enums import Role
from staffing.models import Staff

_COLUMNS = (
    "pk",
    "kind",
    "state",
    "due_on",
    "due_at",
    "overdue_at",
    "attempts",
    "pool",
    "customer__name",
    "vehicle__plate",
    "vehicle__model__name",
    "owner__name",
    "claimed_by__name",
    "anchor_on",
    "lead__grade",
)
_TONES = {TaskState.CLAIMED: "info", TaskState.DONE: "ok", TaskState.MISSED: "danger"}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of the table, every text ready to be shown."""

    href: str
    customer: str
    car: str
    kind: str
    due: str
    anchor: str
    whose: str
    state: str
    tone: str
    attempts: int


def listed_tasks(user: Staff, *, at: dt.datetime, kind: str = "", state: str = "", overdue: Any = "") -> QuerySet[Any]:
    """The calls that ``user`` may see, the earliest due first; by default those that still wait. Tuples of columns."""
    rows = CallTask.objects.visible_to(user)
    if not state:
        rows = rows.unfinished()
    elif state != "any":
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if overdue:
        rows = rows.overdue(at)
    return rows.order_by(F("due_on").asc(), "pk").values_list(*_COLUMNS)


def task_rows(rows: Iterable[tuple[Any, ...]], *, at: dt.datetime, tz: dt.tzinfo) -> list[TaskRow]:
    """The lines of a page. Addresses and words are looked up once for all of them, not once a row."""
    kinds = {value: str(label) for value, label in TaskKind.choices}
    states = {value: str(label) for value, label in TaskState.choices}
    pools = {value: str(label) for value, label in Role.choices}
    late = gettext("Overdue")
    graded = gettext("Grade %(grade)s")
    prefix = reverse("call_task", args=[0]).removesuffix("0/")
    year = at.astimezone(tz).year
    found = []
    for (
        pk, kind, state, due_on, due_at, overdue_at, attempts, pool, customer, plate, model, owner, agent, anchor_on,
        grade
    ) in rows:  # fmt: skip
        is_late = state == TaskState.OPEN and overdue_at <= at
        found.append(
            TaskRow(
                href=f"{prefix}{pk}/",
                customer=customer,
                car=plate or model or (graded % {"grade": grade} if grade else ""),
                kind=kinds.get(kind, kind),
                due=f"{due_at.astimezone(tz):%m-%d %H:%M}" if due_at else _day(due_on, year),
                anchor=_day(anchor_on, year),
                whose=agent or owner or pools.get(pool, pool),
                state=late if is_late else states.get(state, state),
                tone="danger" if is_late else _TONES.get(state, "neutral"),
                attempts=attempts,
            )
        )
    return found


def _day(on: dt.date, year: int) -> str:
    return f"{on:%m-%d}" if on.year == year else f"{on:%Y-%m-%d}"
