"""The kinds of workbook, declared by the apps that own the rows (``<app>/resources.py``) and registered here.

A kind says which columns its header has, how each cell is cleaned, which columns are the key, and what the cleaned rows
mean for the database: ``judge`` decides about every record and writes nothing, ``write`` writes what was decided.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise

from dealership.kernel.errors import BadValue
from dealership.kernel.text import squeezed
from dealership.workbooks.cleaners import Cleaner, as_text
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.issues import FORMULA_WITHOUT_VALUE, BadCell, Issue, issue_for
from dealership.workbooks.reading import Cell, Sheet

if TYPE_CHECKING:
    from dealership.workbooks.writing import BatchWriter

#: So many rows are cleaned at a time, column by column.
BLOCK = 1_000
#: How far down a header may stand.
HEADER_SEARCH_ROWS = 25
_FURNITURE = re.compile(
    r"(?:合计|总计|小计|共计|total)(?:$|[:(0-9共].*)"  # totals
    r"|(?:制表|填表|审核|审批|批准|复核|经办|打印)(?:人|日期|时间|员|签字)?(?:$|:)"  # signatures
    r"|(?:注|备注|说明|填写说明)[0-9]?:|※"  # notes
)
_DECORATION = re.compile(r"[*＊★:：?？]|\((?:必填|选填)\)|【(?:必填|选填)】")


@dataclass(frozen=True, slots=True)
class Context:
    """Whose workbook it is and when it is read: the store's id, the judging date, the moment, the person's id."""

    store_id: int
    as_of: dt.date
    at: dt.datetime
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind. ``header`` is the name on the paper form, ``field`` the key of its value.

    ``not_future`` refuses a date after the judging date. ``aliases`` are other names that dealerships use.
    """

    header: str
    field: str
    clean: Cleaner
    required: bool = False
    not_future: bool = False
    aliases: tuple[str, ...] = ()
    width: int = 14
    example: str = ""


@dataclass(slots=True)
class Record:
    """One line of the table: its row number in Excel, its cleaned values by field, and what became of it.

    ``found`` is the kind's own: what ``judge`` learned and ``write`` needs.
    """

    row: int
    values: dict[str, Any]
    issues: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    verdict: str = Verdict.UNCHANGED
    found: dict[str, Any] = field(default_factory=dict)

    def reject(self, column: str, reason: str, value: object, message: str | None = None, **params: object) -> None:
        """Refuse this record; the first fault of a record is the one that is reported."""
        self.issues.append(issue_for(self.row, column, reason, value, message, **params))
        self.verdict = Verdict.REJECTED

    def warn(self, column: str, reason: str, value: object, message: str | None = None, **params: object) -> None:
        self.warnings.append(issue_for(self.row, column, reason, value, message, **params))


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """A header that fits a kind. ``places``: field → column (from 0); ``ignored``: (column, text) not understood."""

    row: int
    places: Mapping[str, int]
    ignored: tuple[tuple[int, str], ...]
    missing: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.missing


