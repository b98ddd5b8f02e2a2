"""Workbooks that this app writes: the rejected rows with their reasons, and empty templates."""

import datetime as dt
import io
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from dealership.web.wording import labelled
from dealership.workbooks.enums import IssueLevel
from dealership.workbooks.kinds import Kind, kind_by_code
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.paper import Maker, put_foot
from dealership.workbooks.reading import Cell
from dealership.workbooks.recognising import recognise

_HEAD = PatternFill("solid", fgColor="E8EDF3")
_REASON = PatternFill("solid", fgColor="FDECEA")
_DATE = "yyyy-mm-dd"


def rejected_rows_workbook(batch: ImportBatch, *, maker: Maker) -> bytes:
    """The rejected rows of an import as .xlsx: the header and the cells as they were typed, and why each was rejected.

    What stood above the table stands above it again, so that the corrected workbook is read like the first. Columns of
    the reader's own are added on the right; the reader ignores them. Who took it stands at the foot of the printed page
    (CC-15): a line below the table would be read as a row.
    """
    reasons: dict[int, list[str]] = {}
    issues = batch.issues.exclude(level=IssueLevel.WARNED).order_by("row", "pk")
    for issue in issues.iterator(chunk_size=2_000):
        reasons.setdefault(issue.row, []).append(labelled(issue.column, issue.sentence))
    found = recognise(
        Path(batch.file.path),
        kind=batch.kind,
        max_bytes=settings.WORKBOOK_MAX_BYTES,
        max_rows=settings.WORKBOOK_MAX_ROWS,
    )
    rows = found.sheet.rows
    header = found.header.row
    # A rota has a line of weekdays below its header, which is no row of its own.
    above = [*rows[: header - 1], rows[header - 1]]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(found.sheet.name))
    put_foot(sheet, maker=maker)
    width = max((len(row) for row in above), default=0)
    for number in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 14
    sheet.column_dimensions[get_column_letter(width + 1)].width = 60
    sheet.column_dimensions[get_column_letter(width + 2)].width = 10
    sheet.freeze_panes = f"A{header + 1}"
    for row in above[:-1]:
        sheet.append([_cell(sheet, value) for value in row])
    heading: list[Cell] = [*above[-1], _("Why it was rejected"), _("Row in the file")]
    sheet.append([_cell(sheet, value, bold=True, fill=_HEAD) for value in heading])
    for number in sorted(reasons):
        if number <= len(rows):
            typed = [_cell(sheet, value) for value in rows[number - 1]]
            why = _cell(sheet, "\n".join(reasons[number]), fill=_REASON, wrap=True)
            sheet.append([*typed, why, _cell(sheet, float(number))])
    return _bytes(book)


def template_workbook(kind: Kind) -> bytes:
    """An empty form of a kind: title, header with a star at what must be filled in, one fictional row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(kind.form_name))
    headers, example, widths = kind.template_columns()
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A3"
    sheet.append([_cell(sheet, kind.template_title(), bold=True)])
    sheet.append([_cell(sheet, text, bold=True, fill=_HEAD) for text in headers])
    sheet.append([_cell(sheet, text) for text in example])
    return _bytes(book)


def kind_for_template(code: str) -> Kind | None:
    return kind_by_code(code)


def _cell(
    sheet: WriteOnlyWorksheet, value: Cell, *, bold: bool = False, fill: PatternFill | None = None, wrap: bool = False
) -> WriteOnlyCell:
    """A cell with exactly this content. Text stays text: what begins with = + - @ is never taken for a formula."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        if value[:1] in ("=", "+", "-", "@", "\t", "\r"):
            cell.quotePrefix = True
    elif isinstance(value, dt.timedelta):
        cell.value = str(value)
    elif value != "":
        cell.value = value
        if isinstance(value, dt.date) and getattr(value, "hour", 0) == getattr(value, "minute", 0) == 0:
            cell.number_format = _DATE
    if bold:
        cell.font = Font(bold=True)
    if fill is not None:
        cell.fill = fill
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _sheet_name(text: str) -> str:
    return "".join(character for character in text if character not in "[]:*?/\\")[:31] or "Sheet1"


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
