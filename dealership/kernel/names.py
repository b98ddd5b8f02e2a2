"""Names of people, made findable by their pinyin initials (王小明 -> wxm)."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

from dealership.kernel.text import folded

# Surnames whose initial differs from that of the same character elsewhere; pypinyin knows only the common reading.
_SURNAMES = {
    "万俟": "mq",
    "尉迟": "yc",
    "长孙": "zs",
    "单于": "cy",
    "单": "s",
    "曾": "z",
    "仇": "q",
    "区": "o",
    "查": "z",
    "解": "x",
    "乐": "y",
    "翟": "z",
    "折": "s",
    "秘": "b",
    "召": "s",
    "繁": "p",
    "种": "c",
    "覃": "q",
    "适": "k",
    "佴": "n",
    "藏": "z",
}
_UNWANTED = re.compile(r"[^a-z0-9]")
_RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")


def initials(name: str) -> str:
    """The first letters of a name's pinyin, lower-case: 王小明 -> ``wxm``, 单雪 -> ``sx``, 曾国 -> ``zg``.

    A character with several readings is read as a surname where it is one. Latin letters and digits stay, lower-case;
    spaces, points and characters without a reading go. May be empty.
    """
    text = folded(name)
    for length in (2, 1):
        if (surname := text[:length]) in _SURNAMES:
            return _SURNAMES[surname] + _first_letters(text[length:])
    return _first_letters(text)


def _first_letters(text: str) -> str:
    """Most characters begin with the same letter in all their readings; only the others need their neighbours."""
    letters = [character if character.isascii() else _only_letter(character) for character in text]
    if None in letters:
        letters = []
        for part in _RUNS.findall(text):
            each = [part] if part.isascii() else [_only_letter(character) for character in part]
            letters += [_read_together(part)] if None in each else each
    found = "".join(filter(None, letters)).lower()
    return found if found.isascii() and found.isalnum() else _UNWANTED.sub("", found)


@lru_cache(maxsize=8192)
def _only_letter(character: str) -> str | None:
    """The letter with which every reading of a character begins; None when they differ."""
    readings = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)
    letters = {letter for reading in readings for letter in reading}
    return letters.pop() if len(letters) == 1 else None


@lru_cache(maxsize=8192)  # given names repeat, and a reading costs fifty microseconds
def _read_together(part: str) -> str:
    return "".join(lazy_pinyin(part, style=Style.FIRST_LETTER))
