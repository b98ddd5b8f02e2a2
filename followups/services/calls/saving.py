"""One use case: the call is over and its result is saved."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from complaints.enums import ComplaintKind, ComplaintOrigin
from complaints.models import Complaint
from complaints.selectors import escalation_order
from complaints.services import NothingSaid, open_complaint
from customers.enums import NumberState
from customers.models import CustomerPhone
from customers.services.bans import ban_contact
from customers.services.cards import complete_card
from customers.services.phones import replace_phone
from dealership.audit.services import record_event, record_events
from dealership.kernel.errors import N_, Refusal
from followups.enums import LEAD_KINDS, UNFINISHED, CloseReason, Consequence, TaskKind, TaskState
from followups.models import CallAttempt, CallTask, FirstServiceTrack, Questionnaire
from followups.rules import OutcomeRule
from followups.rules.answers import GivenAnswer, dissatisfied_topics
from followups.selectors.policies import questionnaire_for, situation_of
from followups.services.calls.along import finish_taken_along
from followups.services.calls.answers import question_rule, read_answers, refuse_missing, store_answers
from followups.services.calls.consequences import outcome_rule, planned_changes
from followups.services.calls.leads import LeadLine, is_lead_call, lock_leads_of, lose_leads, write_line
from followups.services.calls.visits import VisitFacts, keep_visit_facts, promise_answers
from followups.services.claims import AlreadyTaken, NotYours, may_take, why_it_waits
from followups.services.drafts import drop_draft
from followups.services.events import SignUpWish, sign_up
from followups.services.first_service import agree_date, book_appointment, note_first_service, record_reading
from followups.services.first_service_calls import ReadingMissing, replan_reminder
from followups.services.referrals import Recommended, RecordedReferral, note_with_progress, record_referral
from followups.services.traces import confirm_held, first_found_by, give_up_held, leads_held, release_held, start_trace
from inventory.services.dates import CarDates, record_dates
from inventory.services.plates import record_plate
from staffing.enums import Role
from staffing.models import Staff

#: Outcomes of the default policy that mean more than their consequence says.
WRONG_NUMBER = "wrong_number"
REFUSED_ALL = "refused_all"

_KIND_OF_TOPIC = {"car": ComplaintKind.PRODUCT, "dealership": ComplaintKind.SERVICE}
_LADDER = (Role.SALES_SUPERVISOR, Role.SALES_MANAGER, Role.GENERAL_MANAGER)
_WORKSHOP_LADDER = (Role.SERVICE_MANAGER, Role.GENERAL_MANAGER)


class NewNumberMissing(Refusal):
    """A corrected number was chosen as the result, and none was entered."""

    message = N_("Enter the corrected number.")


class NoNumberOnFile(Refusal):
    """There is no number that could be empty."""

    message = N_("This customer has no telephone number on file.")


@dataclass(frozen=True)
class ComplaintHeard:
    """A complaint that the caller takes down beyond the answers. Without ``content`` the call's note is its text."""

    content: str = ""
    kinds: tuple[ComplaintKind, ...] = ()
    about_consultant: bool = False


@dataclass(frozen=True)
class ServicePlan:
    """What was said of the first service: the odometer now, the date agreed, the appointment (SV-06, SV-07); of a car
    that came in already, the day (empty: today)."""

    odometer_km: int | None = None
    agreed_on: dt.date | None = None
    appointment_at: dt.datetime | None = None
    came_on: dt.date | None = None


@dataclass(frozen=True)
class SavedCall:
    """``attempt`` is None when the same call had been saved before (``is_repeated``): nothing was written again.
    ``kept``: card fields that a colleague had filled otherwise meanwhile. ``lead_ended``: the lead was ended during the
    call; its card got no line."""

    task: CallTask
    attempt: CallAttempt | None
    complaints: tuple[Complaint, ...] = ()
    trace: CallTask | None = None
    kept: tuple[str, ...] = ()
    is_repeated: bool = False
    lead_ended: bool = False
    referral: RecordedReferral | None = None


