"""Workbooks laid out like paper forms: title, makers' line, framed table, notes, signatures, A4.

Text that people typed is written as text even where it begins like a formula.
"""

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.wording import NONE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERCENT = "0.0%"
_THIN = Side(style="thin", color="FF8C8C8C")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD = PatternFill("solid", fgColor="FFE8EEF5")
TOTAL = PatternFill("solid", fgColor="FFF3F3F3")


@dataclass(frozen=True)
class Maker:
    """Who made the workbook, for whom, and when."""

    name: str
    store_name: str
    made_on: dt.date


def put(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    """Write a value; text stays text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str | Promise):
        text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
        cell.value = text
        if cell.data_type == "f" or text.startswith(("=", "+", "-", "@", "\t", "\r")):
            cell.data_type = "s"
            cell.quotePrefix = True
    else:
        cell.value = value
    return cell


def put_text(sheet: Worksheet, row: int, column: int, text: object, *, centred: bool = False) -> Cell:
    """A framed cell of text that may take several lines."""
    cell = put(sheet, row, column, text)
    cell.border = BOX
    cell.alignment = Alignment(horizontal="center" if centred else None, vertical="center", wrap_text=True)
    return cell


def put_number(sheet: Worksheet, row: int, column: int, value: float | None) -> Cell:
    """A framed figure; floats are rates, None is "–"."""
    cell = put(sheet, row, column, NONE if value is None else value)
    if isinstance(value, float):
        cell.number_format = PERCENT
    cell.alignment = Alignment(horizontal="center", vertical="center")
    cell.border = BOX
    return cell


def put_heading(sheet: Worksheet, row: int, column: int, text: object, *, down: int = 1, right: int = 1) -> None:
    """A heading over ``down`` rows and ``right`` columns."""
    for r in range(row, row + down):
        for c in range(column, column + right):
            cell = sheet.cell(r, c)
            cell.border, cell.fill = BOX, HEAD
    cell = put(sheet, row, column, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if down > 1 or right > 1:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row + down - 1, end_column=column + right - 1)


def put_title(sheet: Worksheet, title: object, *, period: str, maker: Maker, width: int) -> None:
    """Rows 1 and 2: the name of the form; dealership, ``period`` and maker."""
    cell = put(sheet, 1, 1, title)
    cell.font = Font(bold=True, size=16)
    cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 30
    line = "    ".join(
        [
            _("Dealership: %(name)s") % {"name": maker.store_name},
            period,
            _("Made by: %(name)s") % {"name": maker.name},
            _("Made on: %(date)s") % {"date": maker.made_on.isoformat()},
        ]
    )
    put(sheet, 2, 1, line)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=width)
    sheet.row_dimensions[2].height = 20


def put_notes(sheet: Worksheet, notes: Iterable[str], *, row: int, width: int) -> int:
    """Small lines below the table; returns the row after the last."""
    for note in notes:
        cell = put(sheet, row, 1, note)
        cell.font = Font(size=9, color="FF555555")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        row += 1
    return row


def put_signatures(sheet: Worksheet, row: int, width: int) -> None:
    """The line at the foot: who made it, and who signs."""
    line = "          ".join(
        f"{who}: ______________"
        for who in (_("Made by"), _("Sales supervisor"), _("Sales manager"), _("General manager"))
    )
    cell = put(sheet, row, 1, line)
    cell.alignment = Alignment(horizontal="left", vertical="bottom")
    sheet.row_dimensions[row].height = 36
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def lay_out_page(sheet: Worksheet, *, landscape: bool) -> None:
    """A4, one page wide, numbered."""
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P / &N"


def property_line(maker: Maker) -> str:
    """What stands at the foot of everything that is taken out (CC-15)."""
    line = _("Exported by %(name)s on %(date)s. Company property, confidential.")
    return line % {"name": maker.name, "date": maker.made_on.isoformat()}


def put_foot(sheet: Worksheet | WriteOnlyWorksheet, *, maker: Maker) -> None:
    """The same at the foot of each printed page, with the number of the page. An ampersand would begin a code there."""
    sheet.oddFooter.center.text = property_line(maker).replace("&", "＆") + "\n&P / &N"


def saved(book: Workbook, *, maker: Maker) -> bytes:
    """The workbook as a file; below each table and at the foot of each page who took it out, and whose it is."""
    line = property_line(maker)
    for sheet in book.worksheets:
        last = sheet.max_row
        if sheet.cell(last, 1).value != line:
            put(sheet, last + 2, 1, line).font = Font(size=9, color="FF555555")
        put_foot(sheet, maker=maker)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
