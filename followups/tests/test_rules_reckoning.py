"""The steps of the reckoning, the tolerance, the workshop's hours: pure."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dealership.kernel.dates import add_months
from followups.rules import FirstServicePolicy, HoursSpan, estimate_first_service, may_agree
from followups.rules.reckoning import Standing, days_late, is_far, standing_of, steps_of
from followups.rules.workshop import OpenHours, open_spans
from followups.selectors.reckoning import decided_by, spoken_day, steps_in_words, tolerance_remark, whole

D, T = dt.date, dt.time
DEFAULT = FirstServicePolicy()
EXACT = FirstServicePolicy(rounding="exact")


def steps(delivered, read, km, policy=DEFAULT):
    found = estimate_first_service(delivered_on=delivered, read_on=read, odometer_km=km, policy=policy)
    return steps_of(found, delivered_on=delivered, read_on=read, odometer_km=km, policy=policy)


def in_english(function, *arguments):
    with translation.override("en"):
        return function(*arguments)


# --- in words -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("delivered", "read", "km", "policy", "lines", "because"),
    [
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 2000, DEFAULT,
            (
                "2,000 km ÷ 31 days = 64.5 → 70 km a day",
                "5,000 ÷ 70 = 71 days → 11 May",
                "at the latest 1 June, when the months are over (3)",
                "reminder 4 May",
            ),
            "The distance comes first.",
            marks=[pytest.mark.rule("SV-01"), pytest.mark.rule("SV-05"), pytest.mark.rule("N1-03")], id="example-1",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 1200, DEFAULT,
            (
                "1,200 km ÷ 31 days = 38.7 → 40 km a day",
                "5,000 ÷ 40 = 125 days → 4 July",
                "at the latest 1 June, when the months are over (3)",
                "reminder 25 May",
            ),
            "The months come first.",
            marks=[pytest.mark.rule("SV-02"), pytest.mark.rule("SV-11")], id="example-2-capped",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 4, 1), 2000, EXACT,
            (
                "2,000 km ÷ 31 days = 64.52 km a day",
                "5,000 ÷ 64.52 = 77 days → 17 May",
                "at the latest 1 June, when the months are over (3)",
                "reminder 10 May",
            ),
            "The distance comes first.",
            marks=pytest.mark.rule("SV-03"), id="exact",
        ),
        pytest.param(
            D(2026, 11, 30), D(2026, 12, 30), 300, DEFAULT,
            (
                "300 km ÷ 30 days = 10 km a day",
                "5,000 ÷ 10 = 500 days → 13 April",
                "at the latest 28 February, when the months are over (3)",
                "reminder 21 February",
            ),
            "The months come first.",
            marks=pytest.mark.rule("SV-04"), id="month-end",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 3, 1), 12, DEFAULT,
            (
                "Nothing can be reckoned from this reading: the months decide.",
                "at the latest 1 June, when the months are over (3)",
                "reminder 25 May",
            ),
            "The months come first.",
            marks=pytest.mark.rule("SV-11"), id="on-the-day-of-delivery",
        ),
        pytest.param(
            D(2026, 3, 1), D(2026, 7, 1), 1000, FirstServicePolicy(km=2000, months=2),
            (
                "1,000 km ÷ 122 days = 8.2 → 10 km a day",
                "2,000 ÷ 10 = 200 days → 17 September",
                "at the latest 1 May, when the months are over (2)",
                "reminder 1 July",
            ),
            "The months are over: due today.",
            marks=pytest.mark.rule("SV-12"), id="another-brand-too-late",
        ),
    ],
)  # fmt: skip
def test_the_reckoning_is_told_step_by_step(delivered, read, km, policy, lines, because):
    found = steps(delivered, read, km, policy)

    assert in_english(steps_in_words, found) == lines
    assert in_english(decided_by, found) == because


def test_the_reckoning_is_told_in_chinese():
    with translation.override("zh-hans"):
        lines = steps_in_words(steps(D(2026, 3, 1), D(2026, 4, 1), 2000))

    assert lines == (
        "2000公里 ÷ 31天 = 64.5 → 日均70公里",
        "5000 ÷ 70 = 71天 → 5月11日",
        "最晚6月1日（满3个月）",
        "提醒日5月4日",
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (500, "500"),
        (12345, "12,345"),
        (Decimal("70.00"), "70"),
        (Decimal("64.52"), "64.52"),
        (Decimal(0), "0"),
    ],
)
def test_distances_are_written_without_idle_zeros(number, text):
    assert in_english(whole, number) == text


def test_a_car_that_is_hardly_driven_reaches_the_distance_on_no_day():
    found = steps(D(9000, 1, 1), D(9000, 12, 31), 1, FirstServicePolicy(km=900_000, months=3, rounding="exact"))

    assert found.by_distance_on is None
    assert spoken_day(found.by_distance_on) == ""


# --- tolerance ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-10")
@pytest.mark.parametrize(
    ("km", "standing", "over", "says"),
    [
        (4999, Standing.BEFORE, 0, None),
        (5000, Standing.REACHED, 0, "0 km beyond the distance. Up to 500 km are tolerated"),
        (5500, Standing.REACHED, 500, "500 km beyond the distance. Up to 500 km are tolerated"),
        (5501, Standing.BEYOND, 501, "the customer pays, and the warranty may suffer"),
    ],
)
def test_five_hundred_kilometres_are_tolerated(km, standing, over, says):
    found = steps(D(2026, 3, 1), D(2026, 4, 1), km)
    remark = in_english(tolerance_remark, found)

    assert (found.standing, found.over_km) == (standing, over)
    assert (remark is None) == (says is None)
    assert remark is None or says in remark.text
    if standing != Standing.BEFORE:
        assert (found.due_on, found.remind_on) == (D(2026, 4, 1), D(2026, 4, 1))
        assert in_english(decided_by, found) == "The distance is reached: due today."


@pytest.mark.rule("SV-10", "SV-12")
def test_what_is_tolerated_is_a_number_of_the_policy():
    assert standing_of(odometer_km=5001, policy_km=5000, overrun_km=0) == Standing.BEYOND
    assert standing_of(odometer_km=6000, policy_km=5000, overrun_km=1000) == Standing.REACHED


@pytest.mark.rule("SV-15")
@pytest.mark.parametrize(("ahead", "far"), [(0, False), (1, True), (-3, False)])
def test_a_reminder_to_come_is_far(ahead, far):
    today = D(2026, 4, 1)

    assert is_far(today + dt.timedelta(days=ahead), today=today) is far


@pytest.mark.parametrize(("came", "late"), [(D(2026, 4, 30), 0), (D(2026, 5, 1), 0), (D(2026, 5, 4), 3)])
def test_days_late_count_from_the_wanted_day(came, late):
    assert days_late(wanted_on=D(2026, 5, 1), came_on=came) == late


# --- properties -----------------------------------------------------------------------------------------------------
POLICIES = st.builds(
    FirstServicePolicy,
    km=st.integers(1, 20_000),
    months=st.integers(1, 12),
    rounding=st.sampled_from(["ceil10", "exact"]),
    lead_days=st.integers(0, 20),
    shift_days=st.integers(0, 20),
    overrun_km=st.integers(0, 2_000),
)
#: Days around the ends of months and leap days as often as all others.
DAYS = st.one_of(
    st.dates(D(2015, 1, 1), D(2035, 12, 31)),
    st.sampled_from([D(2023, 11, 29), D(2023, 11, 30), D(2024, 2, 28), D(2024, 2, 29), D(2024, 1, 31), D(2026, 8, 31)]),
)


@pytest.mark.rule("SV-04", "SV-11")
@given(delivered=DAYS, elapsed=st.integers(0, 400), km=st.integers(0, 60_000), policy=POLICIES)
def test_due_never_before_the_reading_and_never_after_the_cap(delivered, elapsed, km, policy):
    read = delivered + dt.timedelta(days=elapsed)

    found = steps(delivered, read, km, policy)

    assert read <= found.remind_on <= found.due_on <= max(read, found.latest_on)
    assert found.latest_on == add_months(delivered, policy.months)
    assert (found.due_on - found.remind_on).days <= policy.lead_days
    if found.capped and read <= found.latest_on:
        assert found.due_on == found.latest_on


@pytest.mark.rule("SV-03", "SV-10")
@given(
    delivered=DAYS, elapsed=st.integers(1, 200), km=st.integers(1, 30_000), more=st.integers(0, 9_000), policy=POLICIES
)
def test_driving_more_is_due_no_later_and_a_reached_distance_today(delivered, elapsed, km, more, policy):
    read = delivered + dt.timedelta(days=elapsed)

    less, far = steps(delivered, read, km, policy), steps(delivered, read, km + more, policy)

    assert far.due_on <= less.due_on
    assert far.over_km - less.over_km <= more
    if km >= policy.km:
        assert less.due_on == read
        assert less.standing != Standing.BEFORE


@pytest.mark.rule("SV-06")
@given(delivered=DAYS, elapsed=st.integers(0, 200), km=st.integers(0, 30_000), policy=POLICIES)
def test_the_days_to_choose_from_are_exactly_those_that_may_be_agreed(delivered, elapsed, km, policy):
    found = steps(delivered, delivered + dt.timedelta(days=elapsed), km, policy)
    day = dt.timedelta(days=1)

    for chosen, allowed in (
        (found.first_on, True), (found.last_on, True), (found.first_on - day, False), (found.last_on + day, False),
    ):  # fmt: skip
        agreed = may_agree(expected_on=found.due_on, agreed_on=chosen, shift_days=policy.shift_days)
        assert agreed is allowed


# --- the workshop's hours -------------------------------------------------------------------------------------------
EVER = D(2000, 1, 1)
MONDAY = D(2026, 11, 23)


def hours(starts, ends, **values):
    return OpenHours(values.pop("effective_from", EVER), T(starts), T(ends), **values)


def closed(**values):
    return OpenHours(values.pop("effective_from", EVER), None, None, **values)


@pytest.mark.rule("SV-07")
@pytest.mark.parametrize(
    ("rows", "spans"),
    [
        pytest.param([hours(8, 17)], [(8, 17)], id="every-day"),
        pytest.param([hours(13, 17), hours(8, 12)], [(8, 12), (13, 17)], id="in-order"),
        pytest.param([hours(8, 17), hours(9, 12, weekday=0)], [(9, 12)], id="its-weekday"),
        pytest.param([hours(8, 17), hours(9, 12, weekday=1)], [(8, 17)], id="another-weekday"),
        pytest.param([hours(8, 17), hours(9, 12, weekday=0), closed(on=MONDAY)], [], id="closed-that-day"),
        pytest.param([closed(weekday=0), hours(9, 12, on=MONDAY)], [(9, 12)], id="open-that-day-alone"),
        pytest.param([closed(on=MONDAY), hours(8, 17, is_own=True)], [(8, 17)], id="the-store-has-the-last-word"),
        pytest.param([hours(8, 17), hours(9, 18, effective_from=MONDAY)], [(9, 18)], id="from-the-day-on"),
        pytest.param([hours(8, 17), hours(9, 18, effective_from=D(2026, 11, 24))], [(8, 17)], id="not-yet"),
        pytest.param([], [], id="nothing-is-known"),
    ],
)
def test_hours_of_the_workshop(rows, spans):
    assert open_spans(rows, MONDAY) == tuple(HoursSpan(T(starts), T(ends)) for starts, ends in spans)