@transaction.atomic
def save_call(
    *,
    task: CallTask,
    by: Staff,
    at: dt.datetime,
    outcome: str,
    note: str = "",
    spoken_to: str = "",
    promised_at: dt.datetime | None = None,
    seconds: int | None = None,
    answers: Mapping[str, str] | None = None,
    questionnaire: Questionnaire | None = None,
    card: Mapping[str, Any] | None = None,
    plate: str = "",
    service: ServicePlan | None = None,
    complaint: ComplaintHeard | None = None,
    new_number: str = "",
    phone: CustomerPhone | None = None,
    attempts: int | None = None,
    line: LeadLine | None = None,
    sign_up_wish: SignUpWish | None = None,
    car_dates: CarDates | None = None,
    visit: VisitFacts | None = None,
    recommended: Recommended | None = None,
) -> SavedCall:
    """Save the result of a call and everything it leads to, in one transaction.

    The task moves by one conditional update on its state, its claim and its number of ``attempts`` (those that the
    caller saw; default: of ``task`` as given). So a call is saved once however often it is sent: a repetition answers
    ``is_repeated`` and writes nothing. A claim that has expired is no obstacle while the task is still free.

    ``outcome`` is a code of the kind's policy; its consequence ends the task, moves it to ``promised_at`` (D3-08) or to
    the next day (D3-19, SV-13), starts tracing the number (SV-14), or bans further calls (D3-09). ``answers`` (code →
    as typed) are stored against ``questionnaire`` (default: the one in use) when the call is completed. Dissatisfaction
    with the car or the dealership opens a complaint each (D3-13, D3-15). ``card`` and ``plate`` fill what is missing
    (D3-16, D3-17). ``phone`` is the number that was called (default: the main one), ``new_number`` what a trace found.

    A call to a lead writes a line of its card (CC-06): its result is the ``note``, the rest stands in ``line``.
    ``sign_up_wish`` signs an owner who was spoken to up for an event (D7-09). ``car_dates`` notes what was said of
    insurance and inspection (PF-06). ``recommended`` is somebody whom the customer recommends (RF-03); the note of a
    word to the referrer says how it is with the friend (RF-02).

    Refuses UnknownOutcome, PromiseMissing, PromiseInPast, PromiseTooFar, AnswersMissing, NothingSaid,
    NewNumberMissing, NoNumberOnFile, AlreadyTaken, NotYours, WaitsForNumber, EventFull, EventClosed, RecommendsOneself,
    and what the first service refuses (AlreadyServed, DayIsPast, DayIsToCome, OutsideShift, WorkshopClosed,
    WorkshopClosedAllDay, ReadingMissing, StillNear, AppointmentStands). Raises BadAnswer and BadPhone for values that
    cannot be read.
    """
    seen = task.attempts if attempts is None else attempts
    row = CallTask.objects.select_related("store", "customer__store", "consultant", "delivery").get(pk=task.pk)
    if row.attempts != seen or row.state not in UNFINISHED:
        return _repeated(row, by=by, seen=seen)
    if is_lead_call(row) or row.kind == TaskKind.NUMBER_TRACE:
        lock_leads_of(row)
    rule = outcome_rule(row.kind, outcome, at.astimezone(row.store.tz).date())
    if rule.consequence == Consequence.TRACED and not new_number.strip():
        raise NewNumberMissing
    note = note_with_progress(task=row, rule=rule, note=note)
    questions, given = _answers(row, rule, answers or {}, questionnaire, at)
    heard = _complaints_heard(questions, given, complaint, note)
    changes = planned_changes(task=row, rule=rule, by=by, at=at, promised_at=promised_at)
    _refuse_foreign(row, by=by)
    mine = Q(state=TaskState.CLAIMED, claimed_by=by) | Q(state=TaskState.OPEN)
    if not CallTask.objects.filter(mine, pk=row.pk, attempts=seen).update(**changes):
        row.refresh_from_db()
        return _repeated(row, by=by, seen=seen)
    attempt = CallAttempt.objects.create(
        task=row,
        at=at,
        by=by,
        outcome=rule.code,
        reached=rule.reached,
        spoken_to=spoken_to.strip() if rule.reached else "",
        promised_at=promised_at if rule.consequence == Consequence.CALL_BACK else None,
        seconds=seconds,
        note=note.strip(),
    )
    old_state, old_due_on = row.state, row.due_on
    for name, value in changes.items():
        setattr(row, name, value)
    trace = _consequence(row, rule, new_number=new_number, phone=phone, note=note, by=by, at=at)
    if row.state == TaskState.DONE and rule.consequence == Consequence.DONE:
        finish_taken_along(task=row, rule=rule, by=by, at=at)
    written = not is_lead_call(row) or write_line(
        row, rule, line or LeadLine(), note=note, promised_at=promised_at, by=by, at=at
    )
    if given and questions is not None and row.state == TaskState.DONE:
        store_answers(task=row, questionnaire=questions, given=given, by=by, at=at)
    kept = _card(row, card or {}, plate, given, by=by, at=at)
    _service(row, rule, service, by=by, at=at)
    if sign_up_wish is not None and rule.reached:
        sign_up(wish=sign_up_wish, customer=row.customer, task=row, by=by, at=at)
    if car_dates is not None and row.vehicle is not None:
        record_dates(vehicle=row.vehicle, dates=car_dates, by=by, at=at)
    told = recommended if rule.reached else None
    referral = record_referral(referrer=row.customer, told=told, by=by, at=at, task=row) if told else None
    if visit is not None:
        keep_visit_facts(row, rule, visit, by=by, at=at)
    opened = _open_complaints(row, heard, complaint, note, by=by, at=at)
    if visit is not None:
        promise_answers(row, opened, visit, by=by, at=at)
    drop_draft(task=row, by=by)
    record_event(
        code="call.saved",
        subject=row,
        by=by,
        at=at,
        data={
            "outcome": rule.code,
            "state": [str(old_state), str(row.state)],
            "due_on": [old_due_on.isoformat(), row.due_on.isoformat()],
        },
    )
    return SavedCall(
        task=row, attempt=attempt, complaints=opened, trace=trace, kept=kept, lead_ended=not written, referral=referral
    )


