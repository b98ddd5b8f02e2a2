"""The sprite and the names used with it."""

import gzip
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse

from dealership.web import icons

TEMPLATES = Path(settings.BASE_DIR) / "templates"
USED = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']|\bicon=["']([a-z0-9-]+)["']""")


def test_sprite_has_a_symbol_for_each_name():
    root = ElementTree.fromstring(icons.sprite())

    assert [symbol.get("id") for symbol in root] == list(icons.ICONS)


def test_every_icon_used_in_templates_is_in_the_sprite():
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for pair in USED.findall(path.read_text(encoding="utf-8"))
        for name in pair
        if name
    }

    assert used - set(icons.ICONS) == set()


def test_unknown_icon_is_refused_by_name():
    with pytest.raises(icons.UnknownIcon, match="'rocket'"):
        icons.check_icon("rocket")


def test_sprite_may_be_kept_forever(client):
    response = client.get(reverse("icon_sprite", args=[icons.sprite_digest()]))

    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content == icons.sprite()


def test_sprite_is_compressed_for_who_can_read_it(client):
    response = client.get(
        reverse("icon_sprite", args=[icons.sprite_digest()]), headers={"Accept-Encoding": "gzip, deflate"}
    )

    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == icons.sprite()


def test_sprite_of_another_version_is_not_found(rf):
    from django.http import Http404

    from dealership.web.views import icon_sprite

    with pytest.raises(Http404):
        icon_sprite(rf.get("/ui/icons.0.svg"), digest="000000000000")
