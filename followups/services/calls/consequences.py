"""What an outcome does to its task, as the fields of one conditional update. Rules D3-08, D3-19, SV-13, SV-14."""

import datetime as dt
from typing import Any

from dealership.kernel.errors import N_, Refusal
from followups.enums import LEAD_KINDS, CloseReason, Consequence, TaskState
from followups.models import CallTask
from followups.rules import OutcomeRule, end_of_day, first_alert_at, next_try, overdue_at
from followups.selectors.policies import kind_policy, outcomes_for, overdue_steps
from staffing.models import Staff, Store

#: A call-back further ahead is a slip of the pen: it would take the call off every list for months.
FURTHEST_PROMISE = dt.timedelta(days=92)
_ENDLESS = 1_000_000


class UnknownOutcome(Refusal):
    """The result is not offered for this kind of call."""

    message = N_("Choose a result that is offered for this call.")


class PromiseMissing(Refusal):
    """A call-back without its date and time."""

    message = N_("Enter the date and time that were agreed for the call-back.")


class PromiseInPast(Refusal):
    """A call-back in the past."""

    message = N_("The call-back must lie in the future.")


class PromiseTooFar(Refusal):
    """A call-back months ahead."""

    message = N_("The call-back is more than three months ahead. Check the date.")


def outcome_rule(kind: str, code: str, on: dt.date) -> OutcomeRule:
    """The outcome as policy has it on a day. Refuses UnknownOutcome."""
    for rule in outcomes_for(kind, on):
        if rule.code == code:
            return rule
    raise UnknownOutcome


def planned_changes(
    *, task: CallTask, rule: OutcomeRule, by: Staff, at: dt.datetime, promised_at: dt.datetime | None
) -> dict[str, Any]:
    """The fields of the task after this call. Refuses PromiseMissing, PromiseInPast and PromiseTooFar."""
    changes: dict[str, Any] = {
        "attempts": task.attempts + 1,
        "last_attempt_at": at,
        "outcome": rule.code,
        "is_successful": rule.successful,
        "claimed_by": None,
        "claimed_at": None,
        "claim_expires_at": None,
    }
    if task.kind in LEAD_KINDS and rule.reached:
        # A conversation is a line of the card and ends its call; what was promised is the plan of the next one.
        if rule.consequence == Consequence.CALL_BACK:
            _check_promise(at, promised_at)
        return changes | _ended(CloseReason.OUTCOME, by=by, at=at)
    match rule.consequence:
        case Consequence.CALL_BACK:
            return changes | _called_back(task, by=by, at=at, promised_at=promised_at)
        case Consequence.RETRY:
            return changes | _tried_again(task, by=by, at=at)
        case Consequence.TRACE_NUMBER:
            return changes | {"state": TaskState.OPEN, "due_at": None, "promised_by": None}
        case Consequence.ALREADY_CAME:
            return changes | _ended(CloseReason.ALREADY_CAME, by=by, at=at)
        case _:
            return changes | _ended(CloseReason.OUTCOME, by=by, at=at)


def _ended(reason: CloseReason, *, by: Staff, at: dt.datetime, state: TaskState = TaskState.DONE) -> dict[str, Any]:
    return {"state": state, "close_reason": reason, "closed_at": at, "closed_by": by, "alert_due_at": None}


def _called_back(task: CallTask, *, by: Staff, at: dt.datetime, promised_at: dt.datetime | None) -> dict[str, Any]:
    """The same task moves to the promised date and time (D3-08); a promise beyond its last day keeps it alive."""
    promised_at = _check_promise(at, promised_at)
    due_on = promised_at.astimezone(task.store.tz).date()
    changes = moved_to(task.store, due_on, promised_at)
    if task.expires_on is not None:
        changes["expires_on"] = max(task.expires_on, due_on + dt.timedelta(days=1))
    return changes | {"due_at": promised_at, "promised_by": by}


def _check_promise(at: dt.datetime, promised_at: dt.datetime | None) -> dt.datetime:
    if promised_at is None:
        raise PromiseMissing
    if promised_at <= at:
        raise PromiseInPast
    if promised_at > at + FURTHEST_PROMISE:
        raise PromiseTooFar
    return promised_at


def _tried_again(task: CallTask, *, by: Staff, at: dt.datetime) -> dict[str, Any]:
    """The next day again, until the days of trying are used up (D3-19, SV-13). A lead is tried until it ends: whether
    contact is lost is decided by a rule of its own."""
    today = at.astimezone(task.store.tz).date()
    policy = kind_policy(task.store, task.kind, today)
    plan = next_try(
        on=today,
        failed_days=task.failed_days,
        last_failed_on=today if task.failed_days and _failed_today(task, today) else None,
        try_days=_ENDLESS if task.kind in LEAD_KINDS else policy.try_days,
    )
    changes: dict[str, Any] = {"failed_days": plan.failed_days, "due_at": None, "promised_by": None}
    if plan.due_on is None:
        return changes | _ended(CloseReason.TRIES_USED_UP, by=by, at=at, state=TaskState.MISSED)
    return changes | moved_to(task.store, plan.due_on, None)


def _failed_today(task: CallTask, today: dt.date) -> bool:
    midnight = dt.datetime.combine(today, dt.time.min, tzinfo=task.store.tz)
    retried = [rule.code for rule in outcomes_for(task.kind, today) if rule.consequence == Consequence.RETRY]
    return task.attempt_rows.filter(
        at__gte=midnight, at__lt=end_of_day(today, task.store.tz), outcome__in=retried
    ).exists()


def moved_to(store: Store, due_on: dt.date, due_at: dt.datetime | None) -> dict[str, Any]:
    """Open again on another day; ``first_due_on`` stays, and with it the month the task belongs to."""
    tz = store.tz
    late_from = overdue_at(due_on, due_at, tz)
    turn = first_alert_at(late_from, overdue_steps(store, due_on), tz)
    return {
        "state": TaskState.OPEN,
        "due_on": due_on,
        "overdue_at": late_from,
        "alert_level": turn.level,
        "alert_due_at": turn.at,
    }
