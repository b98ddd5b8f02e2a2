"""What the page of the 3DC statistics shows, made from the report: texts, addresses of rows, charts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dealership.web.charts import Chart, Series
from dealership.web.wording import labelled, shown
from followups.enums import TaskKind
from followups.selectors.monthly import (
    FIGURES,
    RATES,
    ConsultantRow,
    Figures,
    Monthly3DC,
    OutcomeCount,
    ReasonCount,
    month_label,
    month_short,
    monthly_consultants,
)
from followups.selectors.monthly.definitions import PAPER_3DC, read_figure
from staffing.reports import NO_CONSULTANT, Asked

TILES = (
    "due",
    "attempt_rate",
    "success_rate",
    "on_time_rate",
    "car_satisfied_rate",
    "dealership_satisfied_rate",
    "both_satisfied_rate",
    "complaints",
)
SUMMARY = (
    ("due", ""),
    ("attempted", "attempt_rate"),
    ("successful", "success_rate"),
    ("on_time", "on_time_rate"),
    ("missed", ""),
    ("waiting", ""),
    ("car_satisfied", "car_satisfied_rate"),
    ("dealership_satisfied", "dealership_satisfied_rate"),
    ("both_satisfied", "both_satisfied_rate"),
    ("both_neutral", ""),
    ("both_dissatisfied", ""),
    ("plates_known", "plate_rate"),
    ("complaints", ""),
    ("complaints_handled", "handled_rate"),
    ("skipped", ""),
    ("cancelled", ""),
)


@dataclass(frozen=True)
class Figured:
    """A figure as the page shows it: text, the address of its rows, and its definition."""

    label: str
    text: str
    href: str
    definition: str
    rate: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the table by consultant."""

    name: str
    employee_no: str
    href: str
    cells: tuple[Figured, ...]


def consultant_choices(asked: Asked, report: Monthly3DC) -> list[tuple[str, str, bool]]:
    """The consultants to choose from: (id, name, chosen). All of the month even while one is chosen."""
    people: Iterable[tuple[int | None, str]]
    if asked.consultant is None:
        people = [(row.consultant_id, row.name) for row in report.consultants]
    else:
        listed = monthly_consultants(
            kind=TaskKind.THREE_DAY, stores=asked.stores, month=asked.month, viewer=asked.viewer
        )
        names = {person.pk: person.name for person in listed}
        people = {asked.consultant.pk: asked.consultant.name, **names}.items()
    chosen = asked.consultant.pk if asked.consultant else None
    return [(str(pk), name, pk == chosen) for pk, name in people if pk is not None]


def _rows_href(asked: Asked, code: str, **more: object) -> str:
    return asked.at("report_3dc_rows", figure=code, **more)


def _figured(asked: Asked, code: str, figures: Figures, **more: object) -> Figured:
    """A figure or a rate with the address of its rows: those of a rate are those of its upper part."""
    value = read_figure(code, figures)
    if code in RATES:
        rate = RATES[code]
        return Figured(str(rate.label), shown(value), "", str(rate.definition))
    figure = FIGURES[code]
    href = _rows_href(asked, code, **more) if value else ""
    return Figured(str(figure.label), shown(value), href, str(figure.definition))


def tiles_of(asked: Asked, report: Monthly3DC) -> list[tuple[Figured, str, list[float | None]]]:
    """(figure, hint, sparkline) of the head figures."""
    trends: dict[str, list[float | None]] = {
        "due": [point.due for point in report.trend],
        "attempt_rate": [point.attempt_rate for point in report.trend],
        "success_rate": [point.success_rate for point in report.trend],
    }
    tiles = []
    for code in TILES:
        figured = _figured(asked, code, report.total)
        hint = ""
        if code in RATES:
            rate = RATES[code]
            part, whole = read_figure(rate.part, report.total), read_figure(rate.whole, report.total)
            hint = _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
            href = _rows_href(asked, rate.part) if part else ""
            figured = Figured(figured.label, figured.text, href, figured.definition)
        elif code == "complaints":
            hint = _("%(handled)s handled") % {"handled": report.total.complaints_handled}
        tiles.append((figured, hint, trends.get(code, [])))
    return tiles


def summary_of(asked: Asked, total: Figures) -> list[Figured]:
    """The lines of the paper form: item, number, rate, how it is counted."""
    lines = []
    for code, rate in SUMMARY:
        figured = _figured(asked, code, total)
        text = shown(read_figure(rate, total)) if rate else ""
        definition = figured.definition
        if rate:
            definition = f"{definition} {labelled(RATES[rate].label, RATES[rate].definition)}"
        lines.append(Figured(figured.label, figured.text, figured.href, definition, text))
    return lines


def cells_of(asked: Asked, figures: Figures, **more: object) -> tuple[Figured, ...]:
    codes = [code for group in PAPER_3DC for code, _label in group.columns]
    return tuple(_figured(asked, code, figures, **more) for code in codes)


def line_of(asked: Asked, row: ConsultantRow) -> Line:
    """The line of one consultant."""
    pk = row.consultant_id
    href = asked.at("report_3dc", consultant=pk) if pk is not None else ""
    cells = cells_of(asked, row.figures, consultant=NO_CONSULTANT if pk is None else pk)
    return Line(row.name, row.employee_no, href, cells)


def counted(asked: Asked, code: str, counts: Iterable[OutcomeCount | ReasonCount]) -> list[Figured]:
    return [Figured(entry.label, str(entry.count), _rows_href(asked, code, detail=entry.code), "") for entry in counts]


def trend_chart(report: Monthly3DC) -> Chart:
    points = report.trend
    return Chart(
        "trend",
        _("Attempt rate and success rate, %(first)s to %(last)s")
        % {"first": month_label(points[0].month), "last": month_label(points[-1].month)},
        [month_short(point.month) for point in points],
        [
            Series(_("Attempt rate"), [point.attempt_rate for point in points]),
            Series(_("Success rate"), [point.success_rate for point in points]),
        ],
        unit="percent",
        note=_("Both rates divide by the calls due in the month."),
        label_heading=_("Report month"),
    )


def satisfaction_chart(report: Monthly3DC) -> Chart:
    topics = (report.total.car, report.total.dealership)
    return Chart(
        "distribution",
        _("Satisfaction with the car and with the dealership"),
        [_("Car"), _("Dealership")],
        [
            Series(_("Satisfied"), [topic.satisfied for topic in topics], "ok"),
            Series(_("Neutral"), [topic.neutral for topic in topics], "warn"),
            Series(_("Dissatisfied"), [topic.dissatisfied for topic in topics], "danger"),
        ],
        label_heading=_("Answers"),
    )
