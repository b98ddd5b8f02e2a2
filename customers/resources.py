"""Cells about customers, shared by the workbooks that name one."""

import datetime as dt
import re

from dealership.kernel.text import squeezed
from dealership.workbooks.cleaners import as_text
from dealership.workbooks.reading import Cell

EVERY_DAY, WORKING_DAYS, WEEKEND = 127, 31, 96
#: Words for days → mask (Monday 1 … Sunday 64).
_DAYS = (
    (re.compile(r"周末|星期六日|周六(?:和|、|至|-|到)?(?:周)?[日天]|双休"), WEEKEND),
    (re.compile(r"工作日|平时|周一(?:至|到|-)周?五"), WORKING_DAYS),
    (re.compile(r"每天|天天|全天|随时|都可以|任何时间"), EVERY_DAY),
)
_ONE_DAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_RANGE = re.compile(r"([0-2]?[0-9])(?:[:点时]([0-5][0-9])?)?分?[-~至到—–]+([0-2]?[0-9])(?:[:点时]([0-5][0-9])?)?")
#: A day without hours means the usual calling hours (D3-06); nobody is called over noon or at night (X26).
_USUAL = ((dt.time(9), dt.time(11, 30)), (dt.time(14), dt.time(17, 30)))
_PARTS = {
    "上午": _USUAL[:1],
    "下午": _USUAL[1:],
    "中午": ((dt.time(11, 30), dt.time(14)),),
    "晚上": ((dt.time(18), dt.time(20)),),
}

Window = tuple[int, dt.time, dt.time]


def contact_windows(value: Cell) -> tuple[Window, ...] | str:
    """The windows (weekday mask, from, until) that a cell names, or the text itself when none is understood.

    ``14:00-16:00``, ``9点-11点半`` style ranges, ``上午``/``下午``/``晚上``, ``周末``, ``工作日``, and both together
    (``周末 14:00-16:00``). ``随时`` alone is no window: the customer has no wish.
    """
    text = squeezed(as_text(value))
    mask = 0
    for pattern, days in _DAYS:
        if pattern.search(text):
            mask |= days
    for day in _ONE_DAY.findall(text):
        mask |= 1 << "一二三四五六日".index("日" if day == "天" else day)
    spans = [span for span in (_span(found) for found in _RANGE.finditer(text)) if span is not None]
    if not spans:
        spans = [span for word, part in _PARTS.items() if word in text for span in part]
    if not spans and mask and mask != EVERY_DAY:
        spans = list(_USUAL)
    if not spans:
        return () if mask == EVERY_DAY else text
    return tuple((mask or EVERY_DAY, starts, ends) for starts, ends in sorted(set(spans)))


def _span(found: re.Match[str]) -> tuple[dt.time, dt.time] | None:
    hour, minute, until_hour, until_minute = (int(part or 0) for part in found.groups())
    if hour > 23 or until_hour > 23:
        return None
    starts, ends = dt.time(hour, minute), dt.time(until_hour, until_minute)
    return (starts, ends) if starts < ends else None
