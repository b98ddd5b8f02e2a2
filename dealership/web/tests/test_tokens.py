import re

from django.conf import settings

LIGHT_DARK = re.compile(r"light-dark\(((?:[^(),]|\([^()]*\))*), (?:[^(),]|\([^()]*\))*\)")
TOKEN = re.compile(r"^ +(--[\w-]+): (.*);$", re.MULTILINE)


def test_browsers_without_light_dark_get_the_light_half_of_every_token():
    sheet = (settings.BASE_DIR / "static" / "css" / "base.css").read_text(encoding="utf-8")
    tokens, _, rest = sheet.partition("@supports not (color: light-dark(")
    fallback, _, _rest = rest.partition("@media")

    light = {name: LIGHT_DARK.sub(r"\1", value) for name, value in TOKEN.findall(tokens) if "light-dark" in value}

    assert len(light) > 30
    assert dict(TOKEN.findall(fallback)) == light
