"""The rows behind each figure: as many as the figure says, by the same conditions."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from complaints.enums import ComplaintState
from complaints.models import Complaint
from customers.models import CustomerPhone
from dealership.kernel.errors import N_, BadValue
from dealership.web.months import months_after
from followups.enums import UNFINISHED, CloseReason, Satisfaction, SkipReason, TaskState
from followups.models import CallTask, SkippedCall
from followups.selectors.monthly.calls import Scope, in_time, outcome_labels, scope_of, with_opinions
from followups.selectors.monthly.definitions import FIGURES
from staffing.models import Staff, Store

_ANSWERED = list(Satisfaction)


class UnknownFigure(BadValue):
    code = "unknown_figure"
    message = N_("There is no figure %(figure)s in this report.")


def rows_behind(
    figure: str,
    *,
    kind: str,
    stores: Iterable[Store],
    month: dt.date,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
    detail: str | None = None,
    without_consultant: bool = False,
) -> "QuerySet[CallTask] | QuerySet[SkippedCall] | QuerySet[Complaint]":
    """The rows that a figure counts, in a full order.

    ``figure`` is a code of FIGURES, or "outcome" with ``detail`` the outcome's code. ``detail`` narrows "skipped" and
    "cancelled" to a reason. ``without_consultant`` asks for the line of calls without one. Complaints are rows of their
    own, and so are skipped calls; every other figure counts call tasks. Raises UnknownFigure.
    """
    scope = scope_of(kind, stores=stores, month=month, consultant=consultant, viewer=viewer)
    if figure != "outcome" and figure not in FIGURES:
        raise UnknownFigure(figure=figure)
    found: QuerySet[Any]
    if figure in ("complaints", "complaints_handled"):
        found = _complaints(scope, figure, without_consultant=without_consultant).order_by("received_at", "pk")
    elif figure == "skipped":
        found = scope.skipped().order_by("due_on", "pk")
        found = found if detail is None else found.filter(reason=detail)
        found = found.filter(consultant__isnull=True) if without_consultant else found
    else:
        found = _tasks(scope, figure, detail).order_by("first_due_on", "pk")
        found = found.filter(consultant__isnull=True) if without_consultant else found
    return found


def detail_label(figure: str, detail: str | None, month: dt.date) -> str:
    """What ``detail`` narrows a figure of a month to, in words; empty when it does not."""
    if figure == "outcome":
        code = detail or ""
        return outcome_labels()(code, months_after(month, 1) - dt.timedelta(days=1)) or gettext("No result yet")
    reasons: dict[str, Any] = {"skipped": SkipReason.choices, "cancelled": CloseReason.choices}
    return "" if detail is None else str(dict(reasons.get(figure, ())).get(detail, detail))


def monthly_consultants(
    *, kind: str, stores: Iterable[Store], month: dt.date, viewer: Staff | None = None
) -> "QuerySet[Staff]":
    """The consultants who have calls of the month, for choosing one."""
    scope = scope_of(kind, stores=stores, month=month, consultant=None, viewer=viewer)
    named = scope.tasks().filter(consultant__isnull=False).order_by().values("consultant_id")
    left_out = scope.skipped().filter(consultant__isnull=False).order_by().values("consultant_id")
    people: QuerySet[Staff] = Staff.objects.filter(Q(pk__in=named) | Q(pk__in=left_out))
    return people.order_by("employee_no", "pk")


def _complaints(scope: Scope, figure: str, *, without_consultant: bool) -> "QuerySet[Complaint]":
    rows = scope.complaints(without_consultant=without_consultant)
    return rows.filter(state=ComplaintState.CLOSED) if figure == "complaints_handled" else rows


def _tasks(scope: Scope, figure: str, detail: str | None) -> "QuerySet[CallTask]":
    if figure == "cancelled":
        rows = scope.tasks().filter(state=TaskState.CANCELLED)
        return rows if detail is None else rows.filter(close_reason=detail)
    rows = scope.due()
    if figure == "outcome":
        return rows.filter(outcome=detail or "")
    topic, _, answer = figure.partition("_")
    if topic in ("car", "dealership", "both"):
        return with_opinions(rows, scope.kind).filter(_opinion(topic, answer))
    condition = {
        "due": Q(),
        "attempted": Q(attempts__gt=0),
        "successful": Q(is_successful=True),
        "missed": Q(state=TaskState.MISSED),
        "waiting": Q(state__in=UNFINISHED),
        "on_time": in_time(scope.stores),
        "plates_known": Q(vehicle__plate__gt=""),
    }[figure]
    return rows.filter(condition)


def _opinion(topic: str, answer: str) -> Q:
    if topic != "both":
        wanted = _ANSWERED if answer == "answered" else [answer]
        return Q(**{f"{topic}_answer__value__in": wanted})
    given = Q(car_answer__value__in=_ANSWERED, dealership_answer__value__in=_ANSWERED)
    bad = Q(car_answer__value=Satisfaction.DISSATISFIED) | Q(dealership_answer__value=Satisfaction.DISSATISFIED)
    good = Q(car_answer__value=Satisfaction.SATISFIED, dealership_answer__value=Satisfaction.SATISFIED)
    return (
        given
        & {
            "answered": Q(),
            Satisfaction.SATISFIED: good,
            Satisfaction.NEUTRAL: ~good & ~bad,
            Satisfaction.DISSATISFIED: bad,
        }[answer]
    )


@dataclass(frozen=True)
class ReportRow:
    """One line of the list behind a figure. ``phone`` is the full number: pages mask it."""

    on: dt.date
    customer_id: int
    customer: str
    phone: str
    car: str
    consultant: str
    state: str
    tone: str
    result: str
    attempts: int | None
    task_id: int | None


_TONES: dict[str, str] = {
    TaskState.DONE: "ok",
    TaskState.MISSED: "danger",
    TaskState.OPEN: "info",
    TaskState.CLAIMED: "info",
    ComplaintState.CLOSED: "ok",
}


def with_details(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The rows with all that ``report_rows`` reads of them, at two statements."""
    related = {
        CallTask: ("customer", "vehicle__model", "consultant"),
        SkippedCall: ("customer", "consultant"),
        Complaint: ("customer__store", "vehicle__model", "handler"),
    }[rows.model]
    main_numbers = CustomerPhone.objects.filter(is_primary=True)
    return rows.select_related(*related).prefetch_related(
        Prefetch("customer__phones", queryset=main_numbers, to_attr="main_numbers")
    )


