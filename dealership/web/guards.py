"""Who may call a view. Every view carries exactly one of these; the mark they leave is read by the architecture tests.

``view.guard`` is ``"public"``, ``"signed_in"``, ``"interface"`` or the name of the capability that the view asks for.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django_htmx.http import HttpResponseClientRedirect

PUBLIC = "public"
SIGNED_IN = "signed_in"
INTERFACE = "interface"

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Mark a view that strangers may call."""
    view.guard = PUBLIC  # type: ignore[attr-defined]
    return view


def by_token(view: View) -> View:
    """Mark a view for other programs, which carry a token of their own and no session. It answers 401 itself to who
    has none; without a session there is nothing that a forged request could use."""
    exempt: View = csrf_exempt(view)
    exempt.guard = INTERFACE  # type: ignore[attr-defined]
    return exempt


def guard(capability: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Ask for a signed-in person who holds ``capability``.

    A stranger is sent to the sign-in page and comes back afterwards; who lacks the capability gets the 403 page.
    The answer is never kept by caches or by the browser's back button after signing out.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user: Any = request.user
            if not user.is_authenticated:
                return _to_sign_in(request)
            if capability != SIGNED_IN and not user.may(capability):
                raise PermissionDenied(capability)
            response = view(request, *args, **kwargs)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
            return response

        guarded.guard = capability  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ask for a signed-in person, whatever that person may do."""
    return guard(SIGNED_IN)(view)


def page_behind(request: HttpRequest) -> str:
    """The page of this host from which a form was sent; the start page when the browser does not say."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    page = urlsplit(referrer)
    return page.path + (f"?{page.query}" if page.query else "") or "/"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    htmx: Any = getattr(request, "htmx", None)
    if not htmx:
        back_to = request.get_full_path() if request.method == "GET" else page_behind(request)
        return redirect_to_login(back_to, resolve_url(settings.LOGIN_URL))
    # A fragment cannot be replaced by the sign-in page: the whole page goes there and comes back to itself.
    page = htmx.current_url_abs_path or "/"
    target = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
    return HttpResponseClientRedirect(target.url)
