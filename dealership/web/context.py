"""What the shell around every page knows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from dealership.web import navigation
from dealership.web.preferences import THEMES, theme_of

AlertCount = Callable[[Any], int]
_alert_count: list[AlertCount] = []


def set_alert_count(count: AlertCount) -> None:
    """Tell the shell how to count a person's unread alerts; called once by the app that keeps them."""
    _alert_count[:] = [count]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing here touches the database until a template draws it."""
    user: Any = getattr(request, "user", None)
    match = request.resolver_match
    current = match.view_name if match is not None else ""
    return {
        "navigation": SimpleLazyObject(lambda: _navigation(user, current)),
        "unread_alerts": SimpleLazyObject(lambda: _unread(user)),
        "current_url_name": current,
        "language": translation.get_language(),
        "theme": SimpleLazyObject(lambda: theme_of(request)),
        "themes": THEMES,
        "shell_urls": SimpleLazyObject(_shell_urls),
    }


def _navigation(user: Any, current: str) -> tuple[navigation.Group, ...]:
    if user is None or not user.is_authenticated:
        return ()
    return navigation.groups_for(user, current=current)


def _unread(user: Any) -> int:
    if not _alert_count or user is None or not user.is_authenticated:
        return 0
    return _alert_count[0](user)


#: What templates of the shell call a page, and its url name.
_LINKED = {
    "search": "search",
    "alerts": "alert_list",
    "sign_out": "sign_out",
    "change_password": "change_password",
    "sign_in": "sign_in",
}


def _shell_urls() -> dict[str, str]:
    """Addresses of the pages of other apps that the shell links to, empty where the page is not installed."""
    found = {}
    for name, url_name in _LINKED.items():
        try:
            found[name] = reverse(url_name)
        except NoReverseMatch:
            found[name] = ""
    try:
        found["home"] = reverse("my_day")
    except NoReverseMatch:
        found["home"] = "/"
    return found
