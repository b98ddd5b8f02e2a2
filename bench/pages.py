"""A page of rows as a request makes it: its statements, and its seconds with its template and without."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from bench.measure import Ratio, in_turns
from staffing.models import Staff

ROWS = 50


def page_line(name: str, agent: Staff, address: str, *, queries: int) -> str:
    """The page of 50 rows at ``address`` for somebody, with its template against without; at most ``queries``
    statements are its goal. Raises SystemExit for a page that does not show its rows."""
    client = Client(headers={"host": "localhost"})
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    client.get(address)  # the first request loads the middleware
    made: list[str] = []

    def noted(execute: Any, sql: str, *rest: Any) -> Any:
        made.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        answer = client.get(address)
    if answer.status_code != 200 or answer.content.count(b"<tr") < ROWS:
        raise SystemExit(f"{address} does not show {ROWS} rows.")

    def page() -> None:
        client.get(address)

    def rows_alone(request: Any, template: str, context: Any = None, **_more: Any) -> HttpResponse:
        return HttpResponse(str(len(list(_materialised(context or {})))))

    def without_template() -> None:
        with mock.patch("dealership.web.answers.render", rows_alone):
            client.get(address)

    with_template, without = in_turns(page, without_template, rounds=40)
    return Ratio(
        name, "<= 2.5x", with_template, without,
        f"{without / with_template:.0%} of the requests/s (goal >= 40 %), {len(made)} queries (goal <= {queries})",
    ).line()  # fmt: skip


def _materialised(context: dict[str, Any]) -> Iterator[Any]:
    """Everything the template would iterate, so that lazy rows are read in both."""
    for value in context.values():
        if hasattr(value, "__iter__") and not isinstance(value, str | bytes | dict):
            yield from value
