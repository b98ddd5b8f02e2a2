"""Reads for the clean-up at the end of a month."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.enums import LeadState, Stage
from leads.models import Lead, MonthEnd, MonthEndMove, Ownership
from leads.models.endings import MonthEndMoveQuerySet
from leads.selectors.as_of import as_of
from staffing.models import Staff, Store

#: What the clean-up looks at: what is open, and what ended without going back. A defeat that waits is the manager's.
CLEANED = (LeadState.OPEN, LeadState.LOST, LeadState.DEFEATED)


@dataclass
class ConsultantGroup:
    """The moves of one consultant in the preview."""

    owner: Staff | None
    moves: list[MonthEndMove] = field(default_factory=list)

    @property
    def grades(self) -> list[tuple[str, int]]:
        return sorted(Counter(move.grade or "–" for move in self.moves).items())


def leads_to_clean(store: Store, kept: Collection[str], *, closed_at: dt.datetime | None = None) -> QuerySet[Lead]:
    """The showroom's leads that their consultant may not keep (LG-30, LG-31).

    ``closed_at``: 00:00 of the 1st, once it is past. What came to the showroom, or fell below what may be kept, only
    after that moment is of the new month and stays (LG-32, LG-33).
    """
    rows: QuerySet[Lead] = Lead.objects.filter(
        store=store, stage=Stage.SHOWROOM, owner__isnull=False, state__in=CLEANED
    )
    rows = rows.exclude(grade__in=kept)
    if closed_at is not None:
        came_anew = Ownership.objects.filter(lead=OuterRef("pk"), at__gte=closed_at, stage=Stage.TELESALES)
        then = as_of(rows.filter(~Exists(came_anew)), closed_at)
        then = then.filter(owner_then__isnull=False, stage_then=Stage.SHOWROOM, state_then__in=CLEANED)
        rows = rows.filter(pk__in=then.exclude(grade_then__in=kept).values("pk"))
    return rows.order_by("pk")


def moves_seen(month_end: MonthEnd, user: Staff) -> MonthEndMoveQuerySet:
    """What of a clean-up somebody sees, and cleans up: a supervisor the team's, a manager the store's."""
    return MonthEndMove.objects.visible_to(user).filter(month_end=month_end)


def groups_of(month_end: MonthEnd, user: Staff) -> list[ConsultantGroup]:
    """The moves that somebody sees, by consultant, by name. Two queries."""
    rows = moves_seen(month_end, user).select_related("owner", "lead__customer", "lead__store")
    moves = rows.prefetch_related("lead__interests__model").order_by("owner__name", "owner_id", "grade", "pk")
    groups: list[ConsultantGroup] = []
    for move in moves:
        if not groups or groups[-1].owner != move.owner:
            groups.append(ConsultantGroup(move.owner))
        groups[-1].moves.append(move)
    return groups


def month_ends_seen(user: Staff) -> QuerySet[MonthEnd]:
    """The clean-ups, the latest month first, with ``gone``: how many of the leads one cleans up have moved."""
    seen = MonthEndMove.objects.visible_to(user).filter(month_end=OuterRef("pk"), moved_at__isnull=False)
    counted = seen.order_by().values("month_end").annotate(n=Count("pk")).values("n")
    rows = MonthEnd.objects.visible_to(user).select_related("store", "confirmed_by")
    return rows.annotate(gone=Coalesce(Subquery(counted), 0)).order_by("-month", "store_id")


def waiting_moves(month_end: MonthEnd) -> QuerySet[MonthEndMove]:
    """The confirmed moves that are still to be carried out."""
    return MonthEndMove.objects.waiting().filter(month_end=month_end).order_by("pk")