def report_rows(found: Iterable[CallTask | SkippedCall | Complaint]) -> list[ReportRow]:
    """Lines for a page of rows that came with their details."""
    listed = list(found)
    outcomes = outcome_labels()
    return [_report_row(row, outcomes) for row in listed]


def _report_row(row: CallTask | SkippedCall | Complaint, outcomes: Callable[[str, dt.date], str]) -> ReportRow:
    numbers = getattr(row.customer, "main_numbers", [])
    plain: dict[str, Any] = {
        "customer_id": row.customer_id,
        "customer": row.customer.name,
        "phone": numbers[0].number if numbers else "",
    }
    if isinstance(row, SkippedCall):
        return ReportRow(
            **plain,
            on=row.due_on,
            car="",
            consultant=row.consultant.name if row.consultant else "",
            state=gettext("Not to be called"),
            tone="neutral",
            result=row.get_reason_display(),
            attempts=None,
            task_id=None,
        )
    car = f"{row.vehicle.model} {row.vehicle.plate}".strip() if row.vehicle else ""
    state, tone = row.get_state_display(), _TONES.get(row.state, "neutral")
    if isinstance(row, Complaint):
        return ReportRow(
            **plain,
            on=row.received_at.astimezone(row.customer.store.tz).date(),
            car=car,
            consultant=row.handler.name if row.handler else "",
            state=state,
            tone=tone,
            result=f"{row.number} {row.get_kind_display()}",
            attempts=None,
            task_id=int(row.origin_key),
        )
    return ReportRow(
        **plain,
        on=row.first_due_on,
        car=car,
        consultant=row.consultant.name if row.consultant else "",
        state=state,
        tone=tone,
        result=(row.outcome and outcomes(row.outcome, timezone.localdate(row.last_attempt_at or row.created_at)))
        or row.get_close_reason_display(),
        attempts=row.attempts,
        task_id=row.pk,
    )
