"""The translation catalogues, kept without gettext tools.

Strings are found by Babel: Python files directly, templates through Django's own ``templatize``. Msgids are English;
``locale/zh_Hans`` must hold a translation for each (tests/test_architecture.py), ``locale/en`` repeats the msgid.
"""

import fcntl
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALES = {"zh_Hans": "zh_Hans", "en": "en"}
PACKAGES = (
    "dealership",
    "staffing",
    "customers",
    "inventory",
    "leads",
    "followups",
    "complaints",
    "orders",
    "templates",
)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}

Found = tuple[str, int, str | tuple[str, ...], str | None]


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not {"tests", "migrations"} & set(path.parts):
                yield path


def found_messages() -> Iterator[Found]:
    """Every translatable string: (file, line, msgid or (singular, plural), context)."""
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What templatize leaves is Python only word by word: its indentation means nothing and must not be read.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
        for line, message, _comments, context in extract(
            "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            ids = message if isinstance(message, tuple) else (message,)
            if ids[0]:
                yield str(path.relative_to(ROOT)), line, message, context


def po_path(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def load(locale: str) -> Catalog:
    """The stored catalogue of a locale, empty when there is none yet."""
    path = po_path(locale)
    if not path.exists():
        return Catalog(locale=LOCALES[locale], domain="django", fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=LOCALES[locale], domain="django")


def store(locale: str, catalogue: Catalog) -> None:
    path = po_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.fuzzy = False
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, sort_output=True, no_location=True, omit_header=True, ignore_obsolete=True)
    header = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'.encode()
    temporary = path.with_suffix(".po.tmp")
    temporary.write_bytes(header + plural + buffer.getvalue().lstrip())
    temporary.replace(path)


@contextmanager
def _locked() -> Iterator[None]:
    with (ROOT / "locale" / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def collect() -> None:
    """Refresh both catalogues from the sources; known translations stay, vanished strings go."""
    found = list(found_messages())
    for locale in LOCALES:
        old = load(locale)
        new = Catalog(locale=LOCALES[locale], domain="django", fuzzy=False)
        for _file, _line, message, context in found:
            known = old.get(message, context)
            translation: Any = message if locale == "en" else known.string if known is not None else ""
            new.add(message, translation, context=context)
        store(locale, new)


def set_translations(pairs: dict[str, str]) -> int:
    """Merge Chinese translations; a msgid need not have been collected yet. Returns how many were set."""
    catalogue = load("zh_Hans")
    plurals = {m.id[0]: m for m in catalogue if isinstance(m.id, tuple)}
    for msgid, chinese in pairs.items():
        context, _sep, bare = msgid.rpartition("\x04")
        if msgid in plurals:
            plurals[msgid].string = (chinese,)
        elif known := catalogue.get(bare, context or None):
            known.string = chinese  # Catalog.add leaves the text of a known message alone
        else:
            catalogue.add(bare, chinese, context=context or None)
    store("zh_Hans", catalogue)
    return len(pairs)


def missing() -> list[str]:
    """Msgids that the sources use and the Chinese catalogue does not translate."""
    catalogue = load("zh_Hans")
    lacking: dict[str, None] = {}
    for _file, _line, message, context in found_messages():
        known = catalogue.get(message, context)
        text = known.string if known is not None else ""
        if not (all(text) if isinstance(text, (tuple, list)) else text):
            lacking[message if isinstance(message, str) else message[0]] = None
    return list(lacking)


def compile_all() -> None:
    """Write the .mo file of each catalogue, only when its .po is newer."""
    for locale in LOCALES:
        source = po_path(locale)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            temporary = target.with_suffix(".mo.tmp")
            with temporary.open("wb") as stream:
                write_mo(stream, load(locale))
            temporary.replace(target)


def main(arguments: list[str]) -> int:
    """The command line of script/messages; returns the exit code."""
    match arguments:
        case ["collect"]:
            with _locked():
                collect()
        case ["set", source]:
            text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
            with _locked():
                # Plural entries must exist before their translation can be set.
                collect_plurals()
                set_translations(json.loads(text))
                compile_all()
        case ["missing"]:
            lacking = missing()
            sys.stdout.write(json.dumps(dict.fromkeys(lacking, ""), ensure_ascii=False, indent=1) + "\n")
            return 1 if lacking else 0
        case ["compile"]:
            compile_all()
        case _:
            sys.stderr.write("usage: script/messages collect | set FILE.json | missing | compile\n")
            return 2
    return 0


def collect_plurals() -> None:
    """Add the plural strings of the sources to the Chinese catalogue, untranslated, where they are not in it."""
    catalogue = load("zh_Hans")
    for _file, _line, message, context in found_messages():
        if isinstance(message, tuple) and catalogue.get(message, context) is None:
            catalogue.add(message, ("",), context=context)
    store("zh_Hans", catalogue)
