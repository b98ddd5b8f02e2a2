"""How an estimate of the first service came about, step by step, so that it can be told (N1-03, SV-10)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from dealership.kernel.dates import add_months
from followups.rules.first_service import FirstServicePolicy


class Standing(StrEnum):
    """How a reading stands to the distance of the policy (SV-10)."""

    BEFORE = "before"
    REACHED = "reached"
    BEYOND = "beyond"


class Estimated(Protocol):
    """What an estimate says: one just reckoned, or a row of those that are kept."""

    @property
    def daily_km(self) -> Decimal: ...
    @property
    def interval_days(self) -> int: ...
    @property
    def due_on(self) -> dt.date: ...
    @property
    def remind_on(self) -> dt.date: ...
    @property
    def capped(self) -> bool: ...


@dataclass(frozen=True)
class Steps:
    """The steps of one estimate.

    ``exact_km``: the daily distance before it was rounded, to one tenth; None where nothing can be divided (nothing
    driven, or read on the day of delivery). ``by_distance_on``: when the distance alone would be reached, None with it.
    ``over_km``: kilometres beyond the distance of the policy, 0 before it.
    """

    odometer_km: int
    read_on: dt.date
    elapsed_days: int
    exact_km: Decimal | None
    daily_km: Decimal
    interval_days: int
    by_distance_on: dt.date | None
    latest_on: dt.date
    due_on: dt.date
    remind_on: dt.date
    capped: bool
    standing: Standing
    over_km: int
    policy: FirstServicePolicy

    @property
    def first_on(self) -> dt.date:
        """The earliest day that the customer may choose (SV-06)."""
        return self.due_on - dt.timedelta(days=self.policy.shift_days)

    @property
    def last_on(self) -> dt.date:
        """The latest day that the customer may choose (SV-06)."""
        return self.due_on + dt.timedelta(days=self.policy.shift_days)


def standing_of(*, odometer_km: int, policy_km: int, overrun_km: int) -> Standing:
    """Whether a reading is before the distance, has reached it and is tolerated, or is beyond what is (SV-10)."""
    if odometer_km < policy_km:
        return Standing.BEFORE
    return Standing.REACHED if odometer_km <= policy_km + overrun_km else Standing.BEYOND


def steps_of(
    estimate: Estimated, *, delivered_on: dt.date, read_on: dt.date, odometer_km: int, policy: FirstServicePolicy
) -> Steps:
    """The steps that led to an estimate of these inputs."""
    elapsed = (read_on - delivered_on).days
    divides = elapsed > 0 and odometer_km > 0
    return Steps(
        odometer_km=odometer_km,
        read_on=read_on,
        elapsed_days=elapsed,
        exact_km=(Decimal(odometer_km) / elapsed).quantize(Decimal("0.1")) if divides else None,
        daily_km=estimate.daily_km,
        interval_days=estimate.interval_days,
        by_distance_on=_days_after(delivered_on, estimate.interval_days) if divides else None,
        latest_on=add_months(delivered_on, policy.months),
        due_on=estimate.due_on,
        remind_on=estimate.remind_on,
        capped=estimate.capped,
        standing=standing_of(odometer_km=odometer_km, policy_km=policy.km, overrun_km=policy.overrun_km),
        over_km=max(odometer_km - policy.km, 0),
        policy=policy,
    )


def is_far(remind_on: dt.date, *, today: dt.date) -> bool:
    """Whether the day of reminding is still to come: the service is further off than the reminder leads it (SV-15)."""
    return remind_on > today


def days_late(*, wanted_on: dt.date, came_on: dt.date) -> int:
    """How many days after the wanted day the car came; 0 on time or before."""
    return max((came_on - wanted_on).days, 0)


def _days_after(day: dt.date, days: int) -> dt.date | None:
    """None beyond the end of the calendar: a car that is hardly driven."""
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return None
