"""Which rules of the rule book the product says it implements, and which of them a test shows.

A rule counts as implemented when a page under docs/rules/ names it in a heading or in the first cell of a table row; it
counts as shown when a test carries ``@pytest.mark.rule("ID")``.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

RULE_ID = re.compile(r"\b(?:LG|LI|HO|DF|CC|AR|D3|D7|N1|SV|PF|BD|RF|RC|CP|AF|VH|TD|OR|SD|ST|LW|X)-?\d{2}\b")


def implemented_rules(folder: Path) -> dict[str, str]:
    """The rule ids that the pages in ``folder`` claim, each with the page that names it first."""
    found: dict[str, str] = {}
    for page in sorted(folder.glob("*.md")):
        for line in page.read_text(encoding="utf-8").splitlines():
            claim = line if line.startswith("#") else line.split("|")[1] if line.startswith("|") else ""
            for rule in RULE_ID.findall(claim):
                found.setdefault(rule, page.name)
    return found


def rules_with_tests(root: Path) -> dict[str, list[str]]:
    """The rule ids that tests below ``root`` are marked with, each with the tests' names."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("test_*.py")):
        relative = path.relative_to(root)
        if relative.parts[0] in {".venv", "var"}:
            continue
        for rule, name in _marks(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(rule, []).append(f"{relative}::{name}")
    return found


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rule":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, str(node.lineno)
