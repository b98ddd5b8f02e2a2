"""Pages of a list. The caller orders the rows completely, primary key last."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROWS_PER_PAGE = 50


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to a limit and no further: of a hundred thousand rows nobody turns to the last page, and counting them
    would cost more than showing one. ``is_cut``: there are more rows than the limit."""

    def __init__(self, rows: "QuerySet[Any]", per_page: int, at_most: int) -> None:
        super().__init__(rows, per_page)
        self.at_most = at_most

    @cached_property
    def found(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[: self.at_most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.found, self.at_most)

    @property
    def is_cut(self) -> bool:
        return self.found > self.at_most


def page_of(
    request: HttpRequest,
    rows: "QuerySet[Any] | Sequence[Any]",
    *,
    per_page: int = ROWS_PER_PAGE,
    parameter: str = "page",
) -> "Page[Any]":
    """The page named in the query string; the first for nonsense, the last for a number beyond the end."""
    return Paginator(rows, per_page).get_page(request.GET.get(parameter))


def short_page_of(
    request: HttpRequest,
    rows: "QuerySet[Any]",
    *,
    at_most: int,
    per_page: int = ROWS_PER_PAGE,
    parameter: str = "page",
) -> "Page[Any]":
    """The same for a list that may be very long: its first ``at_most`` rows, and ``page.paginator.is_cut``."""
    return ShortPaginator(rows, per_page, at_most).get_page(request.GET.get(parameter))
