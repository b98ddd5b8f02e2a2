"""A command typed at a terminal speaks the language of the terminal; the keys of its JSON never change."""

import json
import os
import subprocess
import sys

import pytest

from dealership.web.terminal import TerminalCommand, terminal_language
from tests.architecture import ROOT, product_commands

#: Each command with arguments that it refuses before it asks for any row, and the two sentences.
REFUSED = [
    pytest.param(
        ["generate_call_lists"],
        "Say which day with --date, like --date 2026-11-24.",
        "请用 --date 指定日期，例如 --date 2026-11-24。",
        id="generate_call_lists",
    ),
    pytest.param(
        ["monthly_report", "3dc"],
        "Say which month with --month, like --month 2026-11.",
        "请用 --month 指定月份，例如 --month 2026-11。",
        id="monthly_report",
    ),
    pytest.param(
        ["sweep", "--at", "soon"],
        "“soon” is not a moment. Write it like 2026-11-22T09:00:00+08:00.",
        "“soon”不是有效的时刻，请写成 2026-11-22T09:00:00+08:00。",
        id="sweep",
    ),
    pytest.param(
        ["import_workbook"],
        "Say which workbook, like import_workbook 交车台账.xlsx.",
        "请写明要导入的工作簿，例如 import_workbook 交车台账.xlsx。",
        id="import_workbook",
    ),
    pytest.param(
        ["seed_demo", "--scale", "0"],
        "--scale: 0 is not between 1 and 1000.",
        "--scale：0 不在 1 到 1000 之间。",
        id="seed_demo",
    ),
    pytest.param(
        ["up", "--port", "0"],
        "0 is no port: ports go from 1 to 65535.",
        "0 不是有效端口，端口范围为 1 到 65535。",
        id="up",
    ),
]
FIRST_SERVICE = [
    "estimate_first_service",
    *("--delivered", "2026-10-24"),
    *("--read-on", "2026-11-24"),
    *("--odometer-km", "1200"),
]


def typed(arguments: list[str], tmp_path, **environ: str) -> subprocess.CompletedProcess[str]:
    """What a person at a terminal gets."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    own = {"VAR_DIR": str(tmp_path), "ENV_FILE": os.devnull, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | own | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_SG"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
    ],
)
def test_the_language_of_the_terminal(monkeypatch, environ, expected):
    for name in ("LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert terminal_language() == expected


def test_every_command_follows_the_terminal():
    commands = product_commands()

    assert [name for name, command in commands.items() if not issubclass(command, TerminalCommand)] == []
    assert {"up", "sweep", "import_workbook", "generate_call_lists"} <= set(commands)


@pytest.mark.parametrize(("arguments", "english", "chinese"), REFUSED)
def test_a_refusal_is_in_the_language_of_the_terminal(tmp_path, arguments, english, chinese):
    in_english = typed(arguments, tmp_path, LANG="C.UTF-8")
    in_chinese = typed(arguments, tmp_path, LC_ALL="zh_CN.UTF-8")

    assert (in_english.returncode, in_english.stdout, english in in_english.stderr) == (2, "", True), in_english.stderr
    assert (in_chinese.returncode, in_chinese.stdout, chinese in in_chinese.stderr) == (2, "", True), in_chinese.stderr


def test_json_is_the_same_in_every_language(tmp_path):
    answers = [typed([*FIRST_SERVICE, "--json"], tmp_path, LANG=language).stdout for language in ("C.UTF-8", "zh_CN")]
    words = [typed(FIRST_SERVICE, tmp_path, LANG=language).stdout for language in ("C.UTF-8", "zh_CN")]

    assert answers[0] == answers[1]
    assert list(json.loads(answers[0])) == ["daily_km", "interval_days", "due_on", "remind_on", "capped"]
    assert [text.splitlines()[0] for text in words] == ["km a day: 40", "日均公里数：40"]
