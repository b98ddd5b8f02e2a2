"""Making a monthly report: once a store, month and kind, with the figures of that moment (AF-10)."""

import datetime as dt
import logging

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.web.months import month_label, month_of, month_start, months_after
from followups.enums_documents import DocumentStep
from followups.exports.snapshot import figures_of
from followups.models import MonthlyDocument
from followups.selectors.documents import ReportRule, answerers, approvers, report_rules
from followups.services.documents.telling import note_step, tell
from staffing.models import Staff, Store

logger = logging.getLogger(__name__)

#: A run on one of the first days of a month makes the reports of the month before, should the first have been missed.
DAYS_TO_MAKE = 7

TO_ANSWER = {
    "3dc": N_("The 3DC report of %(month)s is made: write the analysis and the measures."),
    "7dc": N_("The 7DC report of %(month)s is made: write the analysis and the measures."),
    "service_visits": N_("The report of calls after workshop visits of %(month)s is made: write the analysis."),
    "first_service": N_("The first-service report of %(month)s is made: write the analysis and the measures."),
}
TO_KNOW = {
    "3dc": N_("The 3DC report of %(month)s is made."),
    "7dc": N_("The 7DC report of %(month)s is made."),
    "service_visits": N_("The report of calls after workshop visits of %(month)s is made."),
    "first_service": N_("The first-service report of %(month)s is made."),
}


class MonthNotOver(Refusal):
    message = N_("%(month)s is not over yet: its report is made from the 1st of the month that follows.")


class NobodyAnswers(Refusal):
    message = N_("No policy says who answers this report. An administrator adds one.")


def make_due_documents(*, at: dt.datetime) -> dict[str, int]:
    """On the 1st (or, should that have been missed, within a week) the reports of the month before, of every store.

    Safe late, twice and side by side. A store that fails keeps no other back. Returns how many were made.
    """
    counts = {"made": 0}
    failures = []
    for store in Store.objects.active().order_by("pk"):
        today = at.astimezone(store.tz).date()
        if today.day > DAYS_TO_MAKE:
            continue
        month = months_after(month_start(today), -1)
        try:
            known = set(MonthlyDocument.objects.filter(store=store, month=month).values_list("kind", flat=True))
            for kind, rule in report_rules(store, today).items():
                if rule.enabled and kind not in known:
                    _document, made = make_document(store=store, month=month, kind=kind, at=at)
                    counts["made"] += made
        except Exception as failure:
            logger.exception("The monthly reports of the store %s were not made", store.code)
            failures.append(failure)
    if failures:
        raise failures[0]
    return counts


@transaction.atomic
def make_document(
    *, store: Store, month: dt.date, kind: str, at: dt.datetime, by: Staff | None = None
) -> tuple[MonthlyDocument, bool]:
    """Freeze a month's report, or find the one that stands: (document, whether it is new).

    Tells who answers it, the general manager, and who gets a copy; each once. Refuses MonthNotOver and NobodyAnswers.
    """
    month = month_start(month)
    today = at.astimezone(store.tz).date()
    if today < months_after(month, 1):
        raise MonthNotOver(month=month_label(month))
    rule = report_rules(store, today).get(kind)
    if rule is None:
        raise NobodyAnswers
    known = MonthlyDocument.objects.filter(store=store, month=month, kind=kind).first()
    if known is not None:
        return known, False
    _report, figures = figures_of(kind, stores=[store], month=month)
    # A rival may make it between the look and here: the constraint decides.
    document, made = MonthlyDocument.objects.get_or_create(
        store=store,
        month=month,
        kind=kind,
        defaults={"figures": figures, "comment_role": rule.comment_role, "made_at": at, "made_by": by},
    )
    if made:
        note_step(document, DocumentStep.MADE, by=by, at=at)
        record_event(
            code="monthly_report.made", subject=document, by=by, at=at, data={"kind": kind, "month": month_of(month)}
        )
        _tell(document, rule, at)
    return document, made


def _tell(document: MonthlyDocument, rule: ReportRule, at: dt.datetime) -> None:
    key = f"monthly_report.made:{document.pk}"
    people = answerers(document.store, rule.comment_role)
    tell(people, document, code="monthly_report.made", message=TO_ANSWER[document.kind], at=at, key=key, tone="warn")
    copies = Staff.objects.filter(store=document.store).working().holding(*rule.copy_roles)
    others = {person.pk: person for person in (*approvers(document.store), *copies)}
    for person in people:
        others.pop(person.pk, None)
    tell(others.values(), document, code="monthly_report.made", message=TO_KNOW[document.kind], at=at, key=key)
