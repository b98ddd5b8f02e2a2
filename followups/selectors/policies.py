"""Policy rows as the frozen values that rules take: the one seam between an admin's table and a decision.

Of several rows the store's own wins over the one for all; of those the latest that is in force on the day.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from django.db.models import Prefetch, Q
from django.utils.translation import get_language

from followups.enums import QuestionnaireState, TaskKind
from followups.models import (
    CallingHours,
    CallingPolicy,
    CallScript,
    CallTask,
    KindPolicy,
    OutcomePolicy,
    OverdueStep,
    Question,
    Questionnaire,
)
from followups.rules.first_service import FirstServicePolicy
from followups.rules.policies import CallingRule, CallScriptText, HoursSpan, KindRule, OutcomeRule, OverdueRung
from followups.rules.prompts import PromptRule
from inventory.models import FirstServicePolicy as FirstServicePolicyRow
from staffing.models import Store
from staffing.selectors.policies import in_force


class NoPolicy(LookupError):
    """No policy of a kind is in force on the day; the defaults were deleted."""


def kind_policies(store: Store | None, on: dt.date) -> dict[str, KindRule]:
    """Every kind's rule in force on a day, by kind, in the order of the kinds. One query."""
    rows = in_force(KindPolicy.objects.all(), store, on, "kind")
    return {kind: _kind_rule(rows[kind]) for kind in TaskKind.values if kind in rows}


def kind_policy(store: Store | None, kind: str, on: dt.date) -> KindRule:
    """The kind's rule in force on a day. Raises NoPolicy."""
    rows = in_force(KindPolicy.objects.filter(kind=kind), store, on, "kind")
    if kind not in rows:
        raise NoPolicy(f"No call policy for {kind} is in force on {on}.")
    return _kind_rule(rows[kind])


def calling_policy(store: Store | None, on: dt.date) -> CallingRule:
    """How the queue behaves on a day; the product's default without a row."""
    row = in_force(CallingPolicy.objects.all(), store, on).get(())
    return CallingRule() if row is None else CallingRule(row.claim_minutes, row.promise_grace_minutes)


def prompt_rule(store: Store | None, on: dt.date) -> PromptRule:
    """From when callers speak of insurance, inspection and trade-in (PF-06); the product's default without a row."""
    row = in_force(CallingPolicy.objects.all(), store, on).get(())
    if row is None:
        return PromptRule()
    return PromptRule(row.insurance_days, row.inspection_days, row.trade_in_months, row.first_inspection_months)


def calling_hours(store: Store | None, on: dt.date) -> tuple[HoursSpan, ...]:
    """The calling hours of a day, in order (D3-06).

    Of the rows in force on the day the store's own replace those for all, rows of the weekday those for every day, and
    later ones earlier ones. Empty: nobody is called on that day. One query.
    """
    return _hours_on(_hours_rows(store, on), on)


def calling_hours_of_week(store: Store | None, on: dt.date) -> tuple[tuple[HoursSpan, ...], ...]:
    """The calling hours of the seven days that begin with ``on``, by weekday, Monday first; see ``calling_hours``. One
    query."""
    days = [on + dt.timedelta(days=ahead) for ahead in range(7)]
    rows = _hours_rows(store, days[-1])
    return tuple(_hours_on(rows, day) for day in sorted(days, key=dt.date.weekday))


def _hours_rows(store: Store | None, until: dt.date) -> list[CallingHours]:
    return list(CallingHours.objects.filter(Q(store=store) | Q(store__isnull=True), effective_from__lte=until))


def _hours_on(rows: Iterable[CallingHours], on: dt.date) -> tuple[HoursSpan, ...]:
    rows = [row for row in rows if row.effective_from <= on and row.weekday in (None, on.weekday())]
    rows = [row for row in rows if row.store_id is not None] or rows
    rows = [row for row in rows if row.weekday is not None] or rows
    latest = max((row.effective_from for row in rows), default=None)
    spans = [(row.starts, row.ends) for row in rows if row.effective_from == latest]
    return tuple(HoursSpan(*span) for span in sorted((a, b) for a, b in spans if a is not None and b is not None))


def outcome_rows() -> tuple[OutcomePolicy, ...]:
    """Every result there is, was or will be, in order. One query."""
    return tuple(OutcomePolicy.objects.order_by("position", "pk"))


def outcomes_over_time(rows: Iterable[OutcomePolicy] | None = None) -> Callable[[str, dt.date], OutcomePolicy | None]:
    """A function of (code, day) that answers with the result as it was on the day; before its first day as it was then,
    None for a code that nothing is known of. One query, or none for ``rows`` that were read already."""
    by_code: dict[str, list[OutcomePolicy]] = {}
    for row in sorted(outcome_rows() if rows is None else rows, key=lambda row: row.effective_from):
        by_code.setdefault(row.code, []).append(row)

    def as_it_was(code: str, on: dt.date) -> OutcomePolicy | None:
        versions = by_code.get(code, [])
        return next((row for row in reversed(versions) if row.effective_from <= on), versions[0] if versions else None)

    return as_it_was


