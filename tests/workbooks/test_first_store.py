"""An installation without any store: the first import makes it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dealership.audit.models import AuditEvent
from dealership.workbooks.models import ImportBatch
from staffing.models import Staff, Store
from tests.workbooks.books import MODELS_HEADER, ROSTER_HEADER, plain, table

pytestmark = pytest.mark.django_db
MANAGER = ["S001", "张示范", "女", "管理层", "总经理", "13800000001", None, "2020-01-01", None, "在职"]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_workbook", *arguments, "--as-of", "2026-11-21", stdout=out)
    return out.getvalue()


def roster(tmp_path: Path, title: str) -> str:
    return str(table(tmp_path / "roster.xlsx", ROSTER_HEADER, [MANAGER], title=title))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("东方专营店员工名册", "东方专营店"),
        ("东方专营店 2026年11月 员工名册", "东方专营店"),
        ("星河汽车销售服务有限公司·员工名册（2026）", "星河汽车销售服务有限公司"),
        ("员工名册", "MAIN"),
        ("销售部员工名册", "MAIN"),
    ],
)
def test_the_first_store_takes_its_name_from_the_title(tmp_path: Path, title: str, name: str) -> None:
    said = run(roster(tmp_path, title), "--commit")

    store = Store.objects.get()
    assert (store.code, store.name, Staff.objects.get().store) == ("MAIN", name, store)
    assert f"MAIN ({name})" in said or f"MAIN（{name}）" in said
    event = AuditEvent.objects.get(code="store.created")
    assert (event.store_ref, event.subject_id, event.data["name"]) == (store.pk, store.pk, name)


def test_the_code_may_be_given(tmp_path: Path) -> None:
    run(roster(tmp_path, "东方专营店员工名册"), "--commit", "--store", "DF")

    assert Store.objects.get().code == "DF"


def test_a_dry_run_keeps_no_store(tmp_path: Path) -> None:
    path = roster(tmp_path, "东方专营店员工名册")

    answer = json.loads(run(path, "--json"))

    assert (answer["created"], answer["batch"]) == (1, None)
    assert "东方专营店" in run(path)
    assert (Store.objects.count(), Staff.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_json_stands_alone_on_a_commit(tmp_path: Path) -> None:
    answer = json.loads(run(roster(tmp_path, "东方专营店员工名册"), "--json", "--commit"))

    assert answer["batch"] == str(ImportBatch.objects.get().pk)


def test_a_refused_workbook_keeps_no_store(tmp_path: Path) -> None:
    path = plain(tmp_path / "other.xlsx", [["甲", "乙"], [1, 2]])

    with pytest.raises(CommandError) as refusal:
        run(str(path), "--commit")

    assert (refusal.value.returncode, Store.objects.count(), ImportBatch.objects.count()) == (2, 0, 0)


def test_a_catalogue_may_come_first(tmp_path: Path) -> None:
    path = table(
        tmp_path / "models.xlsx", MODELS_HEADER, [["示范汽车", "示范一号", 5000, 3, None, None]], title="车型目录"
    )

    run(str(path), "--commit")
    run(roster(tmp_path, "东方专营店员工名册"), "--commit")

    assert Store.objects.count() == 1


def test_where_a_store_stands_an_unknown_code_is_refused(tmp_path: Path) -> None:
    Store.objects.create(code="XH", name="星河店")

    with pytest.raises(CommandError) as refusal:
        run(roster(tmp_path, "东方专营店员工名册"), "--commit", "--store", "DF")

    assert (refusal.value.returncode, Store.objects.count()) == (2, 1)
