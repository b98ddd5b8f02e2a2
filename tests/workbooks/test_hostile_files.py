"""Files that are no workbook, or one that means harm: refused with a sentence, in bounded memory."""

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from dealership.workbooks.package import (
    DamagedWorkbook,
    EmptyFile,
    NotAWorkbook,
    OldWorkbook,
    PasswordProtected,
    TooLarge,
    inspect_workbook,
)
from dealership.workbooks.recognising import NoKnownHeader, UnknownKind, recognise
from tests.workbooks.books import LEDGER_HEADER, ledger_row, plain, raw, table

LIMITS = {"max_bytes": 20 * 1024 * 1024, "max_rows": 1_000}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", EmptyFile, id="empty"),
        pytest.param("这不是一个工作簿".encode(), NotAWorkbook, id="text"),
        pytest.param(b"PK\x03\x04 and then nothing", DamagedWorkbook, id="torn"),
        pytest.param(OLE, OldWorkbook, id="xls"),
        pytest.param(OLE + "EncryptedPackage".encode("utf-16-le"), PasswordProtected, id="password"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes, refusal: type[Exception]) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)

    with pytest.raises(refusal):
        inspect_workbook(path, **LIMITS)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")

    with pytest.raises(NotAWorkbook):
        inspect_workbook(path, **LIMITS)


def test_a_file_beyond_the_limit_of_bytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)

    with pytest.raises(TooLarge, match=r"50\.0 MB"):
        inspect_workbook(path, **LIMITS)


def test_a_zip_bomb_is_refused_in_little_memory(tmp_path: Path) -> None:
    bomb = raw(tmp_path / "bomb.xlsx", (b" " * (1 << 20) for _ in range(400)))
    tracemalloc.start()

    with pytest.raises(TooLarge):
        inspect_workbook(bomb, **LIMITS)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bomb.stat().st_size < 1_000_000
    assert peak < 20_000_000


def test_a_header_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = raw(tmp_path / "lie.xlsx", [b" " * 5_000_000])
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little")))

    with pytest.raises(DamagedWorkbook):
        inspect_workbook(path, **LIMITS)


def test_cells_at_opposite_ends_of_a_sheet_are_refused(tmp_path: Path) -> None:
    path = raw(
        tmp_path / "far.xlsx",
        [b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'],
    )

    with pytest.raises(TooLarge, match="XFD1048576"):
        inspect_workbook(path, **LIMITS)


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(b'<c s="0" r="XFD1048576"><v>2</v></c>', id="other order"),
        pytest.param(b"<c r = 'XFD1048576' ><v>2</v></c>", id="single quotes"),
        pytest.param(b'<c r="XFD1048576"\n><v>2</v></c>', id="line break"),
    ],
)
def test_oddly_written_addresses_are_seen_too(tmp_path: Path, cell: bytes) -> None:
    path = raw(tmp_path / "odd.xlsx", [b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">', cell, b"</row>"])

    with pytest.raises(TooLarge):
        inspect_workbook(path, **LIMITS)


@pytest.mark.slow
def test_a_million_empty_rows_do_not_fill_the_memory(tmp_path: Path) -> None:
    rows = (
        b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(first, first + 4096))
        for first in range(1, 1 << 20, 4096)
    )
    path = raw(tmp_path / "empty.xlsx", rows)
    tracemalloc.start()

    with pytest.raises(NoKnownHeader):
        recognise(path, **LIMITS)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_more_rows_than_the_limit_are_refused(tmp_path: Path) -> None:
    rows = (b'<row r="%d"><c r="A%d"><v>1</v></c><c r="AB%d"><v>1</v></c></row>' % (n, n, n) for n in range(1, 1_200))
    path = raw(tmp_path / "long.xlsx", rows)

    with pytest.raises(TooLarge, match="1000 rows"):
        inspect_workbook(path, **LIMITS)


def test_a_formula_without_a_stored_value_is_known(tmp_path: Path) -> None:
    path = raw(
        tmp_path / "formula.xlsx",
        [b'<row r="2"><c r="B2"><f>1+1</f></c><c r="C2"><f>1+1</f><v>2</v></c><c r="D2"><f>A1</f><v></v></c></row>'],
    )

    inspection = inspect_workbook(path, **LIMITS)

    assert inspection.sheets["xl/worksheets/sheet1.xml"].formulas_without_value == {(2, 2), (2, 4)}


def test_a_workbook_without_a_known_header_is_refused(tmp_path: Path) -> None:
    path = plain(tmp_path / "other.xlsx", [["甲", "乙", "丙"], [1, 2, 3]])

    with pytest.raises(NoKnownHeader):
        recognise(path, **LIMITS)


def test_a_header_without_a_required_column_says_which_is_missing(tmp_path: Path) -> None:
    header = [name for name in LEDGER_HEADER if name != "销售顾问*"]
    path = table(tmp_path / "ledger.xlsx", header, [["x"] * len(header)])

    with pytest.raises(NoKnownHeader, match="销售顾问"):
        recognise(path, **LIMITS)


def test_the_header_is_found_below_titles_and_on_the_second_sheet(tmp_path: Path) -> None:
    path = table(tmp_path / "ledger.xlsx", ["  序号", "交 车 日期（必填）", *LEDGER_HEADER[2:]], [ledger_row()])

    found = recognise(path, **LIMITS)

    assert (found.kind.code, found.header.row, found.header.places["delivered_on"]) == ("delivery_ledger", 3, 1)


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind):
        recognise(plain(tmp_path / "x.xlsx", [["a"]]), kind="nonsense", **LIMITS)
