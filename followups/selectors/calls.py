"""Everything the call screen shows: the customer, what was said before, the script, the questions, the results."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from complaints.models import Complaint
from complaints.selectors import complaints_of
from customers.enums import CustomerKind
from customers.models import ContactWindow, CustomerPhone
from customers.selectors.cards import missing_card_fields
from customers.selectors.contact import windows_in_words, windows_of
from dealership.audit.models import AuditEvent
from dealership.kernel import phones
from followups.enums import UNFINISHED, Consequence, QuestionType, Satisfaction, TaskKind, TaskState
from followups.models import (
    CallAttempt,
    CallDraft,
    CallTask,
    OutcomePolicy,
    Question,
    Questionnaire,
    Response,
)
from followups.rules import HoursSpan, KindRule, OutcomeRule, suggested_call_back
from followups.rules.scripts import ScriptLine, filled_script, script_lines
from followups.selectors.first_service import ServiceOutlook, service_outlook
from followups.selectors.histories import AnswerLine, StandingBan, answer_words, outcome_words, standing_bans
from followups.selectors.lead_panel import LeadPanel, lead_panel
from followups.selectors.owner_panel import NO_OWNER, OwnerPanel, owner_panel
from followups.selectors.policies import (
    calling_hours_of_week,
    kind_policy,
    outcome_rows,
    outcomes_for,
    questionnaire_for,
    script_for,
    situation_of,
)
from followups.selectors.prompts import PromptPanel, prompt_panel
from followups.selectors.reckoning import spoken_day
from followups.selectors.visitor import Visitor, visitor_of
from staffing.models import Staff

#: The latest tries that the screen shows; the customer's page has them all.
LAST_CONTACTS = 5


@dataclass(frozen=True)
class PhoneLine:
    """A number of the customer; ``text`` is masked for everybody but the person who is working on the call."""

    row: CustomerPhone
    text: str
    dial: str

    @property
    def plain(self) -> str:
        """As it is dialled by hand or pasted into a telephone: digits alone, a foreign number with its plus."""
        return self.text.replace(" ", "").replace("-", "")


@dataclass(frozen=True)
class Contact:
    """One earlier try, with its result in words."""

    attempt: CallAttempt
    outcome: str


@dataclass(frozen=True)
class EarlierCall:
    """What the customer answered in the 3DC, and what the callers noted then (D7-03)."""

    at: dt.datetime | None
    by: Staff | None
    answers: tuple[AnswerLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AlsoInThisCall:
    """Another purpose of the same call: what it is called, and what to say."""

    label: str
    script_lines: tuple[ScriptLine, ...]


@dataclass(frozen=True)
class CallScreen:
    """One call as its caller sees it. ``is_mine``: in work with this person, who may save it and sees the numbers.
    ``call_back_at``: a time to offer for a call-back."""

    task: CallTask
    is_mine: bool
    is_open: bool
    phones: tuple[PhoneLine, ...]
    complaints: tuple[Complaint, ...]
    bans: tuple[StandingBan, ...]
    hours: tuple[str, ...]
    contacts: tuple[Contact, ...]
    others: tuple[CallTask, ...]
    earlier: EarlierCall | None
    outlook: ServiceOutlook | None
    script: str
    questionnaire: Questionnaire | None
    outcomes: tuple[OutcomeRule, ...]
    missing_fields: tuple[str, ...]
    misses_plate: bool
    rule: KindRule
    draft: CallDraft | None
    call_back_at: dt.datetime | None
    lead: LeadPanel | None = None
    owner: OwnerPanel = NO_OWNER
    along: tuple[AlsoInThisCall, ...] = ()
    prompts: PromptPanel | None = None
    visitor: Visitor | None = None

    @property
    def budget_seconds(self) -> int | None:
        return self.rule.budget_minutes * 60 if self.rule.budget_minutes else None

    @property
    def expected_person(self) -> str:
        """Who will answer: whoever came to the workshop (AF-03), else the customer; of a company nobody knows."""
        visit = self.task.service_visit
        if visit is not None and visit.contact_name:
            return visit.contact_name
        return self.task.customer.name if self.task.customer.kind == CustomerKind.PERSON else ""

    @property
    def script_lines(self) -> tuple[ScriptLine, ...]:
        return script_lines(self.script)

    @property
    def has_longer_script(self) -> bool:
        """Whether there is more to say to somebody who does not know cars (N1-05)."""
        return any(line.is_longer for line in self.script_lines)

    @property
    def has_questions(self) -> bool:
        return self.questionnaire is not None and bool(self.questionnaire.questions.all())


def call_screen(*, task: CallTask, by: Staff, at: dt.datetime) -> CallScreen:
    """The screen of one call. ``task`` comes with store, customer, vehicle__model, delivery, consultant, claimed_by."""
    on = at.astimezone(task.store.tz).date()
    is_mine = task.state == TaskState.CLAIMED and task.claimed_by_id == by.pk
    trace = task.kind == TaskKind.NUMBER_TRACE
    outlook = service_outlook(task, on=on)
    rule = kind_policy(task.store, task.kind, on)
    windows, outcomes = windows_of(task.customer), outcome_rows()
    lead = lead_panel(task, at=at)
    numbers = _phones(task, shown=is_mine)
    return CallScreen(
        task=task,
        is_mine=is_mine,
        is_open=task.state in UNFINISHED,
        phones=numbers,
        complaints=tuple(complaints_of(task.customer)),
        bans=standing_bans(task.customer),
        hours=windows_in_words(windows),
        contacts=_contacts(task, outcomes),
        others=_others(task),
        earlier=_earlier(task),
        outlook=outlook,
        script=_script(task, by, on, outlook, lead),
        questionnaire=questionnaire_for(task.store, task.kind, on, situation=situation_of(task)),
        outcomes=_offered(outcomes_for(task.kind, on, outcomes), lead),
        missing_fields=() if trace or lead is not None else missing_card_fields(task.customer),
        misses_plate=not trace and task.vehicle is not None and not task.vehicle.plate,
        rule=rule,
        draft=CallDraft.objects.filter(task=task, by=by).first(),
        call_back_at=_call_back_at(task, windows, at) if task.state in UNFINISHED else None,
        lead=lead,
        owner=owner_panel(task, at=at),
        along=_along(task, rule, by, on, outlook),
        prompts=prompt_panel(task, on=on),
        visitor=visitor_of(task, known=[line.row for line in numbers], shown=is_mine),
    )


def was_shown(phone: CustomerPhone, *, task: CallTask, by: Staff) -> bool:
    """Whether the audit has it already that ``by`` saw this number since the claim. One query."""
    seen = AuditEvent.objects.about(phone).filter(code="phone.shown", by=by)
    return task.claimed_at is not None and seen.filter(at__gte=task.claimed_at).exists()


def _phones(task: CallTask, *, shown: bool) -> tuple[PhoneLine, ...]:
    rows = task.customer.phones.order_by("-is_primary", "pk")
    return tuple(
        PhoneLine(
            row=row,
            text=phones.display(row.number) if shown else phones.mask(row.number),
            dial=row.number if shown else "",
        )
        for row in rows
    )


def _contacts(task: CallTask, outcomes: tuple[OutcomePolicy, ...]) -> tuple[Contact, ...]:
    rows = (
        CallAttempt.objects.filter(task__customer_id=task.customer_id)
        .select_related("task", "by")
        .order_by("-at", "-pk")[:LAST_CONTACTS]
    )
    words = outcome_words(outcomes)
    return tuple(Contact(row, words(row.outcome, row.at.astimezone(task.store.tz).date()).label) for row in rows)


def _others(task: CallTask) -> tuple[CallTask, ...]:
    """What else is due for the same person within a week."""
    rows = CallTask.objects.unfinished().filter(customer_id=task.customer_id).exclude(pk=task.pk)
    rows = rows.filter(due_on__lte=task.due_on + dt.timedelta(days=7))
    return tuple(rows.select_related("claimed_by").order_by("due_on", "pk"))


def _earlier(task: CallTask) -> EarlierCall | None:
    """The 3DC of the same delivery, for the 7DC (D7-03)."""
    if task.kind != TaskKind.SEVEN_DAY or task.delivery_id is None:
        return None
    first = CallTask.objects.filter(kind=TaskKind.THREE_DAY, delivery_id=task.delivery_id)
    attempts = CallAttempt.objects.filter(task__in=first).exclude(note="").order_by("at", "pk")
    response = Response.objects.filter(task__in=first).select_related("by").first()
    notes = tuple(attempt.note for attempt in attempts)
    if response is None:
        return EarlierCall(None, None, (), notes) if notes else None
    answers = response.answers.select_related("question").order_by("question__position", "pk")
    return EarlierCall(
        at=response.at,
        by=response.by,
        answers=tuple(AnswerLine(row.question.text, answer_words(row), row.is_alert) for row in answers),
        notes=notes,
    )


def _call_back_at(task: CallTask, windows: tuple[ContactWindow, ...], at: dt.datetime) -> dt.datetime | None:
    """Within the hours that the customer named, else the store's."""
    now = at.astimezone(task.store.tz)
    named = [[HoursSpan(row.starts, row.ends) for row in windows if row.weekdays & 1 << day] for day in range(7)]
    return suggested_call_back(now, named if windows else calling_hours_of_week(task.store, now.date()))


