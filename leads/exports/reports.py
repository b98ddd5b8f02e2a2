"""The month of leads for other programs (JSON) and for the terminal. Figures are computed by the selectors."""

from typing import Any

from django.utils.translation import gettext as _

from dealership.web.months import month_label, month_of
from dealership.web.wording import NONE, enumeration, labelled, shown
from leads.selectors.reports.compliance import Promises
from leads.selectors.reports.funnel import FunnelRow
from leads.selectors.reports.funnel_figures import FIGURES, RATES, Funnel
from leads.selectors.reports.monthly import MonthlyLeads


def leads_json(report: MonthlyLeads) -> dict[str, Any]:
    """The report as the contracts say it: rates are fractions, null for an empty denominator; hours are decimal; prices
    are fen."""
    defeats = report.defeats
    return {
        "month": month_of(report.month),
        "stores": list(report.store_codes),
        "kind": "leads",
        **_funnel_json(report.funnel.total),
        "opening_is_frozen": report.funnel.is_frozen,
        "first_contact": _promises_json(report.contacts.total)
        | {
            "agents": [
                {"employee_no": row.employee_no or None, "name": row.name if row.key is not None else None}
                | _promises_json(row.promises)
                for row in report.contacts.agents
            ],
            "channels": {str(row.key): _promises_json(row.promises) for row in report.contacts.channels},
        },
        "levels": {
            "opening": dict(report.levels.opening),
            "closing": dict(report.levels.closing),
            "opening_is_frozen": report.levels.is_frozen,
        },
        "defeats": {
            "defeated": defeats.defeated,
            "lost": defeats.lost,
            "applied": defeats.applied,
            "rejected": defeats.rejected,
            "rejection_rate": defeats.rejection_rate,
            "competitors": [
                {"model": row.model, "count": row.count, "mean_price_fen": row.mean_price_fen, "cash": row.cash}
                for row in defeats.competitors
            ],
        },
        "consultants": [_line_json(row) for row in report.funnel.consultants],
        "channels": [{"channel": row.key} | _funnel_json(row.figures) for row in report.funnel.channels],
        "recycled_leads": _funnel_json(report.funnel.recycled),
        "trend": [
            {
                "month": month_of(point.month),
                "visits": point.visits,
                "first_visits": point.first_visits,
                "filed": point.filed,
                "filing_rate": point.filing_rate,
                "orders": point.orders,
                "deliveries": point.deliveries,
            }
            for point in report.funnel.trend
        ],
    }


def leads_lines(report: MonthlyLeads) -> list[str]:
    """The report for a terminal: a line a figure."""
    total, contacts = report.funnel.total, report.contacts.total
    title = _("Leads, monthly report")
    head = f"{title} · {month_label(report.month)} · {enumeration(report.store_codes)}"
    figures = [labelled(figure.label, shown(total.value(code))) for code, figure in FIGURES.items()]
    rates = [labelled(rate.label, shown(total.value(code))) for code, rate in RATES.items()]
    promises = [
        labelled(_("Within 24 hours"), shown(contacts.kept_rate)),
        labelled(_("First contact, breaches"), shown(contacts.breaches)),
        labelled(_("First contact, median hours"), hours_text(contacts.median_hours)),
        labelled(_("First contact, 90th percentile hours"), hours_text(contacts.p90_hours)),
    ]
    levels = [
        labelled(_("Grades at the opening"), grades_text(report.levels.opening)),
        labelled(_("Grades at the end"), grades_text(report.levels.closing)),
    ]
    return [head, *figures, *rates, *promises, *levels]


def hours_text(hours: float | None) -> str:
    """Hours as people read them."""
    return NONE if hours is None else f"{hours:.1f}"


def grades_text(counts: tuple[tuple[str, int], ...]) -> str:
    """H 3, A 5."""
    return enumeration(f"{grade} {count}" for grade, count in counts) or NONE


def _funnel_json(line: Funnel) -> dict[str, Any]:
    return {code: line.value(code) for code in (*FIGURES, *RATES)}


def _line_json(row: FunnelRow) -> dict[str, Any]:
    named = row.key is not None
    return {"employee_no": row.employee_no or None, "name": row.name if named else None} | _funnel_json(row.figures)


def _promises_json(promises: Promises) -> dict[str, Any]:
    return {
        "due": promises.due,
        "kept": promises.kept,
        "late": promises.late,
        "missing": promises.missing,
        "waiting": promises.waiting,
        "kept_rate": promises.kept_rate,
        "median_hours": promises.median_hours,
        "p90_hours": promises.p90_hours,
        "week_due": promises.week_due,
        "week_kept": promises.week_kept,
        "week_rate": promises.week_rate,
    }
