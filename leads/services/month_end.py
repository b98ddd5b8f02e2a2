"""The clean-up at the end of a month: prepared, looked through, confirmed once (LG-30..LG-33)."""

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import GradedBy, MonthEndState
from leads.models import Lead, MonthEnd, MonthEndMove
from leads.rules.month_end import grades_kept, last_day, month_to_prepare, opening_moment
from leads.selectors.month_end import leads_to_clean, moves_seen
from leads.selectors.openings import opening_at
from leads.selectors.policies import cadence_policy
from leads.services.grading import grade_lead
from staffing.enums import Role
from staffing.models import Staff, Store

logger = logging.getLogger(__name__)
#: Why a lead was not moved, when it was not a person who excepted it. Translated where it is shown.
CHANGED = N_("Changed hands, state or grade after the preview")


class NotTheTime(Refusal):
    message = N_("The clean-up is prepared in the last three days of a month.")


class NoLongerPreview(Refusal):
    """Somebody confirmed it in the meantime."""

    message = N_("This clean-up has been confirmed already.")


class NothingGiven(Refusal):
    message = N_("Say why: the reason stays with the lead.")


class GradeStays(Refusal):
    message = N_("The lead has the grade %(grade)s already.")


def run_month_end_job(*, at: dt.datetime) -> dict[str, int]:
    """Prepare the previews that are due, and freeze the openings of the months that are over. Safe late, twice and side
    by side. A store that fails keeps no other back."""
    counts = {"prepared": 0, "frozen": 0}
    failures = []
    for store in Store.objects.active().order_by("pk"):
        try:
            month = month_to_prepare(at.astimezone(store.tz).date())
            if month is not None:
                counts["prepared"] += prepare_month_end(store=store, month=month, at=at) is not None
            for row in MonthEnd.objects.filter(store=store, opening={}):
                counts["frozen"] += freeze_opening(month_end=row, at=at)
        except Exception as failure:
            logger.exception("The clean-up of the store %s was not prepared", store.code)
            failures.append(failure)
    if failures:
        raise failures[0]
    return counts


@transaction.atomic
def prepare_month_end(*, store: Store, month: dt.date, at: dt.datetime) -> MonthEnd | None:
    """Make the preview of a month, or bring it up to date: which leads would go. None when all of it is confirmed.

    What was excepted stays excepted as long as the lead would go; what is due only after a confirmation waits for
    another one. Those who clean up are told once of each list.
    """
    month_end, _created = MonthEnd.objects.get_or_create(store=store, month=month, defaults={"prepared_at": at})
    month_end = _held(month_end)
    look_again(month_end=month_end, at=at)
    if month_end.confirmed_at is not None and not month_end.moves.unconfirmed().exists():
        return None
    month_end.prepared_at = at
    if month_end.state == MonthEndState.DONE:
        month_end.state = MonthEndState.PREVIEW
    month_end.save(update_fields=["prepared_at", "state"])
    _tell_those_who_clean_up(month_end, at)
    return month_end


@dataclass(frozen=True)
class Changes:
    """What looking again has found, by lead: ``new`` would go too, ``changed`` go with another grade or from somebody
    else, ``gone`` stay after all. What was confirmed is not among them."""

    new: frozenset[int]
    changed: frozenset[int]
    gone: frozenset[int]


@transaction.atomic
def look_again(*, month_end: MonthEnd, at: dt.datetime) -> Changes:
    """Bring what is not yet confirmed of a preview up to date. From 00:00 of the 1st on nothing of the new month comes
    in (LG-32)."""
    due = _due(month_end, at)
    known = {move.lead_id: move for move in month_end.moves.all()}
    # Left alone because it had changed, and due again: it is looked at anew.
    returning = {
        pk for pk, move in known.items() if pk in due and move.confirmed_at is not None and move.skipped == CHANGED
    }
    gone = {pk for pk, move in known.items() if move.confirmed_at is None and pk not in due}
    month_end.moves.filter(lead_id__in=returning | gone).delete()
    changed = set()
    for pk, move in known.items():
        if move.confirmed_at is None and pk in due and (move.owner_id, move.grade) != (due[pk].owner_id, due[pk].grade):
            MonthEndMove.objects.filter(pk=move.pk).update(owner=due[pk].owner_id, grade=due[pk].grade)
            changed.add(pk)
    new = (due.keys() - known.keys()) | returning
    MonthEndMove.objects.bulk_create(
        [
            MonthEndMove(month_end=month_end, lead=due[pk], owner_id=due[pk].owner_id, grade=due[pk].grade)
            for pk in sorted(new)
        ],
        batch_size=500,
    )
    return Changes(frozenset(new), frozenset(changed), frozenset(gone))


