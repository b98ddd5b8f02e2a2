"""Daily lists and the ladder side by side on PostgreSQL, and a worker killed in the middle."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from dealership.notifications.models import Alert, AlertDelivery
from followups.models import CallTask, ListRun, SkippedCall
from followups.services.lists import make_call_list
from followups.services.overdue import sweep_overdue
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ROOT = Path(__file__).resolve().parent.parent
TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)
LATE = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)


@pytest.fixture
def store():
    store = StoreFactory()
    consultant = StaffFactory(store=store, roles=["sales_consultant"])
    for days in (3, 4, 7, 8, 30):
        for _ in range(8):
            DeliveryFactory(customer__store=store, consultant=consultant, delivered_on=TODAY - days * DAY)
    return store


def test_without_the_guard_two_generators_make_every_call_twice(store):
    """The race itself: look, then insert what is missing, into a table without the unique key."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unguarded (delivery_id bigint NOT NULL)")
    looked = threading.Barrier(2)

    def look_then_insert():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT d.id FROM orders_delivery d"
                " WHERE NOT EXISTS (SELECT 1 FROM unguarded u WHERE u.delivery_id = d.id)"
            )
            missing = cursor.fetchall()
            looked.wait(timeout=60)
            cursor.executemany("INSERT INTO unguarded VALUES (%s)", missing)
        return len(missing)

    try:
        sides = [Side(look_then_insert), Side(look_then_insert)]
        for side in sides:
            side.join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(DISTINCT delivery_id) FROM unguarded")
            rows, deliveries = cursor.fetchone()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE unguarded")

    assert [side.result for side in sides] == [40, 40]
    assert (rows, deliveries) == (80, 40)


def test_a_generator_waits_for_the_other_and_finds_nothing_left(store):
    with transaction.atomic():
        ours = make_call_list(store=store, on=TODAY, at=NOW)
        other = Side(lambda: make_call_list(store=store, on=TODAY, at=NOW))
        wait_until_somebody_waits()
    other.join()

    assert sum(ours.created.values()) == 40
    assert not isinstance(other.result, Exception), other.result
    assert sum(other.result.created.values()) == 0
    assert other.result.open == ours.open
    assert CallTask.objects.count() == 40


def test_a_generator_that_waited_for_one_that_failed_makes_the_list(store):
    with transaction.atomic():
        make_call_list(store=store, on=TODAY, at=NOW)
        other = Side(lambda: make_call_list(store=store, on=TODAY, at=NOW))
        wait_until_somebody_waits()
        transaction.set_rollback(True)
    other.join()

    assert sum(other.result.created.values()) == 40
    assert CallTask.objects.count() == 40


def test_four_generators_at_once_make_each_call_once(store):
    for day in range(4):
        start = threading.Barrier(4)

        def work(start=start, day=day):
            start.wait(timeout=60)
            return make_call_list(store=store, on=TODAY + day * DAY, at=NOW)

        sides = [Side(work) for _ in range(4)]
        for side in sides:
            side.join()

        assert [side.result for side in sides if isinstance(side.result, Exception)] == []

    keys = list(CallTask.objects.values_list("kind", "subject_id", "occurrence"))
    assert len(keys) == len(set(keys)) == 16 + 24 + 8
    assert ListRun.objects.count() == 16


def test_a_worker_killed_in_the_middle_leaves_nothing_half_and_the_next_run_completes_it(store, tmp_path):
    with transaction.atomic():
        with connection.cursor() as cursor:  # the worker has put the 3DC calls in when it comes to this table
            cursor.execute(f"LOCK TABLE {SkippedCall._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "generate_call_lists", "--date", TODAY.isoformat(), "--json"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url(), "VAR_DIR": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until_somebody_waits()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    after_the_kill = CallTask.objects.count()

    result = make_call_list(store=store, on=TODAY, at=NOW)

    assert worker.returncode == -signal.SIGKILL
    assert after_the_kill == 0
    assert sum(result.created.values()) == 40
    assert CallTask.objects.count() == 40


def test_two_sweeps_side_by_side_tell_each_rung_once():
    store = StoreFactory()
    supervisor = StaffFactory(store=store, roles=["sales_supervisor"])
    owner = StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor)
    for _ in range(5):
        DeliveryFactory(customer__store=store, consultant=owner, delivered_on=TODAY - 3 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)

    with transaction.atomic():
        ours = sweep_overdue(at=LATE + DAY)
        other = Side(lambda: sweep_overdue(at=LATE + DAY))
        wait_until_somebody_waits()
    other.join()

    assert (ours, other.result) == (10, 0)
    assert Alert.objects.count() == AlertDelivery.objects.count() == 10
    assert set(CallTask.objects.values_list("alert_level", flat=True)) == {2}


def database_url() -> str:
    """The address of the database of this test."""
    settings = connection.settings_dict
    secret = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    return f"postgres://{settings['USER']}{secret}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"
