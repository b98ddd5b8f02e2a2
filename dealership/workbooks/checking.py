"""One pass over a workbook: read, clean, judge. The dry run and the import are the same pass."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from dealership.workbooks.enums import Verdict
from dealership.workbooks.issues import Issue
from dealership.workbooks.kinds import Context, HeaderMatch, Kind, Record
from dealership.workbooks.package import column_letters, too_many_rows
from dealership.workbooks.reading import Sheet
from dealership.workbooks.recognising import Recognised, recognise

Progress = Callable[[int, int], None]
PROGRESS_STEP = 1_000


@dataclass(slots=True)
class Table:
    """A workbook that was read and cleaned, before the database was asked."""

    kind: Kind
    records: list[Record]
    layout: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rows come to; ``rows`` is the sum of the other four."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the search for reference cycles rest: a table is a million small objects, all of them alive until the end,
    and looking through them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_table(path: Path, context: Context, *, kind: str = "", progress: Progress | None = None) -> Table:
    """Read and clean the workbook at ``path``. Raises a WorkbookRefused.

    ``progress`` is called with (rows looked at, rows in the sheet).
    """
    found = recognise(path, kind=kind, max_bytes=settings.WORKBOOK_MAX_BYTES, max_rows=settings.WORKBOOK_MAX_ROWS)
    records = list(_reporting(found, context, progress))
    found.kind.finish_cleaning(records)
    return Table(found.kind, records, layout_of(found.kind, found.sheet, found.header))


def _reporting(found: Recognised, context: Context, progress: Progress | None) -> Iterator[Record]:
    total = len(found.sheet.rows) - found.header.row
    limit = settings.WORKBOOK_MAX_ROWS
    for done, record in enumerate(found.kind.records(found.sheet, found.header, context), start=1):
        if done > limit:
            raise too_many_rows(limit)
        if progress is not None and done % PROGRESS_STEP == 0:
            progress(done, max(done, total))
        yield record
    if progress is not None:
        progress(total, total)


def judge_table(table: Table, context: Context) -> Counts:
    """Let the kind decide about every record; the database is only read."""
    table.kind.judge(table.records, context)
    for record in table.records:
        if record.issues:
            record.verdict = Verdict.REJECTED
    tally = dict.fromkeys(Verdict.values, 0)
    for record in table.records:
        tally[record.verdict] += 1
    return Counts(**tally)


def rejections(table: Table) -> list[Issue]:
    """The fault that is reported of each rejected record, by row."""
    return sorted((record.issues[0] for record in table.records if record.issues), key=lambda issue: issue.row)


def further_faults(table: Table) -> list[Issue]:
    """The other faults of rejected records: whoever corrects the row wants to know them all."""
    return [issue for record in table.records for issue in record.issues[1:]]


def warnings(table: Table) -> list[Issue]:
    """Remarks about accepted records, by row."""
    found = [issue for record in table.records if not record.issues for issue in record.warnings]
    return sorted(found, key=lambda issue: issue.row)


def layout_of(kind: Kind, sheet: Sheet, header: HeaderMatch) -> dict[str, Any]:
    """What was understood of the workbook, as it is kept and shown."""
    by_place = {place: name for name, place in header.places.items()}
    headers = {column.field: column.header for column in kind.columns}
    return {
        "sheet": sheet.name,
        "header_row": header.row,
        "columns": [
            {
                "letter": column_letters(place + 1),
                "meaning": headers.get(name, name),
                "text": str(sheet.rows[header.row - 1][place]),
            }
            for place, name in sorted(by_place.items())
        ],
        "ignored": [{"letter": column_letters(place + 1), "text": text} for place, text in header.ignored],
        "formulas_without_value": sum(1 for row, _column in sheet.formulas_without_value if row > header.row),
        "absent": [column.header for column in kind.columns if column.field not in header.places and column.header],
    }
