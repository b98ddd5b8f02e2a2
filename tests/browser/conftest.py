"""What the journeys need beyond the suite's own conftest."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connections


@pytest.fixture(scope="session", autouse=True)
def _database_beside_playwright_to_the_end() -> Iterator[None]:
    """The database is emptied after a test, when the test's own permission to use it beside an event loop is gone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def _data_of_the_migrations(django_db_setup: None) -> Iterator[None]:
    """What ``serialized_rollback`` puts back before a test is kept with the connection that made the database.

    Beside Playwright's event loop Django hands out another connection object, which knows nothing of it; so the class
    keeps it for all of them.
    """
    made_it = connections["default"]
    kept = getattr(made_it, "_test_serialized_contents", None)
    with pytest.MonkeyPatch.context() as patch:
        if kept is not None:
            patch.setattr(type(made_it), "_test_serialized_contents", kept, raising=False)
        yield


@pytest.fixture(autouse=True)
def _the_last_requests_are_answered(_django_db_marker: None) -> Iterator[None]:
    """A page that keeps a draft asks once more while its window closes; the database is emptied only afterwards.

    Set up before the window and after the database, so that it ends between the two.
    """
    yield
    patience = time.monotonic() + 10
    while time.monotonic() < patience and any(
        "process_request_thread" in thread.name for thread in threading.enumerate()
    ):
        time.sleep(0.02)
