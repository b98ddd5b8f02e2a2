"""The month's 3DC report over a million tasks, against the bare SQL of the same figures."""

import datetime as dt
from collections.abc import Iterator

from django.db import connection, transaction

from bench.data import fill_tasks
from bench.measure import Ratio, in_turns
from bench.store import analyse, big_store
from followups.models import CallTask
from followups.selectors.monthly import monthly_3dc

MONTH = dt.date(2026, 10, 1)
BARE_TASKS = """
    SELECT consultant_id, COUNT(*), COUNT(*) FILTER (WHERE attempts > 0), COUNT(*) FILTER (WHERE is_successful),
           COUNT(*) FILTER (WHERE state = 'missed'), COUNT(*) FILTER (WHERE state IN ('open', 'claimed'))
    FROM followups_calltask
    WHERE store_id = %(store)s AND kind = '3dc' AND first_due_on >= %(first)s AND first_due_on < %(after)s
      AND state <> 'cancelled'
    GROUP BY consultant_id
"""
BARE_ANSWERS = """
    SELECT t.consultant_id, q.code, a.value, COUNT(*)
    FROM followups_calltask t
    JOIN followups_response r ON r.task_id = t.id
    JOIN followups_answer a ON a.response_id = r.id
    JOIN followups_question q ON q.id = a.question_id
    WHERE t.store_id = %(store)s AND t.kind = '3dc' AND t.first_due_on >= %(first)s AND t.first_due_on < %(after)s
      AND t.state <> 'cancelled' AND q.code IN ('car', 'dealership')
    GROUP BY t.consultant_id, q.code, a.value
"""


def run(*, cars: int) -> Iterator[str]:
    """One line: the figures of one month out of 25."""
    store, _consultants = big_store(cars=cars)
    if not CallTask.objects.filter(store=store).exists():
        with transaction.atomic():
            fill_tasks(store)
        analyse()
    parameters = {"store": store.pk, "first": MONTH, "after": dt.date(2026, 11, 1)}

    def bare() -> int:
        with connection.cursor() as cursor:
            cursor.execute(BARE_TASKS, parameters)
            due = sum(row[1] for row in cursor.fetchall())
            cursor.execute(BARE_ANSWERS, parameters)
            cursor.fetchall()
        return due

    report = monthly_3dc(stores=[store], month=MONTH)
    if report.due != bare():
        raise SystemExit(f"The report counts {report.due} due calls, the bare SQL {bare()}.")
    ours, theirs = in_turns(lambda: monthly_3dc(stores=[store], month=MONTH), bare, rounds=7)
    yield Ratio(f"month's 3DC report over {cars:,} tasks", "<= 1.5x", ours, theirs, f"{report.due:,} due in it").line()
