"""Language and theme: what may be chosen, and the cookies that remember it on this computer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
ONE_YEAR = 365 * 24 * 3600


def keep_language(response: HttpResponse, language: str) -> None:
    """Remember the language on this computer."""
    _keep(response, settings.LANGUAGE_COOKIE_NAME, language)


def keep_theme(response: HttpResponse, theme: str) -> None:
    """Remember the theme on this computer."""
    _keep(response, THEME_COOKIE, theme)


def theme_of(request: HttpRequest) -> str:
    """The theme of this page: the person's own, else this computer's, else the system's (``auto``)."""
    user: Any = getattr(request, "user", None)
    stored = getattr(user, "theme", "") if user is not None and user.is_authenticated else ""
    for theme in (stored, request.COOKIES.get(THEME_COOKIE, "")):
        if theme in THEMES:
            return theme
    return "auto"


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=ONE_YEAR, samesite="Lax", httponly=True, secure=bool(settings.SESSION_COOKIE_SECURE)
    )
