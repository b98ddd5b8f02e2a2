"""Is this installation alive, and can it do its work? For load balancers and monitors: public, and without data."""

import datetime as dt
import logging
from collections.abc import Callable

from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dealership import clock
from dealership.schedule import beat_last_seen
from dealership.web.guards import public

logger = logging.getLogger(__name__)

#: Beat sends the sweep every minute; a few missed ones are a hiccup, more is an outage.
BEAT_SILENCE = dt.timedelta(minutes=5)
BROKER_TIMEOUT_SECONDS = 2


@public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200: this process answers."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, broker and beat are there, else 503 and which of them is not."""
    at = clock.now()
    checks: dict[str, Callable[[], bool]] = {
        "database": database_answers,
        "broker": broker_answers,
        "beat": lambda: beat_is_alive(at=at),
    }
    results = {name: _outcome(name, check) for name, check in checks.items()}
    ready = all(result == "ok" for result in results.values())
    return JsonResponse({"status": "ok" if ready else "failed", **results}, status=200 if ready else 503)


def database_answers() -> bool:
    """Whether the database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def broker_answers() -> bool:
    """Whether a message could be sent now: Redis answers, or the spool's folders can be used."""
    limits = {"socket_timeout": BROKER_TIMEOUT_SECONDS, "socket_connect_timeout": BROKER_TIMEOUT_SECONDS}
    with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS, transport_options=limits) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS)
        return bool(link.connected)


def beat_is_alive(*, at: dt.datetime) -> bool:
    """Whether beat has sent something within BEAT_SILENCE before ``at``."""
    seen = beat_last_seen()
    return seen is not None and at - seen <= BEAT_SILENCE


def _outcome(name: str, check: Callable[[], bool]) -> str:
    """ "ok" or "failed"; the cause goes to the log, never into the public answer."""
    try:
        return "ok" if check() else "failed"
    except Exception:
        logger.exception("The %s does not answer.", name)
        return "failed"
