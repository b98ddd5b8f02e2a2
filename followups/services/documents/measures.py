"""Measures of a monthly report: written, carried out, checked for their effect, told when late (AF-11, AF-12)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from followups.enums_documents import DocumentState, DocumentStep, MeasureState
from followups.models import Measure, MonthlyDocument
from followups.rules.documents import MEASURE_TRANSITIONS, AlreadyClosed
from followups.selectors.documents import answerers, is_replaced, may_answer, may_approve, people_for_measures
from followups.services.documents.answering import NotYours, assert_answers, close_if_settled, move
from followups.services.documents.telling import note_step, tell
from staffing.models import Staff


class Unnamed(Refusal):
    """A field that every measure has (AF-11)."""

    message = N_("A measure names the problem, what is done, who is responsible and until when.")


class DueInThePast(Refusal):
    message = N_("The day must not lie in the past.")


class NotOfThisStore(Refusal):
    message = N_("%(name)s does not work in this store.")


class AlreadyDecided(Refusal):
    message = N_("The measure was approved: it is not changed any more.")


class NothingToReplace(Refusal):
    message = N_("Only a measure without effect is replaced, and once.")


class NotUnderWay(Refusal):
    message = N_("The measure is not under way.")


class NotYourMeasure(Refusal):
    message = N_("Somebody else is responsible for this measure.")


class OwnMeasure(Refusal):
    message = N_("The effect of one's own measure is checked by somebody else.")


class NothingSaid(Refusal):
    message = N_("Write down what was done, or what came of it.")


class DayOfCheck(Refusal):
    message = N_("The effect is checked between the approval and today.")


@dataclass(frozen=True)
class MeasureDraft:
    """A measure as typed: every one names problem, measure, type, person and day."""

    problem: str
    action: str
    type: str
    responsible: Staff
    due_on: dt.date


@transaction.atomic
def add_measure(
    *, document: MonthlyDocument, draft: MeasureDraft, by: Staff, at: dt.datetime, replaces: Measure | None = None
) -> Measure:
    """Write a measure. After the approval too: then it is sent up again. ``replaces`` is one without effect.

    Refuses NotYours, Unnamed, DueInThePast, NotOfThisStore, NothingToReplace, and by the state of the report
    NotYetCommented, WithGeneralManager, AlreadyClosed.
    """
    assert_answers(by, document)
    values = _cleaned(document, draft, at)
    move(document, "plan")
    if replaces is not None:
        row = Measure.objects.filter(pk=replaces.pk, document=document).select_related("replaced_by").first()
        if row is None or row.state != MeasureState.INEFFECTIVE or is_replaced(row):
            raise NothingToReplace
    measure = Measure.objects.create(document=document, replaces=replaces, written_at=at, written_by=by, **values)
    record_event(code="measure.written", subject=document, by=by, at=at, data={"measure": measure.pk})
    return measure


@transaction.atomic
def change_measure(*, measure: Measure, draft: MeasureDraft, by: Staff, at: dt.datetime) -> None:
    """Write a planned measure anew. Refuses as ``add_measure``, and AlreadyDecided once it was approved."""
    document = measure.document
    assert_answers(by, document)
    values = _cleaned(document, draft, at)
    move(document, "plan")
    if not Measure.objects.filter(pk=measure.pk, state=MeasureState.DRAFT).update(**values):
        raise AlreadyDecided
    record_event(code="measure.changed", subject=document, by=by, at=at, data={"measure": measure.pk})


@transaction.atomic
def remove_measure(*, measure: Measure, by: Staff, at: dt.datetime) -> None:
    """Take a planned measure out. Refuses NotYours, AlreadyDecided, and by the state of the report."""
    document = measure.document
    assert_answers(by, document)
    move(document, "plan")
    found = Measure.objects.filter(pk=measure.pk, state=MeasureState.DRAFT)
    if not found.delete()[0]:
        raise AlreadyDecided
    record_event(code="measure.removed", subject=document, by=by, at=at, data={"problem": measure.problem})


@transaction.atomic
def finish_measure(*, measure: Measure, note: str, by: Staff, at: dt.datetime) -> None:
    """The responsible person has carried it out; who answers the report is told to check the effect.

    Refuses NotYourMeasure, NothingSaid, NotUnderWay.
    """
    text = note.strip()
    if by.pk != measure.responsible_id:
        raise NotYourMeasure
    if not text:
        raise NothingSaid
    done = Measure.objects.under_way().filter(pk=measure.pk)
    if not done.update(state=MeasureState.DONE, done_at=at, done_note=text, alert_due_at=None):
        raise NotUnderWay
    document = measure.document
    note_step(document, DocumentStep.DONE, by=by, at=at, note=measure.action)
    record_event(code="measure.done", subject=document, by=by, at=at, data={"measure": measure.pk})
    tell(
        answerers(document.store, document.comment_role),
        document,
        code="measure.done",
        message=N_("%(name)s carried out a measure of %(month)s: check its effect."),
        at=at,
        key=f"measure.done:{measure.pk}",
        params={"name": by.name},
        measure=measure,
    )


@transaction.atomic
def check_effect(*, measure: Measure, effective: bool, on: dt.date, note: str, by: Staff, at: dt.datetime) -> None:
    """Check whether a measure worked, once, on a day. Without effect it needs a new one, and the responsible person and
    the manager are told. The last one that worked closes the report.

    By who answers the report or approves it, never by the responsible person. Refuses NotYours, OwnMeasure,
    NothingSaid (no word on what came of it), DayOfCheck, NotUnderWay, AlreadyClosed.
    """
    document, text = measure.document, note.strip()
    if not (may_answer(by, document) or may_approve(by, document)):
        raise NotYours(role=document.get_comment_role_display())
    if by.pk == measure.responsible_id:
        raise OwnMeasure
    if document.state == DocumentState.CLOSED:
        raise AlreadyClosed
    target = MeasureState.EFFECTIVE if effective else MeasureState.INEFFECTIVE
    if not text:
        raise NothingSaid
    tz = document.store.tz
    if measure.approved_at is None:
        raise NotUnderWay
    if not measure.approved_at.astimezone(tz).date() <= on <= at.astimezone(tz).date():
        raise DayOfCheck
    # Two who check the two last measures at once: one waits here, so that the second sees that all is settled.
    MonthlyDocument.objects.filter(pk=document.pk).update(state=F("state"))
    checked = Measure.objects.filter(pk=measure.pk, state__in=MEASURE_TRANSITIONS.sources(target))
    if not checked.update(state=target, checked_on=on, checked_by=by, effect_note=text, alert_due_at=None):
        raise NotUnderWay
    step = DocumentStep.EFFECTIVE if effective else DocumentStep.INEFFECTIVE
    note_step(document, step, by=by, at=at, note=f"{measure.action} · {text}")
    record_event(
        code="measure.checked", subject=document, by=by, at=at, data={"measure": measure.pk, "effective": effective}
    )
    if not effective:
        people = [measure.responsible, *answerers(document.store, document.comment_role)]
        tell(
            [person for person in people if person.pk != by.pk],
            document,
            code="measure.ineffective",
            message=N_("A measure of %(month)s had no effect, a new one is needed: %(measure)s"),
            at=at,
            key=f"measure.ineffective:{measure.pk}",
            tone="danger",
            params={"measure": measure.action[:120]},
            measure=measure,
        )
    document.refresh_from_db(fields=["state"])
    close_if_settled(document, by=by, at=at)


def alert_overdue_measures(*, at: dt.datetime) -> int:
    """Tell the responsible person and who answers the report that a measure is late, each exactly once. Returns how
    many alerts are new. Safe late, twice and side by side."""
    told = 0
    late = Measure.objects.under_way().filter(alert_due_at__lte=at)
    for measure in late.select_related("document__store", "responsible").order_by("alert_due_at", "pk"):
        told += _tell_late(measure, at=at)
    return told


@transaction.atomic
def _tell_late(measure: Measure, *, at: dt.datetime) -> int:
    fell_due = measure.alert_due_at
    taken = Measure.objects.under_way().filter(pk=measure.pk, alert_due_at=fell_due).update(alert_due_at=None)
    if not taken or fell_due is None:
        return 0
    document = measure.document
    params = {"name": measure.responsible.name, "due": measure.due_on.isoformat(), "measure": measure.action[:120]}
    managers = answerers(document.store, document.comment_role)
    mine = tell(
        [measure.responsible],
        document,
        code="measure.overdue",
        message=N_("Your measure, due %(due)s, is late: %(measure)s"),
        at=at,
        key=f"measure.overdue:{measure.pk}",
        tone="warn",
        params=params,
        measure=measure,
        happened_at=fell_due,
    )
    theirs = tell(
        [person for person in managers if person.pk != measure.responsible_id],
        document,
        code="measure.overdue",
        message=N_("The measure of %(name)s, due %(due)s, is late: %(measure)s"),
        at=at,
        key=f"measure.overdue:{measure.pk}",
        tone="danger",
        params=params,
        measure=measure,
        happened_at=fell_due,
    )
    return mine + theirs


def _cleaned(document: MonthlyDocument, draft: MeasureDraft, at: dt.datetime) -> dict[str, object]:
    problem, action = draft.problem.strip(), draft.action.strip()
    if not problem or not action:
        raise Unnamed
    if draft.due_on < at.astimezone(document.store.tz).date():
        raise DueInThePast
    if not people_for_measures(document.store).filter(pk=draft.responsible.pk).exists():
        raise NotOfThisStore(name=draft.responsible.name)
    return {
        "problem": problem,
        "action": action,
        "type": draft.type,
        "responsible": draft.responsible,
        "due_on": draft.due_on,
    }
