"""What the tables of leads show, made from the reports: texts, addresses of rows, charts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from dealership.web.charts import Chart, Series
from dealership.web.months import month_label, month_short
from dealership.web.request import AuthenticatedRequest
from dealership.web.wording import shown
from leads.enums import Channel
from leads.exports.reports import hours_text
from leads.selectors.reports.compliance import FirstContacts, Promises, leads_of_promise
from leads.selectors.reports.daily import DailyReport, DayFigures
from leads.selectors.reports.defeats import NAMED, DefeatAnalysis, Named, cards_naming, name_of
from leads.selectors.reports.funnel import RECYCLED, FunnelRow, LeadFunnel, UnknownFigure, rows_behind
from leads.selectors.reports.funnel_figures import COLUMNS, FIGURES, RATES, STEPS, Funnel
from leads.selectors.reports.scope import LeadScope
from staffing.enums import Role
from staffing.models import Staff
from staffing.reports import NO_CONSULTANT, Asked

#: The head figures of the funnel: rates with both readings side by side.
TILES = (
    "filing_rate",
    "flow_filing_rate",
    "drive_rate",
    "drive_rate_flow",
    "closing_rate",
    "closing_rate_orders",
    "conversion_rate",
    "defeat_rate",
)
PROMISES = ("due", "kept", "late", "missing", "waiting")
WEEKS = ("week_due", "week_kept", "week_missing")
PREFIX = "first_contact_"


@dataclass(frozen=True)
class Cell:
    """A figure as the page shows it: text, the address of its rows, and its definition."""

    label: str
    text: str
    href: str = ""
    definition: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a table."""

    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Behind:
    """Which rows an address asks for."""

    figure: str
    consultant: int | None
    without_consultant: bool
    channel: str
    #: Of defeats those whose cards name it: (what, its code), see leads.selectors.reports.defeats.cards_naming.
    named: tuple[str, str] | None = None

    @property
    def channel_label(self) -> str:
        """What the rows are narrowed to, in words."""
        if self.named is not None:
            return name_of(*self.named)
        if self.channel == RECYCLED:
            return _("Recycled")
        return str(dict(Channel.choices).get(self.channel, self.channel))

    def rows(self, scope: LeadScope, *, at: dt.datetime) -> "QuerySet[Any]":
        """Raises UnknownFigure."""
        if not self.figure.startswith(PREFIX):
            rows = rows_behind(
                self.figure,
                scope=scope,
                consultant=self.consultant,
                without_consultant=self.without_consultant,
                channel=self.channel,
            )
            return rows if self.named is None else cards_naming(rows, *self.named)
        return leads_of_promise(
            self.figure.removeprefix(PREFIX),
            scope=scope,
            at=at,
            agent=self.consultant,
            without_agent=self.without_consultant,
            channel=self.channel,
        )


def rows_asked(request: AuthenticatedRequest, asked: Asked) -> Behind:
    """The figure, person and channel of the address; what there is not is not found (Http404)."""
    figure, channel = request.GET.get("figure", "visits"), request.GET.get("channel", "")
    if figure not in FIGURES and figure not in promise_figures():
        raise Http404(UnknownFigure(figure=figure).sentence(_))
    if channel and channel not in (RECYCLED, *Channel.values):
        raise Http404(_("There is no such channel."))
    by, key = request.GET.get("by", ""), request.GET.get("key", "")
    if by and (by not in NAMED or figure != "defeated"):
        raise Http404(UnknownFigure(figure=figure).sentence(_))
    person = asked.consultant.pk if asked.consultant else None
    return Behind(figure, person, asked.without_consultant, channel, (by, key) if by else None)


def promise_figures() -> dict[str, tuple[str, str]]:
    """The figures of first contacts: label and definition by the code in addresses (LI-02)."""
    entries = {
        "due": (_("Leads due"), _("Leads registered in the month whose first contact fell due, or was made.")),
        "kept": (_("In time"), _("First tried within 24 hours of the registration; also when nobody answered.")),
        "late": (_("Late"), _("First tried after the 24 hours.")),
        "missing": (_("Not contacted"), _("The 24 hours are over, and nobody has tried.")),
        "waiting": (_("Not due yet"), _("Not tried yet, and the 24 hours still run.")),
        "breaches": (_("Breaches"), _("Late, or not contacted.")),
        "week_due": (
            _("First weeks over"),
            _(
                "Leads registered in the month whose three contacts were made, or whose first week is over; without "
                "those ordered or ended before."
            ),
        ),
        "week_kept": (
            _("Three contacts made"),
            _("Spoken to three times until the seventh day, before the grade is final."),
        ),
        "week_missing": (
            _("Three contacts not made"),
            _("The first week is over, and there were fewer conversations."),
        ),
    }
    return {f"{PREFIX}{code}": entry for code, entry in entries.items()}


def figure_of(code: str) -> tuple[str, str]:
    """The name and the definition of a figure."""
    if code in FIGURES:
        return str(FIGURES[code].label), str(FIGURES[code].definition)
    return promise_figures()[code]


