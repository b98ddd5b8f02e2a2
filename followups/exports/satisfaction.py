"""《销售满意度调查结果登记表》 and the month's analysis as a workbook and as JSON (D7-08)."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.masking import masked_phone
from dealership.web.months import month_label, month_of
from dealership.workbooks.paper import (
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
from followups.models import Questionnaire
from followups.selectors.monthly.figures import MonthlyCalls
from followups.selectors.monthly.register import (
    RegisterRow,
    columns_of,
    register_lines,
    register_rows,
    versions_answered,
    with_answers,
)
from followups.selectors.monthly.satisfaction import JUDGED, Marks, Satisfaction, satisfaction_of_month
from staffing.models import Staff, Store

_FIXED_WIDTHS = (5, 11, 10, 14, 14, 11, 11, 11)
_MEAN = "0.00"


def satisfaction_workbook(
    *,
    stores: Iterable[Store],
    month: dt.date,
    maker: Maker,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
) -> bytes:
    """A sheet a version with its register, and one with the analysis. A4 landscape; telephones are masked, since a
    workbook is passed around. In the language that is active."""
    scope: dict[str, Any] = {"stores": tuple(stores), "month": month, "consultant": consultant, "viewer": viewer}
    book = Workbook()
    book.remove(book.worksheets[0])
    _add_sheets(book, scope, maker)
    return saved(book, maker=maker)


def with_register(content: bytes, *, stores: Iterable[Store], month: dt.date, maker: Maker) -> bytes:
    """A workbook of the month with the registers and the analysis behind its sheets."""
    book = load_workbook(io.BytesIO(content))
    _add_sheets(book, {"stores": tuple(stores), "month": month}, maker)
    return saved(book, maker=maker)


def _add_sheets(book: Workbook, scope: dict[str, Any], maker: Maker) -> None:
    for questionnaire in versions_answered(**scope):
        columns = columns_of(questionnaire)
        rows = with_answers(register_rows(questionnaire=questionnaire, **scope))
        title = _("Register v%(version)s") % {"version": questionnaire.version}
        if questionnaire.store is not None:
            title = f"{title} {questionnaire.store.code}"[:31]
        _write_register(book.create_sheet(title), questionnaire, register_lines(rows, columns), scope["month"], maker)
    _write_analysis(book.create_sheet(_("Analysis of satisfaction")), satisfaction_of_month(**scope), maker)


def _write_register(
    sheet: Worksheet, questionnaire: Questionnaire, lines: list[RegisterRow], month: dt.date, maker: Maker
) -> None:
    columns = columns_of(questionnaire)
    heads = (
        _("No."), _("Date"), _("Customer"), _("Telephone"), _("Car"), _("Plate"), _("Sales consultant"), _("Caller"),
    )  # fmt: skip
    width = len(heads) + len(columns) + 1
    period = _("Month: %(month)s") % {"month": month_label(month)}
    put_title(sheet, _("Register of the satisfaction survey of sales"), period=period, maker=maker, width=width)
    titles = [*heads, *(question.text for question in columns), _("Note")]
    for place, text in enumerate(titles, start=1):
        put_heading(sheet, 3, place, text)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _FIXED_WIDTHS[place - 1] if place <= len(heads) else 12
    sheet.row_dimensions[3].height = 62
    tz = questionnaire.store.tz if questionnaire.store else None
    for number, line in enumerate(lines, start=1):
        at = line.response.at.astimezone(tz or line.response.task.store.tz)
        values = (
            number, at.date().isoformat(), line.response.task.customer.name, masked_phone(line.phone), line.car,
            line.plate, line.consultant, line.response.by.name,
        )  # fmt: skip
        for place, value in enumerate(values, start=1):
            put_text(sheet, 3 + number, place, value, centred=True)
        for place, cell in enumerate(line.cells, start=len(values) + 1):
            put_text(sheet, 3 + number, place, cell.text or "–", centred=True)
        put_text(sheet, 3 + number, width, line.note)
    sheet.freeze_panes = "D4"
    sheet.print_title_rows = "1:3"
    put_signatures(sheet, len(lines) + 5, width)
    lay_out_page(sheet, landscape=True)


def _write_analysis(sheet: Worksheet, found: Satisfaction, maker: Maker) -> None:
    """By question and version, by consultant, by month; a line says which item is the weakest."""
    width = 8
    period = _("Month: %(month)s") % {"month": month_label(found.month)}
    put_title(sheet, _("Satisfaction with sales, monthly analysis"), period=period, maker=maker, width=width)
    row = 3
    heads = (_("Version"), _("Question"), _("Answers"), _("Mean"), _("Favourable, %"), _("Alerts"))
    for place, text in enumerate(heads, start=1):
        put_heading(sheet, row, place, text)
    for version in found.versions:
        for line in version.questions:
            row += 1
            put_text(sheet, row, 1, f"v{version.version}", centred=True)
            put_text(sheet, row, 2, line.row.text)
            put_number(sheet, row, 3, line.marks.answered)
            put_number(sheet, row, 4, line.marks.mean if line.is_averaged else None).number_format = _MEAN
            put_number(sheet, row, 5, _favourable(line.row.type, line.marks) if line.has_favourable else None)
            put_number(sheet, row, 6, line.marks.alerts)
    weak = found.weak
    notes = [_("Means and shares divide by the answers to their question; – where nobody answered.")]
    if weak is not None:
        notes.insert(0, _("Weakest item: %(item)s") % {"item": weak.text})
    row = put_notes(sheet, notes, row=row + 1, width=width)
    row = _write_lines(sheet, row + 1, _("Sales consultant"), found, [
        (line.name, line.scores, line.by_code) for line in found.consultants
    ])  # fmt: skip
    row = _write_lines(sheet, row + 1, _("Report month"), found, [
        (month_label(point.month), point.scores, point.by_code) for point in found.trend
    ])  # fmt: skip
    put_signatures(sheet, row + 1, width)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 14, 46
    for place in range(3, 3 + max(len(found.items), 6)):
        sheet.column_dimensions[get_column_letter(place)].width = 11
    lay_out_page(sheet, landscape=True)


def _write_lines(
    sheet: Worksheet, row: int, first: str, found: Satisfaction, lines: list[tuple[str, Marks, Any]]
) -> int:
    """A table of means: a line a name, a column an item; returns the row after it."""
    items = [item for item in found.items if item.type in JUDGED]
    for place, text in enumerate((first, _("Mean score"), *(item.text for item in items)), start=1):
        put_heading(sheet, row, place, text)
    for name, scores, by_code in lines:
        row += 1
        put_text(sheet, row, 1, name)
        put_number(sheet, row, 2, scores.mean).number_format = _MEAN
        for place, item in enumerate(items, start=3):
            marks = by_code.get(item.code, Marks())
            scaled = item.type == "scale"
            cell = put_number(sheet, row, place, marks.mean if scaled else _favourable(item.type, marks))
            if scaled:
                cell.number_format = _MEAN
    return row + 1


def _favourable(kind: str, marks: Marks) -> float | None:
    return marks.favourable / marks.answered if kind in JUDGED and marks.answered else None


def analysis_of(report: MonthlyCalls) -> Satisfaction:
    """The analysis of the month and the stores of a report."""
    stores = Store.objects.filter(code__in=report.store_codes).order_by("code")
    return satisfaction_of_month(stores=stores, month=report.month)


def satisfaction_json(found: Satisfaction) -> dict[str, Any]:
    """The analysis for other programs; means and shares are null where nobody answered."""
    averaged = {item.code for item in found.items if item.type in ("scale", "number")}
    return {
        "responses": found.responses,
        "mean_score": found.scores.mean,
        "scores": found.scores.answered,
        "weakest": found.weak.code if found.weak else None,
        "items": [
            {
                "code": item.code,
                "text": item.text,
                "type": item.type,
                "answered": item.marks.answered,
                "mean": item.marks.mean if item.type in ("scale", "number") else None,
                "favourable_rate": _favourable(item.type, item.marks) if item.type not in ("scale",) else None,
                "alerts": item.marks.alerts,
            }
            for item in found.items
        ],
        "versions": [
            {"version": version.version, "store": version.store_code or None, "responses": version.responses}
            for version in found.versions
        ],
        "by_consultant": [
            {
                "employee_no": line.employee_no or None,
                "name": line.name if line.consultant_id is not None else None,
                "scores": line.scores.answered,
                "mean_score": line.scores.mean,
                "items": {
                    code: {"answered": marks.answered, "mean": marks.mean if code in averaged else None}
                    for code, marks in line.by_code.items()
                },
            }
            for line in found.consultants
        ],
        "score_trend": [
            {"month": month_of(point.month), "scores": point.scores.answered, "mean_score": point.scores.mean}
            for point in found.trend
        ],
    }
