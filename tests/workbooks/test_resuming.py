"""Imports that a worker has left: taken up by the sweep, given up after a few tries; a broker that is away."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dealership.celery import app
from dealership.sweeps import SWEEPS, sweep
from dealership.workbooks.enums import BatchState
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.resuming import MOST_TRIES, SILENCE
from dealership.workbooks.services import check_batch, receive_workbook, start_commit
from dealership.workbooks.tasks import check_import, take_up_silent_imports
from orders.models import Delivery
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory
from tests.workbooks.books import AS_OF, LEDGER_HEADER, ledger_row, table
from tests.workbooks.conftest import AT

pytestmark = pytest.mark.django_db
SILENT = AT + SILENCE + dt.timedelta(seconds=1)


@pytest.fixture
def worker() -> Iterator[None]:
    """A worker that does everything at once."""
    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = before


@pytest.fixture
def received(store: Store, consultant: Staff, tmp_path: Path) -> ImportBatch:
    path = table(tmp_path / "ledger.xlsx", LEDGER_HEADER, [ledger_row()])
    with path.open("rb") as content:
        return receive_workbook(
            content=content, file_name=path.name, store_id=store.pk, as_of=AS_OF, by=consultant, at=AT
        )


def test_a_workbook_that_no_worker_took_is_checked(received: ImportBatch, worker: None) -> None:
    early = take_up_silent_imports(at=AT + SILENCE)

    late = take_up_silent_imports(at=SILENT)

    received.refresh_from_db()
    assert (early, late, received.state, received.created) == (0, 1, BatchState.CHECKED, 1)


def test_a_long_check_shows_that_it_lives(received: ImportBatch) -> None:
    check_batch(batch_id=received.pk, at=AT, tick=lambda: SILENT)

    received.refresh_from_db()
    assert (received.checked_at, received.worked_at) == (AT, SILENT)


def test_the_worker_hands_in_its_clock(received: ImportBatch) -> None:
    check_import(received.pk)

    received.refresh_from_db()
    assert received.checked_at is not None
    assert received.worked_at is not None
    assert received.worked_at > received.checked_at


def test_an_import_that_died_is_carried_out(received: ImportBatch, worker: None) -> None:
    check_batch(batch_id=received.pk, at=AT)
    start_commit(batch_id=received.pk, by=None, at=AT)

    taken = sweep(at=SILENT)["imports_resumed"]

    received.refresh_from_db()
    assert (taken, received.state, Delivery.objects.count()) == (1, BatchState.COMMITTED, 1)
    assert take_up_silent_imports(at=SILENT + SILENCE * 2) == 0


@pytest.mark.parametrize(
    ("state", "then"),
    [(BatchState.CHECKING, BatchState.REFUSED), (BatchState.COMMITTING, BatchState.CHECKED)],
)
def test_what_dies_again_and_again_is_given_up_with_a_sentence(
    received: ImportBatch, state: str, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Any] = []
    monkeypatch.setattr("celery.app.task.Task.delay", lambda task, pk: handed.append((task.name, pk)))
    ImportBatch.objects.filter(pk=received.pk).update(state=state, worked_at=AT)

    taken = [take_up_silent_imports(at=AT + number * (SILENCE + dt.timedelta(minutes=1))) for number in range(1, 7)]

    received.refresh_from_db()
    assert taken == [1] * MOST_TRIES + [0] * (6 - MOST_TRIES)
    assert len(handed) == MOST_TRIES
    assert (received.state, str(MOST_TRIES) in received.sentence, received.tries) == (then, True, 0)


def test_a_worker_that_gives_signs_of_life_is_left_alone(received: ImportBatch, worker: None) -> None:
    ImportBatch.objects.filter(pk=received.pk).update(state=BatchState.CHECKING, worked_at=SILENT)

    assert take_up_silent_imports(at=SILENT + SILENCE) == 0


@pytest.fixture
def no_broker() -> Iterator[None]:
    """The broker's address leads nowhere."""
    before = {name: app.conf[name] for name in ("broker_url", "task_publish_retry")}
    _connect(broker_url="redis://127.0.0.1:1/0", task_publish_retry=False)
    yield
    _connect(**before)


def _connect(**settings: Any) -> None:
    """Celery keeps its connections; they must be made anew."""
    app.conf.update(settings)
    app.close()
    app.amqp._producer_pool = None


def test_an_unreachable_broker_costs_no_try(received: ImportBatch, no_broker: None) -> None:
    taken = take_up_silent_imports(at=SILENT)

    received.refresh_from_db()
    assert (taken, received.tries, received.state) == (0, 0, BatchState.RECEIVED)


def test_an_unreachable_broker_does_not_fail_the_upload(
    consultant: Staff,
    store: Store,
    tmp_path: Path,
    no_broker: None,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client.force_login(StaffFactory(store=store, roles=["admin"]))
    monkeypatch.setattr("dealership.workbooks.views.INLINE_BYTES", 0)
    path = table(tmp_path / "ledger.xlsx", LEDGER_HEADER, [ledger_row()])

    with path.open("rb") as file, django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("import_upload"), {"file": file, "kind": ""})

    batch = ImportBatch.objects.get()
    assert (answer.status_code, batch.state) == (302, BatchState.RECEIVED)
    assert client.get(answer.url).status_code == 200


def test_the_sweep_has_it(db: None) -> None:
    assert "imports_resumed" in SWEEPS
