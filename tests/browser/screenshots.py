"""Takes pictures of the product in a browser: those of the README, or with --all every page in every dress.

Needs Chromium. Fills a database of its own with the demo store, which is gone afterwards.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

django.setup()

import time_machine  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.runner import DiscoverRunner  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from pytest_django.live_server_helper import LiveServer  # noqa: E402

from conftest import CHROMIUM_FLAGS  # noqa: E402
from tests.browser.visits import AT, Visit, fill, tour  # noqa: E402
from tests.reachable import chromium  # noqa: E402

README = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
PICTURES = {"call": "call-7dc", "report": "report-3dc"}
DRESSES = [
    (language, theme, width) for language in ("zh", "en") for theme in ("light", "dark") for width in (1440, 390)
]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument(
        "--all", metavar="FOLDER", type=Path, help="every page, both languages and themes, wide and narrow"
    )
    parser.add_argument("--only", metavar="TEXT", default="", help="with --all: pages whose name contains this")
    parser.add_argument(
        "--dress", metavar="TEXT", default="", help="with --all: dresses that contain this, as zh-light-1440"
    )
    options = parser.parse_args(arguments)
    executable = chromium()
    if executable is None:
        sys.stderr.write("Chromium is needed: install it, or set CHROMIUM=/path/to/it.\n")
        return 2
    with time_machine.travel(AT), empty_database(), sync_playwright() as playwright:
        pages = fill()
        server = LiveServer("localhost")
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        try:
            taken = (
                take_all(browser, server.url, pages, options)
                if options.all
                else take_readme(browser, server.url, pages)
            )
            for path in taken:
                sys.stdout.write(f"{path}\n")
        finally:
            browser.close()
            server.stop()
    return 0


@contextmanager
def empty_database() -> Iterator[None]:
    """The tests' database, made for this run."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        yield
    finally:
        connections.close_all()
        runner.teardown_databases(databases)


def take_readme(browser: Browser, address: str, pages: list[Visit]) -> Iterator[Path]:
    view = tour(browser, address, language="zh", theme="light", width=1366, height=768)
    README.mkdir(parents=True, exist_ok=True)
    for picture, name in PICTURES.items():
        view.go(next(visit for visit in pages if visit.name == name))
        path = README / f"{picture}.png"
        view.page.screenshot(path=path)
        yield path
    view.context.close()


def take_all(browser: Browser, address: str, pages: list[Visit], options: argparse.Namespace) -> Iterator[Path]:
    options.all.mkdir(parents=True, exist_ok=True)
    for language, theme, width in DRESSES:
        dress = f"{language}-{theme}-{width}"
        if options.dress not in dress:
            continue
        view = tour(browser, address, language=language, theme=theme, width=width)
        for visit in pages:
            if options.only in visit.name:
                view.go(visit)
                path = options.all / f"{visit.name}-{dress}.png"
                view.page.screenshot(path=path, full_page=True)
                yield path
        view.context.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
