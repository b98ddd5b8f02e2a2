"""What is expected of a car's first service before anything is known of its mileage."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from dealership.kernel.dates import add_months
from followups.enums import TaskKind
from followups.rules import reminder_on
from followups.selectors.policies import first_service_policies_over_time, kind_policy
from staffing.models import Store


class FirstExpectation(NamedTuple):
    """The fields with which a FirstServiceTrack begins, by their names."""

    policy_km: int
    policy_months: int
    rounding: str
    shift_days: int
    overrun_km: int
    latest_on: dt.date
    expected_on: dt.date
    remind_on: dt.date


def first_expectations(store: Store, on: dt.date) -> Callable[[int, dt.date], FirstExpectation]:
    """(model, day of delivery) → the first expectation: the months of the policy decide (SV-11), that in force on the
    day of delivery (SV-12); reminded as early as the store does it ``on`` that day. The policies are read once.
    """
    policy_on = first_service_policies_over_time()
    rule = kind_policy(store, TaskKind.FIRST_SERVICE, on)
    lead = dt.timedelta(days=max(-rule.offset_days, 0))

    @cache
    def expected(model_id: int, delivered_on: dt.date) -> FirstExpectation:
        policy = policy_on(model_id, delivered_on)
        latest_on = add_months(delivered_on, policy.months)
        remind_on = reminder_on(latest_on, not_before=delivered_on, lead=lead)
        return FirstExpectation(
            policy_km=policy.km,
            policy_months=policy.months,
            rounding=policy.rounding,
            shift_days=policy.shift_days,
            overrun_km=policy.overrun_km,
            latest_on=latest_on,
            expected_on=latest_on,
            remind_on=remind_on,
        )

    return expected
