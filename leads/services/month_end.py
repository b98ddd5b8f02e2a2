"""The clean-up at the end of a month: prepared, looked through, confirmed once (LG-30..LG-33)."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import GradedBy, MonthEndState
from leads.models import Lead, MonthEnd, MonthEndMove
from leads.rules.month_end import grades_kept, last_day, month_to_prepare, opening_moment
from leads.selectors.month_end import backlog_at, leads_to_clean, waiting_moves
from leads.selectors.policies import cadence_policy
from leads.services.grading import grade_lead
from staffing.enums import Role
from staffing.models import Staff, Store

logger = logging.getLogger(__name__)


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
    """Make the preview of a month, or bring it up to date: which leads would go. None when it is confirmed already.

    What was excepted stays excepted as long as the lead would go. The supervisors are told once.
    """
    month_end, _created = MonthEnd.objects.get_or_create(store=store, month=month, defaults={"prepared_at": at})
    # Also the lock: a confirmation waits here, or is found.
    if not MonthEnd.objects.filter(pk=month_end.pk, state=MonthEndState.PREVIEW).update(prepared_at=at):
        return None
    due = {lead.pk: lead for lead in leads_to_clean(store, grades_kept(cadence_policy(store, last_day(month))))}
    known = {move.lead_id: move for move in month_end.moves.all()}
    month_end.moves.exclude(lead_id__in=due).delete()
    for pk in due.keys() & known.keys():
        move, lead = known[pk], due[pk]
        if (move.owner_id, move.grade) != (lead.owner_id, lead.grade):
            MonthEndMove.objects.filter(pk=move.pk).update(owner=lead.owner_id, grade=lead.grade)
    MonthEndMove.objects.bulk_create(
        [
            MonthEndMove(month_end=month_end, lead=lead, owner_id=lead.owner_id, grade=lead.grade)
            for pk, lead in due.items()
            if pk not in known
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    month_end.refresh_from_db()
    if due:
        _tell_supervisors(month_end, len(due), at)
    return month_end


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
    _still_preview(move)
    lead = Lead.objects.select_related("store").get(pk=move.lead_id)
    if lead.grade == grade:
        raise GradeStays(grade=grade)
    grade_lead(lead=lead, grade=grade, graded_by=GradedBy.CONSULTANT, by=by, at=at, note=reason.strip()[:200])
    policy = cadence_policy(lead.store, last_day(move.month_end.month))
    if lead.grade in grades_kept(policy):
        move.delete()
        return True
    MonthEndMove.objects.filter(pk=move.pk).update(grade=lead.grade)
    return False


@transaction.atomic
def confirm_month_end(*, month_end: MonthEnd, by: Staff, at: dt.datetime) -> MonthEnd:
    """The one confirmation (LG-31). From here on the job carries it out. Refuses NoLongerPreview: of two who confirm,
    the second."""
    changed = MonthEnd.objects.filter(pk=month_end.pk, state=MonthEndState.PREVIEW).update(
        state=MonthEndState.RUNNING, confirmed_at=at, confirmed_by=by
    )
    if not changed:
        raise NoLongerPreview
    total = waiting_moves(month_end).count()
    MonthEnd.objects.filter(pk=month_end.pk).update(total=total)
    month_end.refresh_from_db()
    record_event(code="month_end.confirmed", subject=month_end, by=by, at=at, data={"total": total})
    return month_end


@transaction.atomic
def freeze_opening(*, month_end: MonthEnd, at: dt.datetime) -> bool:
    """Keep what each consultant held at 00:00 on the 1st of the next month; never reckoned again (LG-33).

    Returns whether it was frozen now: False before that moment, and when it is frozen already.
    """
    moment = opening_moment(month_end.month, month_end.store.tz)
    if at < moment:
        return False
    opening = {"at": moment.isoformat(), "consultants": backlog_at(month_end.store, moment)}
    frozen = MonthEnd.objects.filter(pk=month_end.pk, opening={}).update(opening=opening)
    if frozen:
        month_end.opening = opening
    return bool(frozen)


def _still_preview(move: MonthEndMove) -> None:
    """Holds the preview until the end of the transaction, so that nobody confirms between the look and the change."""
    same = MonthEnd.objects.filter(pk=move.month_end_id, state=MonthEndState.PREVIEW)
    if not same.update(prepared_at=F("prepared_at")):
        raise NoLongerPreview


def _tell_supervisors(month_end: MonthEnd, count: int, at: dt.datetime) -> None:
    people = Staff.objects.filter(store=month_end.store).employed().order_by("pk")
    leaders = list(people.holding(Role.SALES_SUPERVISOR).values_list("pk", flat=True))
    leaders = leaders or list(people.holding(Role.SALES_MANAGER).values_list("pk", flat=True))
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=pk,
                key=f"month_end.prepared:{month_end.pk}",
                code="month_end.prepared",
                message=N_("The clean-up of %(month)s is prepared: %(count)s leads would go to telesales."),
                params={"month": f"{month_end.month:%Y-%m}", "count": count},
                happened_at=at,
                url=reverse("month_end", args=[month_end.pk]),
                store_ref=month_end.store_id,
            )
            for pk in leaders
        ],
        at=at,
    )
