"""What people type to find somebody, a telephone above all, stands in no address: a wall of the house."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import ROOT, product_modules

#: Fields into which a telephone, or a name, is typed.
PERSONAL = r"(?:q|\w*(?:number|phone|mobile|tel|name|search))"
_FORM = re.compile(r"<form\b(?P<head>[^>]*)>(?P<body>.*?)</form>", re.DOTALL)
_METHOD = re.compile(r"""\bmethod\s*=\s*["']?(post|dialog)""", re.IGNORECASE)
_FIELD = re.compile(
    rf"""\bname\s*=\s*["']{PERSONAL}["']|\btype\s*=\s*["'](?:search|tel)["']|%\s*field\s+\w+\.{PERSONAL}[\s%]"""
)
_ASKING = re.compile(r"<input\b[^>]*\bhx-get\b[^>]*>", re.DOTALL)
_ASKED = re.compile(rf"""\brequest\.GET(?:\.get\(|\[)\s*["']{PERSONAL}["']""")


def typed_into_addresses(template: str) -> list[str]:
    """The forms of a template that send such a field in their address, and the fields that ask by themselves."""
    forms = [
        match["head"].strip()
        for match in _FORM.finditer(template)
        if not _METHOD.search(match["head"]) and _FIELD.search(match["body"])
    ]
    return [*forms, *(field for field in _ASKING.findall(template) if _FIELD.search(field))]


def templates() -> Iterator[Path]:
    yield from sorted((ROOT / "templates").rglob("*.html"))


def test_no_form_sends_a_number_in_its_address() -> None:
    #: The gallery shows a form; it is sent nowhere.
    shown = ROOT / "templates" / "_ui" / "gallery.html"
    faults = {
        str(path.relative_to(ROOT)): found
        for path in templates()
        if path != shown and (found := typed_into_addresses(path.read_text(encoding="utf-8")))
    }

    assert faults == {}


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        pytest.param('<form><input name="q"></form>', 1, id="a plain search"),
        pytest.param('<form method="get"><input type="tel" name="x"></form>', 1, id="a telephone"),
        pytest.param("<form class='a'>{% field form.number %}</form>", 1, id="a field of a form"),
        pytest.param("<form>{% field form.new_phone key='t' %}</form>", 1, id="another field of a form"),
        pytest.param('<input name="number" hx-get="/look-up/">', 1, id="asked while typing"),
        pytest.param('<form method="post"><input name="q"></form>', 0, id="sent as a POST"),
        pytest.param('<form method="dialog"><input name="q"></form>', 0, id="sent nowhere"),
        pytest.param("<form>{% field filters.grade %}</form>", 0, id="no number"),
        pytest.param('<input name="odometer_km" hx-get="/estimate/">', 0, id="an odometer"),
        pytest.param('<input name="number" hx-post="/look-up/">', 0, id="asked by a POST"),
    ],
)
def test_a_form_that_sends_a_number_is_seen(template: str, faults: int) -> None:
    assert len(typed_into_addresses(template)) == faults


def forms_that_ask(source: str) -> bool:
    """Whether a module of forms lets a field ask by an address; a template says which field it is, a form does not."""
    return re.search(r"""["']hx-get["']""", source) is not None


def test_fields_of_forms_ask_by_a_post() -> None:
    faults = [
        str(path.relative_to(ROOT))
        for path in product_modules()
        if "forms" in path.relative_to(ROOT).as_posix() and forms_that_ask(path.read_text(encoding="utf-8"))
    ]

    assert faults == []
    assert forms_that_ask('attrs |= {"hx-get": look_up}')


def test_no_view_reads_a_number_out_of_an_address() -> None:
    faults = [
        str(path.relative_to(ROOT)) for path in product_modules() if _ASKED.search(path.read_text(encoding="utf-8"))
    ]

    assert faults == []
    assert _ASKED.search('typed = request.GET.get("q", "")')
    assert not _ASKED.search('asked = request.GET.get("s", "")')
