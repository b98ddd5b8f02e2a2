"""What people at a terminal read: commands speak the language that the terminal is set to."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation


class TerminalCommand(BaseCommand):
    """A command of the product. Typed at a terminal it speaks the terminal's language; called from code, that of the
    caller. The keys of JSON are the same in every language."""

    def run_from_argv(self, argv: list[str]) -> Any:
        with translation.override(terminal_language()):
            return super().run_from_argv(argv)


def terminal_language() -> str:
    """The language of whoever reads the terminal: Chinese in a Chinese locale, else English."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if chosen.startswith("zh") else "en"
