"""Reads for the clean-up at the end of a month."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from leads.enums import LeadState, Stage
from leads.models import Lead, MonthEnd, MonthEndMove
from leads.selectors.as_of import held_at
from staffing.models import Staff, Store

#: What the clean-up looks at: what is open, and what ended without going back. A defeat that waits is the manager's.
CLEANED = (LeadState.OPEN, LeadState.LOST, LeadState.DEFEATED)


@dataclass
class ConsultantGroup:
    """The moves of one consultant in the preview."""

    owner: Staff | None
    moves: list[MonthEndMove] = field(default_factory=list)

    @property
    def going(self) -> int:
        return sum(not move.skipped for move in self.moves)

    @property
    def grades(self) -> list[tuple[str, int]]:
        return sorted(Counter(move.grade or "–" for move in self.moves).items())


def leads_to_clean(store: Store, kept: Collection[str]) -> QuerySet[Lead]:
    """The showroom's leads that their consultant may not keep (LG-30, LG-31)."""
    rows = Lead.objects.filter(store=store, stage=Stage.SHOWROOM, owner__isnull=False, state__in=CLEANED)
    return rows.exclude(grade__in=kept).order_by("pk")


def groups_of(month_end: MonthEnd) -> list[ConsultantGroup]:
    """The moves by consultant, by name. Three queries."""
    rows = month_end.moves.select_related("owner", "lead__customer", "lead__store")
    moves = rows.prefetch_related("lead__interests__model").order_by("owner__name", "owner_id", "grade", "pk")
    groups: list[ConsultantGroup] = []
    for move in moves:
        if not groups or groups[-1].owner != move.owner:
            groups.append(ConsultantGroup(move.owner))
        groups[-1].moves.append(move)
    return groups


def month_ends_seen(user: Staff) -> QuerySet[MonthEnd]:
    """The clean-ups, the latest month first."""
    return MonthEnd.objects.visible_to(user).select_related("store", "confirmed_by").order_by("-month", "store_id")


def waiting_moves(month_end: MonthEnd) -> QuerySet[MonthEndMove]:
    """The moves that are still to be carried out."""
    return month_end.moves.filter(moved_at__isnull=True, skipped="").order_by("pk")


def backlog_at(store: Store, moment: dt.datetime) -> dict[str, dict[str, int]]:
    """The leads that each consultant held at a moment, by the consultant's id and the grade of that moment (LG-33).

    Read from the histories, so that a job that comes hours later still finds what was held at midnight. One query.
    """
    rows = held_at(Lead.objects.filter(store=store), moment).order_by()
    rows = rows.values("owner_then", "grade_then").annotate(held=Count("pk"))
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(str(row["owner_then"]), {})[row["grade_then"] or "–"] = row["held"]
    return found
