"""Which kind of workbook is it, and where is its header?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dealership.kernel.errors import N_
from dealership.kernel.text import folded
from dealership.workbooks.kinds import HEADER_SEARCH_ROWS, HeaderMatch, Kind, header_names, kind_by_code, kinds
from dealership.workbooks.package import WorkbookRefused
from dealership.workbooks.reading import Sheet, read_sheets


class NoKnownHeader(WorkbookRefused):
    message = N_(
        "No row of this workbook is the header of a known form. Known are: %(known)s. "
        "A template of each can be downloaded on the import page."
    )


class IncompleteHeader(NoKnownHeader):
    code = "no_known_header"
    message = N_("This looks like “%(kind)s” (header in row %(row)s), but the columns %(missing)s are missing.")


class UnknownKind(WorkbookRefused):
    message = N_("There is no kind of workbook called “%(kind)s”. There are: %(known)s.")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sheet with the kind that its header fits."""

    kind: Kind
    sheet: Sheet
    header: HeaderMatch


def recognise(path: Path, *, kind: str = "", max_bytes: int, max_rows: int) -> Recognised:
    """Read the workbook and find its table; ``kind`` narrows the search to one.

    The first visible sheet with a complete header wins. Raises a WorkbookRefused.
    """
    candidates = _candidates(kind)
    nearest: Recognised | None = None
    for sheet in read_sheets(path, max_bytes=max_bytes, max_rows=max_rows):
        found = _best_header(sheet, candidates)
        if found is None:
            continue
        if found.header.fits:
            return found
        nearest = nearest or found
    if nearest is not None:
        raise IncompleteHeader(kind=nearest.kind.title, row=nearest.header.row, missing=list(nearest.header.missing))
    raise NoKnownHeader(known=[candidate.form_name for candidate in candidates])


#: What a dealership's name ends with; a title that says only what the form is names none.
_DEALERSHIP = re.compile(r".{1,60}?(?:店|公司|车行|汽车|中心)$")
_AROUND = re.compile(r"^[\W_]+|[\W_]*(?:\([^()]*\))?[\W_]*$")
_MONTH = re.compile(r"[0-9]{2,4}(?:年度?|[-./])(?:[0-9]{1,2}月?(?:份)?)?")


def dealership_in_title(found: Recognised) -> str:
    """The dealership that the lines above the header name: 东方专营店 in 东方专营店员工名册. Empty when none does."""
    words = {found.kind.form_name, str(found.kind.title), found.kind.form_name.removeprefix("商品车")}
    for row in found.sheet.rows[: found.header.row - 1]:
        for cell in row:
            if not isinstance(cell, str):
                continue
            text = folded(cell)
            for word in sorted(words, key=len, reverse=True):
                text = text.replace(word, "")
            text = _AROUND.sub("", _MONTH.sub("", text))
            if _DEALERSHIP.fullmatch(text):
                return text
    return ""


def _candidates(code: str) -> tuple[Kind, ...]:
    if not code:
        return kinds()
    kind = kind_by_code(code)
    if kind is None:
        raise UnknownKind(kind=code, known=[known.code for known in kinds()])
    return (kind,)


def _best_header(sheet: Sheet, candidates: Iterable[Kind]) -> Recognised | None:
    """The header that fits best: complete before incomplete, then more columns understood, fewer not, higher up.

    An incomplete one only counts when at least three columns and half of its cells are understood.
    """
    best: tuple[tuple[bool, int, int, int], Recognised] | None = None
    for number, cells in enumerate(sheet.rows[:HEADER_SEARCH_ROWS], start=1):
        names = header_names(cells)
        if sum(1 for name in names if name) < 2:
            continue
        for kind in candidates:
            match = kind.match_header(names, number)
            if match is None:
                continue
            understood = len(match.places)
            if not match.fits and (understood < 3 or understood < len(match.ignored)):
                continue
            if match.fits and understood * 2 < len(match.ignored):
                continue
            rank = (match.fits, understood, -len(match.ignored), -number)
            if best is None or rank > best[0]:
                best = (rank, Recognised(kind, sheet, match))
    return best[1] if best else None
