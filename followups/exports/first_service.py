"""The month of first services as JSON, as text and as a workbook."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.months import month_label, month_of
from dealership.web.wording import labelled
from dealership.workbooks.paper import (
    TOTAL,
    Maker,
    lay_out_page,
    put_heading,
    put_notes,
    put_number,
    put_signatures,
    put_text,
    put_title,
    saved,
)
from followups.selectors.monthly.first_service import (
    COLUMNS,
    DEFINITIONS,
    MonthlyFirstService,
    ServiceFigures,
    ServiceLine,
)


def first_service_json(report: MonthlyFirstService) -> dict[str, Any]:
    """The figures as other programs read them; rates are fractions, null for an empty denominator."""
    return {
        "kind": "first_service",
        **_figures(report.total),
        "consultants": [
            {"employee_no": line.note or None, "name": line.name} | _figures(line.figures)
            for line in report.consultants
        ],
        "models": [{"brand": line.note, "name": line.name} | _figures(line.figures) for line in report.models],
        "trend": [{"month": month_of(point.month)} | _figures(point.figures) for point in report.trend],
    }


def first_service_pairs(report: MonthlyFirstService) -> list[tuple[str, int | float | None]]:
    """The head figures with their names."""
    return [(str(DEFINITIONS[code][0]), getattr(report.total, code)) for code in COLUMNS]


def first_service_workbook(report: MonthlyFirstService, *, maker: Maker) -> bytes:
    """By consultant, by model, and the months before; A4 landscape, with the definitions below."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = month_of(report.month)
    width = 2 + len(COLUMNS)
    period = _("Month: %(month)s") % {"month": month_label(report.month)}
    put_title(sheet, _("First service, monthly report"), period=period, maker=maker, width=width)
    row = _table(sheet, 3, (_("Staff no."), _("Sales consultant")), report.consultants, total=report.total)
    row = _table(sheet, row + 1, (_("Brand"), _("Model")), report.models)
    months = [ServiceLine(0, month_label(point.month), "", point.figures) for point in report.trend]
    row = _table(sheet, row + 1, ("", _("Month")), months)
    notes = [labelled(*DEFINITIONS[code]) for code in COLUMNS]
    row = put_notes(sheet, notes, row=row + 1, width=width)
    put_signatures(sheet, row, width)
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 14 if column < 3 else 10
    lay_out_page(sheet, landscape=True)
    return saved(book, maker=maker)


def _table(
    sheet: Worksheet,
    row: int,
    heads: tuple[str, str],
    lines: Sequence[ServiceLine],
    *,
    total: ServiceFigures | None = None,
) -> int:
    """A table with the columns of the report; returns the row after it."""
    for column, head in enumerate((*heads, *(DEFINITIONS[code][0] for code in COLUMNS)), start=1):
        put_heading(sheet, row, column, head)
    listed = [*lines, *([ServiceLine(0, _("Total"), "", total)] if total is not None else [])]
    for line in listed:
        row += 1
        put_text(sheet, row, 1, line.note)
        put_text(sheet, row, 2, line.name)
        for column, code in enumerate(COLUMNS, start=3):
            put_number(sheet, row, column, getattr(line.figures, code))
    if total is not None:
        for cell in sheet[row]:
            cell.font, cell.fill = Font(bold=True), TOTAL
    return row + 1


def _figures(figures: ServiceFigures) -> dict[str, int | float | None]:
    return {code: getattr(figures, code) for code in COLUMNS}
