"""Is this file a workbook that may be opened? Judged from the bytes, before any library parses them.

A workbook (.xlsx) is a zip of XML parts. Everything in it is inflated once here, in small pieces and under limits, so
that neither a zip bomb, nor a header that lies about sizes, nor two filled cells at opposite ends of a sheet can fill
the memory.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from dealership.kernel.errors import N_, Refusal

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
PIECE = 1 << 18
MAX_PARTS = 2_000
#: Whole content when inflated. A sheet of 2^20 formatted but empty rows has about 150 MB.
MAX_INFLATED = 320 * 1024 * 1024
#: Text shared by the cells is held in memory as a whole by every reader.
MAX_SHARED_TEXT = 64 * 1024 * 1024
#: Readers hold the rectangle around the filled cells.
MAX_AREA = 4_000_000
MAX_TAIL = 2 * 1024 * 1024
FORMULAS_REMEMBERED = 10_000

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
#: A cell with content, as every spreadsheet program writes it …
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3}+)([0-9]{1,7}+)"[^>]*+(?<!/)>\s*+<[vif]')
#: … and as XML would also allow it: other prefixes, quotes, orders, or no address at all.
_ODD_CELL = re.compile(rb"<c[^ \w]|<c  |<[\w.-]+:c[\s/>]")
#: Whatever begins like a cell and has not the usual address of one near the corner: only then the rest is worth asking.
_UNUSUAL = re.compile(rb'<c(?! r="[A-Z][0-9]{1,5}")')
_PREFIXED = re.compile(rb":c[\s/>]")
#: Beyond column Z or row 99,999.
_FAR_CELL = re.compile(rb'<c r="(?:[A-Za-z]{2}|[A-Za-z]+[0-9]{6})')
_FORMULA_ONLY = re.compile(
    rb"<(?:[\w.-]+:)?c(?=[\s>])[^>]*?\sr\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^>]*>\s*<(?:[\w.-]+:)?f\b"
    rb"(?:[^>]*/>|[^>]*>[^<]*</(?:[\w.-]+:)?f>)\s*(?:<(?:[\w.-]+:)?v\s*/>|<(?:[\w.-]+:)?v></(?:[\w.-]+:)?v>)?\s*</(?:[\w.-]+:)?c>"
)
_CELL_START = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s>/])")


class WorkbookRefused(Refusal):
    """A file that is not read at all. Nothing of it is kept in the records."""

    code = "workbook_refused"


class NotAWorkbook(WorkbookRefused):
    message = N_(
        "This file is not an Excel workbook (.xlsx). Open it in Excel and save it as “Excel Workbook (*.xlsx)”."
    )


class EmptyFile(NotAWorkbook):
    code = "not_a_workbook"
    message = N_("This file is empty: it has no content at all.")


class DamagedWorkbook(NotAWorkbook):
    code = "not_a_workbook"
    message = N_("This workbook is damaged and cannot be read. Open it in Excel and save it once more.")


class OldWorkbook(NotAWorkbook):
    code = "not_a_workbook"
    message = N_(
        "This is a workbook of the old kind (.xls). Open it in Excel and save it as “Excel Workbook (*.xlsx)”."
    )


class PasswordProtected(WorkbookRefused):
    message = N_(
        "This workbook is protected with a password. Remove the password in Excel and save it, then try again."
    )


class TooLarge(WorkbookRefused):
    message = N_("This workbook is too large.")


@dataclass(slots=True)
class SheetExtent:
    """What of a sheet part holds values, as far as it had to be counted. Rows and columns count from 1."""

    part: str
    filled_rows: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas_without_value: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The sheet parts of a workbook that may be opened, by part name."""

    sheets: dict[str, SheetExtent]