def _offered(rules: tuple[OutcomeRule, ...], lead: LeadPanel | None) -> tuple[OutcomeRule, ...]:
    """Lost contact is proposed when one more unanswered try proves it, and not before."""
    if lead is None or lead.would_be_lost:
        return rules
    return tuple(rule for rule in rules if rule.consequence != Consequence.LOST)


def _along(
    task: CallTask, rule: KindRule, by: Staff, on: dt.date, outlook: ServiceOutlook | None
) -> tuple[AlsoInThisCall, ...]:
    """The other purposes that this call takes along."""
    if not rule.takes_along:
        return ()
    others = CallTask.objects.unfinished().filter(held_by=task, kind__in=rule.takes_along).order_by("due_on", "pk")
    rows = others.select_related("store", "customer", "vehicle__model", "delivery", "service_visit")
    return tuple(
        AlsoInThisCall(row.get_kind_display(), script_lines(_script(row, by, on, outlook, None))) for row in rows
    )


def _script(task: CallTask, by: Staff, on: dt.date, outlook: ServiceOutlook | None, lead: LeadPanel | None) -> str:
    script = script_for(task.store, task.kind, on)
    if script is None:
        return ""
    track = outlook.track if outlook else None
    visit = task.service_visit
    appointment = track.appointment_at.astimezone(task.store.tz) if track and track.appointment_at else None
    places = {
        "customer": task.customer.name,
        "dealership": task.store.name,
        "caller": by.name,
        "vehicle": task.vehicle.model.name if task.vehicle else "",
        "delivered_on": spoken_day(task.delivery.delivered_on if task.delivery else None),
        "expected_on": spoken_day((track.agreed_on or track.expected_on) if track else None),
        "appointment": f"{spoken_day(appointment.date())} {appointment:%H:%M}" if appointment else "",
        "visited_on": spoken_day(visit.visited_on if visit else None),
        "interest": lead.interest if lead else "",
        "reason": lead.lead.next_reason if lead else "",
    }
    return filled_script(script.text, places)


def question_choices(question: Question) -> list[tuple[str, str]]:
    """The answers that a question offers, as (code, words in the language in use); empty for typed answers."""
    if question.options:
        english = get_language() == "en"
        parts = (str(option).split("|") for option in question.options)
        return [(codes[0], codes[-1] if english else codes[min(1, len(codes) - 1)]) for codes in parts]
    match question.type:
        case QuestionType.SATISFACTION:
            return [(code, str(label)) for code, label in Satisfaction.choices]
        case QuestionType.YES_NO:
            return [("yes", gettext("Yes")), ("no", gettext("No"))]
        case QuestionType.SCALE:
            lowest = 1 if question.minimum is None else question.minimum
            highest = 10 if question.maximum is None else question.maximum
            return [(str(score), str(score)) for score in range(lowest, highest + 1)]
    return []