def people_choices(asked: Asked) -> list[tuple[str, str, bool]]:
    """The people whose sheets there are to choose from: (id, name, chosen). A supervisor's are the team. Two
    statements at most."""
    scope = LeadScope.of_month(stores=asked.stores, month=asked.month, viewer=asked.viewer)
    people = Staff.objects.visible_to(asked.viewer).filter(store_id__in=scope.store_ids)
    people = people.employed().holding(Role.SALES_CONSULTANT, Role.TELESALES)
    people = people if scope.team is None else people.filter(Q(pk__in=scope.team))
    chosen = asked.consultant.pk if asked.consultant else None
    return [(str(person.pk), person.name, person.pk == chosen) for person in people.order_by("employee_no", "pk")]


# --- the funnel ----------------------------------------------------------------------------------------------------
def funnel_page(asked: Asked, report: LeadFunnel) -> dict[str, Any]:
    """Tiles, steps, tables and definitions."""
    total = report.total
    return {
        "report": report,
        "tiles": [_rate_tile(code, total) for code in TILES],
        "steps": [_figure(asked, code, total) for code in STEPS],
        "step_chart": Chart(
            "bar",
            _("From the visit to the delivery"),
            [FIGURES[code].label for code in STEPS],
            [Series(_("Count"), [int(total.value(code) or 0) for code in STEPS])],
            label_heading=_("Step"),
        ),
        "trend": _trend(report),
        "heads": [(FIGURES[code].label if code in FIGURES else RATES[code].label) for code in COLUMNS],
        "people": [_line(asked, row, consultant=row.key or NO_CONSULTANT) for row in report.consultants],
        "total": [_figure(asked, code, total) for code in COLUMNS],
        "channels": [
            *(_line(asked, row, channel=row.key) for row in report.channels),
            _line(asked, FunnelRow(RECYCLED, _("Of these recycled"), "", report.recycled), channel=RECYCLED),
        ],
        "counts": [_figure(asked, code, total) for code in FIGURES],
        "rates": [_rate_tile(code, total) for code in RATES],
        "is_empty": total == Funnel(),
    }


def _line(asked: Asked, row: FunnelRow, **more: object) -> Line:
    return Line(row.name, row.employee_no, tuple(_figure(asked, code, row.figures, **more) for code in COLUMNS))


def _figure(asked: Asked, code: str, line: Funnel, **more: object) -> Cell:
    """A figure with the address of its rows, or a rate. A frozen opening has no rows by channel or otherwise than as
    reckoned, so it leads to those."""
    value = line.value(code)
    if code in RATES:
        return Cell(str(RATES[code].label), shown(value), "", str(RATES[code].definition))
    href = asked.at("lead_report_rows", figure=code, **more) if value else ""
    return Cell(str(FIGURES[code].label), shown(value), href, str(FIGURES[code].definition))


def _rate_tile(code: str, line: Funnel) -> Cell:
    rate = RATES[code]
    part, whole = rate.counts(line)
    hint = _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
    return Cell(str(rate.label), shown(rate.of(line)), "", str(rate.definition), hint)


def _trend(report: LeadFunnel) -> Chart:
    points = report.trend
    return Chart(
        "trend",
        _("Visits, archived, orders, %(first)s to %(last)s")
        % {"first": month_label(points[0].month), "last": month_label(points[-1].month)},
        [month_short(point.month) for point in points],
        [
            Series(_("Visits about a car"), [point.visits for point in points]),
            Series(_("Archived"), [point.filed for point in points]),
            Series(_("Orders"), [point.orders for point in points]),
        ],
        label_heading=_("Report month"),
    )


# --- first contacts ------------------------------------------------------------------------------------------------
def contact_page(asked: Asked, report: FirstContacts) -> dict[str, Any]:
    """Tiles, and the tables by agent and by channel (LI-02)."""
    total = report.total
    labels = promise_figures()
    share = _("%(part)s of %(whole)s") % {"part": total.kept, "whole": total.due}
    rate_definition = _("In time ÷ leads due. The 24 hours are those of the policy in force at the registration.")
    tiles = [
        Cell(_("Within 24 hours"), shown(total.kept_rate), "", rate_definition, share),
        _promise(asked, "breaches", total),
        Cell(
            _("First week kept"),
            shown(total.week_rate),
            "",
            _("Three contacts made ÷ first weeks over. The numbers are those of the policy in force on the 1st."),
            _("%(part)s of %(whole)s") % {"part": total.week_kept, "whole": total.week_due},
        ),
        Cell(_("Median, hours"), hours_text(total.median_hours), "", _("Half of those tried were tried by then.")),
        Cell(
            _("90th percentile, hours"),
            hours_text(total.p90_hours),
            "",
            _("Nine of ten of those tried were tried by then (nearest rank)."),
        ),
    ]
    people = [
        Line(row.name, row.employee_no, _promise_cells(asked, row.promises, consultant=row.key or NO_CONSULTANT))
        for row in report.agents
    ]
    return {
        "report": report,
        "tiles": tiles,
        "heads": [
            *(labels[f"{PREFIX}{code}"][0] for code in PROMISES),
            _("Within 24 hours, %"),
            _("Median, hours"),
            _("90th percentile, hours"),
            *(labels[f"{PREFIX}{code}"][0] for code in WEEKS),
            _("First week kept, %"),
        ],
        "people": people,
        "total": _promise_cells(asked, total),
        "channels": [
            Line(row.name, "", _promise_cells(asked, row.promises, channel=row.key)) for row in report.channels
        ],
        "definitions": [labels[f"{PREFIX}{code}"] for code in (*PROMISES, "breaches", *WEEKS)],
        "is_empty": total == Promises(),
    }