class Kind:
    """A kind of workbook with one record a row. Subclasses give the class attributes, ``judge`` and ``write``."""

    code: ClassVar[str]
    title: ClassVar["str | Promise"]
    #: The name on the paper form; the file name of the template.
    form_name: ClassVar[str]
    #: Place in the order in which workbooks should be loaded.
    order: ClassVar[int] = 100
    columns: ClassVar[tuple[Column, ...]] = ()
    #: Fields that make a record the same as another one, and the header under which the repetition is reported.
    key: ClassVar[tuple[str, ...]] = ()
    key_column: ClassVar[str] = ""

    def column(self, name: str) -> str:
        """The header of a field."""
        return next(column.header for column in self.columns if column.field == name)

    # --- template ---------------------------------------------------------------------------------------------
    def template_title(self) -> str:
        """The line above the header of the empty form."""
        return self.form_name

    def template_columns(self) -> tuple[list[str], list[str], list[int]]:
        """Headers (with a star where the cell must be filled in), one example row, column widths in characters."""
        return (
            [f"{column.header}*" if column.required else column.header for column in self.columns],
            [column.example for column in self.columns],
            [column.width for column in self.columns],
        )

    # --- header -----------------------------------------------------------------------------------------------
    def match_header(self, cells: Sequence[str], row: int) -> HeaderMatch | None:
        """Whether the folded texts of a row are this kind's header; with ``missing`` when it is one but incomplete."""
        names = _names_of(self)
        places: dict[str, int] = {}
        ignored = []
        for position, cell in enumerate(cells):
            if not cell:
                continue
            found = names.get(cell)
            if found is None or found in places:
                ignored.append((position, cell))
            else:
                places[found] = position
        if not places:
            return None
        missing = tuple(column.header for column in self.columns if column.required and column.field not in places)
        return HeaderMatch(row, places, tuple(ignored), missing)

    # --- rows -------------------------------------------------------------------------------------------------
    def records(self, sheet: Sheet, header: HeaderMatch, context: Context) -> Iterator[Record]:
        """The cleaned records of the table below the header, in order; rejected ones carry their issues."""
        steps = [
            _Step(column, header.places[column.field], context)
            for column in self.columns
            if column.field in header.places
        ]
        names = [column.field for column in self.columns if column.field not in header.places]
        nothing = [repeat(None)] * len(names)
        names += [step.name for step in steps]
        wanted = [step.position for step in steps]
        heading = header_names(sheet.rows[header.row - 1])
        rows = table_rows(sheet, header.row, wanted, heading)
        while block := list(islice(rows, BLOCK)):
            records = [Record(number, {}) for number, _cells in block]
            columns = list(zip(*(cells for _number, cells in block), strict=True))
            cleaned = [step.cleaned(columns[step.position], records, sheet) for step in steps]
            for record, line in zip(records, zip(*nothing, *cleaned, strict=False), strict=True):
                record.values = dict(zip(names, line, strict=True))
            yield from records

    def finish_cleaning(self, records: Sequence[Record]) -> None:
        """Faults that concern several cells of a record, or several records."""
        self.check_records(records)
        if not self.key:
            return
        seen: dict[tuple[Any, ...], int] = {}
        for record in records:
            if record.issues:
                continue
            key = tuple(record.values[name] for name in self.key)
            first = seen.setdefault(key, record.row)
            if first != record.row:
                record.reject(self.key_column, Reason.DUPLICATE_IN_FILE, key[-1], first_row=first)

    def check_records(self, records: Sequence[Record]) -> None:
        """A kind's own faults of single records; called before the keys are compared."""

    # --- database ---------------------------------------------------------------------------------------------
    def judge(self, records: list[Record], context: Context) -> None:
        """Decide the verdict of every record that is not rejected yet. Reads the database in sets, writes nothing.

        Records may be taken out of the list when one of them speaks for several.
        """
        raise NotImplementedError

    def write(self, records: Sequence[Record], context: Context, writer: "BatchWriter") -> None:
        """Write what ``judge`` decided, in sets, through ``writer``, in the caller's transaction."""
        raise NotImplementedError


_UNKNOWN = object()


