"""The entries of the navigation: apps register theirs from ``AppConfig.ready``, the shell shows those one may use."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, "str | Promise"] = {
    "work": _("Daily work"),
    "records": _("Records"),
    "manage": _("Management"),
    "system": _("System"),
}


class Visitor(Protocol):
    """What the navigation must know of a person."""

    def may(self, capability: str) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """One line of the navigation.

    ``capability`` None means every signed-in person; ``group`` is a key of GROUPS; entries stand by ``order``, then by
    ``url_name``. ``also`` names further url names of the same section, for which the entry is marked as current.
    """

    label: "str | Promise"
    url_name: str
    icon: str
    capability: str | None = None
    order: int = 100
    group: str = "work"
    also: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Link:
    """An entry as the shell draws it."""

    label: "str | Promise"
    href: str
    icon: str
    is_current: bool
    key: str


@dataclass(frozen=True)
class Group:
    """Links under one heading."""

    code: str
    label: "str | Promise"
    links: tuple[Link, ...]


_entries: dict[str, Entry] = {}
_joined: dict[str, set[str]] = {}


def register(entry: Entry) -> None:
    """Add an entry; the same url name replaces the earlier one, so that registering twice is harmless."""
    if entry.group not in GROUPS:
        raise ValueError(f"{entry.group!r} is no group of the navigation; there are {', '.join(GROUPS)}.")
    _entries[entry.url_name] = entry


def join(url_name: str, *also: str) -> None:
    """Further pages of the section ``url_name`` that another app has."""
    _joined.setdefault(url_name, set()).update(also)


def registered() -> tuple[Entry, ...]:
    """All entries in their order."""
    return tuple(sorted(_entries.values(), key=lambda entry: (entry.order, entry.url_name)))


def groups_for(visitor: Visitor, *, current: str = "", entries: Iterable[Entry] | None = None) -> tuple[Group, ...]:
    """The groups, without empty ones, that ``visitor`` may use; ``current`` is the url name of the page shown."""
    links: dict[str, list[Link]] = {code: [] for code in GROUPS}
    for entry in registered() if entries is None else entries:
        if entry.capability is not None and not visitor.may(entry.capability):
            continue
        try:
            href = reverse(entry.url_name)
        except NoReverseMatch:  # an entry whose page is not installed is not shown
            continue
        is_current = bool(current) and (
            current in (entry.url_name, *entry.also) or current in _joined.get(entry.url_name, ())
        )
        links[entry.group].append(Link(entry.label, href, entry.icon, is_current, entry.key))
    return tuple(Group(code, GROUPS[code], tuple(found)) for code, found in links.items() if found)