def _promise(asked: Asked, code: str, line: Promises, **more: object) -> Cell:
    label, definition = promise_figures()[f"{PREFIX}{code}"]
    value = getattr(line, code)
    href = asked.at("lead_report_rows", figure=f"{PREFIX}{code}", **more) if value else ""
    return Cell(label, str(value), href, definition)


def _promise_cells(asked: Asked, line: Promises, **more: object) -> tuple[Cell, ...]:
    return (
        *(_promise(asked, code, line, **more) for code in PROMISES),
        Cell("", shown(line.kept_rate)),
        Cell("", hours_text(line.median_hours)),
        Cell("", hours_text(line.p90_hours)),
        *(_promise(asked, code, line, **more) for code in WEEKS),
        Cell("", shown(line.week_rate)),
    )


# --- defeats -------------------------------------------------------------------------------------------------------
def defeat_page(asked: Asked, report: DefeatAnalysis, *, card: Callable[[int], str]) -> dict[str, Any]:
    """Tiles, counts by what the cards name, competitors, the trend, and the cards (DF-16)."""

    def at(figure: str, value: int, **more: object) -> str:
        return asked.at("lead_report_rows", figure=figure, **more) if value else ""

    def linked(by: str, counts: tuple[Named, ...]) -> list[Cell]:
        return [Cell(row.name, str(row.count), at("defeated", row.count, by=by, key=row.key)) for row in counts]

    rejected = _("%(part)s of %(whole)s") % {"part": report.rejected, "whole": report.applied}
    tiles = [
        *(
            Cell(str(FIGURES[code].label), str(value), at(code, value), str(FIGURES[code].definition))
            for code, value in (("defeated", report.defeated), ("lost", report.lost), ("applied", report.applied))
        ),
        Cell(
            str(RATES["rejection_rate"].label),
            shown(report.rejection_rate),
            "",
            str(RATES["rejection_rate"].definition),
            rejected,
        ),
    ]
    return {
        "report": report,
        "tiles": tiles,
        "groups": [
            (_("By reason"), linked("reason", report.reasons)),
            (_("By kind"), linked("kind", report.kinds)),
            (_("Went to"), linked("lost_to", report.lost_to)),
            (
                _("By consultant"),
                [
                    Cell(row.name, str(row.count), at("defeated", row.count, consultant=row.key or NO_CONSULTANT))
                    for row in report.people
                ],
            ),
        ],
        "competitors": [
            (
                row,
                _price(row.mean_price_fen),
                at("defeated", row.count, by="model", key=row.model),
                at("defeated", row.cash, by="cash", key=row.model),
            )
            for row in report.competitors
        ],
        "cards": [(row, _price(row.competitor_price_fen), card(row.lead_id)) for row in report.rows],
        "trend": Chart(
            "bar",
            _("Defeats and lost contacts by month"),
            [month_short(point.month) for point in report.trend],
            [
                Series(_("Defeats approved"), [point.defeated for point in report.trend]),
                Series(_("Lost contact"), [point.lost for point in report.trend]),
            ],
            label_heading=_("Report month"),
        ),
        "is_empty": not (report.defeated or report.lost or report.applied),
    }


def _price(fen: int | None) -> str:
    """Whole yuan with separators; empty for none."""
    return f"{fen / 100:,.0f}" if fen else ""


# --- the day -------------------------------------------------------------------------------------------------------
def daily_page(report: DailyReport, *, card: Callable[[int], str]) -> dict[str, Any]:
    """The sheets: person, figures of today, of the month and of what is held, lines with their cards (F24)."""
    grades = [grade for grade, _count in report.held]
    return {
        "report": report,
        "people": [
            (
                person,
                [*_numbers(person.today), *_numbers(person.to_date), *(dict(person.held).get(g, 0) for g in grades)],
                [(line, card(line.lead.pk)) for line in person.lines],
            )
            for person in report.people
        ],
        "total": [*_numbers(report.today), *_numbers(report.to_date)],
        "is_empty": not report.people,
    }


def _numbers(figures: DayFigures) -> list[int]:
    return [
        figures.planned,
        figures.made,
        figures.reached,
        figures.cards,
        figures.orders,
        figures.deliveries,
    ]
