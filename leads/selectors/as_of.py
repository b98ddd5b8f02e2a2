"""Leads as they stood at a moment, read from their histories: what was written later changes nothing."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.enums import Stage
from leads.models import GradeChange, Ownership, StateChange
from leads.rules.reports import HELD


def as_of(rows: "QuerySet[Any]", moment: Any) -> "QuerySet[Any]":
    """The leads that existed at a moment, with ``owner_then``, ``stage_then``, ``state_then`` and ``grade_then``.

    Read from the histories: what was written later changes nothing. ``moment`` is a datetime or an expression.
    """
    owned = Ownership.objects.filter(lead=OuterRef("pk"), at__lt=moment).order_by("-at", "-pk")
    later = StateChange.objects.filter(lead=OuterRef("pk"), at__gte=moment).order_by("at", "pk")
    graded = GradeChange.objects.filter(lead=OuterRef("pk"), at__gte=moment).order_by("at", "pk")
    found: QuerySet[Any] = rows.annotate(
        owner_then=Subquery(owned.values("owner")[:1]),
        stage_then=Subquery(owned.values("stage")[:1]),
        state_then=Coalesce(Subquery(later.values("before")[:1]), F("state")),
        grade_then=Coalesce(Subquery(graded.values("before")[:1]), F("grade")),
    )
    return found


def held_at(rows: "QuerySet[Any]", moment: Any) -> "QuerySet[Any]":
    """What consultants held at a moment, neither sold nor ended (LG-32, LG-33)."""
    return as_of(rows, moment).filter(owner_then__isnull=False, stage_then=Stage.SHOWROOM, state_then__in=HELD)
