"""The first service (首保): when it is expected, when the customer is reminded. Rules SV-01 to SV-06, SV-11, SV-12."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from dealership.kernel.dates import add_months
from dealership.kernel.errors import N_, BadValue

#: What the odometer of a car can show.
HIGHEST_KM = 999_999
LEAD_DAYS = 7
SHIFT_DAYS = 7
OVERRUN_KM = 500


class ServicePolicy(Protocol):
    """The numbers the estimate needs: a FirstServicePolicy, or a policy row."""

    @property
    def km(self) -> int: ...
    @property
    def months(self) -> int: ...
    @property
    def rounding(self) -> str: ...


@dataclass(frozen=True)
class FirstServicePolicy:
    """First service after ``km`` kilometres or ``months`` calendar months, whichever comes first (SV-11).

    ``rounding``: "ceil10" rounds the daily distance up to the next 10 km, "exact" leaves it (SV-03).
    ``lead_days``: the customer is reminded so many days before (SV-05). ``shift_days``: the customer may choose a day
    so far from the estimate (SV-06). ``overrun_km``: so far beyond the distance it is still free (SV-10).
    """

    km: int = 5000
    months: int = 3
    rounding: str = "ceil10"
    lead_days: int = LEAD_DAYS
    shift_days: int = SHIFT_DAYS
    overrun_km: int = OVERRUN_KM


@dataclass(frozen=True)
class FirstServiceEstimate:
    """``daily_km``: km a day as reckoned with. ``interval_days``: days from delivery by distance alone (by the months
    when nothing has been driven). ``capped``: the months come first."""

    daily_km: Decimal
    interval_days: int
    due_on: dt.date
    remind_on: dt.date
    capped: bool


class ImpossibleReading(BadValue):
    """A reading or a policy that cannot be."""

    code = "impossible_reading"


def estimate_first_service(
    *, delivered_on: dt.date, read_on: dt.date, odometer_km: int, policy: ServicePolicy
) -> FirstServiceEstimate:
    """The expected date of the first service from one odometer reading (SV-01 to SV-05).

    Daily distance = odometer ÷ days since delivery, rounded by the policy; days = policy km ÷ daily distance,
    truncated; due = delivery + days, at the latest delivery + policy *calendar* months, never before the reading.
    Nothing driven, or read on the day of delivery: the months decide. Raises ImpossibleReading (a ValueError).
    """
    _refuse_impossible(delivered_on, read_on, odometer_km, policy)
    elapsed = (read_on - delivered_on).days
    try:
        latest_on = add_months(delivered_on, policy.months)
    except (ValueError, OverflowError):
        raise ImpossibleReading(
            N_("%(months)d months after %(date)s is no date of the calendar."),
            months=policy.months,
            date=delivered_on.isoformat(),
        ) from None
    longest = (latest_on - delivered_on).days
    if elapsed == 0 or odometer_km == 0:
        daily_km, days, capped = Decimal(0), longest, True
    else:
        daily_km, days = _pace(odometer_km, elapsed, policy)
        capped = days > longest
    due_on = max(latest_on if capped else delivered_on + dt.timedelta(days=days), read_on)
    lead = dt.timedelta(days=getattr(policy, "lead_days", LEAD_DAYS))
    return FirstServiceEstimate(daily_km, days, due_on, reminder_on(due_on, not_before=read_on, lead=lead), capped)


def reminder_on(due_on: dt.date, *, not_before: dt.date, lead: dt.timedelta = dt.timedelta(days=LEAD_DAYS)) -> dt.date:
    """The day the customer is reminded: a week before (SV-05), never before what is already known."""
    return max(due_on - lead, not_before)


def may_agree(*, expected_on: dt.date, agreed_on: dt.date, shift_days: int = SHIFT_DAYS) -> bool:
    """Whether the customer may have this date: within a week of the estimate (SV-06)."""
    return abs((agreed_on - expected_on).days) <= shift_days


def _pace(odometer_km: int, elapsed: int, policy: ServicePolicy) -> tuple[Decimal, int]:
    """Kilometres a day, and days until the policy's distance: whole numbers, so that no float rounds a day away."""
    if policy.rounding == "ceil10":
        daily = -(-odometer_km // (elapsed * 10)) * 10
        return Decimal(daily), policy.km // daily
    daily_exact = (Decimal(odometer_km) / elapsed).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return daily_exact, policy.km * elapsed // odometer_km


def _refuse_impossible(delivered_on: dt.date, read_on: dt.date, odometer_km: int, policy: ServicePolicy) -> None:
    for day in (delivered_on, read_on):
        if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
            raise ImpossibleReading(N_("“%(value)s” is not a day."), value=day)
    if not isinstance(odometer_km, int) or isinstance(odometer_km, bool) or odometer_km < 0:
        raise ImpossibleReading(N_("“%(value)s” is not a distance in whole kilometres."), value=odometer_km)
    if odometer_km > HIGHEST_KM:
        raise ImpossibleReading(N_("An odometer does not show more than %(km)d km."), km=HIGHEST_KM)
    if read_on < delivered_on:
        raise ImpossibleReading(
            N_("The odometer cannot have been read on %(read)s, before the delivery on %(delivered)s."),
            read=read_on.isoformat(),
            delivered=delivered_on.isoformat(),
        )
    if policy.km <= 0 or policy.months <= 0:
        raise ImpossibleReading(N_("The first-service policy needs kilometres and months above zero."))
    if policy.rounding not in ("ceil10", "exact"):
        raise ImpossibleReading(
            N_("“%(value)s” is no way of rounding; there are ceil10 and exact."), value=policy.rounding
        )
