"""What the walls of the house look for, as functions, so that each can be shown to fail on a planted fault."""

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent
#: Apps from the highest to the lowest; a row may point at its own app or a lower one.
LAYERS = [
    "desk",
    "followups",
    "complaints",
    "orders",
    "leads",
    "inventory",
    "customers",
    "staffing",
    "notifications",
    "audit",
    "workbooks",
    "web",
]


def upward_foreign_keys(rows: Iterable[type[models.Model]]) -> list[str]:
    """Relations from a lower app to a higher one. The user model is the one exception."""
    faults = []
    for model in rows:
        source = model._meta.app_label
        if source not in LAYERS:
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            target = field.related_model
            if target._meta.label == settings.AUTH_USER_MODEL or target._meta.app_label not in LAYERS:
                continue
            if LAYERS.index(target._meta.app_label) < LAYERS.index(source):
                faults.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    return faults


def views_without_visible_to(source: str) -> list[int]:
    """Lines of a views module that start from a manager without asking ``visible_to`` at once."""
    tree = ast.parse(source)
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
        and not (isinstance(parents.get(node), ast.Attribute) and parents[node].attr == "visible_to")  # type: ignore[attr-defined]
    ]


def view_modules() -> Iterator[Path]:
    """The modules whose code answers requests."""
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in {".venv", "var", "tests", "bench"} or "tests" in relative.parts:
            continue
        if path.name == "views.py" or "views" in relative.parts[:-1]:
            yield path


def clock_readers(source: str) -> list[int]:
    """Lines that read the system clock themselves instead of being told the moment."""
    forbidden = {
        ("timezone", "now"),
        ("timezone", "localdate"),
        ("datetime", "now"),
        ("date", "today"),
        ("datetime", "utcnow"),
        ("time", "time"),
    }
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not (node.func.attr == "localdate" and node.args)  # of a moment that was handed in
        and (
            (isinstance(node.func.value, ast.Name) and (node.func.value.id, node.func.attr) in forbidden)
            or (isinstance(node.func.value, ast.Attribute) and (node.func.value.attr, node.func.attr) in forbidden)
        )
    ]


def product_modules() -> Iterator[Path]:
    """Every module of the product but tests, benchmarks and migrations."""
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in {".venv", "var", "tests", "bench"}:
            continue
        if {"tests", "migrations"} & set(relative.parts):
            continue
        yield path


#: A comma, colon, question mark and the like of Latin script beside a Chinese character or quotation mark.
HALF_WIDTH = re.compile(r"[\u3400-\u9fff”）][,;:?!]|[,;:?!][\u3400-\u9fff“（]")


def half_width_punctuation(catalogue: Catalog) -> list[str]:
    """The Chinese texts of a catalogue that mix the two widths of punctuation."""
    texts = (message.string for message in catalogue if message.id)
    each = (part for text in texts for part in ([text] if isinstance(text, str) else text))
    return [text for text in each if HALF_WIDTH.search(text)]


def addresses(
    patterns: Iterable[URLPattern | URLResolver] | None = None,
) -> Iterator[tuple[str, str, URLPattern]]:
    """Every address of the product, or of ``patterns``, but the administration: (name, route, pattern)."""

    def walk(patterns: Iterable[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str, URLPattern]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "admin":
                    yield from walk(pattern.url_patterns, route)
            else:
                yield pattern.name or route, route, pattern

    yield from walk(get_resolver().url_patterns if patterns is None else patterns, "")


def unguarded(patterns: Iterable[URLPattern | URLResolver] | None = None) -> list[str]:
    """The names of addresses whose view carries no guard."""
    return [name for name, _route, pattern in addresses(patterns) if not hasattr(pattern.callback, "guard")]


def missing_migrations(state: ProjectState) -> list[str]:
    """What the models of ``state`` have and the migrations on disk do not: "app: operation"."""
    loader = MigrationLoader(None)
    with translation.override(None):  # migrations hold the msgids
        changes = MigrationAutodetector(loader.project_state(), state).changes(graph=loader.graph)
    return [
        f"{app}: {operation.describe()}"
        for app, migrations in sorted(changes.items())
        for migration in migrations
        for operation in migration.operations
    ]


#: A longer file becomes a package split by noun or use case.
MOST_LINES = 450


def too_long(paths: Iterable[Path]) -> dict[str, int]:
    """Files with more than MOST_LINES lines, by path, and how many lines they have."""
    counts = {path: path.read_text(encoding="utf-8").count("\n") for path in paths}
    return {str(path): count for path, count in counts.items() if count > MOST_LINES}


def product_commands() -> dict[str, type[BaseCommand]]:
    """The management commands of the product by name."""
    return {
        path.stem: import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)).Command
        for path in product_modules()
        if path.parent.name == "commands" and path.stem != "__init__"
    }
