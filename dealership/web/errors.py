"""The pages for when something went wrong. ``dealership.urls`` names the first four as its handlers."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.csrf import csrf_failure as plain_csrf_failure

from dealership.web.guards import page_behind, public

log = logging.getLogger(__name__)


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400. Drawn without the request: it may be the request that is broken."""
    return HttpResponse(render_to_string("errors/400.html", _bare(request)), status=400)


@public
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 for somebody who is signed in and may not do this."""
    return render(request, "errors/403.html", status=403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the same for rows that do not exist and for rows that the person may not see."""
    return render(request, "errors/404.html", status=404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500. Drawn without the session and the database: either may be what failed."""
    return HttpResponse(render_to_string("errors/500.html", _bare(request)), status=500)


@public
def busy(request: HttpRequest) -> HttpResponse:
    """409 when two people changed the same rows at once and the database let one of them go first. Nothing was kept."""
    return HttpResponse(
        render_to_string("errors/409.html", _bare(request) | {"page": page_behind(request)}), status=409
    )


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when a form is too old or comes from elsewhere. The page behind it keeps what was typed."""
    log.warning("CSRF refused: %s", reason, extra={"path": request.path})
    try:
        body = render_to_string("errors/csrf.html", _bare(request) | {"page": page_behind(request)})
    except Exception:
        log.exception("errors/csrf.html cannot be drawn")
        return plain_csrf_failure(request, reason)
    return HttpResponse(body, status=403)


def _bare(request: HttpRequest) -> dict[str, Any]:
    return {"language": getattr(request, "LANGUAGE_CODE", None)}
