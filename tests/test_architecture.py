"""The walls of the house, and for each a planted fault that it must see."""

import shutil
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from django.apps import apps
from django.db import models
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps

from dealership.web import catalogue
from tests.architecture import (
    ROOT,
    clock_readers,
    half_width_punctuation,
    missing_migrations,
    product_modules,
    too_long,
    upward_foreign_keys,
    view_modules,
    views_without_visible_to,
)

#: The edge: where the clock may be read.
CLOCK_READERS = {"dealership/clock.py", "dealership/spool.py"}


def lint_imports(folder) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on the tree in ``folder``."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(cache_dir=None))",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "dealership.settings"},
    )


@pytest.fixture
def copied_tree(tmp_path):
    """The Python sources of the product, to plant a fault in."""
    for name in ["dealership", "staffing", "customers", "inventory", "leads", "followups", "complaints", "orders"]:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_point_down():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        pytest.param("staffing/models.py", "import followups.models", id="app-upwards"),
        pytest.param("dealership/web/guards.py", "import staffing.models", id="ground-floor-upwards"),
        pytest.param("dealership/kernel/vins.py", "import django.db", id="kernel-not-pure"),
        pytest.param("followups/rules/__init__.py", "import django.db", id="rules-not-pure"),
        pytest.param("staffing/models.py", "import dealership.urls", id="app-imports-wiring"),
        pytest.param("dealership/workbooks/services.py", "from dealership import clock", id="service-reads-clock"),
        pytest.param("followups/selectors/day.py", "from dealership.clock import now", id="selector-reads-clock"),
        pytest.param("followups/models/tasks.py", "import dealership.clock", id="model-reads-clock"),
        pytest.param("staffing/rules.py", "from dealership import clock", id="rule-reads-clock"),
    ],
)
def test_an_upward_import_is_seen(copied_tree, module, line):
    path = copied_tree / module
    path.write_text(f"{line}  # noqa\n{path.read_text(encoding='utf-8')}", encoding="utf-8")

    result = lint_imports(copied_tree)

    assert result.returncode == 1, result.stdout + result.stderr


def test_foreign_keys_point_down():
    faults = upward_foreign_keys(apps.get_models())

    assert faults == []


@isolate_apps("staffing", "followups")
def test_an_upward_foreign_key_is_seen():
    class Task(models.Model):
        class Meta:
            app_label = "followups"

    class Store(models.Model):
        latest = models.ForeignKey(Task, models.CASCADE)

        class Meta:
            app_label = "staffing"

    faults = upward_foreign_keys([Task, Store])

    assert faults == ["staffing.Store.latest -> followups.Task"]


def test_views_ask_visible_to():
    faults = {
        str(path.relative_to(ROOT)): lines
        for path in view_modules()
        if (lines := views_without_visible_to(path.read_text(encoding="utf-8")))
    }

    assert faults == {}


def test_a_view_without_visible_to_is_seen():
    source = (
        "def page(request):\n    good = Task.objects.visible_to(request.user)\n    bad = Task.objects.filter(pk=1)\n"
    )

    faults = views_without_visible_to(source)

    assert faults == [3]


def test_the_clock_is_read_at_the_edge_only():
    faults = {
        name: lines
        for path in product_modules()
        if (name := str(path.relative_to(ROOT))) not in CLOCK_READERS
        and (lines := clock_readers(path.read_text(encoding="utf-8")))
    }

    assert faults == {}


def test_a_reading_of_the_clock_is_seen():
    source = "import datetime as dt\n\na = timezone.now()\nb = dt.date.today()\nc = clock.now()\n"

    faults = clock_readers(source)

    assert faults == [3, 4]


def test_no_migration_is_missing():
    assert missing_migrations(ProjectState.from_apps(apps)) == []


def test_a_missing_migration_is_seen():
    planted = ProjectState.from_apps(apps)
    planted.add_field("staffing", "store", "planted", models.BooleanField(default=False), preserve_default=True)
    planted.remove_constraint("staffing", "staffrole", "staff_role_once")

    assert sorted(missing_migrations(planted)) == [
        "staffing: Add field planted to store",
        "staffing: Remove constraint staff_role_once from model staffrole",
    ]


def test_every_string_has_its_chinese():
    lacking = catalogue.missing()

    assert lacking == []


def test_a_string_without_chinese_is_seen(tmp_path, monkeypatch):
    package = tmp_path / "dealership"
    package.mkdir()
    (package / "page.html").write_text("{% load i18n %}{% translate 'Never translated' %}", encoding="utf-8")
    (package / "page.py").write_text("title = _('Nor this')\n", encoding="utf-8")
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)

    lacking = catalogue.missing()

    assert lacking == ["Never translated", "Nor this"]


def test_chinese_has_chinese_punctuation():
    faults = half_width_punctuation(catalogue.load("zh_Hans"))

    assert faults == []


def test_punctuation_of_the_wrong_width_is_seen():
    planted = Catalog(locale="zh_Hans")
    planted.add("good", "已检查，待导入：%(a)s, %(b)s 见 12:30")
    planted.add("bad", "已检查,待导入")

    faults = half_width_punctuation(planted)

    assert faults == ["已检查,待导入"]


def test_no_file_is_too_long():
    assert too_long(product_modules()) == {}


def test_a_file_that_is_too_long_is_seen(tmp_path):
    short, long = tmp_path / "short.py", tmp_path / "long.py"
    short.write_text("x = 1\n" * 450, encoding="utf-8")
    long.write_text("x = 1\n" * 451, encoding="utf-8")

    assert too_long([short, long]) == {str(long): 451}
