"""Icons of the product: one sprite, made from the lucide package; its address says what it holds."""

import gzip
import hashlib
from functools import cache
from xml.etree import ElementTree

import lucide

SVG = "http://www.w3.org/2000/svg"

#: The names that may be used with ``{% icon %}``. Add a name of lucide here to have it in the sprite.
ICONS: tuple[str, ...] = (
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "arrow-up-right",
    "badge-check",
    "ban",
    "bell",
    "bell-ring",
    "bookmark",
    "briefcase",
    "building-2",
    "cake",
    "calendar",
    "calendar-check",
    "calendar-clock",
    "calendar-days",
    "calendar-x",
    "car",
    "car-front",
    "chart-column",
    "chart-line",
    "chart-pie",
    "check",
    "check-check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle",
    "circle-alert",
    "circle-check",
    "circle-dot",
    "circle-question-mark",
    "circle-x",
    "clipboard-check",
    "clipboard-list",
    "clock",
    "clock-alert",
    "coffee",
    "copy",
    "corner-down-left",
    "database",
    "download",
    "ellipsis",
    "ellipsis-vertical",
    "external-link",
    "eye",
    "eye-off",
    "file-down",
    "file-spreadsheet",
    "file-text",
    "file-up",
    "file-x",
    "flag",
    "frown",
    "funnel",
    "gauge",
    "gift",
    "hash",
    "headphones",
    "headset",
    "heart-handshake",
    "history",
    "house",
    "id-card",
    "inbox",
    "info",
    "key-round",
    "keyboard",
    "languages",
    "layout-dashboard",
    "link",
    "list",
    "list-checks",
    "list-filter",
    "loader-circle",
    "lock",
    "log-in",
    "log-out",
    "mail",
    "map-pin",
    "megaphone",
    "menu",
    "message-circle",
    "message-square",
    "message-square-warning",
    "minus",
    "monitor",
    "moon",
    "panel-left",
    "party-popper",
    "pause",
    "pencil",
    "phone",
    "phone-call",
    "phone-forwarded",
    "phone-incoming",
    "phone-missed",
    "phone-off",
    "phone-outgoing",
    "play",
    "plus",
    "printer",
    "refresh-cw",
    "repeat",
    "rotate-ccw",
    "save",
    "search",
    "search-x",
    "send",
    "server-crash",
    "settings",
    "shield",
    "shield-alert",
    "shield-check",
    "skip-forward",
    "smile",
    "sparkles",
    "square-pen",
    "star",
    "store",
    "sun",
    "sun-moon",
    "table",
    "tag",
    "target",
    "timer",
    "timer-off",
    "trash-2",
    "trending-down",
    "trending-up",
    "triangle-alert",
    "undo-2",
    "upload",
    "user",
    "user-check",
    "user-cog",
    "user-plus",
    "user-round",
    "user-x",
    "users",
    "users-round",
    "wifi-off",
    "wrench",
    "x",
    "zap",
)
_KNOWN = frozenset(ICONS)


class UnknownIcon(ValueError):
    """The sprite has no icon of this name."""


def check_icon(name: str) -> str:
    """The name, if the sprite has it; raises UnknownIcon."""
    if name not in _KNOWN:
        raise UnknownIcon(f"There is no icon {name!r} in the sprite; add it to ICONS in dealership/web/icons.py.")
    return name


@cache
def sprite() -> bytes:
    """The sprite: an SVG document with one ``<symbol>`` for each icon, its id the name."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    for name in ICONS:
        drawing = lucide._load_icon(name)
        symbol = ElementTree.SubElement(root, f"{{{SVG}}}symbol", {"id": name, "viewBox": drawing.attrib["viewBox"]})
        for shape in drawing:
            ElementTree.SubElement(symbol, f"{{{SVG}}}{shape.tag}", dict(shape.attrib))
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


@cache
def compressed_sprite() -> bytes:
    """The sprite, gzipped; the same bytes each time."""
    return gzip.compress(sprite(), mtime=0)


@cache
def sprite_digest() -> str:
    """Part of the sprite's address: changes when its contents change."""
    return hashlib.sha256(sprite()).hexdigest()[:12]
