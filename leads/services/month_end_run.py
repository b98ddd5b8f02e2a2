"""Carrying a confirmed clean-up out: lead by lead, so that it can be left, killed, and taken up again."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.urls import reverse

from dealership.kernel.errors import N_
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import MonthEndState, MoveReason, Stage
from leads.models import Lead, MonthEnd, MonthEndMove
from leads.rules.month_end import grades_kept, last_day
from leads.selectors.month_end import CLEANED, waiting_moves
from leads.selectors.policies import cadence_policy
from leads.services.owners import move_lead

BATCH = 100
#: No lead moved for so long: whoever did it is gone.
SILENCE = dt.timedelta(minutes=2)
#: Why a lead was not moved, when it was not a person who excepted it. Translated where it is shown.
CHANGED = N_("Changed hands, state or grade after the preview")


def carry_out(*, month_end_id: int, tick: Callable[[], dt.datetime]) -> int:
    """Move what the confirmed clean-up still has to move; ``tick`` gives the moment of each move. Returns how many.

    Each lead is a transaction of its own: what was moved before a kill stays moved and is not moved again, and of two
    workers side by side each lead has one (LG-31). A lead that changed since the preview is left alone and says so.
    """
    month_end = MonthEnd.objects.select_related("store", "confirmed_by").get(pk=month_end_id)
    if month_end.state != MonthEndState.RUNNING:
        return 0
    kept = grades_kept(cadence_policy(month_end.store, last_day(month_end.month)))
    moved = 0
    while batch := list(waiting_moves(month_end)[:BATCH]):
        for move in batch:
            moved += _move(month_end, move, kept, tick())
    _finish(month_end, tick())
    return moved


def silent_month_ends(*, at: dt.datetime) -> list[int]:
    """The confirmed clean-ups at which nothing has moved for a while: to be handed to a worker again."""
    rows = MonthEnd.objects.filter(state=MonthEndState.RUNNING).annotate(
        alive_at=Coalesce(Max("moves__moved_at"), F("confirmed_at"))
    )
    return list(rows.filter(alive_at__lt=at - SILENCE).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _move(month_end: MonthEnd, move: MonthEndMove, kept: Collection[str], at: dt.datetime) -> bool:
    if not MonthEndMove.objects.filter(pk=move.pk, moved_at__isnull=True, skipped="").update(moved_at=at):
        return False  # another worker has it
    same = Lead.objects.filter(pk=move.lead_id, owner=move.owner_id, state__in=CLEANED).exclude(grade__in=kept)
    if not same.update(pool=F("pool")):  # the lock: what is judged now stays so until it has moved
        MonthEndMove.objects.filter(pk=move.pk).update(moved_at=None, skipped=CHANGED)
        return False
    move_lead(
        lead=Lead.objects.select_related("store").get(pk=move.lead_id),
        owner=None,
        pool=move.pool,
        stage=Stage.TELESALES,
        reason=MoveReason.MONTH_END,
        by=month_end.confirmed_by,
        at=at,
        note=f"{month_end.month:%Y-%m}",
    )
    MonthEnd.objects.filter(pk=month_end.pk).update(moved=F("moved") + 1)
    return True


@transaction.atomic
def _finish(month_end: MonthEnd, at: dt.datetime) -> None:
    done = MonthEnd.objects.filter(pk=month_end.pk, state=MonthEndState.RUNNING).update(
        state=MonthEndState.DONE, done_at=at
    )
    if not done:
        return
    gone = Counter(month_end.moves.filter(moved_at__isnull=False).values_list("owner_id", flat=True))
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=owner_id,
                key=f"month_end.done:{month_end.pk}",
                code="month_end.done",
                message=N_("The clean-up of %(month)s moved %(count)s of your leads to telesales."),
                params={"month": f"{month_end.month:%Y-%m}", "count": count},
                happened_at=at,
                url=reverse("my_day"),
                store_ref=month_end.store_id,
                by_email=False,
            )
            for owner_id, count in gone.items()
            if owner_id is not None
        ],
        at=at,
    )