@transaction.atomic
def except_move(*, move: MonthEndMove, reason: str, by: Staff, at: dt.datetime) -> None:
    """The consultant keeps this one, for a reason. Refuses NothingGiven and NoLongerPreview."""
    if not reason.strip():
        raise NothingGiven
    _still_preview(move)
    MonthEndMove.objects.filter(pk=move.pk).update(skipped=reason.strip())
    record_event(code="month_end.excepted", subject=move.lead, by=by, at=at, data={"reason": reason.strip()})


@transaction.atomic
def include_move(*, move: MonthEndMove, by: Staff, at: dt.datetime) -> None:
    """Take an exception back. Refuses NoLongerPreview."""
    _still_preview(move)
    if MonthEndMove.objects.filter(pk=move.pk).exclude(skipped="").update(skipped=""):
        record_event(code="month_end.included", subject=move.lead, by=by, at=at)


@transaction.atomic
def regrade_move(*, move: MonthEndMove, grade: str, reason: str, by: Staff, at: dt.datetime) -> bool:
    """Judge one lead of the preview anew, for a reason; with a grade that may be kept it leaves the preview.

    Returns whether it left. Refuses NothingGiven, GradeStays, NoLongerPreview, NotToBeGraded, NoOpenGrade.
    """
    if not reason.strip():
        raise NothingGiven
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).select_related("store").get(pk=move.lead_id)
    _still_preview(move)
    if lead.grade == grade:
        raise GradeStays(grade=grade)
    grade_lead(lead=lead, grade=grade, graded_by=GradedBy.CONSULTANT, by=by, at=at, note=reason.strip()[:200])
    policy = cadence_policy(lead.store, last_day(move.month_end.month))
    if lead.grade in grades_kept(policy):
        move.delete()
        return True
    MonthEndMove.objects.filter(pk=move.pk).update(grade=lead.grade)
    return False


@dataclass(frozen=True)
class Confirmation:
    """What became of a confirmation: ``confirmed`` leads go; or 0, and the customers ``new`` on the list are to be
    looked at first. ``changed`` names those who were on the list as it was seen, and are not, or not so, any more."""

    confirmed: int
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@transaction.atomic
def confirm_month_end(*, month_end: MonthEnd, by: Staff, at: dt.datetime, seen: int | None = None) -> Confirmation:
    """Confirm what somebody cleans up: a supervisor the team's leads, a manager the store's (LG-31). From here on the
    job carries it out.

    Looks again first. ``seen`` is the highest key of the moves on the list as it was seen: what came in since then is
    shown, and nothing is confirmed. Refuses NoLongerPreview when nothing is left to confirm: of two who confirm the
    same, the second.
    """
    due = leads_to_clean(month_end.store, _kept(month_end), closed_at=_closed_at(month_end, at))
    _lock_leads(due)
    held = _held(month_end)
    before = MonthEndMove.objects.of_team(by).unconfirmed().filter(month_end=month_end)
    shown = set(before.values_list("lead_id", flat=True))
    changes = look_again(month_end=held, at=at)
    own = moves_seen(month_end, by).unconfirmed()
    others = Lead.objects.filter(pk__in=shown & (changes.changed | changes.gone)).order_by("pk")
    changed = tuple(others.values_list("customer__name", flat=True))
    if seen is not None:
        new = own.filter(pk__gt=seen).order_by("pk")
        if new:
            return Confirmation(0, tuple(new.values_list("lead__customer__name", flat=True)), changed)
    total = own.filter(skipped="").count()
    if not own.update(confirmed_at=at, confirmed_by=by):
        raise NoLongerPreview
    MonthEnd.objects.filter(pk=month_end.pk).update(
        state=MonthEndState.RUNNING, confirmed_at=at, confirmed_by=by, total=F("total") + total
    )
    month_end.refresh_from_db()
    record_event(code="month_end.confirmed", subject=month_end, by=by, at=at, data={"total": total})
    return Confirmation(total, changed=changed)


