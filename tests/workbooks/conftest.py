"""A store with a catalogue and people, and the road of an import."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.services import import_now
from inventory.models import VehicleModel
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.workbooks.books import AS_OF

AT = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)


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
def store(db: None) -> Store:
    return StoreFactory(code="XH")


@pytest.fixture
def consultant(store: Store) -> Staff:
    VehicleModel.objects.create(brand="示范汽车", name="示范一号")
    return StaffFactory(store=store, name="张顾问", employee_no="S001", username="S001", roles=["sales_consultant"])


@pytest.fixture
def load(store: Store) -> Callable[..., ImportBatch]:
    """Import a workbook: ``load(path)``."""

    def run(path: Path, *, as_of: dt.date = AS_OF, at: dt.datetime = AT) -> ImportBatch:
        with path.open("rb") as content:
            return import_now(content=content, file_name=path.name, store_id=store.pk, as_of=as_of, by=None, at=at)

    return run


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, rejected)"""
    return batch.created, batch.updated, batch.unchanged, batch.rejected


def faults(batch: ImportBatch) -> list[tuple[int, str, str]]:
    rows = batch.issues.exclude(level="further").order_by("row", "pk")
    return [(issue.row, issue.column, issue.reason) for issue in rows]
