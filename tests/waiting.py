"""Somebody else at work in a race test, and waiting until that session is where the test wants it."""

import threading
import time
from collections.abc import Callable

from django.db import connection, connections

PATIENCE_SECONDS = 60


class Side(threading.Thread):
    """Somebody else at work at the same time, with a connection of their own."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work = work
        self.result: object = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.work()
        except Exception as error:
            self.result = error
        finally:
            connections.close_all()


def wait_until_somebody_waits() -> None:
    """Until another session of this database waits for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            # Inside a transaction the list of sessions is kept as it was first read; without this a session that
            # connected later would never be seen.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
