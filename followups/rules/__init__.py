"""The rules of follow-up: plain values in, decisions out. No database, no clock, no Django.

The states and kinds stand here as the strings that are stored (followups.enums has them with their labels).
"""

from followups.rules.due_dates import PlannedCall, due_on_for, planned_calls
from followups.rules.first_service import (
    FirstServiceEstimate,
    FirstServicePolicy,
    estimate_first_service,
    may_agree,
    reminder_on,
)
from followups.rules.policies import (
    CallingRule,
    CallScriptText,
    HoursSpan,
    KindRule,
    OutcomeRule,
    OverdueRung,
)
from followups.rules.tasks import (
    NextTry,
    NextTurn,
    comes_back,
    end_of_day,
    first_alert_at,
    next_alert,
    next_try,
    overdue_at,
    rung_at,
    suggested_call_back,
)

__all__ = [
    "CallScriptText",
    "CallingRule",
    "FirstServiceEstimate",
    "FirstServicePolicy",
    "HoursSpan",
    "KindRule",
    "NextTry",
    "NextTurn",
    "OutcomeRule",
    "OverdueRung",
    "PlannedCall",
    "comes_back",
    "due_on_for",
    "end_of_day",
    "estimate_first_service",
    "first_alert_at",
    "may_agree",
    "next_alert",
    "next_try",
    "overdue_at",
    "planned_calls",
    "reminder_on",
    "rung_at",
    "suggested_call_back",
]
