"""Asking the database about many keys at once."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.related import ForeignObject
from django.db.models.sql.compiler import SQLCompiler

SLICE = 20_000


@ForeignObject.register_lookup  # keys to other tables have a table of lookups of their own
@models.Field.register_lookup
class OneOf(models.Lookup):
    """``field__one_of=[…]``: IN for thousands of values, as one parameter: an array on PostgreSQL, JSON on SQLite."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(list(self.rhs))]  # noqa: S608

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        # One text that PostgreSQL reads as an array: a list would be twenty thousand constants for its parser.
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, _array(list(map(str, self.rhs)))]


def _array(texts: Sequence[str]) -> str:
    together = "".join(texts)
    if "\\" in together or '"' in together:
        texts = [text.replace("\\", r"\\").replace('"', r"\"") for text in texts]
    quoted = '","'.join(texts)
    return f'{{"{quoted}"}}' if texts else "{}"


def rows_in(
    queryset: "models.QuerySet[Any]", field: str, values: Iterable[Any], *names: str
) -> Iterator[tuple[Any, ...]]:
    """The named columns of the rows whose ``field`` is one of ``values`` (texts or whole numbers)."""
    wanted = list(dict.fromkeys(values))
    for at in range(0, len(wanted), SLICE):
        part = wanted[at : at + SLICE]
        yield from (
            queryset.filter(**{f"{field}__one_of": part}).order_by().values_list(*names).iterator(chunk_size=5_000)
        )
