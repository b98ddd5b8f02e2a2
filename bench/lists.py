"""Making the daily list, against the bare INSERT … SELECT of the same rows."""

from collections.abc import Iterator

from django.db import connection

from bench.data import DUE_TODAY, NOW, TODAY
from bench.measure import Ratio, in_turns
from bench.store import big_store
from followups.enums import TaskKind
from followups.models import CallTask, ListRun
from followups.services.lists import make_call_list
from staffing.enums import Role
from staffing.models import Store

BARE = """
    INSERT INTO followups_calltask (store_id, kind, subject_id, occurrence, customer_id, vehicle_id, delivery_id, consultant_id,
        owner_id, pool, state, reason, anchor_on, first_due_on, due_on, expires_on, overdue_at, alert_level, alert_due_at,
        attempts, failed_days, outcome, is_successful, close_reason, created_at)
    SELECT store_id, %(kind)s, id, '1', customer_id, vehicle_id, id, consultant_id, consultant_id, %(pool)s, 'open', '',
           delivered_on, delivered_on + 3, delivered_on + 3, delivered_on + 7, delivered_on + interval '88 hours', 0,
           delivered_on + interval '88 hours', 0, 0, '', false, '', %(now)s
    FROM orders_delivery
    WHERE store_id = %(store)s AND delivered_on BETWEEN %(today)s::date - 6 AND %(today)s::date - 3
    ON CONFLICT DO NOTHING
"""


def run(*, cars: int) -> Iterator[str]:
    """One line: the list of a day for ``cars`` cars of which DUE_TODAY are due."""
    store, _consultants = big_store(cars=cars)

    def empty() -> None:
        CallTask.objects.all()._raw_delete("default")
        ListRun.objects.all().delete()

    def bare() -> None:
        parameters = {
            "kind": TaskKind.THREE_DAY,
            "pool": Role.SALES_CONSULTANT,
            "now": NOW,
            "today": TODAY,
            "store": store.pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(BARE, parameters)

    empty()
    made = make_call_list(store=store, on=TODAY, at=NOW)
    count = CallTask.objects.filter(store=store).count()
    if count != DUE_TODAY:
        raise SystemExit(f"The list holds {count} calls instead of {DUE_TODAY}: {made}")
    ours, theirs = in_turns(lambda: make_call_list(store=store, on=TODAY, at=NOW), bare, rounds=7, before=empty)
    again, _same = in_turns(
        lambda: make_call_list(store=Store.objects.get(pk=store.pk), on=TODAY, at=NOW), bare, rounds=3
    )
    yield Ratio(
        f"daily list, {cars:,} cars, {DUE_TODAY:,} due", "<= 1.5x", ours, theirs, f"made again: {again * 1000:.0f} ms"
    ).line()
    empty()
