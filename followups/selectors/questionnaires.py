"""Questionnaires as their editors see them: which version is asked when, and who may change it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from followups.enums import QuestionnaireState, TaskKind
from followups.models import Questionnaire
from staffing.enums import Capability
from staffing.models import Staff, Store


@dataclass(frozen=True)
class Version:
    """A version and where it stands on a day. ``until``: the last day on which it is asked, where the next one is set.

    ``standing``: draft, coming, current, replaced or retired. ``answers``: how many calls were answered to it.
    """

    row: Questionnaire
    standing: str
    until: dt.date | None
    questions: int
    answers: int
    may_edit: bool

    @property
    def label(self) -> str:
        return str(STANDINGS[self.standing][0])

    @property
    def tone(self) -> str:
        return STANDINGS[self.standing][1]


STANDINGS = {
    "draft": (_("Draft"), "info"),
    "coming": (_("Comes into use"), "warn"),
    "current": (_("In use"), "ok"),
    "replaced": (_("Replaced"), "neutral"),
    "retired": (_("Retired"), "neutral"),
}


def versions_of(user: Staff, *, on: dt.date, kind: str = "") -> tuple[Version, ...]:
    """Every version that the person may see, by kind in the order of the day's work, those for all stores first, the
    latest first. Two queries."""
    rows = Questionnaire.objects.visible_to(user).select_related("store", "based_on")
    rows = rows.filter(kind=kind) if kind else rows
    listed: list[Any] = list(
        rows.annotate(
            question_count=Count("questions", distinct=True), answer_count=Count("responses", distinct=True)
        ).order_by("pk")
    )
    order = {value: place for place, value in enumerate(TaskKind.values)}
    listed.sort(key=lambda row: (order.get(row.kind, 99), row.store_id or 0, -row.version, row.pk))
    shared = may_edit_shared(user)
    until = _last_days(listed)
    return tuple(
        Version(
            row=row,
            standing=_standing(row, until.get(row.pk), on),
            until=until.get(row.pk),
            questions=row.question_count,
            answers=row.answer_count,
            may_edit=shared if row.store_id is None else row.store_id == user.store_id or user.sees_all_stores(),
        )
        for row in listed
    )


def version_of(user: Staff, pk: int, *, on: dt.date) -> Version | None:
    """One version as the list has it; None when there is none that the person may see."""
    row = Questionnaire.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        return None
    return next(version for version in versions_of(user, on=on, kind=row.kind) if version.row.pk == pk)


def may_edit_shared(user: Staff) -> bool:
    """What is asked in all stores is written by those who see all stores; in an installation of one store by its own
    people."""
    if not user.may(Capability.EDIT_QUESTIONNAIRES):
        return False
    others = Store.objects.all() if user.store_id is None else Store.objects.exclude(pk=user.store_id)
    return user.sees_all_stores() or not others.exists()


def store_of_copy(user: Staff, row: Questionnaire) -> Store | None:
    """Whose the next version is when the person makes it: the same store's; of a version for all stores that the person
    may not edit, the own store's."""
    return user.store if row.store_id is None and not may_edit_shared(user) else row.store


def _last_days(rows: Iterable[Questionnaire]) -> dict[int, dt.date]:
    """The last day of each active version that a later one of the same store and kind replaces."""
    series: dict[tuple[int | None, str], list[Questionnaire]] = defaultdict(list)
    for row in rows:
        if row.state == QuestionnaireState.ACTIVE:
            series[row.store_id, row.kind].append(row)
    last: dict[int, dt.date] = {}
    for versions in series.values():
        versions.sort(key=lambda row: (row.effective_from, row.version))
        for row, following in pairwise(versions):
            last[row.pk] = following.effective_from - dt.timedelta(days=1)
    return last


def _standing(row: Questionnaire, until: dt.date | None, on: dt.date) -> str:
    if row.state != QuestionnaireState.ACTIVE:
        return str(row.state)
    if row.effective_from > on:
        return "coming"
    return "replaced" if until is not None and until < on else "current"
