import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealership.kernel.dates import add_months
from followups.rules import FirstServicePolicy, estimate_first_service, may_agree

D = dt.date
DEFAULT = FirstServicePolicy()
EXACT = FirstServicePolicy(rounding="exact")


def estimate(delivered, read, km, policy=DEFAULT):
    return estimate_first_service(delivered_on=delivered, read_on=read, odometer_km=km, policy=policy)


@pytest.mark.parametrize(
    ("delivered", "read", "km", "policy", "daily", "days", "due", "remind", "capped"),
    [
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 2000, DEFAULT, 70, 71, D(2026, 5, 11), D(2026, 5, 4), False,
            marks=pytest.mark.rule("SV-01"), id="example-1",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 1200, DEFAULT, 40, 125, D(2026, 6, 1), D(2026, 5, 25), True,
            marks=pytest.mark.rule("SV-02"), id="example-2-capped",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 2000, EXACT, Decimal("64.52"), 77, D(2026, 5, 17), D(2026, 5, 10), False,
            marks=pytest.mark.rule("SV-03"), id="exact-truncates-the-days",
        ),
        pytest.param(
            D(2026, 11, 30), D(2026, 12, 30), 300, DEFAULT, 10, 500, D(2027, 2, 28), D(2027, 2, 21), True,
            marks=pytest.mark.rule("SV-04"), id="month-end",
        ),
        pytest.param(
            D(2026, 11, 30), D(2026, 12, 30), 300, EXACT, 10, 500, D(2027, 2, 28), D(2027, 2, 21), True,
            marks=pytest.mark.rule("SV-04"), id="month-end-exact",
        ),
        pytest.param(
            D(2027, 11, 30), D(2027, 12, 30), 300, DEFAULT, 10, 500, D(2028, 2, 29), D(2028, 2, 22), True,
            marks=pytest.mark.rule("SV-04"), id="month-end-leap-year",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 0, DEFAULT, 0, 92, D(2026, 6, 1), D(2026, 5, 25), True,
            marks=pytest.mark.rule("SV-11"), id="not-driven",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 3, 1), 12, DEFAULT, 0, 92, D(2026, 6, 1), D(2026, 5, 25), True,
            marks=pytest.mark.rule("SV-11"), id="read-on-the-day-of-delivery",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 5000, DEFAULT, 170, 29, D(2026, 4, 1), D(2026, 4, 1), False,
            marks=pytest.mark.rule("SV-10"), id="distance-reached-is-due-at-once",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 7300, DEFAULT, 240, 20, D(2026, 4, 1), D(2026, 4, 1), False, id="far-beyond",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 8, 1), 3000, DEFAULT, 20, 250, D(2026, 8, 1), D(2026, 8, 1), True,
            id="read-after-the-months",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 5, 8), 4700, DEFAULT, 70, 71, D(2026, 5, 11), D(2026, 5, 8), False,
            marks=pytest.mark.rule("SV-05"), id="less-than-a-week-ahead-reminds-at-once",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 620, DEFAULT, 20, 250, D(2026, 6, 1), D(2026, 5, 25), True,
            id="a-round-pace-is-not-rounded-up",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 1500, FirstServicePolicy(km=2000, months=2), 50, 40, D(2026, 4, 10),
            D(2026, 4, 3), False, marks=pytest.mark.rule("SV-12"), id="another-brand",
        ),
    ],
)  # fmt: skip
def test_estimate(delivered, read, km, policy, daily, days, due, remind, capped):
    result = estimate(delivered, read, km, policy)

    assert (result.daily_km, result.interval_days, result.due_on, result.remind_on, result.capped) == (
        daily,
        days,
        due,
        remind,
        capped,
    )


@pytest.mark.parametrize(
    ("delivered", "read", "km", "policy", "sentence"),
    [
        pytest.param(D(2026, 3, 1), D(2026, 2, 28), 100, DEFAULT, "before the delivery", id="read-before-delivery"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), -1, DEFAULT, "not a distance", id="negative"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), 20.5, DEFAULT, "not a distance", id="fraction"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), True, DEFAULT, "not a distance", id="truth"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), 1_000_000, DEFAULT, "does not show more", id="more-than-it-shows"),
        pytest.param(D(2026, 3, 1), dt.datetime(2026, 4, 1), 10, DEFAULT, "not a day", id="a-moment"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), 10, FirstServicePolicy(km=0), "above zero", id="no-distance"),
        pytest.param(D(2026, 3, 1), D(2026, 4, 1), 10, FirstServicePolicy(months=0), "above zero", id="no-months"),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 10, FirstServicePolicy(rounding="floor"), "no way of rounding", id="rounding"
        ),
        pytest.param(D(9999, 12, 1), D(9999, 12, 2), 10, DEFAULT, "no date of the calendar", id="beyond-the-calendar"),
    ],
)
def test_estimate_refuses_the_impossible(delivered, read, km, policy, sentence):
    with pytest.raises(ValueError, match=sentence):
        estimate(delivered, read, km, policy)


@given(
    delivered=st.dates(D(2015, 1, 1), D(2035, 12, 31)),
    elapsed=st.integers(0, 400),
    km=st.integers(0, 60_000),
    policy=st.builds(
        FirstServicePolicy,
        km=st.integers(1, 20_000),
        months=st.integers(1, 12),
        rounding=st.sampled_from(["ceil10", "exact"]),
    ),
)
def test_estimate_stays_between_the_reading_and_the_months(delivered, elapsed, km, policy):
    read = delivered + dt.timedelta(days=elapsed)

    result = estimate(delivered, read, km, policy)

    assert read <= result.remind_on <= result.due_on <= max(read, add_months(delivered, policy.months))
    assert result.due_on - result.remind_on <= dt.timedelta(days=7)


@given(
    delivered=st.dates(D(2020, 1, 1), D(2030, 1, 1)),
    elapsed=st.integers(1, 90),
    km=st.integers(1, 10_000),
    more=st.integers(0, 5_000),
)
def test_rounding_up_and_driving_more_never_come_later(elapsed, km, more, delivered):
    read = delivered + dt.timedelta(days=elapsed)

    rounded, exact = estimate(delivered, read, km), estimate(delivered, read, km, EXACT)

    assert rounded.due_on <= exact.due_on
    assert estimate(delivered, read, km + more).due_on <= rounded.due_on


@pytest.mark.rule("SV-06")
@pytest.mark.parametrize(
    ("agreed", "allowed"),
    [
        (D(2026, 5, 3), False),
        (D(2026, 5, 4), True),
        (D(2026, 5, 11), True),
        (D(2026, 5, 18), True),
        (D(2026, 5, 19), False),
    ],
)
def test_a_date_within_a_week_may_be_agreed(agreed, allowed):
    assert may_agree(expected_on=D(2026, 5, 11), agreed_on=agreed) is allowed
