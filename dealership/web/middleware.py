"""Middleware: language, the store's time zone, the first password, and two who change the same at once."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django_htmx.http import HttpResponseClientRedirect

from dealership.web.contention import is_contention
from dealership.web.errors import busy
from dealership.web.preferences import keep_language

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

FIRST_PASSWORD_EXEMPT = frozenset(
    {"change_password", "sign_in", "sign_out", "set_language", "set_theme", "icon_sprite", "healthz", "readyz"}
)


def _known_language(code: str | None) -> str | None:
    return code if code in dict(settings.LANGUAGES) else None


class LanguageMiddleware:
    """The language a person chose, else the language of the installation; never that of the browser.

    Dealerships share computers with English systems on them, so what the browser asks for says nothing about the
    person. Once somebody has signed in, the stored choice wins and goes into the cookie, so that the sign-in page
    greets in the same language.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _known_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) or settings.LANGUAGE_CODE
        self._use(request, language)
        try:
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
        finally:
            translation.activate(settings.LANGUAGE_CODE)
        stored = getattr(request, "_stored_language", None)
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if stored and stored != asked and settings.LANGUAGE_COOKIE_NAME not in response.cookies:
            keep_language(response, stored)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Runs after the session has told who it is."""
        user: Any = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return
        stored = _known_language(getattr(user, "language", ""))
        if stored:
            request._stored_language = stored  # type: ignore[attr-defined]
            self._use(request, stored)

    @staticmethod
    def _use(request: HttpRequest, language: str) -> None:
        translation.activate(language)
        request.LANGUAGE_CODE = language


class StoreTimeMiddleware:
    """Show times in the zone of the person's store."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        store = getattr(user, "store", None) if user.is_authenticated else None
        with timezone.override(store.tz if store is not None else None):
            return self.get_response(request)


class FirstPasswordMiddleware:
    """Whoever still has the password that was handed out changes it before anything else."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated or not getattr(user, "must_change_password", False):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in FIRST_PASSWORD_EXEMPT:
            return None
        target = redirect("change_password")
        htmx = getattr(request, "htmx", None)
        return HttpResponseClientRedirect(target.url) if htmx else target


class ContentionMiddleware:
    """Of two people who change the same rows crosswise the database lets one go first; the other one is told."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_contention(error):
            return None
        log.warning("two changes at once: %s", request.resolver_match and request.resolver_match.view_name)
        return busy(request)
