"""manage.py import_workbook: exit codes, JSON alone on stdout, nothing kept of a dry run or of a refused file."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.utils import translation

from dealership.workbooks.models import ImportBatch
from inventory.models import Vehicle
from orders.models import Delivery
from staffing.models import Staff, Store
from tests.workbooks.books import LEDGER_HEADER, VIN_B, ledger_row, table

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_workbook", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def book(tmp_path: Path, consultant: Staff) -> str:
    rows = [ledger_row(), ledger_row(车架号=VIN_B, 联系电话="12345")]
    return str(table(tmp_path / "台账.xlsx", LEDGER_HEADER, rows))


def test_a_dry_run_answers_and_writes_nothing(book: str) -> None:
    answer = json.loads(run(book, "--as-of", "2026-11-21", "--json"))

    message = answer["rejected"][0].pop("message")
    assert answer == {
        "kind": "delivery_ledger",
        "rows": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "batch": None,
        "rejected": [{"row": 5, "column": "联系电话", "reason": "bad_phone"}],
        "warned": [],
    }
    assert "12345" in message
    assert (ImportBatch.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_commit_names_its_batch(book: str) -> None:
    answer = json.loads(run(book, "--as-of", "2026-11-21", "--json", "--commit"))

    assert answer["batch"] == str(ImportBatch.objects.get().pk)
    assert (answer["created"], Vehicle.objects.count()) == (1, 1)


def test_the_judging_date_decides_what_is_future(book: str) -> None:
    answer = json.loads(run(book, "--as-of", "2026-10-04", "--json"))

    assert [fault["reason"] for fault in answer["rejected"]] == ["future_date", "future_date"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--kind", "nonsense"], "nonsense", id="kind"),
        pytest.param(["--store", "nowhere"], "nowhere", id="store"),
        pytest.param(["--as-of", "tomorrow"], "tomorrow", id="date"),
        pytest.param(["--kind", "stock_list"], "", id="other header"),
    ],
)
def test_refused_input_is_exit_code_2_and_keeps_nothing(book: str, options: list[str], says: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(book, "--commit", *options)

    assert (refusal.value.returncode, says in str(refusal.value)) == (2, True)
    assert ImportBatch.objects.count() == 0


def test_with_several_stores_one_must_be_named(book: str) -> None:
    Store.objects.create(code="QT", name="其他店")

    with pytest.raises(CommandError) as refusal:
        run(book)

    assert refusal.value.returncode == 2
    assert json.loads(run(book, "--json", "--store", "xh", "--as-of", "2026-11-21"))["created"] == 1


@pytest.mark.parametrize(
    ("arguments", "language", "sentence"),
    [
        pytest.param(["{folder}/无.xlsx"], "zh-hans", "找不到文件 {folder}/无.xlsx。", id="no such file, Chinese"),
        pytest.param(["{folder}/no.xlsx"], "en", "There is no file {folder}/no.xlsx.", id="no such file, English"),
        pytest.param(["{folder}"], "en", "There is no file {folder}.", id="a folder"),
        pytest.param([], "zh-hans", "请写明要导入的工作簿，例如 import_workbook 交车台账.xlsx。", id="none, Chinese"),
        pytest.param(["--json"], "en", "Say which workbook, like import_workbook 交车台账.xlsx.", id="none, English"),
    ],
)
def test_a_missing_file_is_one_sentence_and_exit_code_2(
    consultant: Staff, tmp_path: Path, arguments: list[str], language: str, sentence: str
) -> None:
    given = [argument.format(folder=tmp_path) for argument in arguments]

    with translation.override(language), pytest.raises(CommandError) as refusal:
        run(*given)

    assert (refusal.value.returncode, str(refusal.value)) == (2, sentence.format(folder=tmp_path))


def test_a_missing_file_at_the_terminal_prints_no_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        execute_from_command_line(["manage.py", "import_workbook"])

    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n"), "usage" in err) == (2, "", 1, False)
