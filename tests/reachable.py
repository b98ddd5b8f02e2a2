"""What the tests can use on this machine: ``python -m tests.reachable {postgresql,redis,chromium}`` exits 0 or 1."""

import os
import shutil
import sys

import psycopg2
import redis

DATABASE_URL = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
REDIS_URL = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT_SECONDS = 2


def postgresql() -> bool:
    """Whether the PostgreSQL server of the tests answers and lets us in."""
    try:
        psycopg2.connect(DATABASE_URL, connect_timeout=TIMEOUT_SECONDS).close()
    except psycopg2.Error:
        return False
    return True


def redis_server() -> bool:
    """Whether the Redis server of the tests answers and lets us in."""
    with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=TIMEOUT_SECONDS) as client:
        try:
            return bool(client.ping())
        except (redis.exceptions.RedisError, OSError):
            return False


def chromium() -> str | None:
    """The Chromium of this machine: CHROMIUM, or the first of the usual names on the path."""
    named = os.environ.get("CHROMIUM")
    return next((found for name in ([named] if named else CHROMIUM_NAMES) if (found := shutil.which(name))), None)


if __name__ == "__main__":
    sys.exit(not {"postgresql": postgresql, "redis": redis_server, "chromium": chromium}[sys.argv[1]]())
