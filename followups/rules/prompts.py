"""What else to speak of in a call to an owner: insurance, periodic inspection, trade-in (PF-06)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from dealership.kernel.dates import add_months


class Prompt(StrEnum):
    """A reason to speak of something."""

    INSURANCE = "insurance"
    ASK_INSURANCE = "ask_insurance"
    INSPECTION = "inspection"
    ASK_INSPECTION = "ask_inspection"
    TRADE_IN = "trade_in"


@dataclass(frozen=True)
class PromptRule:
    """How many days ahead insurance and inspection are spoken of, and from which age of the car on a trade-in.

    ``first_inspection_months``: when the first periodic inspection of a new car is due.
    """

    insurance_days: int = 60
    inspection_days: int = 60
    trade_in_months: int = 36
    first_inspection_months: int = 24


@dataclass(frozen=True)
class Due:
    """A prompt and its day; ``days`` from today, negative when it is past."""

    prompt: Prompt
    on: dt.date
    days: int


def prompts_for(
    rule: PromptRule,
    *,
    on: dt.date,
    delivered_on: dt.date,
    insured_until: dt.date | None = None,
    inspect_by: dt.date | None = None,
) -> tuple[Due, ...]:
    """What to speak of on a day, the most pressing first.

    A known day is spoken of from so many days before it on. An unknown one is asked for when it is probably near: a
    policy is written for a year from the delivery, the first inspection falls due after so many calendar months.
    """
    found = []
    insurance = insured_until or _anniversary(delivered_on, on)
    if (insurance - on).days <= rule.insurance_days:
        prompt = Prompt.INSURANCE if insured_until else Prompt.ASK_INSURANCE
        found.append(Due(prompt, insurance, (insurance - on).days))
    inspection = inspect_by or add_months(delivered_on, rule.first_inspection_months)
    if (inspection - on).days <= rule.inspection_days:
        prompt = Prompt.INSPECTION if inspect_by else Prompt.ASK_INSPECTION
        found.append(Due(prompt, inspection, (inspection - on).days))
    aged = add_months(delivered_on, rule.trade_in_months)
    if aged <= on:
        found.append(Due(Prompt.TRADE_IN, aged, (aged - on).days))
    return tuple(sorted(found, key=lambda due: (due.prompt == Prompt.TRADE_IN, due.on)))


def _anniversary(delivered_on: dt.date, on: dt.date) -> dt.date:
    """The next end of a year of insurance, on ``on`` or after it."""
    years = max(on.year - delivered_on.year, 1)
    return next(day for year in range(years, years + 3) if (day := add_months(delivered_on, 12 * year)) >= on)
