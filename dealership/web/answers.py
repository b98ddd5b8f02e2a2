"""How a view answers: a page, a fragment of it, or a refusal that keeps what was typed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

UNPROCESSABLE = 422


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    parts: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer the page, or the part of it that htmx asked for.

    ``parts`` maps the id of a target element to the template that draws exactly that element; the page includes the
    same template, so both always agree. Without htmx, for a boosted link, when history is restored, and for a target
    that is not named, the answer is the whole page.
    """
    chosen = template
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    if parts and htmx and not htmx.boosted and not htmx.history_restore_request:
        chosen = parts.get(htmx.target or "", template)
    response = render(request, chosen, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target", "HX-Boosted", "HX-History-Restore-Request"])
    return response


def render_refused(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    parts: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer a refused POST: status 422 with the form as it was typed and its errors; htmx swaps it in."""
    return render_page(request, template, context, parts=parts, status=UNPROCESSABLE)


def redirect_after_post(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser on after a POST that succeeded; with htmx the whole page goes, not the fragment."""
    target: HttpResponseRedirect = redirect(to, *args, **kwargs)
    return HttpResponseClientRedirect(target.url) if request.htmx else target  # type: ignore[attr-defined]