@transaction.atomic
def freeze_opening(*, month_end: MonthEnd, at: dt.datetime) -> bool:
    """Keep what each consultant held at 00:00 on the 1st of the next month; never reckoned again (LG-33).

    Returns whether it was frozen now: False before that moment, and when it is frozen already.
    """
    moment = opening_moment(month_end.month, month_end.store.tz)
    if at < moment:
        return False
    opening = {"at": moment.isoformat(), **opening_at(month_end.store, moment)}
    frozen = MonthEnd.objects.filter(pk=month_end.pk, opening={}).update(opening=opening)
    if frozen:
        month_end.opening = opening
    return bool(frozen)


def _kept(month_end: MonthEnd) -> frozenset[str]:
    return grades_kept(cadence_policy(month_end.store, last_day(month_end.month)))


def _closed_at(month_end: MonthEnd, at: dt.datetime) -> dt.datetime | None:
    """00:00 of the 1st once it is past."""
    moment = opening_moment(month_end.month, month_end.store.tz)
    return moment if at >= moment else None


def _due(month_end: MonthEnd, at: dt.datetime) -> dict[int, Lead]:
    rows = leads_to_clean(month_end.store, _kept(month_end), closed_at=_closed_at(month_end, at))
    return {lead.pk: lead for lead in rows}


def _lock_leads(rows: QuerySet[Lead]) -> None:
    """Nobody changes them until the end of the transaction; in the order of their keys, as everywhere."""
    locked = Lead.objects.select_for_update(no_key=True).filter(pk__in=list(rows.values_list("pk", flat=True)))
    list(locked.order_by("pk").values_list("pk"))


def _held(month_end: MonthEnd) -> MonthEnd:
    """The row as it is, kept so until the end of the transaction: who confirms waits here for who confirms. Leads are
    locked before it, never after."""
    return MonthEnd.objects.select_for_update(of=("self",)).select_related("store").get(pk=month_end.pk)


def _still_preview(move: MonthEndMove) -> None:
    """Holds the preview until the end of the transaction, so that nobody confirms between the look and the change."""
    _held(move.month_end)
    if not MonthEndMove.objects.unconfirmed().filter(pk=move.pk).exists():
        raise NoLongerPreview


def _tell_those_who_clean_up(month_end: MonthEnd, at: dt.datetime) -> None:
    """Each supervisor hears of the own team's leads; the managers of those that no supervisor cleans up."""
    people = Staff.objects.filter(store=month_end.store).employed().order_by("pk")
    told = [(person, moves_seen(month_end, person)) for person in people.holding(Role.SALES_SUPERVISOR)]
    covered = [pk for _person, moves in told for pk in moves.values_list("pk", flat=True)]
    if month_end.moves.unconfirmed().exclude(pk__in=covered).exists():
        told += [(person, moves_seen(month_end, person)) for person in people.holding(Role.SALES_MANAGER)]
    counts = []
    for person, moves in told:
        last = moves.aggregate(last=Max("confirmed_at"))["last"]  # a list is told of again after its confirmation
        key = f"month_end.prepared:{month_end.pk}" + (f":{last:%d%H%M%S}" if last else "")
        counts.append((person.pk, moves.unconfirmed().filter(skipped="").count(), key))
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=pk,
                key=key,
                code="month_end.prepared",
                message=N_("The clean-up of %(month)s is prepared: %(count)s leads would go to telesales."),
                params={"month": f"{month_end.month:%Y-%m}", "count": count},
                happened_at=at,
                url=reverse("month_end", args=[month_end.pk]),
                store_ref=month_end.store_id,
            )
            for pk, count, key in counts
            if count
        ],
        at=at,
    )
