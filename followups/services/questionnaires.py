"""Writing questionnaires: a draft is edited, a version that was asked never is; the next one replaces it (D7-07)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from followups.enums import QuestionnaireState, QuestionType, Topic
from followups.models import Question, Questionnaire
from followups.rules.questionnaires import QuestionDraft, checked, next_code, suggested_texts
from staffing.models import Staff, Store

#: What a copy of a question takes over.
_COPIED = (
    "position",
    "code",
    "text_zh",
    "text_en",
    "type",
    "topic",
    "options",
    "minimum",
    "maximum",
    "is_required",
    "alert_values",
    "alert_below",
    "situation",
)
MOST_QUESTIONS = 30


class AlreadyAsked(Refusal):
    """A version that is in use, was in use, or has answers."""

    message = N_("Customers have been asked this version: it stays as it was. Make the next version.")


class NotActive(Refusal):
    """Only a version in use is taken out of use."""

    message = N_("This version is not in use.")


class NothingToAsk(Refusal):
    """A version without a question."""

    message = N_("This version has no question yet.")


class DayTaken(Refusal):
    """Another version of the store and kind begins on the same day."""

    message = N_("Version %(version)s begins on %(on)s already. Choose another day.")


class DayHasBegun(Refusal):
    """A version cannot have been asked before it was put into use."""

    message = N_("A version is put into use from today on at the earliest.")


class VersionMadeMeanwhile(Refusal):
    """Two people made the next version at the same moment."""

    message = N_("Somebody else has just made a version. Look at the list again.")


class TooManyQuestions(Refusal):
    """Nobody stays on the telephone that long."""

    message = N_("A questionnaire has %(most)d questions at most.")


@dataclass(frozen=True)
class QuestionWish:
    """A question as it is to stand in a draft."""

    draft: QuestionDraft
    text_zh: str
    text_en: str
    topic: str = Topic.OTHER
    is_required: bool = True
    situation: str = ""


@transaction.atomic
def start_questionnaire(
    *, kind: str, title: str, store: Store | None, by: Staff, at: dt.datetime, on: dt.date
) -> Questionnaire:
    """An empty draft: the first version of a kind that asks nothing yet, or one written anew. Refuses
    VersionMadeMeanwhile."""
    row = _created(store=store, kind=kind, title=title.strip(), effective_from=on, based_on=None)
    record_event(code="questionnaire.started", subject=row, by=by, at=at, data=_named(row))
    return row


@transaction.atomic
def copy_questionnaire(
    *,
    questionnaire: Questionnaire,
    store: Store | None,
    by: Staff,
    at: dt.datetime,
    effective_from: dt.date,
    weak_code: str = "",
) -> Questionnaire:
    """The next version as a draft: the same questions, which answer alike. ``store``: whose version it is to be.

    ``weak_code`` names the weak item of the quarter before: it is marked, and a question about it is put behind it, to
    be edited or removed (D7-07). Refuses VersionMadeMeanwhile.
    """
    row = _created(
        store=store,
        kind=questionnaire.kind,
        title=questionnaire.title,
        effective_from=effective_from,
        based_on=questionnaire,
    )
    asked = list(questionnaire.questions.order_by("position", "pk"))
    copies = [copy_of(question, row) for question in asked]
    weak = next((question for question in copies if weak_code and question.code == weak_code), None)
    if weak is not None:
        weak.is_stressed = True
        copies.insert(copies.index(weak) + 1, _about(weak, [question.code for question in copies]))
    for position, question in enumerate(copies, start=1):
        question.position = position
    Question.objects.bulk_create(copies)
    data = _named(row) | {"copied_from": questionnaire.pk, "stressed": weak.code if weak is not None else ""}
    record_event(code="questionnaire.copied", subject=row, by=by, at=at, data=data)
    return row


def copy_of(question: Question, questionnaire: Questionnaire) -> Question:
    """The same question for another version, not yet saved."""
    return Question(questionnaire=questionnaire, **{name: getattr(question, name) for name in _COPIED})


@transaction.atomic
def name_draft(*, questionnaire: Questionnaire, title: str, by: Staff, at: dt.datetime) -> None:
    """Another title. Refuses AlreadyAsked."""
    row = _draft(questionnaire)
    if row.title != title.strip():
        before, row.title = row.title, title.strip()
        row.save(update_fields=["title"])
        record_event(code="questionnaire.named", subject=row, by=by, at=at, data={"title": [before, row.title]})


@transaction.atomic
def add_question(*, questionnaire: Questionnaire, wish: QuestionWish, by: Staff, at: dt.datetime) -> Question:
    """A question at the end of a draft. Refuses AlreadyAsked and TooManyQuestions; raises BadQuestion."""
    row = _draft(questionnaire)
    codes = list(row.questions.values_list("code", flat=True))
    if len(codes) >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    last = row.questions.aggregate(last=Max("position"))["last"] or 0
    question = Question(questionnaire=row, position=last + 1)
    _write(question, wish, others=codes)
    question.save()
    record_event(code="question.added", subject=row, by=by, at=at, data={"code": question.code})
    return question


@transaction.atomic
def change_question(*, question: Question, wish: QuestionWish, by: Staff, at: dt.datetime) -> Question:
    """Another wording, type or range of a question of a draft. Refuses AlreadyAsked; raises BadQuestion."""
    row = _draft(question.questionnaire)
    before = question.code
    _write(question, wish, others=list(row.questions.exclude(pk=question.pk).values_list("code", flat=True)))
    question.save()
    record_event(code="question.changed", subject=row, by=by, at=at, data={"code": [before, question.code]})
    return question


@transaction.atomic
def move_question(*, question: Question, steps: int, by: Staff, at: dt.datetime) -> bool:
    """Ask a question of a draft earlier (negative ``steps``) or later. Returns whether it moved. Refuses
    AlreadyAsked."""
    row = _draft(question.questionnaire)
    ordered = list(row.questions.order_by("position", "pk"))
    here = next(place for place, other in enumerate(ordered) if other.pk == question.pk)
    there = min(max(here + steps, 0), len(ordered) - 1)
    if there == here:
        return False
    ordered.insert(there, ordered.pop(here))
    _number(ordered)
    record_event(
        code="question.moved", subject=row, by=by, at=at, data={"code": question.code, "place": [here + 1, there + 1]}
    )
    return True


@transaction.atomic
def remove_question(*, question: Question, by: Staff, at: dt.datetime) -> None:
    """Ask it no longer. Refuses AlreadyAsked."""
    row = _draft(question.questionnaire)
    Question.objects.filter(pk=question.pk).delete()
    _number(list(row.questions.order_by("position", "pk")))
    record_event(code="question.removed", subject=row, by=by, at=at, data={"code": question.code})


@transaction.atomic
def activate_questionnaire(
    *, questionnaire: Questionnaire, effective_from: dt.date, today: dt.date, by: Staff, at: dt.datetime
) -> None:
    """Ask a draft from a day on; the version before it is asked until the day before. Of a store and kind one version
    begins on a day. Refuses AlreadyAsked, NothingToAsk, DayHasBegun, DayTaken."""
    row = _draft(questionnaire)
    if not row.questions.exists():
        raise NothingToAsk
    if effective_from < today:
        raise DayHasBegun
    same = Questionnaire.objects.filter(
        store=row.store, kind=row.kind, state=QuestionnaireState.ACTIVE, effective_from=effective_from
    ).first()
    if same is not None:
        raise DayTaken(version=same.version, on=effective_from.isoformat())
    try:
        with transaction.atomic():
            moved = Questionnaire.objects.filter(pk=row.pk, state=QuestionnaireState.DRAFT).update(
                state=QuestionnaireState.ACTIVE, effective_from=effective_from
            )
    except IntegrityError:
        raise DayTaken(version="–", on=effective_from.isoformat()) from None
    if not moved:
        raise AlreadyAsked
    questionnaire.refresh_from_db()
    data = _named(row) | {"effective_from": effective_from.isoformat()}
    record_event(code="questionnaire.activated", subject=row, by=by, at=at, data=data)


@transaction.atomic
def retire_questionnaire(*, questionnaire: Questionnaire, by: Staff, at: dt.datetime) -> None:
    """Ask this version no longer; the one before it is asked again, if there is one. Its answers stay. Refuses
    NotActive."""
    if not Questionnaire.objects.filter(pk=questionnaire.pk, state=QuestionnaireState.ACTIVE).update(
        state=QuestionnaireState.RETIRED
    ):
        raise NotActive
    questionnaire.refresh_from_db()
    record_event(code="questionnaire.retired", subject=questionnaire, by=by, at=at, data=_named(questionnaire))


@transaction.atomic
def discard_draft(*, questionnaire: Questionnaire, by: Staff, at: dt.datetime) -> None:
    """Throw a draft away. Refuses AlreadyAsked."""
    row = _draft(questionnaire)
    record_event(code="questionnaire.discarded", subject=row, by=by, at=at, data=_named(row))
    row.delete()


def _draft(questionnaire: Questionnaire) -> Questionnaire:
    """The row, locked where the database can, while nobody has been asked it."""
    row = Questionnaire.objects.select_for_update(of=("self",)).get(pk=questionnaire.pk)
    if row.state != QuestionnaireState.DRAFT or row.responses.exists():
        raise AlreadyAsked
    return row


def _created(
    *, store: Store | None, kind: str, title: str, effective_from: dt.date, based_on: Questionnaire | None
) -> Questionnaire:
    latest = Questionnaire.objects.filter(store=store, kind=kind).aggregate(latest=Max("version"))["latest"] or 0
    try:
        with transaction.atomic():
            return Questionnaire.objects.create(
                store=store,
                kind=kind,
                version=latest + 1,
                title=title,
                effective_from=effective_from,
                based_on=based_on,
            )
    except IntegrityError:
        raise VersionMadeMeanwhile from None


def _about(weak: Question, codes: Sequence[str]) -> Question:
    """A further question about a weak item: what is behind its score."""
    text_zh, text_en = suggested_texts(weak.text_zh, weak.text_en)
    code = f"{weak.code}_why"[:32]
    return Question(
        questionnaire=weak.questionnaire,
        code=code if code not in codes else next_code(codes),
        text_zh=text_zh,
        text_en=text_en,
        type=QuestionType.TEXT,
        topic=weak.topic,
        situation=weak.situation,
        is_required=False,
        is_stressed=True,
    )


def _write(question: Question, wish: QuestionWish, *, others: Sequence[str]) -> None:
    draft = checked(wish.draft, others=others)
    question.code, question.type, question.topic = draft.code, draft.type, wish.topic
    question.text_zh, question.text_en = wish.text_zh.strip(), wish.text_en.strip()
    question.options, question.alert_values = list(draft.options), list(draft.alert_values)
    question.minimum, question.maximum = draft.minimum, draft.maximum
    question.alert_below, question.is_required = draft.alert_below, wish.is_required
    question.situation = wish.situation


def _number(ordered: Sequence[Question]) -> None:
    for position, question in enumerate(ordered, start=1):
        question.position = position
    Question.objects.bulk_update(ordered, ["position"])


def _named(row: Questionnaire) -> dict[str, object]:
    return {"kind": row.kind, "version": row.version}
