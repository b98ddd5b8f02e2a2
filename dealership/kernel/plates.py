"""Number plates (车牌号) of mainland China: seven characters, or eight for new-energy cars (粤BD12345)."""

import re

from dealership.kernel.text import squeezed

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_POINTS = re.compile(r"[\s.·•・‧∙⋅\-]")
_PLATE = re.compile(rf"[{_PROVINCES}使][A-Z0-9][A-Z0-9]{{4,5}}[A-Z0-9挂学警港澳领使试超临]")


def normalise(text: str) -> str:
    """The plate as it is kept and compared: upper-case, without spaces, points and dashes. May be empty."""
    return _POINTS.sub("", squeezed(text)).upper()


def is_valid(text: str) -> bool:
    """Whether the text may be a plate, leniently: a province, then six characters, or seven on a new-energy car.

    Trailers, driving schools, police, border and embassy plates pass too. Meant for a warning, not for a refusal:
    temporary and military plates have other forms.
    """
    return _PLATE.fullmatch(normalise(text)) is not None
