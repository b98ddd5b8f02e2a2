"""The monthly reports for other programs (JSON) and for the terminal. Figures are computed by the selectors."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from dealership.web.wording import enumeration, labelled, shown
from followups.enums import TaskKind
from followups.exports.first_service import first_service_json, first_service_pairs
from followups.selectors.monthly import (
    FIGURES,
    RATES,
    Figures,
    Monthly3DC,
    MonthlyCalls,
    MonthlyComplaints,
    MonthlyFirstService,
    MonthlyQuestioned,
    Opinions,
    month_label,
    month_of,
)
from followups.selectors.monthly.definitions import PAPER_3DC, PAPER_CALLS, Group, read_figure

MonthlyReport = MonthlyCalls | MonthlyFirstService | MonthlyComplaints

TITLES = {
    TaskKind.THREE_DAY: gettext_lazy("3DC survey results of the dealership, monthly statistics"),
    TaskKind.SEVEN_DAY: gettext_lazy("7DC satisfaction survey, monthly statistics"),
    TaskKind.SERVICE_VISIT: gettext_lazy("Calls after workshop visits, monthly report"),
}
#: What a report of calls is asked for by: the name that the commands know, not that of the kind of call.
NAMES = {TaskKind.THREE_DAY: "3dc", TaskKind.SEVEN_DAY: "7dc", TaskKind.SERVICE_VISIT: "service_visits"}


def report_title(report: MonthlyReport) -> str:
    """The name of the form."""
    if isinstance(report, MonthlyCalls):
        return str(TITLES[TaskKind(report.kind)])
    return (
        _("First service, monthly report") if isinstance(report, MonthlyFirstService) else _("Complaints of the month")
    )


def paper_groups(report: MonthlyCalls) -> tuple[Group, ...]:
    """The columns of the form: only 3DC asks about the car and the dealership apart."""
    return PAPER_3DC if isinstance(report, Monthly3DC) else PAPER_CALLS


# --- JSON ------------------------------------------------------------------------------------------------------
def report_json(report: MonthlyReport) -> dict[str, Any]:
    """The report as the contracts say it: rates are fractions, null for an empty denominator. ``kind`` is the name by
    which the report is asked for."""
    head = {"month": month_of(report.month), "stores": list(report.store_codes)}
    if isinstance(report, MonthlyFirstService):
        return head | first_service_json(report)
    if isinstance(report, MonthlyComplaints):
        return head | {
            "kind": "complaints",
            "received": report.received,
            "by_kind": dict(sorted(report.by_kind.items())),
            "by_state": dict(sorted(report.by_state.items())),
            "by_origin": dict(sorted(report.by_origin.items())),
        }
    return _calls_json(report, head)


def _calls_json(report: MonthlyCalls, head: dict[str, Any]) -> dict[str, Any]:
    opinions = isinstance(report, Monthly3DC)
    data = head | {"kind": NAMES[TaskKind(report.kind)]} | _figures_json(report.total, opinions=opinions)
    data["outcomes"] = {entry.code or "none": entry.count for entry in report.outcomes}
    data["skipped_reasons"] = {entry.code: entry.count for entry in report.skipped}
    data["cancelled_reasons"] = {entry.code or "none": entry.count for entry in report.cancelled}
    data["consultants"] = [
        {"employee_no": row.employee_no or None, "name": row.name if row.consultant_id else None}
        | _figures_json(row.figures, opinions=opinions)
        for row in report.consultants
    ]
    data["trend"] = [
        {
            "month": month_of(point.month),
            "due": point.due,
            "attempted": point.attempted,
            "attempt_rate": point.attempt_rate,
            "successful": point.successful,
            "success_rate": point.success_rate,
        }
        for point in report.trend
    ]
    if isinstance(report, MonthlyQuestioned):
        data["questions"] = [
            {
                "code": entry.code,
                "version": entry.version,
                "text": entry.text,
                "type": entry.type,
                "answered": entry.answered,
                "mean": entry.mean,
                "favourable": entry.favourable,
                "favourable_rate": entry.favourable_rate,
                "values": dict(entry.values),
                "alerts": entry.alerts,
            }
            for entry in report.questions
        ]
    return data


def _figures_json(line: Figures, *, opinions: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "due": line.due,
        "attempted": line.attempted,
        "attempt_rate": line.attempt_rate,
        "successful": line.successful,
        "success_rate": line.success_rate,
        "missed": line.missed,
        "waiting": line.waiting,
        "on_time": line.on_time,
        "on_time_rate": line.on_time_rate,
        "complaints": line.complaints,
        "complaints_handled": line.complaints_handled,
        "handled_rate": line.handled_rate,
        "skipped": line.skipped,
        "cancelled": line.cancelled,
    }
    if opinions:
        data |= {"plates_known": line.plates_known, "plate_rate": line.plate_rate}
        data |= {name: _opinions_json(getattr(line, name)) for name in ("car", "dealership", "both")}
    return data


def _opinions_json(opinions: Opinions) -> dict[str, Any]:
    return {
        "answered": opinions.answered,
        "satisfied": opinions.satisfied,
        "neutral": opinions.neutral,
        "dissatisfied": opinions.dissatisfied,
        "satisfied_rate": opinions.satisfied_rate,
    }


# --- text ------------------------------------------------------------------------------------------------------
def report_lines(report: MonthlyReport) -> list[str]:
    """The report for a terminal: a line a figure."""
    return [f"{report_title(report)} · {month_label(report.month)} · {enumeration(report.store_codes)}"] + [
        labelled(label, shown(value)) for label, value in summary(report)
    ]


def summary(report: MonthlyReport) -> list[tuple[str, int | float | None]]:
    """The head figures with their names; rates are floats."""
    if isinstance(report, MonthlyFirstService):
        return first_service_pairs(report)
    if isinstance(report, MonthlyComplaints):
        return [
            (_("Received"), report.received),
            *_labelled(report.by_kind, ComplaintKind),
            *_labelled(report.by_state, ComplaintState),
            *_labelled(report.by_origin, ComplaintOrigin),
        ]
    codes = [code for group in paper_groups(report) for code, _label in group.columns]
    return [
        (str(FIGURES[code].label if code in FIGURES else RATES[code].label), read_figure(code, report.total))
        for code in codes
    ]


def _labelled(counts: dict[str, int], labels: Any) -> list[tuple[str, int | float | None]]:
    return [(str(label), counts.get(code, 0)) for code, label in labels.choices]
