"""Writing many rows in sets, and remembering what was written so that it can be undone.

PostgreSQL gets COPY and UPDATE … FROM, SQLite executemany; both in the caller's transaction. Ids are taken beforehand,
so that rows of several tables can be linked without reading them back.
"""

import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, models

from dealership.workbooks.enums import EntryAction
from dealership.workbooks.models import BatchEntry, ImportBatch

CHUNK = 2_000
#: How much COPY asks for at a time, bytes.
PIECE = 1 << 17
#: How COPY is told of an empty field; XML cannot hold this character, so no cell does.
NULL = "\x01"


class ChangedMeanwhile(RuntimeError):
    """Rows were changed by somebody else between looking and writing; rolled back, it may be repeated."""


class BatchWriter:
    """Writes rows for one import. Every row created or changed is entered in the batch.

    Rows are tuples in the order of ``fields`` (model field names; foreign keys as ``name_id``), without the id.
    """

    def __init__(self, batch: ImportBatch | None) -> None:
        self.batch = batch
        self._position = 0

    def new_ids(self, model: type[models.Model], count: int) -> Sequence[int]:
        """Ids for ``count`` rows to come."""
        return take_ids(model, count)

    def insert(
        self,
        model: type[models.Model],
        fields: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        ids: Sequence[int] | None = None,
    ) -> Sequence[int]:
        """Create rows; returns their ids in the same order."""
        if not rows:
            return []
        given = take_ids(model, len(rows)) if ids is None else ids
        insert_rows(model, fields, rows, given)
        self._enter(model, EntryAction.CREATED, [{"ranges": as_ranges(given)}])
        return given

    def update(self, model: type[models.Model], changes: Sequence[tuple[int, dict[str, Any], dict[str, Any]]]) -> int:
        """Change rows: (id, former values, new values) with the same field names in both. Returns how many.

        A row whose former values are no longer there raises ChangedMeanwhile: nobody's newer entry is overwritten.
        """
        groups: dict[tuple[str, ...], list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
        for change in changes:
            groups.setdefault(tuple(sorted(change[2])), []).append(change)
        for fields, group in groups.items():
            if update_rows(model, fields, group) != len(group):
                raise ChangedMeanwhile(model._meta.label_lower)
            self._enter(
                model,
                EntryAction.UPDATED,
                [
                    {
                        "fields": list(fields),
                        "rows": [
                            [pk, [_plain(before[name]) for name in fields], [_plain(after[name]) for name in fields]]
                            for pk, before, after in group[at : at + CHUNK]
                        ],
                    }
                    for at in range(0, len(group), CHUNK)
                ],
            )
        return len(changes)

    def delete(self, model: type[models.Model], ids: Sequence[int]) -> int:
        """Remove rows to which nothing points; their content is kept in the batch. Returns how many."""
        fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        for at in range(0, len(ids), CHUNK):
            part = list(ids[at : at + CHUNK])
            rows = list(model._base_manager.filter(pk__in=part).order_by("pk").values_list("pk", *fields))
            if len(rows) != len(part):
                raise ChangedMeanwhile(model._meta.label_lower)
            delete_rows(model, part)
            kept = [[_plain(value) for value in row] for row in rows]
            self._enter(model, EntryAction.DELETED, [{"fields": fields, "rows": kept}])
        return len(ids)

    def _enter(self, model: type[models.Model], action: str, chunks: Sequence[dict[str, Any]]) -> None:
        if self.batch is None:
            return
        entries = []
        for data in chunks:
            self._position += 1
            entries.append(
                BatchEntry(
                    batch=self.batch, position=self._position, model=model._meta.label_lower, action=action, data=data
                )
            )
        BatchEntry.objects.bulk_create(entries)


def as_ranges(ids: Iterable[int]) -> list[list[int]]:
    """Ids as [first, last] of each run: the rows of one import are mostly a single one."""
    ordered = sorted(ids)
    if ordered and ordered == list(range(ordered[0], ordered[0] + len(ordered))):
        return [[ordered[0], ordered[-1]]]
    runs: list[list[int]] = []
    for pk in ordered:
        if runs and pk == runs[-1][1] + 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
    return runs


def ids_in(ranges: Iterable[Sequence[int]]) -> list[int]:
    """The ids of ``as_ranges``."""
    return [pk for first, last in ranges for pk in range(first, last + 1)]


def _plain(value: Any) -> Any:
    """A value as JSON; ``restored`` makes it again."""
    if isinstance(value, dt.date | dt.time | Decimal):
        return str(value)
    return value


def restored(model: type[models.Model], name: str, value: Any) -> Any:
    """A value of a field from its JSON."""
    return _field(model, name).to_python(value)


# --- statements --------------------------------------------------------------------------------------------------
def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Claim ``count`` ids of a table. On SQLite only inside a transaction that already holds the write lock."""
    if count == 0:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The name is asked for apart: inside the second statement it would be looked up for every single id.
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', model._meta.pk.column])
            (sequence,) = cursor.fetchone()
            # Somebody may draw from the sequence meanwhile; nearly always it is one run, of which two ids say all.
            cursor.execute(
                "SELECT min(id), CASE WHEN max(id) - min(id) >= count(*) THEN array_agg(id) END"
                " FROM (SELECT nextval(%s::regclass) AS id FROM generate_series(1, %s)) AS drawn",
                [sequence, count],
            )
            first, scattered = cursor.fetchone()
            return range(first, first + count) if scattered is None else sorted(scattered)
        # AUTOINCREMENT keeps the highest id ever used here; the transaction is IMMEDIATE, so nobody else is writing.
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if cursor.rowcount == 0:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
        return range(last - count + 1, last + 1)


def insert_rows(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]], ids: Sequence[int]
) -> None:
    """Create rows with the given ids. Fields not named take the model's default (a plain one, or the empty text)."""
    named = [_field(model, name) for name in fields]
    listed = {field.attname for field in named} | {model._meta.pk.attname}
    rest = [field for field in model._meta.concrete_fields if field.attname not in listed]
    constant = tuple(field.get_default() for field in rest)
    columns = [model._meta.pk, *named, *rest]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.copy_expert(
                f"COPY {table} ({names}) FROM STDIN WITH (NULL '{NULL}')", _CopySource(rows, ids, constant), PIECE
            )
            return
        full = ((pk, *row, *constant) for pk, row in zip(ids, rows, strict=True))
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", _adapted(full, columns))  # noqa: S608


def update_rows(
    model: type[models.Model], fields: Sequence[str], changes: Sequence[tuple[int, dict[str, Any], dict[str, Any]]]
) -> int:
    """Change rows whose former values are still there. Returns how many were changed."""
    columns = [_field(model, name) for name in fields]
    pk = model._meta.pk
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    rows = [
        (number, *(after[name] for name in fields), *(before[name] for name in fields))
        for number, before, after in changes
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            casts = [field.db_type(connection) or "text" for field in columns]
            new = [f"n{number}" for number in range(len(columns))]
            old = [f"o{number}" for number in range(len(columns))]
            cursor.execute("DROP TABLE IF EXISTS workbook_changes")
            shape = ", ".join(
                ["id bigint", *(f"{name} {cast}" for name, cast in zip((*new, *old), (*casts, *casts), strict=True))]
            )
            cursor.execute(f"CREATE TEMPORARY TABLE workbook_changes ({shape}) ON COMMIT DROP")
            cursor.cursor.copy_expert(
                f"COPY workbook_changes FROM STDIN WITH (NULL '{NULL}')", _CopySource(rows), PIECE
            )
            sets = ", ".join(f"{quote(str(field.column))} = c.{name}" for field, name in zip(columns, new, strict=True))
            same = " AND ".join(
                f"t.{quote(str(field.column))} IS NOT DISTINCT FROM c.{name}"
                for field, name in zip(columns, old, strict=True)
            )
            cursor.execute(
                f"UPDATE {table} t SET {sets} FROM workbook_changes c WHERE t.{quote(str(pk.column))} = c.id AND {same}"  # noqa: S608
            )
            return int(cursor.rowcount)
        sets = ", ".join(f"{quote(str(field.column))} = %s" for field in columns)
        same = " AND ".join(f"{quote(str(field.column))} IS %s" for field in columns)
        statement = f"UPDATE {table} SET {sets} WHERE {quote(str(pk.column))} = %s AND {same}"  # noqa: S608
        size = len(columns)
        ordered = ((*row[1 : size + 1], row[0], *row[size + 1 :]) for row in rows)
        cursor.executemany(statement, _adapted(ordered, [*columns, pk, *columns]))
        return int(cursor.rowcount)


def delete_rows(model: type[models.Model], ids: Sequence[int]) -> None:
    """Delete rows by id, without looking for what hangs on them."""
    table = connection.ops.quote_name(model._meta.db_table)
    column = connection.ops.quote_name(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [list(ids)])  # noqa: S608
        else:
            cursor.executemany(f"DELETE FROM {table} WHERE {column} = %s", [(pk,) for pk in ids])  # noqa: S608


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") and _is_key(model, name) else name)
    assert isinstance(field, models.Field)
    return field


def _is_key(model: type[models.Model], name: str) -> bool:
    return any(field.attname == name and field.is_relation for field in model._meta.concrete_fields)


def _adapted(rows: Iterable[Sequence[Any]], columns: Sequence["models.Field[Any, Any]"]) -> Any:
    """Values as SQLite stores them, in the forms that Django reads back; made as they are asked for."""
    adapters = [_adapter(field) for field in columns]
    if not any(adapters):
        return (tuple(row) for row in rows)
    return (
        tuple(
            value if adapter is None or value is None else adapter(value)
            for value, adapter in zip(row, adapters, strict=True)
        )
        for row in rows
    )


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    kind = field.get_internal_type()
    if kind in ("DateTimeField", "DecimalField", "TimeField", "JSONField"):
        return partial(field.get_db_prep_save, connection=connection)
    return str if kind == "DateField" else None


class _CopySource(io.RawIOBase):
    """Rows in the text format of COPY, made as they are read, so that no second copy of them lies in memory.

    ``ids`` stand at the beginning of the rows, ``constant`` values at their end.
    """

    #: So many rows are turned into columns at a time: the values of a column are alike and need no call each.
    STEP = 1_000

    def __init__(
        self, rows: Sequence[Sequence[Any]], ids: Sequence[int] | None = None, constant: Sequence[Any] = ()
    ) -> None:
        self._rows, self._ids = rows, ids
        self._end = [_copied(value) for value in constant]
        self._at = 0
        self._left = b""
        self._known: dict[dt.date | dt.time, str] = {}

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces, have = [self._left], len(self._left)
        while self._at < len(self._rows) and not 0 <= size <= have:
            piece = self._lines(self._at, self._at + self.STEP).encode()
            self._at += self.STEP
            pieces.append(piece)
            have += len(piece)
        text = b"".join(pieces)
        if size < 0:
            self._left = b""
            return text
        self._left = text[size:]
        return text[:size]

    def _lines(self, start: int, stop: int) -> str:
        rows = self._rows[start:stop]
        columns = [self._column(column) for column in zip(*rows, strict=True)]
        if self._ids is not None:
            columns.insert(0, list(map(str, self._ids[start:stop])))
        columns += [[text] * len(rows) for text in self._end]
        lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
        return f"{lines}\n"

    def _column(self, column: Sequence[Any]) -> list[str]:
        kinds = set(map(type, column))
        if len(kinds) > 1:
            return [_escaped(value) if value.__class__ is str else self._text(value) for value in column]
        if column.count(column[0]) == len(column):
            return [_copied(column[0])] * len(column)
        if dt.date in kinds:
            known = self._known
            return [known.get(day) or known.setdefault(day, str(day)) for day in column]
        if str in kinds:
            return list(column) if _is_harmless("".join(column)) else [_escaped(text) for text in column]
        return list(map(str, column)) if int in kinds else list(map(self._text, column))

    def _text(self, value: Any) -> str:
        """A value as COPY reads it; dates and times repeat, and cost more to write than to look up."""
        if not isinstance(value, dt.date | dt.time):
            return _copied(value)
        text = self._known.get(value)
        if text is None:
            text = self._known[value] = str(value)
        return text


def _copied(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return _escaped(str(value))


def _is_harmless(text: str) -> bool:
    return not ("\\" in text or "\t" in text or "\n" in text or "\r" in text)


def _escaped(text: str) -> str:
    if _is_harmless(text):
        return text
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
