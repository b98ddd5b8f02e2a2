"""What every test of the product can rely on. The settings are those of tests/settings.py."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from tests.reachable import REDIS_URL, chromium, redis_server

ROOT = Path(__file__).parent
CHROMIUM_FLAGS = [
    "--no-sandbox",  # the suite may run as root, in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

hypothesis_settings.register_profile("dev", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")


# --- what a test needs ---------------------------------------------------------------------------------------------
def on_postgresql() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql")


NEEDS = {
    "postgresql": (on_postgresql, "needs PostgreSQL: DATABASE_URL=postgres://… (script/test finds a local server)"),
    "redis": (redis_server, "needs Redis at TEST_REDIS_URL, by default redis://127.0.0.1:6379/15"),
    "browser": (chromium, "needs Chromium: install it, or set CHROMIUM=/path/to/it"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run; browser journeys come last, they are the slowest."""
    for marker, (is_there, reason) in NEEDS.items():
        wanting = [item for item in items if item.get_closest_marker(marker)]
        if wanting and not is_there():
            for item in wanting:
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations if they are older than the catalogues; once, not in every worker."""
    if hasattr(config, "workerinput"):
        return
    catalogues = list((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    if any(not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime < po.stat().st_mtime for po in catalogues):
        subprocess.run([sys.executable, "script/messages", "compile"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


# --- the world outside ---------------------------------------------------------------------------------------------
@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """A test that reaches beyond this machine fails, instead of depending on what is there."""
    real = socket.socket.connect, socket.socket.connect_ex

    def guard(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
            pytest.fail(f"A test tried to connect to {address[0]}; tests stay on this machine.")

    def connect(self: socket.socket, address: Any) -> None:
        guard(self, address)
        real[0](self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        guard(self, address)
        return real[1](self, address)

    socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]
    yield
    socket.socket.connect, socket.socket.connect_ex = real  # type: ignore[method-assign]


def is_local(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty database of the Redis server of the tests."""
    with redis.Redis.from_url(REDIS_URL) as client:
        client.flushdb()
        yield REDIS_URL
        client.flushdb()


# --- browsers ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def browser_type_launch_args(django_db_setup: None, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium. The test database is made first: Playwright's event loop would be in its way."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": CHROMIUM_FLAGS}


@pytest.fixture(autouse=True)
def _database_beside_playwright(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright keeps an event loop in the process, and Django then takes every query for one inside a coroutine."""
    if request.node.get_closest_marker("browser") or event_loop_is_running():
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def event_loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
