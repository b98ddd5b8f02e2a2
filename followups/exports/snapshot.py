"""The figures that a monthly report freezes: the JSON of the command, with problems and the trends of its kind."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from dealership.web.months import month_of
from followups.enums import TaskKind
from followups.enums_documents import DocumentKind
from followups.exports.figures import MonthlyReport, report_json
from followups.selectors.monthly import (
    MonthlyQuestioned,
    monthly_3dc,
    monthly_7dc,
    monthly_first_service,
    monthly_service_visits,
)
from followups.selectors.monthly.problems import Problems, monthly_problems
from followups.selectors.monthly.trends import overall_satisfaction, satisfaction_trend
from staffing.models import Staff, Store

#: The calls whose problems a report tells.
CALLS = {
    DocumentKind.THREE_DAY: TaskKind.THREE_DAY,
    DocumentKind.SEVEN_DAY: TaskKind.SEVEN_DAY,
    DocumentKind.SERVICE_VISITS: TaskKind.SERVICE_VISIT,
    DocumentKind.FIRST_SERVICE: TaskKind.FIRST_SERVICE,
}
_REPORTS: dict[DocumentKind, Callable[..., MonthlyReport]] = {
    DocumentKind.THREE_DAY: monthly_3dc,
    DocumentKind.SEVEN_DAY: monthly_7dc,
    DocumentKind.SERVICE_VISITS: monthly_service_visits,
    DocumentKind.FIRST_SERVICE: monthly_first_service,
}


def figures_of(
    kind: str, *, stores: list[Store], month: dt.date, viewer: Staff | None = None
) -> tuple[MonthlyReport, dict[str, Any]]:
    """The report of a kind (a DocumentKind) and a month, and its whole JSON. With
    ``viewer`` only what that person may see."""
    chosen = DocumentKind(kind)
    report = _REPORTS[chosen](stores=stores, month=month, viewer=viewer)
    problems = monthly_problems(CALLS[chosen], stores=stores, month=month, viewer=viewer)
    data = report_json(report) | {"problems": problems_json(problems)}
    if chosen == DocumentKind.SERVICE_VISITS and isinstance(report, MonthlyQuestioned):
        data |= _satisfaction_json(report, stores=stores, month=month, viewer=viewer)
    return report, data


def problems_json(problems: Problems) -> dict[str, Any]:
    """The problems of a month; the rate is null where none was raised."""
    return {
        "named": problems.named,
        "general": problems.general,
        "raised": problems.raised,
        "in_time": problems.in_time,
        "in_time_rate": problems.in_time_rate,
        "classes": [
            {"code": entry.code, "label": entry.label, "named": entry.named, "complaints": entry.complaints}
            for entry in problems.classes
        ],
        "ranking": [
            {
                "rank": entry.rank,
                "code": entry.code,
                "version": entry.version,
                "text": entry.text,
                "class": entry.class_code,
                "named": entry.named,
                "answered": entry.answered,
                "share": entry.share,
            }
            for entry in problems.ranking
        ],
    }


def _satisfaction_json(
    report: MonthlyQuestioned, *, stores: list[Store], month: dt.date, viewer: Staff | None
) -> dict[str, Any]:
    """上次维修满意度 of the month and of twelve: satisfied ÷ answers."""
    satisfied, answered = overall_satisfaction(report.questions)
    return {
        "last_repair": {
            "answered": answered,
            "satisfied": satisfied,
            "satisfied_rate": satisfied / answered if answered else None,
        },
        "satisfaction_trend": [
            {
                "month": month_of(point.month),
                "answered": point.answered,
                "satisfied": point.satisfied,
                "satisfied_rate": point.satisfied_rate,
            }
            for point in satisfaction_trend(TaskKind.SERVICE_VISIT, stores=stores, month=month, viewer=viewer)
        ],
    }
