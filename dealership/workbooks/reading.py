"""Reading the cells of a workbook, after ``package`` has judged that it may be opened."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from dealership.workbooks.package import (
    DamagedWorkbook,
    Inspection,
    PasswordProtected,
    SheetExtent,
    inspect_workbook,
)

#: What a cell comes as: text, a number (always float), a truth value, a date or time, or "" when empty.
Cell = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet. ``rows[0]`` is row 1 of Excel; every row has the same length.

    ``formulas_without_value`` are (row, column), both from 1.
    """

    name: str
    rows: list[list[Cell]]
    formulas_without_value: frozenset[tuple[int, int]]


def read_sheets(path: Path, *, max_bytes: int, max_rows: int) -> Iterator[Sheet]:
    """The visible sheets of the workbook at ``path``, one after the other, each read when it is asked for.

    Raises a WorkbookRefused (see ``package``) with a sentence for people; never anything else for a bad file.
    """
    inspection = inspect_workbook(path, max_bytes=max_bytes, max_rows=max_rows)
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise PasswordProtected from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DamagedWorkbook from error
    try:
        for number, meta in enumerate(workbook.sheets_metadata):
            if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.visible != calamine.SheetVisibleEnum.Visible:
                continue
            try:
                sheet = workbook.get_sheet_by_index(number)
                rows: list[list[Cell]] = list(sheet.iter_rows())
            except (calamine.CalamineError, OSError, ValueError) as error:
                raise DamagedWorkbook from error
            yield Sheet(meta.name, rows, _formulas(inspection, rows))
    finally:
        workbook.close()


def _formulas(inspection: Inspection, rows: list[list[Cell]]) -> frozenset[tuple[int, int]]:
    # Which part holds which sheet is the workbook's secret; with several sheets a place counts when any of them has a
    # formula there and this sheet shows nothing.
    found = {place for extent in inspection.sheets.values() for place in extent.formulas_without_value}
    return frozenset(
        (row, column)
        for row, column in found
        if row <= len(rows) and column <= len(rows[row - 1]) and rows[row - 1][column - 1] == ""
    )


__all__ = ["Cell", "Sheet", "SheetExtent", "read_sheets"]
