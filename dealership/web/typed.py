"""What people type into a search: kept in the session, and the address carries a key to it. It may be a telephone or a
name, and addresses stand in logs, in histories and on screens."""

import secrets

from django.http import HttpRequest

#: So many searches of one person can be reloaded or gone back to.
KEPT = 20
_NAME = "typed"


def keep_typed(request: HttpRequest, text: str) -> str:
    """Keep a text; returns its key. The same text has one key."""
    kept: dict[str, str] = request.session.get(_NAME, {})
    key = next((key for key, known in kept.items() if known == text), secrets.token_urlsafe(6))
    latest = [item for item in kept.items() if item[0] != key][-(KEPT - 1) :]
    request.session[_NAME] = {**dict(latest), key: text}
    return key


def kept_typed(request: HttpRequest, key: str) -> str:
    """The text of a key; empty for nonsense, another person's, or one that is long gone."""
    kept: dict[str, str] = request.session.get(_NAME, {}) if key else {}
    return kept.get(key, "")
