"""Folding of typed text: what people type with a Chinese keyboard or paste from elsewhere, made comparable."""

import re
import unicodedata

# Zero-width characters and byte-order marks come along with text pasted from WeChat and web pages.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")


def folded(text: str) -> str:
    """``text`` with full-width characters made half-width, invisible ones gone, spaces single and none at the ends."""
    if not text.isascii():  # most codes, plates and numbers are ASCII; a long ledger has a hundred thousand of them
        text = unicodedata.normalize("NFKC", text)
        if not text.isprintable():  # nothing invisible is; and asking costs a tenth of looking
            text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """``folded`` without any space: the form in which codes are compared."""
    return folded(text).replace(" ", "")
