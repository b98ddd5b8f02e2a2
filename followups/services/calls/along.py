"""Calls that another call took along: they end with it."""

import datetime as dt

from django.db.models import F

from dealership.audit.services import record_events
from followups.enums import CloseReason, TaskKind, TaskState
from followups.models import CallAttempt, CallTask
from followups.rules import OutcomeRule
from staffing.models import Staff


def finish_taken_along(*, task: CallTask, rule: OutcomeRule, by: Staff, at: dt.datetime) -> int:
    """The call was made: so were those it took along. Each gets its try and its end. Returns how many."""
    if task.kind == TaskKind.NUMBER_TRACE:
        return 0
    along = list(CallTask.objects.filter(held_by=task, state=TaskState.OPEN).order_by("pk"))
    for other in along:
        CallTask.objects.filter(pk=other.pk, state=TaskState.OPEN).update(
            state=TaskState.DONE,
            attempts=F("attempts") + 1,
            last_attempt_at=at,
            outcome=rule.code,
            is_successful=rule.successful,
            close_reason=CloseReason.TAKEN_ALONG,
            closed_at=at,
            closed_by=by,
            alert_due_at=None,
        )
        CallAttempt.objects.create(task=other, at=at, by=by, outcome=rule.code, reached=rule.reached)
    record_events(code="task.taken_along", subjects=along, by=by, at=at, data={"by_task": task.pk})
    return len(along)
