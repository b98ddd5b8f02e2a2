"""What a line says against what is in the records already."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from dealership.workbooks.enums import Verdict
from dealership.workbooks.kinds import Record
from dealership.workbooks.lookups import rows_in

Row = dict[str, Any]


def known_rows(
    queryset: "models.QuerySet[Any]", key: str, values: Iterable[Any], *names: str, **renamed: str
) -> dict[Any, Row]:
    """The rows whose ``key`` is one of ``values``, by that key: the columns ``names``, and ``renamed`` by another name
    (``buyer_id="delivery__customer_id"``)."""
    columns = (*names, *renamed)
    rows = rows_in(queryset, key, values, key, *names, *renamed.values())
    return {found: dict(zip(columns, row, strict=True)) for found, *row in rows}


def differences(former: Row, wanted: Row) -> tuple[Row, Row]:
    """(former values, new values) of the fields that a line fills in differently. An empty cell changes nothing."""
    changed = [name for name, value in wanted.items() if value is not None and former[name] != value]
    return {name: former[name] for name in changed}, {name: wanted[name] for name in changed}


def compare(record: Record, former: Row | None, wanted: Row) -> None:
    """Judge a line by the row it speaks of: new without one, else changed or unchanged.

    ``found`` then knows the row's ``pk`` and what to change, ``before`` and ``after``.
    """
    if former is None:
        record.verdict = Verdict.CREATED
        return
    found = record.found
    found["pk"] = former["pk"]
    found["before"], found["after"] = differences(former, wanted)
    record.verdict = Verdict.UPDATED if found["after"] else Verdict.UNCHANGED
