"""How personal data looks where it is not being worked with."""

import re

MOBILE_DIGITS = 11
SHORTEST_MASKABLE = 7
_CHINA = re.compile(r"^(?:\+|00)86")


def masked_phone(text: str) -> str:
    """``+8613812345678`` and ``13812345678`` become ``138****5678``; other numbers keep three digits and two."""
    digits = re.sub(r"\D", "", _CHINA.sub("", text.strip()))
    if len(digits) == MOBILE_DIGITS and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) < SHORTEST_MASKABLE:
        return "****" if digits else ""
    return f"{digits[:3]}****{digits[-2:]}"


def readable_phone(text: str) -> str:
    """A number to read aloud: ``+8613812345678`` becomes ``138 1234 5678``; others stay as they are."""
    bare = _CHINA.sub("", text.strip())
    if len(bare) == MOBILE_DIGITS and bare.isdigit() and bare.startswith("1"):
        return f"{bare[:3]} {bare[3:7]} {bare[7:]}"
    return bare
