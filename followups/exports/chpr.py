"""The CHPR self-check as workbooks: the sheet of a person (F10), and the month of a team."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.months import month_label, month_of
from dealership.web.wording import labelled
from dealership.workbooks.paper import (
    Maker,
    lay_out_page,
    put_heading,
    put_notes,
    put_number,
    put_text,
    put_title,
    saved,
)
from followups.models import CallCheck, CheckMark
from followups.rules.chpr import Tally, tally_of
from followups.selectors.chpr import MonthOfChecks

_SHEET_COLUMNS = {"A": 14, "B": 7, "C": 44, "D": 12, "E": 8, "F": 8, "G": 8, "H": 34}
_RESULTS = ("good", "medium", "poor")


def sheet_workbook(sheet_row: CallCheck, marks: Sequence[CheckMark], *, maker: Maker) -> bytes:
    """CHPR自检表: stage, number, check point, page of the manual, result 好/中/差, improvement."""
    book, sheet = _begun(month_of(sheet_row.month))
    period = _("Month: %(month)s") % {"month": month_label(sheet_row.month)}
    put_title(sheet, _("CHPR self-check list"), period=period, maker=maker, width=8)
    for column, text in enumerate((_("Stage"), _("No."), _("Check point"), _("Page of the manual")), start=1):
        put_heading(sheet, 3, column, text, down=2)
    put_heading(sheet, 3, 5, _("Result of the check"), right=3)
    for column, text in enumerate((_("Good"), _("Medium"), _("Poor")), start=5):
        put_heading(sheet, 4, column, text)
    put_heading(sheet, 3, 8, _("Improvement"), down=2)
    row, began = 4, 5
    for index, mark in enumerate(marks):
        row += 1
        is_new = not index or marks[index - 1].stage != mark.stage
        began = row if is_new else began
        put_text(sheet, row, 1, mark.stage if is_new else "", centred=True)
        put_number(sheet, row, 2, mark.number)
        put_text(sheet, row, 3, mark.text)
        put_text(sheet, row, 4, mark.manual_page, centred=True)
        for column, result in enumerate(_RESULTS, start=5):
            put_text(sheet, row, column, "√" if mark.result == result else "", centred=True)
        put_text(sheet, row, 8, mark.improvement)
        is_last = index + 1 == len(marks) or marks[index + 1].stage != mark.stage
        if is_last and row > began:
            sheet.merge_cells(start_row=began, start_column=1, end_row=row, end_column=1)
    tally = tally_of(mark.result for mark in marks)
    signed = f"{sheet_row.signed_by.name} {sheet_row.signed_at.astimezone(sheet_row.store.tz):%Y-%m-%d %H:%M}"
    notes = [
        labelled(_("Person checked"), f"{sheet_row.person.name} {sheet_row.person.employee_no}"),
        labelled(sheet_row.get_source_display(), _("version %(version)s") % {"version": sheet_row.version}),
        _("Good %(good)s, medium %(medium)s, poor %(poor)s") % _counts(tally),
        labelled(_("Signed"), signed),
    ]
    if sheet_row.remark:
        notes.append(labelled(_("Remark"), sheet_row.remark))
    put_notes(sheet, notes, row=row + 1, width=8)
    for letter, width in _SHEET_COLUMNS.items():
        sheet.column_dimensions[letter].width = width
    sheet.print_title_rows = "3:4"
    lay_out_page(sheet, landscape=True)
    return saved(book, maker=maker)


def team_workbook(found: MonthOfChecks, *, maker: Maker) -> bytes:
    """The month by person, and the weak points; supervisors' sheets and own ones apart."""
    book, sheet = _begun(month_of(found.month))
    period = _("Month: %(month)s") % {"month": month_label(found.month)}
    put_title(sheet, _("CHPR checks of the month"), period=period, maker=maker, width=10)
    put_heading(sheet, 3, 1, _("Staff no."), down=2)
    put_heading(sheet, 3, 2, _("Name"), down=2)
    for column, text in ((3, _("Supervisor's check")), (7, _("Self-check"))):
        put_heading(sheet, 3, column, text, right=4)
        for offset, head in enumerate((_("Good"), _("Medium"), _("Poor"), _("Good, %"))):
            put_heading(sheet, 4, column + offset, head)
    row = 4
    for line in found.lines:
        row += 1
        put_text(sheet, row, 1, line.person.employee_no)
        put_text(sheet, row, 2, line.person.name)
        _put_tally(sheet, row, 3, line.supervisor)
        _put_tally(sheet, row, 7, line.own)
    row += 1
    put_text(sheet, row, 1, "")
    put_text(sheet, row, 2, _("Total"))
    _put_tally(sheet, row, 3, found.total)
    _put_tally(sheet, row, 7, found.own_total)
    row += 2
    for column, text in ((1, _("No.")), (2, _("Weak points")), (7, _("Poor")), (8, _("Medium")), (9, _("Good"))):
        put_heading(sheet, row, column, text, right=5 if column == 2 else 1)
    for weak in found.weak:
        row += 1
        put_number(sheet, row, 1, weak.point.number)
        for column in range(2, 7):
            put_text(sheet, row, column, "")
        put_text(sheet, row, 2, f"{weak.stage} · {weak.text}")
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=6)
        tally = weak.point.tally
        for column, value in ((7, tally.poor), (8, tally.medium), (9, tally.good)):
            put_number(sheet, row, column, value)
    for letter in "ABCDEFGHIJ":
        sheet.column_dimensions[letter].width = 16 if letter == "B" else 10
    lay_out_page(sheet, landscape=False)
    return saved(book, maker=maker)


def _put_tally(sheet: Worksheet, row: int, column: int, tally: Tally | None) -> None:
    values: tuple[float | None, ...] = (None,) * 4
    if tally is not None and tally.total:
        values = (tally.good, tally.medium, tally.poor, tally.good_share)
    for offset, value in enumerate(values):
        put_number(sheet, row, column + offset, value)


def _counts(tally: Tally) -> dict[str, int]:
    return {"good": tally.good, "medium": tally.medium, "poor": tally.poor}


def _begun(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    return book, sheet