def inspect_workbook(path: Path, *, max_bytes: int, max_rows: int) -> Inspection:
    """Look at the file at ``path``; raise a WorkbookRefused with a sentence unless it may be opened.

    ``max_bytes`` is the size of the file, ``max_rows`` how many rows of one sheet may hold values.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile
    if size > max_bytes:
        raise TooLarge(
            N_("This workbook has %(megabytes)s MB; at most %(limit)s MB are read. Split it into several workbooks."),
            megabytes=f"{size / 1048576:.1f}",
            limit=f"{max_bytes / 1048576:.0f}",
        )
    with path.open("rb") as stream:
        head = stream.read(8)
        if head == OLE_MAGIC:
            stream.seek(0)
            raise PasswordProtected if ENCRYPTED_MARK in stream.read() else OldWorkbook
        if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
            raise NotAWorkbook
        try:
            return _inspect_parts(stream, max_rows=max_rows)
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            NotImplementedError,
            EOFError,
            OSError,
            expat.ExpatError,
        ) as error:
            raise DamagedWorkbook from error


def _inspect_parts(stream: BinaryIO, *, max_rows: int) -> Inspection:
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise TooLarge(N_("This workbook holds too many parts to be read safely."))
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if len(set(names)) != len(names):
        raise DamagedWorkbook
    if "[content_types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        raise NotAWorkbook
    if any(part.flag_bits & 1 for part in parts):
        raise PasswordProtected
    budget = MAX_INFLATED
    if sum(part.file_size for part in parts) > budget:
        raise _bomb()
    sheets: dict[str, SheetExtent] = {}
    for part, name in zip(parts, names, strict=True):
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            scan = _SheetScan(part.filename, max_rows=max_rows)
            budget -= _inflate(stream, part, budget, scan.feed)
            extent = scan.finished()
            if scan.is_odd:
                extent = _walk(stream, part, max_rows=max_rows)
            elif scan.is_wide:
                scan = _SheetScan(part.filename, max_rows=max_rows, exact=True)
                for piece in _pieces(stream, part):
                    scan.feed(piece)
                extent = scan.finished()
            sheets[part.filename.replace("\\", "/")] = extent
        else:
            limit = min(budget, MAX_SHARED_TEXT) if name.endswith("sharedstrings.xml") else budget
            budget -= _inflate(stream, part, limit, None)
    return Inspection(sheets)


def _bomb() -> TooLarge:
    return TooLarge(
        N_("Unpacked, this workbook would have more than %(limit)s MB. It is not read."), limit=MAX_INFLATED // 1048576
    )


def _pieces(stream: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part as it really inflates; the sizes that the zip claims are not believed."""
    stream.seek(part.header_offset)
    header = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    if header[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    stream.seek(header[9] + header[10], 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (raw := stream.read(min(PIECE, left))):
            left -= len(raw)
            yield raw
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while left > 0 and not inflater.eof:
        raw = stream.read(min(PIECE, left))
        if not raw:
            raise EOFError
        left -= len(raw)
        while raw:
            yield inflater.decompress(raw, PIECE)
            raw = inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof:
        raise EOFError


def _inflate(stream: BinaryIO, part: zipfile.ZipInfo, limit: int, feed: Callable[[bytes], None] | None) -> int:
    """Inflate one part under a limit, give each piece to ``feed``; returns the real size."""
    size, check = 0, 0
    for piece in _pieces(stream, part):
        size += len(piece)
        if size > limit:
            raise _bomb()
        check = zlib.crc32(piece, check)
        if feed is not None:
            feed(piece)
    if size != part.file_size or check != part.CRC:
        raise DamagedWorkbook
    return size


def column_number(letters: str) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is ``A``, 27 is ``AA``."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _SheetScan:
    """Finds the extent of a sheet in its XML, piece by piece.

    Most sheets are small enough by the look of their addresses alone: no column beyond Z and no row beyond 99,999 is a
    rectangle that may be read whatever is in it. Only the others need to be looked at cell by cell (``exact``).
    """

    def __init__(self, part: str, *, max_rows: int, exact: bool = False) -> None:
        self.extent = SheetExtent(part)
        self.max_rows = max_rows
        self.exact = exact
        self.is_odd = False
        self.is_wide = False
        self._tail = b""
        self._rows: set[bytes] = set()
        self._columns: set[bytes] = set()
        self._first = True

    def feed(self, piece: bytes) -> None:
        if self._first and piece:
            self._first = False
            if piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in piece[:64]:
                raise DamagedWorkbook  # UTF-16: allowed by XML, written by no spreadsheet program
        text = self._tail + piece
        cut = _last_cell(text)
        if cut is None:
            # No cell begins here; keep what may be the beginning of its tag.
            self._tail = text[-64:]
            return
        self._scan(text[:cut])
        self._tail = text[cut:]
        if len(self._tail) > MAX_TAIL:
            raise TooLarge(N_("A cell of this workbook holds too much text to be read safely."))

    def finished(self) -> SheetExtent:
        self._scan(self._tail)
        extent = self.extent
        rows = {int(row) for row in self._rows}
        extent.filled_rows = len(rows)
        extent.last_row = max(rows, default=0)
        extent.last_column = max((column_number(letters.decode()) for letters in self._columns), default=0)
        check_extent(extent, max_rows=self.max_rows)
        return extent

    def _scan(self, text: bytes) -> None:
        if not (self.is_odd and self.is_wide) and (_UNUSUAL.search(text) or _PREFIXED.search(text)):
            if text.count(b"<c ") != text.count(b'<c r="') or _ODD_CELL.search(text):
                self.is_odd = True
            if _FAR_CELL.search(text):
                self.is_wide = True
        if self.exact and (cells := _PLAIN_CELL.findall(text)):
            columns, rows = zip(*cells, strict=True)
            self._columns.update(columns)
            self._rows.update(rows)
            if len(self._rows) > self.max_rows + HEADING_ROWS:
                raise too_many_rows(self.max_rows)
        if b"f" in text and (b"<f" in text or b":f" in text) and (found := _FORMULA_ONLY.findall(text)):
            known = self.extent.formulas_without_value
            if len(known) < FORMULAS_REMEMBERED:
                known.update((int(row), column_number(letters.decode())) for letters, row in found)


#: Titles, headers and signatures that stand around the table do not count against the limit of rows.
HEADING_ROWS = 60


def _last_cell(text: bytes) -> int | None:
    """Where the last cell tag of ``text`` begins."""
    plain = text.rfind(b"<c ")
    window = max(plain, 0)
    found = plain if plain >= 0 else None
    for match in _CELL_START.finditer(text, window):
        found = match.start()
    return found


def too_many_rows(limit: int) -> TooLarge:
    return TooLarge(N_("This workbook has more than %(limit)s rows. Split it into several workbooks."), limit=limit)


def check_extent(extent: SheetExtent, *, max_rows: int) -> None:
    if extent.filled_rows > max_rows + HEADING_ROWS:
        raise too_many_rows(max_rows)
    if extent.last_row * extent.last_column > MAX_AREA:
        raise TooLarge(
            N_(
                "A cell far away from the table (%(cell)s) is filled. Delete the rows and columns around the table "
                "and save."
            ),
            cell=f"{column_letters(extent.last_column)}{extent.last_row}",
        )


def _walk(stream: BinaryIO, part: zipfile.ZipInfo, *, max_rows: int) -> SheetExtent:
    """The extent of a sheet whose cells carry no address (some exporters write none): their place is counted."""
    extent = SheetExtent(part.filename)
    place = {"row": 0, "column": 0, "counted": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            place["row"] = int(attributes.get("r", place["row"] + 1))
            place["column"] = 0
        elif local == "c":
            letters = re.match(r"[A-Za-z]{1,3}", attributes.get("r", ""))
            place["column"] = column_number(letters.group()) if letters else place["column"] + 1
        elif local in ("v", "is", "f") and place["row"]:
            if place["counted"] != place["row"]:
                place["counted"] = place["row"]
                extent.filled_rows += 1
            extent.last_row = max(extent.last_row, place["row"])
            extent.last_column = max(extent.last_column, place["column"])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = _refuse_entities
    for piece in _pieces(stream, part):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    check_extent(extent, max_rows=max_rows)
    return extent


def _refuse_entities(*declaration: object) -> None:
    raise DamagedWorkbook
