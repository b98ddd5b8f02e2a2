"""What was said and done with a customer and a car: calls, workshop visits, the way to the first service.

Whoever may see a customer sees everything of that customer, since the next caller has to know what the last one heard
(D3-04, D7-03). A car has had other owners: what concerns them is seen by those who may see them, and by nobody else.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet, Value
from django.utils.translation import get_language, gettext

from customers.models import ContactBan, Customer
from followups.enums import QuestionType, Satisfaction, TaskKind, TaskState
from followups.models import (
    Answer,
    CallAttempt,
    CallTask,
    FirstServiceEstimate,
    FirstServiceTrack,
    OutcomePolicy,
    ServiceVisit,
)
from followups.selectors.policies import outcomes_over_time
from inventory.models import Vehicle, VehicleOwnership
from staffing.enums import Capability
from staffing.models import Staff

#: The latest calls of a file; a car of ten years has about thirty.
CALLS_AT_MOST = 100


@dataclass(frozen=True)
class AnswerLine:
    """A question and what was answered, both in words."""

    question: str
    text: str
    is_alert: bool


@dataclass(frozen=True)
class Call:
    """One try at a call, with its result in words and, of the call that ended the task, the answers."""

    attempt: CallAttempt
    task: CallTask
    outcome: str
    successful: bool
    answers: tuple[AnswerLine, ...] = field(default=())

    @property
    def has_alert(self) -> bool:
        return any(answer.is_alert for answer in self.answers)


@dataclass(frozen=True)
class Outcome:
    label: str
    successful: bool


def outcome_words(rows: Iterable[OutcomePolicy] | None = None) -> Callable[[str, dt.date], Outcome]:
    """A function of (code, day) that answers with the result of the day, in the language in use. One query, or none for
    ``rows`` that were read already."""
    english = get_language() == "en"
    known = outcomes_over_time(rows)

    def words(code: str, on: dt.date) -> Outcome:
        row = known(code, on)
        if row is None:
            return Outcome(code, False)
        return Outcome(row.label_en if english else row.label_zh, row.successful)

    return words


def calls_with(user: Staff, *, customer: Customer | None = None, vehicle: Vehicle | None = None) -> tuple[Call, ...]:
    """The calls with a customer, or about a car, that the person may see, the latest first. Three queries at most."""
    about = Q(task__customer=customer) if customer is not None else Q(task__vehicle=vehicle)
    attempts = (
        CallAttempt.objects.filter(about, task__customer__in=Customer.objects.visible_to(user))
        .select_related("by", "task__store", "task__customer", "task__vehicle", "task__response")
        .prefetch_related(
            Prefetch(
                "task__response__answers",
                queryset=Answer.objects.exclude(value="").select_related("question").order_by("question__position"),
                to_attr="listed_answers",
            )
        )
        .order_by("-at", "-pk")[:CALLS_AT_MOST]
    )
    words = outcome_words()
    told: set[int] = set()
    calls = []
    for attempt in attempts:
        response = getattr(attempt.task, "response", None) if attempt.task_id not in told else None
        # The answers belong to the try that ended the task, which is its latest.
        told.add(attempt.task_id)
        outcome = words(attempt.outcome, attempt.at.astimezone(attempt.task.store.tz).date())
        calls.append(
            Call(
                attempt=attempt,
                task=attempt.task,
                outcome=outcome.label,
                successful=outcome.successful,
                answers=tuple(map(_line, response.listed_answers)) if response is not None else (),
            )
        )
    return tuple(calls)


@dataclass(frozen=True)
class StandingBan:
    """A ban in force; ``kind`` names the calls it is for, empty for all."""

    row: ContactBan
    kind: str


def standing_bans(customer: Customer) -> tuple[StandingBan, ...]:
    """What the customer does not wish (D3-09), the earliest first. One query."""
    rows = ContactBan.objects.filter(customer=customer).standing().select_related("banned_by")
    return tuple(
        StandingBan(row, str(TaskKind(row.purpose).label) if row.purpose in TaskKind.values else row.purpose)
        for row in rows.order_by("banned_at", "pk")
    )


def answer_words(answer: Answer) -> str:
    """What was answered, in the language in use: the label of a choice, the text or figure itself."""
    question = answer.question
    match question.type:
        case QuestionType.SATISFACTION:
            return str(Satisfaction(answer.value).label) if answer.value in Satisfaction.values else answer.value
        case QuestionType.YES_NO:
            return gettext("Yes") if answer.value == "yes" else gettext("No")
        case QuestionType.CHOICE:
            english = get_language() == "en"
            choices = {code: (zh, en) for code, zh, en in (option.split("|", 2) for option in question.options)}
            zh, en = choices.get(answer.value, (answer.value, answer.value))
            return str(en if english else zh)
    return str(answer.value)


def _line(answer: Answer) -> AnswerLine:
    return AnswerLine(question=answer.question.text, text=answer_words(answer), is_alert=answer.is_alert)


def waiting_calls(
    user: Staff, *, customer: Customer | None = None, vehicle: Vehicle | None = None
) -> QuerySet[CallTask]:
    """The calls that still have to be made, the earliest first: what else is due for the same person."""
    rows = CallTask.objects.unfinished().filter(customer__in=Customer.objects.visible_to(user))
    rows = rows.filter(customer=customer) if customer is not None else rows.filter(vehicle=vehicle)
    return rows.select_related("owner", "claimed_by", "vehicle__model").order_by("due_on", "pk")


def ended_without_result(user: Staff, *, vehicle: Vehicle) -> QuerySet[CallTask]:
    """Calls about a car that were missed or cancelled: part of its history although nobody was spoken to."""
    rows = CallTask.objects.filter(vehicle=vehicle, state__in=[TaskState.MISSED, TaskState.CANCELLED])
    rows = rows.filter(customer__in=Customer.objects.visible_to(user))
    return rows.order_by("-closed_at", "-pk")


def first_service_of(vehicle: Vehicle) -> FirstServiceTrack | None:
    """The way of the car to its first service, with every estimate, the latest first (SV-05..SV-09). Two queries."""
    estimates = FirstServiceEstimate.objects.select_related("made_by").order_by("-made_at", "-pk")
    return (
        FirstServiceTrack.objects.filter(delivery__vehicle=vehicle)
        .select_related("visit")
        .prefetch_related(Prefetch("estimates", queryset=estimates, to_attr="listed_estimates"))
        .first()
    )


def workshop_visits(user: Staff, *, vehicle: Vehicle) -> QuerySet[ServiceVisit]:
    """When the car was in the workshop, the latest first. Each carries ``names_visitor``: whether the person may read
    who came with it; that a former owner's car was there and how far it had run belongs to the car."""
    rows = ServiceVisit.objects.filter(vehicle=vehicle).select_related("adviser").order_by("-visited_on", "-pk")
    if user.sees_all_stores() or user.may(Capability.SEE_STORE):
        return rows.annotate(names_visitor=Value(True))
    visible = Customer.objects.visible_to(user)
    owned = VehicleOwnership.objects.filter(vehicle=vehicle, customer__in=visible, from_on__lte=OuterRef("visited_on"))
    owned = owned.filter(Q(until_on__isnull=True) | Q(until_on__gte=OuterRef("visited_on")))
    named = Q(customer__in=visible) | Q(Exists(owned), customer__isnull=True)
    return rows.annotate(names_visitor=ExpressionWrapper(named, BooleanField()))