class _Step:
    """One column at work: position, cleaner, and what it already knows of the values that repeat."""

    __slots__ = ("as_of", "cleaner", "column", "known", "name", "position", "required")
    LIMIT = 4096

    def __init__(self, column: Column, position: int, context: Context) -> None:
        self.column = column
        self.position = position
        self.name = column.field
        self.cleaner = column.clean
        self.required = column.required
        self.as_of = context.as_of if column.not_future else None
        self.known: dict[Any, Any] = {} if column.required else {"": None}

    def cleaned(self, cells: Sequence[Cell], records: Sequence[Record], sheet: Sheet) -> list[Any]:
        """The values of a piece of the column; most cells repeat (models, dates, colours) and are looked up."""
        known = self.known
        if bool in set(map(type, cells)):  # True and 1.0 are the same key
            return [self.clean(cell, record, sheet) for cell, record in zip(cells, records, strict=True)]
        values = list(map(known.get, cells, repeat(_UNKNOWN)))
        for place, value in enumerate(values):
            if value is _UNKNOWN:
                cell = cells[place]
                value = known.get(cell, _UNKNOWN)  # it may have come up meanwhile
                values[place] = self.clean(cell, records[place], sheet) if value is _UNKNOWN else value
        return values

    def clean(self, raw: Cell, record: Record, sheet: Sheet) -> Any:
        """The value of a cell; None when it is empty or, with an issue of the record, when it cannot be taken."""
        value = raw.strip(" \t\r\n\u3000\xa0'") if isinstance(raw, str) else raw
        if value == "":
            if self.required:
                formula = (record.row, self.position + 1) in sheet.formulas_without_value
                record.reject(self.column.header, Reason.REQUIRED, "", FORMULA_WITHOUT_VALUE if formula else None)
            return None
        try:
            cleaned = self.cleaner(value)
        except BadCell as error:
            message = error.message if error.own_sentence else None
            params = {name: given for name, given in error.params.items() if name != "value"}
            record.reject(self.column.header, error.reason, value, message, **params)
            return None
        except BadValue as error:
            params = {name: given for name, given in error.params.items() if name != "value"}
            record.reject(self.column.header, error.code, value, error.message, **params)
            return None
        if cleaned == "" and self.required:
            record.reject(self.column.header, Reason.REQUIRED, "")
            return None
        if self.as_of is not None and cleaned > self.as_of:
            record.reject(self.column.header, Reason.FUTURE_DATE, value)
            return None
        if len(self.known) < self.LIMIT and not isinstance(raw, bool):
            self.known[raw] = cleaned
        return cleaned


def table_rows(
    sheet: Sheet, header_row: int, wanted: Sequence[int], heading: Sequence[str]
) -> Iterator[tuple[int, list[Cell]]]:
    """(row number, cells) of the lines of a table: without blank rows, totals, signatures, notes, repeated headers.

    A row in which only columns outside ``wanted`` are filled (a pre-printed 序号) is blank too.
    """
    for number, cells in enumerate(sheet.rows[header_row:], start=header_row + 1):
        for position in wanted:
            cell = cells[position]
            if cell != "" and (not isinstance(cell, str) or not cell.isspace()):
                break
        else:
            continue
        first = next((cell for cell in cells if cell != ""), "")
        if isinstance(first, str) and _is_furniture(first, cells, heading):
            continue
        yield number, cells


def _is_furniture(first: str, cells: Sequence[Cell], heading: Sequence[str]) -> bool:
    """Whether a row is no line of the table but belongs to the paper around it."""
    text = squeezed(first).lower()
    if _FURNITURE.match(text):
        return True
    return header_name(first) in heading and header_names(cells) == list(heading)


def header_name(text: str) -> str:
    """The form in which headers are compared: folded, without stars, colons, spaces and case."""
    return _DECORATION.sub("", squeezed(text)).lower()


def header_names(cells: Sequence[Cell]) -> list[str]:
    return [header_name(as_text(cell)) if cell != "" else "" for cell in cells]


_names: dict[str, dict[str, str]] = {}


def _names_of(kind: Kind) -> dict[str, str]:
    if kind.code not in _names:
        _names[kind.code] = {
            header_name(name): column.field for column in kind.columns for name in (column.header, *column.aliases)
        }
    return _names[kind.code]


# --- registry ----------------------------------------------------------------------------------------------------
_kinds: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    """Class decorator: make a kind known."""
    _kinds[kind.code] = kind()
    return kind


def kinds() -> tuple[Kind, ...]:
    """All kinds in the order in which their workbooks should be loaded."""
    return tuple(sorted(_kinds.values(), key=lambda kind: (kind.order, kind.code)))


def kind_by_code(code: str) -> Kind | None:
    return _kinds.get(code)
