"""The monthly reports of calls as workbooks laid out like the paper forms."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.wording import NONE, enumeration, labelled
from dealership.workbooks.paper import (
    BOX,
    TOTAL,
    Maker,
    lay_out_page,
    put,
    put_heading,
    put_notes,
    put_number,
    put_signatures,
    put_title,
    saved,
)
from followups.exports.figures import MonthlyReport, paper_groups, report_title, summary
from followups.selectors.monthly import FIGURES, RATES, Figures, MonthlyCalls, MonthlyQuestioned, month_label, month_of
from followups.selectors.monthly.definitions import Group, read_figure


def report_workbook(report: MonthlyReport, *, maker: Maker) -> bytes:
    """The report as a workbook laid out like the paper form: title, store and month, table, notes, signatures.

    A4 landscape on one page's width. In the language that is active.
    """
    return saved(report_book(report, maker=maker), maker=maker)


def report_book(report: MonthlyReport, *, maker: Maker) -> Workbook:
    """The same, open for further sheets."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = month_of(report.month)
    if isinstance(report, MonthlyCalls):
        width = 2 + sum(len(group.columns) for group in paper_groups(report))
        _write_head(sheet, report, maker, width)
        row = _write_calls(sheet, report)
        row = _write_notes(sheet, report, row + 1, width)
        if isinstance(report, MonthlyQuestioned):
            _write_questions(book, report)
    else:
        width = 4
        _write_head(sheet, report, maker, width)
        row = _write_pairs(sheet, summary(report), 4, width)
    put_signatures(sheet, row + 1, width)
    _lay_out(sheet, width, landscape=isinstance(report, MonthlyCalls))
    return book


def _write_head(sheet: Worksheet, report: MonthlyReport, maker: Maker, width: int) -> None:
    month = _("Month: %(month)s") % {"month": month_label(report.month)}
    put_title(sheet, report_title(report), period=month, maker=maker, width=width)


def _write_calls(sheet: Worksheet, report: MonthlyCalls) -> int:
    """The table by consultant with its total; returns the last row used."""
    groups = paper_groups(report)
    put_heading(sheet, 3, 1, _("Staff no."), down=2)
    put_heading(sheet, 3, 2, _("Sales consultant"), down=2)
    column = 3
    for group in groups:
        put_heading(sheet, 3, column, group.label, right=len(group.columns))
        for _code, label in group.columns:
            put_heading(sheet, 4, column, label)
            column += 1
    sheet.row_dimensions[4].height = 30
    row = 4
    for entry in report.consultants:
        row += 1
        _write_line(sheet, row, entry.employee_no, entry.name, entry.figures, groups)
    row += 1
    _write_line(sheet, row, "", _("Total"), report.total, groups)
    for cell in sheet[row]:
        cell.font, cell.fill = Font(bold=True), TOTAL
    sheet.freeze_panes = "C5"
    sheet.print_title_rows = "3:4"
    return row


def _write_line(
    sheet: Worksheet, row: int, employee_no: str, name: str, figures: Figures, groups: Sequence[Group]
) -> None:
    for column, text in enumerate((employee_no, name), start=1):
        cell = put(sheet, row, column, text)
        cell.border = BOX
        cell.alignment = Alignment(vertical="center")
    codes = [code for group in groups for code, _label in group.columns]
    for column, code in enumerate(codes, start=3):
        put_number(sheet, row, column, read_figure(code, figures))


def _write_notes(sheet: Worksheet, report: MonthlyCalls, row: int, width: int) -> int:
    """What was left out and how the figures are counted; returns the last row used."""
    parts = [f"{entry.label} {entry.count}" for entry in (*report.skipped, *report.cancelled)]
    notes = [_("Not counted as due: %(reasons)s") % {"reasons": enumeration(parts)}] if parts else []
    notes.append(
        _("Results: %(results)s") % {"results": enumeration(f"{o.label} {o.count}" for o in report.outcomes) or NONE}
    )
    notes += [labelled(FIGURES[code].label, FIGURES[code].definition) for code in ("due", "attempted", "on_time")]
    used = {code for group in paper_groups(report) for code, _label in group.columns}
    notes += [labelled(rate.label, rate.definition) for code, rate in RATES.items() if code in used]
    return put_notes(sheet, notes, row=row, width=width)


def _write_questions(book: Workbook, report: MonthlyQuestioned) -> None:
    sheet = book.create_sheet(_("Questions"))
    heads = (_("Version"), _("Question"), _("Answers"), _("Mean"), _("Favourable"), _("Favourable, %"), _("Alerts"))
    for column, text in enumerate(heads, start=1):
        put_heading(sheet, 1, column, text)
    for row, entry in enumerate(report.questions, start=2):
        put_number(sheet, row, 1, entry.version)
        cell = put(sheet, row, 2, entry.text)
        cell.border, cell.alignment = BOX, Alignment(wrap_text=True, vertical="center")
        put_number(sheet, row, 3, entry.answered)
        put_number(sheet, row, 4, entry.mean).number_format = "0.00"
        put_number(sheet, row, 5, entry.favourable)
        put_number(sheet, row, 6, entry.favourable_rate)
        put_number(sheet, row, 7, entry.alerts)
    sheet.column_dimensions["B"].width = 60
    for letter in "ACDEFG":
        sheet.column_dimensions[letter].width = 12
    sheet.freeze_panes = "A2"
    lay_out_page(sheet, landscape=False)


def _write_pairs(sheet: Worksheet, pairs: Iterable[tuple[str, int | float | None]], row: int, width: int) -> int:
    for label, value in pairs:
        for column in range(1, width):
            sheet.cell(row, column).border = BOX
        put(sheet, row, 1, label)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width - 1)
        put_number(sheet, row, width, value)
        row += 1
    return row


def _lay_out(sheet: Worksheet, width: int, *, landscape: bool) -> None:
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 9 if landscape else 22
    if landscape:
        sheet.column_dimensions["B"].width = 14
    lay_out_page(sheet, landscape=landscape)
