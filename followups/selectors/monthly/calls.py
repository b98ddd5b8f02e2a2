"""Counting a month of calls, in sets.

Whatever the number of tasks, a month costs the same few statements: one pass over its tasks, one each for complaints,
left-out calls and the trend, and three small look-ups of names.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.enums import ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from dealership.web.months import month_start, months_after
from followups.enums import UNFINISHED, CloseReason, QuestionType, Satisfaction, SkipReason, TaskKind, TaskState, Topic
from followups.models import CallAttempt, CallTask, OutcomePolicy, Question, SkippedCall
from followups.selectors.monthly.figures import (
    ConsultantRow,
    Figures,
    Monthly3DC,
    Opinions,
    OutcomeCount,
    ReasonCount,
    TrendPoint,
)
from followups.selectors.policies import outcomes_over_time
from staffing.models import Staff, Store

TREND_MONTHS = 12
#: Which origin the complaints of a kind of call carry.
COMPLAINT_ORIGIN = {TaskKind.SERVICE_VISIT: ComplaintOrigin.SERVICE_VISIT_CALL}


@dataclass(frozen=True)
class Scope:
    """Which calls are meant: a kind, a month, stores; if given one consultant; if given only what a person may see."""

    kind: str
    month: dt.date
    stores: tuple[Store, ...]
    consultant: Staff | None = None
    viewer: Staff | None = None

    def tasks(self, *, first: dt.date | None = None) -> "QuerySet[CallTask]":
        """All tasks of the month, cancelled ones too; with ``first`` all since that earlier month."""
        rows = CallTask.objects.all() if self.viewer is None else CallTask.objects.visible_to(self.viewer)
        rows = rows.filter(
            store_id__in=[store.pk for store in self.stores],
            kind=self.kind,
            first_due_on__gte=first or self.month,
            first_due_on__lt=months_after(self.month, 1),
        )
        return rows if self.consultant is None else rows.filter(consultant_id=self.consultant.pk)

    def due(self, *, first: dt.date | None = None) -> "QuerySet[CallTask]":
        """The tasks that count as due: all but the cancelled."""
        return self.tasks(first=first).exclude(state=TaskState.CANCELLED)

    def skipped(self) -> "QuerySet[SkippedCall]":
        """The calls of the month that were never put on a list."""
        rows = SkippedCall.objects.all() if self.viewer is None else SkippedCall.objects.visible_to(self.viewer)
        rows = rows.filter(
            store_id__in=[store.pk for store in self.stores],
            kind=self.kind,
            due_on__gte=self.month,
            due_on__lt=months_after(self.month, 1),
        )
        return rows if self.consultant is None else rows.filter(consultant_id=self.consultant.pk)

    def complaints(self, *, without_consultant: bool = False) -> "QuerySet[Complaint]":
        """The complaints taken down in the due calls."""
        calls = self.due().filter(attempts__gt=0)
        calls = calls.filter(consultant__isnull=True) if without_consultant else calls
        return Complaint.objects.filter(origin=self.origin, origin_key__in=calls.order_by().values_list(_KEY))

    @property
    def origin(self) -> str:
        return COMPLAINT_ORIGIN.get(TaskKind(self.kind), ComplaintOrigin.FOLLOW_UP_CALL)


#: A complaint names the call that it came from by the id of the task, as text.
_KEY = Cast("pk", CharField())


def scope_of(
    kind: str, *, stores: Iterable[Store], month: dt.date, consultant: Staff | None, viewer: Staff | None
) -> Scope:
    return Scope(kind, month_start(month), tuple(stores), consultant, viewer)


def monthly_3dc(
    *,
    stores: Iterable[Store],
    month: dt.date,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
) -> Monthly3DC:
    """The month's 3DC statistics of the stores together (D3-11, domain 17.1).

    ``month`` is any day of it. With ``consultant`` only the cars that this person delivered; with ``viewer`` only the
    calls which that person may see.
    """
    scope = scope_of(TaskKind.THREE_DAY, stores=stores, month=month, consultant=consultant, viewer=viewer)
    return Monthly3DC(**call_statistics(scope, opinions=True))


def in_time(stores: Sequence[Store]) -> Q:
    """First tried by the end of the first due date, where the store is."""
    zones: dict[str, list[Store]] = defaultdict(list)
    for store in stores:
        zones[store.timezone].append(store)
    found = Q()
    for members in zones.values():
        tries = CallAttempt.objects.filter(task=OuterRef("pk")).annotate(day=TruncDate("at", tzinfo=members[0].tz))
        early = Q(attempts__gt=0) & Q(Exists(tries.filter(day__lte=OuterRef("first_due_on"))))
        found |= early if len(zones) == 1 else early & Q(store_id__in=[store.pk for store in members])
    return found


#: Stands where nobody asks such a question: an empty list would leave no task in the join at all.
_NO_QUESTION = 0


def opinion_questions(kind: str) -> tuple[list[int], list[int]]:
    """The ids of the questions about the car and about the dealership (D3-10): the first of each in each version."""
    asked = Question.objects.filter(
        questionnaire__kind=kind, type=QuestionType.SATISFACTION, topic__in=(Topic.CAR, Topic.DEALERSHIP)
    )
    first: dict[tuple[int, str], int] = {}
    for pk, version, topic in asked.order_by("position", "pk").values_list("pk", "questionnaire_id", "topic"):
        first.setdefault((version, topic), pk)
    ids = [
        [pk for (_version, topic), pk in first.items() if topic == wanted] or [_NO_QUESTION]
        for wanted in (Topic.CAR, Topic.DEALERSHIP)
    ]
    return ids[0], ids[1]


def with_opinions(tasks: "QuerySet[CallTask]", kind: str) -> "QuerySet[CallTask]":
    """The tasks with ``car_answer__value`` and ``dealership_answer__value``."""
    car, dealership = opinion_questions(kind)
    return tasks.annotate(
        car_answer=FilteredRelation("response__answers", condition=Q(response__answers__question_id__in=car)),
        dealership_answer=FilteredRelation(
            "response__answers", condition=Q(response__answers__question_id__in=dealership)
        ),
    )


def call_statistics(scope: Scope, *, opinions: bool) -> dict[str, Any]:
    """Everything that a MonthlyCalls holds. ``opinions``: the kind asks about the car and the dealership."""
    figures, outcomes, cancelled = _task_figures(scope, opinions=opinions)
    raised = _complaint_figures(scope)
    left_out, skipped = _skipped_figures(scope)

    people = Staff.objects.in_bulk([pk for pk in {*figures, *left_out} if pk is not None])
    rows = []
    for pk in {*figures, *left_out}:
        complaints, handled = raised.get(pk, (0, 0))
        line = figures.get(pk, {})
        rows.append(
            ConsultantRow(
                consultant_id=pk,
                name=people[pk].name if pk is not None else _("No consultant"),
                employee_no=people[pk].employee_no if pk is not None else "",
                figures=Figures(**line, complaints=complaints, complaints_handled=handled, skipped=left_out.get(pk, 0)),
            )
        )
    rows.sort(key=lambda row: (row.consultant_id is None, row.employee_no, row.consultant_id or 0))
    return {
        "kind": scope.kind,
        "month": scope.month,
        "store_codes": tuple(store.code for store in scope.stores),
        "total": Figures.sum(row.figures for row in rows),
        "consultants": tuple(rows),
        "outcomes": _named_outcomes(outcomes, months_after(scope.month, 1) - dt.timedelta(days=1)),
        "skipped": _reasons(skipped, SkipReason),
        "cancelled": _reasons(cancelled, CloseReason),
        "trend": _trend(scope),
    }


def _task_figures(
    scope: Scope, *, opinions: bool
) -> tuple[dict[int | None, dict[str, Any]], Counter[str], Counter[str]]:
    """By consultant the figures of the tasks; of all, the due ones by outcome and the cancelled ones by reason."""
    keys = ["consultant_id", "state", "close_reason", "outcome"]
    rows: QuerySet[Any] = scope.tasks()
    if opinions:
        rows = with_opinions(rows, scope.kind)
        keys += ["car_answer__value", "dealership_answer__value"]
    groups = (
        rows.order_by()
        .values_list(*keys)
        .annotate(
            n=Count("pk"),
            tried=Count("pk", filter=Q(attempts__gt=0)),
            good=Count("pk", filter=Q(is_successful=True)),
            early=Count("pk", filter=in_time(scope.stores)),
            plates=Count("pk", filter=Q(vehicle__plate__gt="")),
        )
    )
    counts: dict[int | None, Counter[str]] = defaultdict(Counter)
    outcomes: Counter[str] = Counter()
    cancelled: Counter[str] = Counter()
    for group in groups:
        consultant, state, reason, outcome = group[:4]
        car, dealership = group[4:6] if opinions else (None, None)
        n, tried, good, early, plates = group[-5:]
        line = counts[consultant]
        if state == TaskState.CANCELLED:
            line["cancelled"] += n
            cancelled[reason] += n
            continue
        outcomes[outcome] += n
        line["due"] += n
        line["attempted"] += tried
        line["successful"] += good
        line["on_time"] += early
        line["plates_known"] += plates
        if state == TaskState.MISSED:
            line["missed"] += n
        elif state in UNFINISHED:
            line["waiting"] += n
        line[f"car_{car}"] += n
        line[f"dealership_{dealership}"] += n
        line[f"both_{_joined(car, dealership)}"] += n
    return {pk: _line(line) for pk, line in counts.items()}, outcomes, cancelled


def _joined(car: str | None, dealership: str | None) -> str | None:
    """One word for two answers; none unless both were given."""
    if car not in Satisfaction or dealership not in Satisfaction:
        return None
    if Satisfaction.DISSATISFIED in (car, dealership):
        return Satisfaction.DISSATISFIED
    return Satisfaction.SATISFIED if car == dealership == Satisfaction.SATISFIED else Satisfaction.NEUTRAL


def _line(line: Counter[str]) -> dict[str, Any]:
    plain = ("due", "attempted", "successful", "missed", "waiting", "on_time", "plates_known", "cancelled")
    return {name: line[name] for name in plain} | {
        name: Opinions(
            satisfied=line[f"{name}_{Satisfaction.SATISFIED}"],
            neutral=line[f"{name}_{Satisfaction.NEUTRAL}"],
            dissatisfied=line[f"{name}_{Satisfaction.DISSATISFIED}"],
        )
        for name in ("car", "dealership", "both")
    }


def _complaint_figures(scope: Scope) -> dict[int | None, tuple[int, int]]:
    """By consultant: complaints raised in the due calls, and those of them that are closed."""
    # That the key is not empty goes without saying, but said aloud it lets PostgreSQL use the index of such complaints.
    of_call = Complaint.objects.filter(~Q(origin_key=""), origin=scope.origin, origin_key=OuterRef("key")).order_by()
    per_call = of_call.values("origin_key").annotate(
        n=Count("pk"), closed=Count("pk", filter=Q(state=ComplaintState.CLOSED))
    )
    rows = (
        scope.due()
        .filter(attempts__gt=0)
        .annotate(key=_KEY)
        .filter(Exists(of_call))
        .annotate(
            raised=Subquery(per_call.values("n"), output_field=IntegerField()),
            closed=Subquery(per_call.values("closed"), output_field=IntegerField()),
        )
        .order_by()
        .values_list("consultant_id")
        .annotate(all_raised=Sum("raised"), all_closed=Sum("closed"))
    )
    return {consultant: (raised, closed) for consultant, raised, closed in rows}


def _skipped_figures(scope: Scope) -> tuple[Counter[int | None], Counter[str]]:
    """Calls left out, by consultant and by reason."""
    people: Counter[int | None] = Counter()
    reasons: Counter[str] = Counter()
    for consultant, reason, n in (
        scope.skipped().order_by().values_list("consultant_id", "reason").annotate(n=Count("pk"))
    ):
        people[consultant] += n
        reasons[reason] += n
    return people, reasons


def _trend(scope: Scope) -> tuple[TrendPoint, ...]:
    """Twelve months up to the month asked for."""
    first = months_after(scope.month, 1 - TREND_MONTHS)
    days = (
        scope.due(first=first)
        .order_by()
        .values_list("first_due_on")
        .annotate(
            n=Count("pk"),
            tried=Count("pk", filter=Q(attempts__gt=0)),
            good=Count("pk", filter=Q(is_successful=True)),
        )
    )
    months: dict[dt.date, list[int]] = {months_after(first, index): [0, 0, 0] for index in range(TREND_MONTHS)}
    for day, *counts in days:
        months[month_start(day)] = [a + b for a, b in zip(months[month_start(day)], counts, strict=True)]
    return tuple(TrendPoint(month, *counts) for month, counts in months.items())


#: Behind every policy: outcomes that have none any more.
_UNKNOWN_POSITION = 100_000


def _named_outcomes(counts: Counter[str], on: dt.date) -> tuple[OutcomeCount, ...]:
    """In the order of the outcomes' positions, both as they were on a day; what has no outcome comes last."""
    known = outcomes_over_time()
    policies = {code: policy for code in counts if code and (policy := known(code, on)) is not None}
    places = {
        code: (not code, policies[code].position if code in policies else _UNKNOWN_POSITION, code) for code in counts
    }
    return tuple(
        OutcomeCount(
            code, outcome_label(policies[code]) if code in policies else code or _("No result yet"), counts[code]
        )
        for code in sorted(counts, key=places.__getitem__)
    )


def outcome_label(policy: OutcomePolicy) -> str:
    """The name of an outcome in the language of the reader."""
    return policy.label_en if (get_language() or "").startswith("en") else policy.label_zh


def outcome_labels() -> Callable[[str, dt.date], str]:
    """A function of (code, day) that answers with the name that an outcome had on the day, or the code. One query."""
    known = outcomes_over_time()

    def label(code: str, on: dt.date) -> str:
        policy = known(code, on)
        return code if policy is None else outcome_label(policy)

    return label


def _reasons(counts: Counter[str], labels: Any) -> tuple[ReasonCount, ...]:
    names = dict(labels.choices)
    return tuple(
        ReasonCount(code, str(names.get(code, code) or _("No reason given")), counts[code]) for code in sorted(counts)
    )
