"""Answering a monthly report: the manager's analysis, sending it up, the general manager's decision (AF-10, AF-11)."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from followups.enums_documents import DocumentState, DocumentStep, MeasureState
from followups.models import Measure, MonthlyDocument
from followups.rules.documents import check_submission, is_settled, state_after
from followups.rules.tasks import end_of_day
from followups.selectors.documents import answerers, approvers, facts_of, may_answer, may_approve, measures_of
from followups.services.documents.telling import note_step, tell
from staffing.models import Staff


class NotYours(Refusal):
    """Somebody else answers this report."""

    message = N_("This report is answered by: %(role)s.")


class NotTheGeneralManager(Refusal):
    message = N_("Measures are approved by the general manager of the store.")


class NothingWritten(Refusal):
    message = N_("Write what the figures say and where the problems come from.")


class NoReason(Refusal):
    message = N_("Say why it is returned.")


class ChangedMeanwhile(Refusal):
    """Somebody else was quicker."""

    message = N_("Somebody has just changed this report: look at it again.")


@transaction.atomic
def comment_document(*, document: MonthlyDocument, comment: str, by: Staff, at: dt.datetime) -> None:
    """Write the analysis (质量分析报告), or write it anew before it is sent up. Refuses NotYours, NothingWritten, and
    by the state of the report WithGeneralManager, AlreadyApproved, AlreadyClosed."""
    text = comment.strip()
    assert_answers(by, document)
    if not text:
        raise NothingWritten
    move(document, "comment", comment=text, commented_at=at, commented_by=by)
    note_step(document, DocumentStep.COMMENTED, by=by, at=at)
    record_event(code="monthly_report.commented", subject=document, by=by, at=at)


@transaction.atomic
def submit_document(*, document: MonthlyDocument, by: Staff, at: dt.datetime) -> None:
    """Send analysis and measures to the general manager, who is told.

    Refuses NotYours, NoMeasures, NoPreventiveMeasure (AF-12), NothingNew, and by the state NotYetCommented,
    WithGeneralManager, AlreadyClosed.
    """
    assert_answers(by, document)
    seen, problems = document.state, document.figures.get("problems", {})
    move(document, "submit")
    try:
        # Only now nobody changes the measures any more.
        check_submission(
            facts_of(measures_of(document)), complaints=problems.get("raised", 0), general=problems.get("general", 0)
        )
    except Refusal:
        document.state = seen
        raise
    note_step(document, DocumentStep.SUBMITTED, by=by, at=at)
    record_event(code="monthly_report.submitted", subject=document, by=by, at=at)
    tell(
        approvers(document.store),
        document,
        code="monthly_report.submitted",
        message=N_("Analysis and measures of %(month)s by %(name)s wait for your approval."),
        at=at,
        key=_turn("submitted", document),
        tone="warn",
        params={"name": by.name},
    )


@transaction.atomic
def approve_document(*, document: MonthlyDocument, by: Staff, at: dt.datetime) -> None:
    """Approve the measures that were sent up (AF-11). The responsible people are told; each measure has the moment from
    which it is late. Without measures the report is closed. Refuses NotTheGeneralManager, NotSubmitted, AlreadyClosed.
    """
    _assert_approves(by, document)
    move(document, "approve", approved_at=at, approved_by=by)
    fresh = list(document.measures.filter(state=MeasureState.DRAFT).select_related("responsible"))
    tz = document.store.tz
    for measure in fresh:
        Measure.objects.filter(pk=measure.pk).update(
            state=MeasureState.APPROVED,
            approved_at=at,
            approved_by=by,
            alert_due_at=end_of_day(measure.due_on, tz),
        )
    note_step(document, DocumentStep.APPROVED, by=by, at=at)
    record_event(
        code="monthly_report.approved", subject=document, by=by, at=at, data={"measures": [row.pk for row in fresh]}
    )
    for measure in fresh:
        tell(
            [measure.responsible],
            document,
            code="measure.given",
            message=N_("A measure is yours, due %(due)s: %(measure)s"),
            at=at,
            key=f"measure.given:{measure.pk}",
            params={"due": measure.due_on.isoformat(), "measure": measure.action[:120]},
            measure=measure,
        )
    tell(
        [person for person in answerers(document.store, document.comment_role) if person.pk != by.pk],
        document,
        code="monthly_report.approved",
        message=N_("The general manager approved the measures of %(month)s."),
        at=at,
        key=_turn("approved", document),
    )
    close_if_settled(document, by=by, at=at)


@transaction.atomic
def return_document(*, document: MonthlyDocument, reason: str, by: Staff, at: dt.datetime) -> None:
    """Return what was sent up, with the reason (AF-11). Refuses NotTheGeneralManager, NoReason, NotSubmitted,
    AlreadyClosed."""
    text = reason.strip()
    _assert_approves(by, document)
    if not text:
        raise NoReason
    move(document, "return")
    note_step(document, DocumentStep.RETURNED, by=by, at=at, note=text)
    record_event(code="monthly_report.returned", subject=document, by=by, at=at, data={"reason": text})
    tell(
        answerers(document.store, document.comment_role),
        document,
        code="monthly_report.returned",
        message=N_("The report of %(month)s comes back from the general manager: %(reason)s"),
        at=at,
        key=_turn("returned", document),
        tone="danger",
        params={"reason": text[:120]},
    )


def close_if_settled(document: MonthlyDocument, *, by: Staff, at: dt.datetime) -> bool:
    """Close an approved report whose every measure worked, or was followed by one that did."""
    if document.state != DocumentState.APPROVED or not is_settled(facts_of(measures_of(document))):
        return False
    closed = MonthlyDocument.objects.filter(pk=document.pk, state=DocumentState.APPROVED).update(
        state=DocumentState.CLOSED
    )
    if closed:
        document.state = DocumentState.CLOSED
        note_step(document, DocumentStep.CLOSED, by=by, at=at)
        record_event(code="monthly_report.closed", subject=document, by=by, at=at)
    return bool(closed)


def assert_answers(person: Staff, document: MonthlyDocument) -> None:
    """Refuse NotYours unless the person answers the report."""
    if not may_answer(person, document):
        raise NotYours(role=document.get_comment_role_display())


def move(document: MonthlyDocument, act: str, **changes: object) -> None:
    """Take the step that an act means, if the report is still where it was seen to be: of two who do the same at once,
    the second is refused by the state that the first has made. Holds the report until the end of the transaction."""
    seen = document.state
    target = state_after(act, seen)
    if not MonthlyDocument.objects.filter(pk=document.pk, state=seen).update(state=target, **changes):
        document.refresh_from_db(fields=["state"])
        state_after(act, document.state)
        raise ChangedMeanwhile
    document.state = target
    for name, value in changes.items():
        setattr(document, name, value)


def _assert_approves(person: Staff, document: MonthlyDocument) -> None:
    if not may_approve(person, document):
        raise NotTheGeneralManager


def _turn(step: str, document: MonthlyDocument) -> str:
    """The reason of an alert: once a round, however often the report goes up and down."""
    rounds = document.events.filter(step=step).count()
    return f"monthly_report.{step}:{document.pk}:{rounds}"
