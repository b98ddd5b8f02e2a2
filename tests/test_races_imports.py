"""Imports side by side on PostgreSQL, and one that is killed: complete, and nothing double.

The first test takes the lock of the store away and shows what it is there for.
"""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from customers.models import Customer
from dealership.workbooks import services
from dealership.workbooks.checking import Counts, Table
from dealership.workbooks.enums import BatchState
from dealership.workbooks.kinds import Context
from dealership.workbooks.models import BatchEntry, ImportBatch
from dealership.workbooks.services import (
    DatabaseChanged,
    NotInThisState,
    check_batch,
    commit_batch,
    receive_workbook,
    start_commit,
)
from followups.models import FirstServiceTrack
from inventory.models import VehicleModel
from orders.models import Delivery
from staffing.models import Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.workbooks.books import AS_OF, LEDGER_HEADER, ledger_row, table

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
ROWS = 30


@pytest.fixture(autouse=True)
def _files(settings, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture
def store() -> Store:
    VehicleModel.objects.create(brand="示范汽车", name="示范一号")
    store = StoreFactory(code="XH")
    StaffFactory(store=store, name="张顾问", employee_no="S001", username="S001", roles=["sales_consultant"])
    return store


def ledger(path: Path, rows: range, *, cars_from: int = 0) -> Path:
    lines = [
        ledger_row(客户姓名=f"客户{number}", 联系电话=f"138{number:08}", 车架号=f"LGBH52E0XAY{number + cars_from:06}")
        for number in rows
    ]
    return table(path, LEDGER_HEADER, lines)


def committing(store: Store, path: Path) -> int:
    """An import that is checked and about to be written."""
    with path.open("rb") as content:
        batch = receive_workbook(content=content, file_name=path.name, store_id=store.pk, as_of=AS_OF, by=None, at=AT)
    check_batch(batch_id=batch.pk, at=AT)
    start_commit(batch_id=batch.pk, by=None, at=AT)
    return batch.pk


def together(*works: Callable[[], object]) -> list[object]:
    """What each gave back or raised, done at the same moment on connections of their own."""
    results: list[object] = [None] * len(works)

    def run(number: int, work: Callable[[], object]) -> None:
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def judged_together(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, two imports have both judged before either writes, as far as locks let them."""

    def begin() -> None:
        barrier = threading.Barrier(2)
        judge = services.judge_table

        def judge_and_wait(table: Table, context: Context) -> Counts:
            counts = judge(table, context)
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(1.0)
            return counts

        monkeypatch.setattr(services, "judge_table", judge_and_wait)

    return begin


def all_rows() -> tuple[int, int, int]:
    return Delivery.objects.count(), Customer.objects.count(), FirstServiceTrack.objects.count()


def test_without_the_lock_customers_come_in_twice(
    store: Store, tmp_path: Path, judged_together: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same people with other cars: no key of the database stops the second customer."""
    first = committing(store, ledger(tmp_path / "a.xlsx", range(ROWS)))
    other = committing(store, ledger(tmp_path / "b.xlsx", range(ROWS), cars_from=500))
    monkeypatch.setattr(services, "_lock_store", lambda batch, at: None)
    judged_together()

    together(lambda: commit_batch(batch_id=first, at=AT), lambda: commit_batch(batch_id=other, at=AT))

    assert all_rows() == (2 * ROWS, 2 * ROWS, 2 * ROWS)


def test_two_workbooks_with_the_same_people_side_by_side(
    store: Store, tmp_path: Path, judged_together: Callable[[], None]
) -> None:
    first = committing(store, ledger(tmp_path / "a.xlsx", range(ROWS)))
    other = committing(store, ledger(tmp_path / "b.xlsx", range(ROWS), cars_from=500))
    judged_together()

    together(lambda: commit_batch(batch_id=first, at=AT), lambda: commit_batch(batch_id=other, at=AT))

    assert all_rows() == (2 * ROWS, ROWS, 2 * ROWS)
    assert set(ImportBatch.objects.values_list("state", flat=True)) == {BatchState.COMMITTED}


def test_the_same_workbook_twice_side_by_side(
    store: Store, tmp_path: Path, judged_together: Callable[[], None]
) -> None:
    path = ledger(tmp_path / "a.xlsx", range(ROWS))
    batches = [committing(store, path), committing(store, path)]
    judged_together()

    together(*[lambda pk=pk: commit_batch(batch_id=pk, at=AT) for pk in batches])

    assert all_rows() == (ROWS, ROWS, ROWS)
    assert sorted(ImportBatch.objects.values_list("created", "unchanged")) == [(0, ROWS), (ROWS, 0)]


def test_two_workers_at_one_import(store: Store, tmp_path: Path, judged_together: Callable[[], None]) -> None:
    batch = committing(store, ledger(tmp_path / "a.xlsx", range(ROWS)))
    judged_together()

    results = together(*[lambda: commit_batch(batch_id=batch, at=AT)] * 2)

    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [NotInThisState]
    assert all_rows() == (ROWS, ROWS, ROWS)
    assert ImportBatch.objects.get().state == BatchState.COMMITTED


def test_a_store_waits_for_no_other(store: Store, tmp_path: Path, judged_together: Callable[[], None]) -> None:
    other = StoreFactory(code="QT")
    StaffFactory(store=other, name="张顾问", employee_no="S001", username="Q001", roles=["sales_consultant"])
    path = ledger(tmp_path / "a.xlsx", range(ROWS))
    batches = [committing(store, path), committing(other, path)]
    judged_together()

    results = together(*[lambda pk=pk: commit_batch(batch_id=pk, at=AT) for pk in batches])

    assert not [result for result in results if isinstance(result, DatabaseChanged)]
    assert Delivery.objects.filter(store=store).count() == Delivery.objects.filter(store=other).count() == ROWS


def test_a_worker_killed_in_the_middle_of_writing(store: Store, tmp_path: Path) -> None:
    """Killed after customers and cars are written and before the deliveries: nothing is left, and the next one does
    it all, once."""
    batch = committing(store, ledger(tmp_path / "a.xlsx", range(ROWS)))
    script = (
        "import os, signal, django; django.setup();"
        "from django.conf import settings;"
        f"settings.STORAGES['default']['OPTIONS']['location'] = {str(tmp_path / 'files')!r};"
        "from django.db import connection;"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r};"
        "from dealership.workbooks import writing; import datetime as dt;"
        "insert = writing.insert_rows\n"
        "def dying(model, *rest):\n"
        "    if model.__name__ == 'Delivery': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return insert(model, *rest)\n"
        "writing.insert_rows = dying\n"
        "from dealership.workbooks.services import commit_batch\n"
        f"commit_batch(batch_id={batch}, at=dt.datetime(2026, 11, 21, 4, tzinfo=dt.UTC))"
    )

    died = subprocess.run([sys.executable, "-c", script], env=os.environ, cwd=settings.BASE_DIR, timeout=120)

    assert died.returncode == -signal.SIGKILL
    assert (all_rows(), BatchEntry.objects.count()) == ((0, 0, 0), 0)
    assert ImportBatch.objects.get().state == BatchState.COMMITTING
    commit_batch(batch_id=batch, at=_when_the_server_noticed())
    assert all_rows() == (ROWS, ROWS, ROWS)
    with pytest.raises(NotInThisState):
        commit_batch(batch_id=batch, at=AT)


def _when_the_server_noticed() -> dt.datetime:
    """The server takes a moment to roll back the transaction of a client that is gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state LIKE 'idle in transaction%'"
            )
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.05)
    return AT