def outcomesin_force(on: dt.date, rows: Iterable[OutcomePolicy] | None = None) -> tuple[OutcomePolicy, ...]:
    """The row of each result that decides on a day, in order, switched off or not. One query, or none for ``rows``."""
    latest: dict[str, OutcomePolicy] = {}
    for row in sorted(outcome_rows() if rows is None else rows, key=lambda row: row.effective_from):
        if row.effective_from <= on:
            latest[row.code] = row
    return tuple(sorted(latest.values(), key=lambda row: (row.position, row.pk)))


def outcomes_for(kind: str, on: dt.date, rows: Iterable[OutcomePolicy] | None = None) -> tuple[OutcomeRule, ...]:
    """The results offered for a kind on a day, in order, labelled in the active language. One query, or none for
    ``rows`` that were read already."""
    english = get_language() == "en"
    return tuple(
        OutcomeRule(
            code=row.code,
            label=row.label_en if english else row.label_zh,
            key=row.key,
            consequence=row.consequence,
            reached=row.reached,
            successful=row.successful,
        )
        for row in outcomesin_force(on, rows)
        if row.is_active and is_offered(row, kind)
    )


def overdue_steps(store: Store | None, on: dt.date) -> tuple[OverdueRung, ...]:
    """The ladder for late calls in force on a day, lowest rung first."""
    rows = in_force(OverdueStep.objects.all(), store, on, "level")
    return tuple(
        OverdueRung(row.level, row.after_days, row.audience) for row in sorted(rows.values(), key=lambda row: row.level)
    )


def script_for(store: Store | None, kind: str, on: dt.date) -> CallScriptText | None:
    """What the caller says, in the active language; None when nothing is written for the kind."""
    row = in_force(CallScript.objects.filter(kind=kind), store, on).get(())
    if row is None:
        return None
    return CallScriptText(kind, row.text_en if get_language() == "en" else row.text_zh)


def questionnaire_for(
    store: Store | None, kind: str, on: dt.date, *, situation: str | None = None
) -> Questionnaire | None:
    """The version of the questionnaire in use on a day, its ``questions`` prefetched in order (two queries); None when
    the kind has none (D7-07). ``situation`` leaves out what is asked in others only (AF-07); None: every question."""
    questions = Question.objects.order_by("position", "pk")
    if situation is not None:
        questions = questions.filter(situation__in=["", situation])
    rows = (
        Questionnaire.objects.filter(kind=kind, state=QuestionnaireState.ACTIVE, effective_from__lte=on)
        .filter(Q(store=store) | Q(store__isnull=True))
        .prefetch_related(Prefetch("questions", questions))
    )
    ranked = sorted(rows, key=lambda row: (row.store_id is not None, row.effective_from, row.version))
    return ranked[-1] if ranked else None


def situation_of(task: CallTask) -> str:
    """What the car was in the workshop for, which chooses the questions (AF-07); "" without a visit."""
    return task.service_visit.kind if task.service_visit is not None else ""


def first_service_policies_over_time() -> Callable[[int, dt.date], FirstServicePolicy]:
    """A function of (vehicle model, day) that answers with the first-service policy in force: the model's own, else the
    one for all other models, else the product's default (SV-11, SV-12). One query, however often it is asked."""
    by_model: dict[int | None, list[tuple[dt.date, FirstServicePolicy]]] = {}
    for row in FirstServicePolicyRow.objects.order_by("-effective_from"):
        policy = FirstServicePolicy(
            km=row.km,
            months=row.months,
            rounding=row.rounding,
            shift_days=row.shift_days,
            overrun_km=row.overrun_km,
        )
        by_model.setdefault(row.model_id, []).append((row.effective_from, policy))

    def in_force(model_id: int, on: dt.date) -> FirstServicePolicy:
        candidates = [*by_model.get(model_id, ()), *by_model.get(None, ())]
        return next((policy for since, policy in candidates if since <= on), FirstServicePolicy())

    return in_force


def is_offered(row: OutcomePolicy, kind: str) -> bool:
    """Whether a result, when it is in use, may be chosen for a kind."""
    kinds = [part.strip() for part in row.kinds.split(",") if part.strip()]
    return kind in kinds if kinds else kind != TaskKind.NUMBER_TRACE


def _kind_rule(row: KindPolicy) -> KindRule:
    return KindRule(
        kind=row.kind,
        role=row.role,
        enabled=row.enabled,
        offset_days=row.offset_days,
        every_months=row.every_months,
        from_months=row.from_months,
        until_months=row.until_months,
        to_consultant=row.to_consultant,
        shift_before_rest=row.shift_before_rest,
        gather_weekday=row.gather_weekday,
        catch_up_days=row.catch_up_days,
        try_days=row.try_days,
        expires_days=row.expires_days,
        budget_minutes=row.budget_minutes,
        takes_along=tuple(part.strip() for part in row.takes_along.split(",") if part.strip()),
        guard_days=row.guard_days,
    )