def _repeated(row: CallTask, *, by: Staff, seen: int) -> SavedCall:
    """The call has moved on since it was shown: by the same person (a second click), or by somebody else."""
    latest = row.attempt_rows.order_by("-at", "-pk").first() if row.attempts > seen else None
    if latest is None or latest.by_id != by.pk:
        raise AlreadyTaken
    return SavedCall(task=row, attempt=None, is_repeated=True)


def _refuse_foreign(row: CallTask, *, by: Staff) -> None:
    """Who holds the claim may save. After it expired: whoever may take the call, while it is free."""
    if row.state == TaskState.CLAIMED:
        if row.claimed_by_id != by.pk:
            raise AlreadyTaken
        return
    if not may_take(row, by):
        raise NotYours
    if (waits := why_it_waits(row)) is not None:
        raise waits


def _answers(
    row: CallTask,
    rule: OutcomeRule,
    typed: Mapping[str, str],
    questionnaire: Questionnaire | None,
    at: dt.datetime,
) -> tuple[Questionnaire | None, dict[str, GivenAnswer]]:
    if not rule.reached:
        return None, {}
    asked = questionnaire or questionnaire_for(row.store, row.kind, at.astimezone(row.store.tz).date())
    if asked is None or asked.kind != row.kind:
        return None, {}
    situation = situation_of(row)
    questions = [question for question in asked.questions.all() if question.situation in ("", situation)]
    given = read_answers(questions, typed)
    if rule.consequence == Consequence.DONE:
        refuse_missing(questions, given)
    return asked, given


def _complaints_heard(
    questionnaire: Questionnaire | None,
    given: Mapping[str, GivenAnswer],
    complaint: ComplaintHeard | None,
    note: str,
) -> tuple[ComplaintKind, ...]:
    """Which complaints this call opens. Refuses NothingSaid when nobody wrote down what the customer said."""
    rules = [question_rule(question) for question in questionnaire.questions.all()] if questionnaire else []
    kinds = [_KIND_OF_TOPIC[topic] for topic in dissatisfied_topics(rules, given)]
    if complaint is not None:
        kinds += complaint.kinds
        if complaint.content.strip() and not kinds:
            kinds.append(ComplaintKind.SERVICE)
    content = complaint.content.strip() if complaint else ""
    if kinds and not content and not note.strip():
        raise NothingSaid
    return tuple(dict.fromkeys(kinds))


def _consequence(
    row: CallTask,
    rule: OutcomeRule,
    *,
    new_number: str,
    phone: CustomerPhone | None,
    note: str,
    by: Staff,
    at: dt.datetime,
) -> CallTask | None:
    match rule.consequence:
        case Consequence.TRACE_NUMBER:
            called = phone or row.customer.phones.order_by("-is_primary", "pk").first()
            if called is None:
                raise NoNumberOnFile
            state = NumberState.WRONG if rule.code == WRONG_NUMBER else NumberState.EMPTY
            return start_trace(task=row, phone=called, state=state, by=by, at=at)
        case Consequence.BAN:
            _ban(row, rule, by=by, at=at)
        case Consequence.TRACED:
            replace_phone(customer=row.customer, old=row.phone, number=new_number, by=by, at=at)
            release_held(trace=row, by=by, at=at)
        case Consequence.CONFIRMED:
            confirm_held(trace=row, by=by, at=at)
        case Consequence.UNTRACEABLE:
            found_by, leads = first_found_by(row), leads_held(row)
            give_up_held(trace=row, by=by, at=at)
            lose_leads(leads, first_found_by=found_by, by=by, at=at, note=note)
    return None


