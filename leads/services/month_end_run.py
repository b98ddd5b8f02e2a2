"""Carrying a confirmed clean-up out: lead by lead, so that it can be left, killed, and taken up again."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse

from dealership.kernel.errors import N_
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import MonthEndState, MoveReason
from leads.models import Lead, MonthEnd, MonthEndMove
from leads.rules.month_end import grades_kept, last_day
from leads.selectors.month_end import CLEANED, waiting_moves
from leads.selectors.policies import cadence_policy
from leads.services.month_end import CHANGED
from leads.services.recycling import recycle_lead

BATCH = 100
#: No lead moved for so long: whoever did it is gone.
SILENCE = dt.timedelta(minutes=2)


def carry_out(*, month_end_id: int, tick: Callable[[], dt.datetime]) -> int:
    """Move what the confirmed clean-up still has to move; ``tick`` gives the moment of each move. Returns how many.

    Each lead is a transaction of its own: what was moved before a kill stays moved and is not moved again, and of two
    workers side by side each lead has one (LG-31). A lead that changed since the preview is left alone and says so.
    """
    month_end = MonthEnd.objects.select_related("store").get(pk=month_end_id)
    if month_end.state != MonthEndState.RUNNING:
        return 0
    kept = grades_kept(cadence_policy(month_end.store, last_day(month_end.month)))
    moved = 0
    while batch := list(waiting_moves(month_end).select_related("confirmed_by")[:BATCH]):
        for move in batch:
            moved += _move(month_end, move, kept, tick())
    _finish(month_end, tick())
    return moved


def silent_month_ends(*, at: dt.datetime) -> list[int]:
    """The confirmed clean-ups at which nothing has moved for a while: to be handed to a worker again."""
    rows = MonthEnd.objects.filter(state=MonthEndState.RUNNING).annotate(
        alive_at=Greatest(Coalesce(Max("moves__moved_at"), F("confirmed_at")), F("confirmed_at"))
    )
    return list(rows.filter(alive_at__lt=at - SILENCE).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _move(month_end: MonthEnd, move: MonthEndMove, kept: Collection[str], at: dt.datetime) -> bool:
    # The lead first, as everywhere: what is judged now stays so until it has moved.
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).select_related("store").get(pk=move.lead_id)
    if not MonthEndMove.objects.waiting().filter(pk=move.pk).update(moved_at=at):
        return False  # another worker has it
    if lead.owner_id != move.owner_id or lead.state not in CLEANED or lead.grade in kept:
        MonthEndMove.objects.filter(pk=move.pk).update(moved_at=None, skipped=CHANGED)
        return False
    recycle_lead(lead=lead, reason=MoveReason.MONTH_END, by=move.confirmed_by, at=at, note=f"{month_end.month:%Y-%m}")
    MonthEnd.objects.filter(pk=month_end.pk).update(moved=F("moved") + 1)
    return True


@transaction.atomic
def _finish(month_end: MonthEnd, at: dt.datetime) -> None:
    """Done, or to be confirmed again when something came in that nobody has confirmed."""
    row = MonthEnd.objects.select_for_update().get(pk=month_end.pk)
    if row.state != MonthEndState.RUNNING or waiting_moves(row).exists():
        return
    is_left = row.moves.unconfirmed().filter(skipped="").exists()
    row.state, row.done_at = (MonthEndState.PREVIEW, None) if is_left else (MonthEndState.DONE, at)
    row.save(update_fields=["state", "done_at"])
    gone = Counter(row.moves.filter(moved_at__isnull=False).values_list("owner_id", "confirmed_at"))
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=owner_id,
                key=f"month_end.done:{month_end.pk}:{confirmed_at:%d%H%M%S}",
                code="month_end.done",
                message=N_("The clean-up of %(month)s moved %(count)s of your leads to telesales."),
                params={"month": f"{month_end.month:%Y-%m}", "count": count},
                happened_at=at,
                url=reverse("my_day"),
                store_ref=month_end.store_id,
                by_email=False,
            )
            for (owner_id, confirmed_at), count in gone.items()
            if owner_id is not None
        ],
        at=at,
    )
