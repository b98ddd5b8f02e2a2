"""The import in the browser: upload, look, import, correct, undo."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from dealership.audit.models import AuditEvent
from dealership.workbooks.enums import BatchState
from dealership.workbooks.kinds import kinds
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.services import check_batch, commit_batch, start_commit
from orders.models import Delivery
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.workbooks.books import LEDGER_HEADER, VIN_B, ledger_row, table
from tests.workbooks.conftest import AT

pytestmark = pytest.mark.django_db
RECENT = "2026.10.05"


@pytest.fixture
def admin(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["admin"])


@pytest.fixture
def browser(client: Client, admin: Staff) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def content(tmp_path: Path, consultant: Staff) -> bytes:
    rows = [
        ledger_row(),
        ledger_row(车架号=VIN_B, 联系电话="12345", 客户姓名="text", 备注="-2+3"),
    ]
    path = table(tmp_path / "台账.xlsx", LEDGER_HEADER, rows)
    book = load_workbook(path)
    cell = book.active.cell(row=5, column=3)
    cell.value, cell.data_type = "=1+1", "s"  # text that looks like a formula
    book.save(path)
    return path.read_bytes()


def upload(browser: Client, content: bytes, name: str = "台账.xlsx") -> ImportBatch:
    response = browser.post(reverse("import_upload"), {"file": SimpleUploadedFile(name, content), "kind": ""})
    batch = ImportBatch.objects.latest("pk")
    assert response.status_code == 302
    assert response["Location"] == reverse("import_detail", args=[batch.pk])
    return batch


def test_an_upload_is_checked_and_nothing_is_written(browser: Client, content: bytes) -> None:
    batch = upload(browser, content)

    shown = browser.get(reverse("import_detail", args=[batch.pk])).content.decode()

    assert (batch.state, batch.created, batch.rejected) == (BatchState.CHECKED, 1, 1)
    assert "12345" in shown
    assert Delivery.objects.count() == 0


def test_commit_and_undo_from_the_page(browser: Client, admin: Staff, content: bytes) -> None:
    batch = upload(browser, content)

    browser.post(reverse("import_commit", args=[batch.pk]))
    committed = ImportBatch.objects.get()
    there = Delivery.objects.count()
    browser.post(reverse("import_undo", args=[batch.pk]))

    assert (committed.state, committed.committed_by, there) == (BatchState.COMMITTED, admin, 1)
    assert (ImportBatch.objects.get().state, Delivery.objects.count()) == (BatchState.UNDONE, 0)
    assert list(AuditEvent.objects.filter(code__startswith="import.").order_by("pk").values_list("code", "by_id")) == [
        ("import.committed", admin.pk),
        ("import.undone", admin.pk),
    ]


def test_the_rejected_rows_come_back_as_typed_and_can_be_loaded_again(browser: Client, content: bytes) -> None:
    batch = upload(browser, content)

    response = browser.get(reverse("import_rejected", args=[batch.pk]))

    sheet = load_workbook(io.BytesIO(response.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    name = sheet.cell(row=4, column=3)
    assert rows[2][: len(LEDGER_HEADER)] == tuple(LEDGER_HEADER)
    assert (len(rows), rows[3][4], name.value, name.data_type) == (4, "12345", "=1+1", "s")
    assert name.quotePrefix
    sheet.cell(row=4, column=5).value = "13800000002"
    sheet.cell(row=4, column=3).value = "王示范"
    corrected = io.BytesIO()
    sheet.parent.save(corrected)
    assert upload(browser, corrected.getvalue()).created == 1


def test_a_file_that_is_no_workbook_is_refused_on_its_page(browser: Client) -> None:
    batch = upload(browser, "不是工作簿".encode())

    shown = browser.get(reverse("import_detail", args=[batch.pk]))

    assert (batch.state, batch.refusal_code, shown.status_code) == (BatchState.REFUSED, "not_a_workbook", 200)


def test_an_upload_without_a_file_is_refused(browser: Client) -> None:
    response = browser.post(reverse("import_upload"), {"kind": ""})

    assert response.status_code == 422
    assert ImportBatch.objects.count() == 0


def test_a_file_beyond_the_limit_is_refused(browser: Client, settings) -> None:
    settings.WORKBOOK_MAX_BYTES = 1_000

    response = browser.post(reverse("import_upload"), {"file": SimpleUploadedFile("a.xlsx", b"x" * 2_000), "kind": ""})

    assert response.status_code == 422
    assert ImportBatch.objects.count() == 0


def test_a_batch_left_by_its_worker_is_taken_up_again(browser: Client, admin: Staff, content: bytes) -> None:
    batch = upload(browser, content)
    start_commit(batch_id=batch.pk, by=admin, at=AT)  # and the worker dies here

    shown = browser.get(reverse("import_detail", args=[batch.pk])).content.decode()
    done = commit_batch(batch_id=batch.pk, at=AT)

    assert reverse("import_resume", args=[batch.pk]) in shown
    assert (done.state, Delivery.objects.count()) == (BatchState.COMMITTED, 1)


def test_a_stale_check_does_no_harm(browser: Client, content: bytes) -> None:
    batch = upload(browser, content)
    other = upload(browser, content)
    browser.post(reverse("import_commit", args=[other.pk]))

    browser.post(reverse("import_commit", args=[batch.pk]))

    done = ImportBatch.objects.get(pk=batch.pk)
    assert (done.state, done.created, done.unchanged, Delivery.objects.count()) == (BatchState.COMMITTED, 0, 1, 1)


def test_checking_twice_leaves_the_faults_once(browser: Client, content: bytes) -> None:
    batch = upload(browser, content)

    check_batch(batch_id=batch.pk, at=AT)

    assert batch.issues.filter(level="rejected").count() == 1


def test_discarding_deletes_the_file(browser: Client, content: bytes, django_capture_on_commit_callbacks) -> None:
    batch = upload(browser, content)
    path = Path(batch.file.path)

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("import_discard", args=[batch.pk]))

    assert (ImportBatch.objects.get().state, path.exists()) == (BatchState.DISCARDED, False)


def test_the_template_of_every_kind_is_understood(browser: Client, tmp_path: Path) -> None:
    from dealership.workbooks.recognising import recognise

    for kind in kinds():
        response = browser.get(reverse("import_template", args=[kind.code]))
        path = tmp_path / f"{kind.code}.xlsx"
        path.write_bytes(response.content)
        assert recognise(path, max_bytes=10**6, max_rows=100).kind.code == kind.code


def test_imports_of_another_store_are_not_there(browser: Client, content: bytes, client: Client) -> None:
    batch = upload(browser, content)
    stranger = StaffFactory(store=StoreFactory(), roles=["admin"])
    client.force_login(stranger)

    answers = [
        client.get(reverse("import_detail", args=[batch.pk])).status_code,
        client.get(reverse("import_rejected", args=[batch.pk])).status_code,
        client.post(reverse("import_commit", args=[batch.pk])).status_code,
        client.post(reverse("import_undo", args=[batch.pk])).status_code,
    ]

    assert answers == [404, 404, 404, 404]
    assert "台账" not in client.get(reverse("import_list")).content.decode().replace("交车台账", "")


@pytest.mark.parametrize("uploads", [1, 3])
def test_the_list_costs_the_same_queries_for_one_and_three(
    browser: Client, content: bytes, uploads: int, django_assert_num_queries
) -> None:
    for _ in range(uploads):
        upload(browser, content)

    with django_assert_num_queries(7):
        browser.get(reverse("import_list"))