def _ban(row: CallTask, rule: OutcomeRule, *, by: Staff, at: dt.datetime) -> None:
    """Nobody calls again for what the customer refused: other open calls of that purpose end with it (D3-09). Of a lead
    the first contact and the calls after it are one thing to the customer."""
    purposes = list(LEAD_KINDS) if row.kind in LEAD_KINDS else [row.kind]
    purposes = [""] if rule.code == REFUSED_ALL else purposes
    for purpose in purposes:
        ban_contact(customer=row.customer, purpose=purpose, by=by, at=at)
    others = CallTask.objects.filter(customer=row.customer, state=TaskState.OPEN)
    others = others.exclude(pk=row.pk).exclude(kind=TaskKind.NUMBER_TRACE)
    ended = list(others if purposes == [""] else others.filter(kind__in=purposes))
    CallTask.objects.filter(pk__in=[task.pk for task in ended], state=TaskState.OPEN).update(
        state=TaskState.CANCELLED,
        close_reason=CloseReason.CONTACT_BAN,
        closed_at=at,
        closed_by=by,
        alert_due_at=None,
    )
    record_events(code="task.cancelled", subjects=ended, by=by, at=at, data={"reason": CloseReason.CONTACT_BAN.value})


def _card(
    row: CallTask,
    card: Mapping[str, Any],
    plate: str,
    given: Mapping[str, GivenAnswer],
    *,
    by: Staff,
    at: dt.datetime,
) -> tuple[str, ...]:
    values = dict(card)
    if "contact_way" in given and not values.get("preferred_way"):
        values["preferred_way"] = given["contact_way"].value
    kept = complete_card(customer=row.customer, values=values, by=by, at=at).kept
    if plate.strip() and row.vehicle is not None and not record_plate(vehicle=row.vehicle, plate=plate, by=by, at=at):
        kept += ("plate",)
    return kept


def _service(row: CallTask, rule: OutcomeRule, plan: ServicePlan | None, *, by: Staff, at: dt.datetime) -> None:
    """The reading first: a new estimate decides which dates may be agreed."""
    came = rule.consequence == Consequence.ALREADY_CAME
    if plan is None and rule.consequence == Consequence.REPLANNED:
        raise ReadingMissing
    if row.delivery is None or (plan is None and not came):
        return
    track = FirstServiceTrack.objects.select_related("delivery", "store").filter(delivery=row.delivery).first()
    if track is None:
        return
    today = at.astimezone(row.store.tz).date()
    if came:
        note_first_service(track=track, visited_on=(plan and plan.came_on) or today, by=by, at=at)
        return
    assert plan is not None
    if plan.odometer_km is not None:
        record_reading(track=track, read_on=today, odometer_km=plan.odometer_km, by=by, at=at)
    if rule.consequence == Consequence.REPLANNED:
        replan_reminder(track=track, odometer_km=plan.odometer_km, by=by, at=at)
    if plan.agreed_on is not None:
        agree_date(track=track, agreed_on=plan.agreed_on, by=by, at=at)
    if plan.appointment_at is not None:
        book_appointment(track=track, appointment_at=plan.appointment_at, by=by, at=at)


def _open_complaints(
    row: CallTask,
    kinds: tuple[ComplaintKind, ...],
    complaint: ComplaintHeard | None,
    note: str,
    *,
    by: Staff,
    at: dt.datetime,
) -> tuple[Complaint, ...]:
    if not kinds:
        return ()
    workshop = row.kind == TaskKind.SERVICE_VISIT
    concerned = row.service_visit.adviser if workshop and row.service_visit else row.consultant
    about = concerned if complaint is not None and complaint.about_consultant else None
    candidates = escalation_order(
        store=row.store,
        first=[concerned.superior if concerned is not None else None],
        roles=_WORKSHOP_LADDER if workshop else _LADDER,
    )
    content = (complaint.content.strip() if complaint else "") or note.strip()
    return tuple(
        open_complaint(
            customer=row.customer,
            vehicle=row.vehicle,
            kind=kind,
            origin=ComplaintOrigin.SERVICE_VISIT_CALL if workshop else ComplaintOrigin.FOLLOW_UP_CALL,
            origin_key=str(row.pk),  # the month's statistics find the complaints of a call by it
            content=content,
            candidates=candidates,
            about=about,
            by=by,
            at=at,
        )
        for kind in kinds
    )
