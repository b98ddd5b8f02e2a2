"""What somebody means who types into the one search box."""

import re
from dataclasses import dataclass

from dealership.kernel import phones, plates
from dealership.kernel.text import folded, squeezed

#: The last so many digits of a telephone, or characters of a VIN, tell enough to search by.
SHORTEST_TAIL = 4
LONGEST_VIN = 17
_DIGITS = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[a-z]+")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]+")
_PLATE = re.compile(r"[A-Z0-9]+")
_SEPARATORS = re.compile(r"[\s\-.()+]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class SearchTerms:
    """The readings of a typed text; an empty one does not apply.

    ``phone`` is a whole number in E.164, ``phone_tail`` its last digits, ``initials`` pinyin initials (lower-case),
    ``plate`` part of a plate, ``vin_tail`` the end of a VIN (both upper-case), ``name`` part of a name.
    """

    text: str
    name: str = ""
    initials: str = ""
    phone: str = ""
    phone_tail: str = ""
    plate: str = ""
    vin_tail: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.initials or self.phone or self.phone_tail or self.plate or self.vin_tail)


def search_terms(typed: str) -> SearchTerms:
    """Every reading of ``typed``. Text that is too short to mean anything gives none.

    ``wxm`` are initials; ``小明`` is part of a name; ``1234`` the end of a telephone, a plate or a VIN; ``粤AD1234``
    and ``AD1234`` part of a plate.
    """
    text = folded(typed)
    code = squeezed(typed).upper()
    digits = _SEPARATORS.sub("", code)
    is_number = _DIGITS.fullmatch(digits) is not None
    plate = plates.normalise(text)
    has_chinese = _CHINESE.search(text) is not None
    latin = _LETTERS.fullmatch(code.lower()) is not None
    tail = len(code) >= SHORTEST_TAIL
    return SearchTerms(
        text=text,
        name="" if is_number or (not has_chinese and len(text) < 2) else text,
        initials=code.lower() if latin and len(code) >= 2 else "",
        phone=_whole_phone(text) if is_number else "",
        phone_tail=digits[-11:] if is_number and len(digits) >= SHORTEST_TAIL else "",
        plate=plate if _may_be_plate(plate) else "",
        vin_tail=code if tail and len(code) <= LONGEST_VIN and _VIN.fullmatch(code) else "",
    )


def _whole_phone(text: str) -> str:
    try:
        return phones.normalise(text)
    except ValueError:
        return ""


def _may_be_plate(plate: str) -> bool:
    """A province and at least one character, or four characters of the rest."""
    province, rest = (plate[:1], plate[1:]) if _CHINESE.match(plate) else ("", plate)
    return bool(_PLATE.fullmatch(rest)) and (len(rest) >= SHORTEST_TAIL or bool(province)) and len(plate) <= 8
