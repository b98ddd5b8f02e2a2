"""The cleaned rows of a dry run, kept beside the workbook, so that the import need not read and clean it again.

Only what the file alone says is kept: values, faults and warnings of cells. What the rows mean for the database is
judged again under the lock, always. A kept table counts only for the same bytes, the same kind asked for and the same
judging date, and not for long; whenever anything about it is odd, the workbook is read again.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from dealership.workbooks.checking import Table
from dealership.workbooks.issues import Issue
from dealership.workbooks.kinds import Record, kind_by_code
from dealership.workbooks.models import ImportBatch

log = logging.getLogger(__name__)

FORM = 2
#: Reading a short workbook again is no work.
LEAST_ROWS = 500
MOST_BYTES = 32 * 1024 * 1024
#: The reader may have been replaced by a newer one since.
LIFETIME = dt.timedelta(hours=2)
#: Stands in a column for a record that has no value of that name.
ABSENT = "absent"


def keep_table(batch: ImportBatch, table: Table, *, at: dt.datetime) -> bool:
    """Keep the cleaned rows of ``batch``, before anybody has judged them. Returns whether they are kept."""
    forget_table(batch)
    if len(table.records) < LEAST_ROWS:
        return False
    try:
        content = json.dumps(
            {**_seal(batch), "at": at.isoformat(), **_packed(table)}, ensure_ascii=False, separators=(",", ":")
        ).encode()
    except _NotPlain:
        return False
    if len(content) > MOST_BYTES:
        return False
    batch.file.storage.save(_name(batch), ContentFile(content))
    return True


def kept_table(batch: ImportBatch, *, at: dt.datetime) -> Table | None:
    """The cleaned rows of ``batch`` as the dry run left them, or None when the workbook must be read."""
    storage, name = batch.file.storage, _name(batch)
    try:
        if storage.size(name) > MOST_BYTES:
            return None
        with storage.open(name) as stream:
            data = json.loads(stream.read())
        if any(data[key] != value for key, value in _seal(batch).items()):
            return None
        if not dt.timedelta(0) <= at - dt.datetime.fromisoformat(data["at"]) <= LIFETIME:
            return None
        return _unpacked(data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        log.warning("The kept rows of import %s cannot be used: %r", batch.pk, error)
        return None


def forget_table(batch: ImportBatch) -> None:
    """Delete what was kept, if anything was."""
    if batch.file:
        batch.file.storage.delete(_name(batch))


def _name(batch: ImportBatch) -> str:
    return f"{batch.file.name}.rows.json"


def _seal(batch: ImportBatch) -> dict[str, Any]:
    return {"form": FORM, "sha256": batch.sha256, "asked": batch.asked_kind, "as_of": batch.as_of.isoformat()}


# --- records as columns ------------------------------------------------------------------------------------------
def _packed(table: Table) -> dict[str, Any]:
    records = table.records
    return {
        "kind": table.kind.code,
        "layout": table.layout,
        "rows": [record.row for record in records],
        "values": _columns([record.values for record in records]),
        "found": _columns([record.found for record in records]),
        "issues": _issues([record.issues for record in records]),
        "warnings": _issues([record.warnings for record in records]),
    }


def _unpacked(data: dict[str, Any]) -> Table:
    kind = kind_by_code(data["kind"])
    if kind is None:
        raise KeyError(data["kind"])
    rows = data["rows"]
    values = _dicts(data["values"], len(rows))
    found = _dicts(data["found"], len(rows))
    records = [Record(row, line, found=known) for row, line, known in zip(rows, values, found, strict=True)]
    for place, *fault in data["issues"]:
        records[place].issues.append(Issue(records[place].row, *fault))
    for place, *fault in data["warnings"]:
        records[place].warnings.append(Issue(records[place].row, *fault))
    return Table(kind, records, data["layout"])


def _issues(lists: Sequence[Sequence[Issue]]) -> list[list[Any]]:
    return [
        [place, issue.column, issue.reason, issue.message, dict(issue.params)]
        for place, issues in enumerate(lists)
        for issue in issues
    ]


def _columns(dicts: Sequence[dict[str, Any]]) -> dict[str, dict[str, list[Any]]]:
    """Name → the column: plain values as they are, dates as texts, others as the different ones and who has which."""
    shapes = list(dict.fromkeys(map(tuple, dicts)))
    names = list(dict.fromkeys(name for shape in shapes for name in shape))
    lists: Iterable[Sequence[Any]]
    if len(shapes) == 1:
        lists = zip(*map(dict.values, dicts), strict=True)
    else:
        lists = ([each.get(name, _MISSING) for each in dicts] for name in names)
    columns: dict[str, dict[str, list[Any]]] = {}
    for name, column in zip(names, lists, strict=True):
        kinds = set(map(type, column))
        if kinds <= _AS_THEY_ARE:
            columns[name] = {"plain": list(column)}
            continue
        if kinds <= _DATES:
            columns[name] = {"dates": [None if value is None else str(value) for value in column]}
            continue
        places: dict[Any, int] = {}
        which = [places.setdefault((value.__class__, value), len(places)) for value in column]
        columns[name] = {"each": [_sealed(value) for _type, value in places], "which": which}
    return columns


def _dicts(columns: dict[str, dict[str, list[Any]]], count: int) -> list[dict[str, Any]]:
    names = list(columns)
    lists = []
    whole = True
    for column in columns.values():
        if "plain" in column:
            lists.append(column["plain"])
            continue
        if "dates" in column:
            read = dt.date.fromisoformat
            lists.append([None if text is None else read(text) for text in column["dates"]])
            continue
        each = [_opened(value) for value in column["each"]]
        whole = whole and _MISSING not in each
        lists.append([each[place] for place in column["which"]])
    if not names:
        return [{} for _number in range(count)]
    if any(len(column) != count for column in lists):
        raise ValueError
    lines = [dict(zip(names, line, strict=True)) for line in zip(*lists, strict=True)]
    if not whole:
        lines = [{name: value for name, value in line.items() if value is not _MISSING} for line in lines]
    return lines


class _NotPlain(Exception):
    """A value for which there is no way of keeping."""


class _Missing:
    """No value of that name."""


_MISSING = _Missing()
_AS_THEY_ARE = {str, bool, int, float, type(None)}
_DATES = {dt.date, type(None)}
#: Type → (its letter, to JSON); the letter → from JSON.
_WRITE: dict[type, tuple[str, Callable[[Any], Any]]] = {
    dt.date: ("date", dt.date.isoformat),
    dt.time: ("time", dt.time.isoformat),
    dt.datetime: ("moment", dt.datetime.isoformat),
    Decimal: ("decimal", str),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "moment": dt.datetime.fromisoformat,
    "decimal": Decimal,
}


def _sealed(value: Any) -> Any:
    kind = value.__class__
    if kind in _AS_THEY_ARE:
        return value
    if value is _MISSING:
        return {ABSENT: True}
    if kind in _WRITE:
        name, write = _WRITE[kind]
        return {name: write(value)}
    if kind is tuple:
        return {"tuple": [_sealed(part) for part in value]}
    raise _NotPlain


def _opened(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    if name == ABSENT:
        return _MISSING
    if name == "tuple":
        return tuple(_opened(part) for part in content)
    return _READ[name](content)
