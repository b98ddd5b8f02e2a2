"""Signing a CHPR check (D3-21): one sheet a person, month and source; a correction is the next version."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from dealership.web.months import month_label, month_of, month_start
from followups.enums_documents import CheckSource
from followups.models import CallCheck, CheckMark, CheckPoint
from followups.rules.chpr import Mark, check_marks, tally_of
from followups.selectors.chpr import people_checked_by, points_of_month
from staffing.models import Staff


class NotYourPerson(Refusal):
    message = N_("You check the calls of your own people; your own are a self-check.")


class MonthAhead(Refusal):
    message = N_("%(month)s has not begun yet.")


class SignedMeanwhile(Refusal):
    """Somebody signed another version while this one was written."""

    message = N_("Another version was signed in the meantime: look at it, and sign yours after it.")


class NothingToCheck(Refusal):
    message = N_("There are no check points in use. An administrator adds them.")


@transaction.atomic
def sign_check(
    *,
    person: Staff,
    month: dt.date,
    marks: Mapping[int, Mark],
    after_version: int,
    by: Staff,
    at: dt.datetime,
    remark: str = "",
) -> CallCheck:
    """Sign a check of a person's calls in a month: by oneself a self-check, else the supervisor's.

    ``marks`` by number of the point; ``after_version`` is the version that was on the screen (0 for none). The words of
    the points are copied, so that a later edit changes no signed sheet. Tells the person of a supervisor's sheet.
    Refuses NotYourPerson, MonthAhead, NothingToCheck, SignedMeanwhile; raises Incomplete and NoImprovement.
    """
    source = CheckSource.OWN if by.pk == person.pk else CheckSource.SUPERVISOR
    if source == CheckSource.SUPERVISOR and not people_checked_by(by).filter(pk=person.pk).exists():
        raise NotYourPerson
    store = person.store
    if store is None:
        raise NotYourPerson
    month = month_start(month)
    if month > at.astimezone(store.tz).date():
        raise MonthAhead(month=month_label(month))
    points = points_of_month(store, month)
    if not points:
        raise NothingToCheck
    check_marks([point.number for point in points], marks)
    same = CallCheck.objects.filter(person=person, month=month, source=source)
    known = same.order_by("-version").values_list("version", flat=True).first() or 0
    if known != after_version:
        raise SignedMeanwhile
    same.filter(is_latest=True).update(is_latest=False)
    try:
        with transaction.atomic():
            sheet = CallCheck.objects.create(
                store=store,
                person=person,
                month=month,
                source=source,
                version=known + 1,
                remark=remark.strip(),
                signed_at=at,
                signed_by=by,
            )
    except IntegrityError as rival:
        raise SignedMeanwhile from rival
    CheckMark.objects.bulk_create([_mark(sheet, point, marks[point.number]) for point in points])
    tally = tally_of(marks[point.number].result for point in points)
    record_event(
        code="call_check.signed",
        subject=sheet,
        by=by,
        at=at,
        data={
            "person": person.pk,
            "month": month_of(month),
            "version": sheet.version,
            "good": tally.good,
            "medium": tally.medium,
            "poor": tally.poor,
        },
    )
    if source == CheckSource.SUPERVISOR:
        _tell(sheet, at)
    return sheet


def _mark(sheet: CallCheck, point: CheckPoint, mark: Mark) -> CheckMark:
    return CheckMark(
        sheet=sheet,
        number=point.number,
        stage_zh=point.stage_zh,
        stage_en=point.stage_en,
        text_zh=point.text_zh,
        text_en=point.text_en,
        manual_page=point.manual_page,
        position=point.position,
        result=mark.result,
        improvement=mark.improvement.strip(),
    )


def _tell(sheet: CallCheck, at: dt.datetime) -> None:
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=sheet.person_id,
                key=f"call_check.signed:{sheet.pk}",
                code="call_check.signed",
                message=N_("%(name)s checked your calls of %(month)s."),
                params={"name": sheet.signed_by.name, "month": f"{sheet.month:%Y-%m}"},
                happened_at=at,
                url=reverse("call_check", args=[sheet.pk]),
                store_ref=sheet.store_id,
            )
        ],
        at=at,
    )
