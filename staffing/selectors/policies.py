"""Which of a policy's rows decides on a day."""

import datetime as dt
from collections.abc import Hashable
from typing import Any

from django.db.models import Q, QuerySet

from staffing.models import Store


def in_force(rows: QuerySet[Any], store: Store | None, on: dt.date, *keys: str) -> dict[Hashable, Any]:
    """By key (a value, or () without one) the row that decides on a day: the store's own before one for all, of those
    the latest. One query."""
    found = rows.filter(Q(store=store) | Q(store__isnull=True), effective_from__lte=on)
    ranked = sorted(found, key=lambda row: (row.store_id is not None, row.effective_from))
    return {_key(row, keys): row for row in ranked}


def _key(row: object, keys: tuple[str, ...]) -> Hashable:
    values = tuple(getattr(row, key) for key in keys)
    return values[0] if len(values) == 1 else values
