"""The class of a customer: worked cases, and the rolling window against a naive reckoning."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.rules.classes import CustomerFacts, OwnLead, classify, given_within
from leads.rules.policies import LeadRule

ON = dt.date(2026, 11, 24)
RULE = LeadRule()


def ago(days):
    return ON - dt.timedelta(days=days)


def lead(state="open", *, graded=True, buys_in=None):
    return OwnLead(state, graded, ago(10), None if buys_in is None else ago(10) + dt.timedelta(days=buys_in))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(CustomerFacts(), "potential", marks=pytest.mark.rule("RC-01"), id="nothing but a number"),
        pytest.param(
            CustomerFacts([lead(graded=False)]),
            "potential",
            marks=pytest.mark.rule("RC-01"),
            id="a lead not judged yet",
        ),
        pytest.param(CustomerFacts([lead("lost")]), "potential", marks=pytest.mark.rule("RC-01"), id="contact lost"),
        pytest.param(CustomerFacts([lead()]), "hopeful", marks=pytest.mark.rule("RC-02"), id="a lead that was judged"),
        pytest.param(CustomerFacts([lead("ordered")]), "hopeful", marks=pytest.mark.rule("RC-02"), id="ordered"),
        pytest.param(
            CustomerFacts([lead("defeat_applied")]), "hopeful", marks=pytest.mark.rule("RC-02"), id="defeat not decided"
        ),
        pytest.param(
            CustomerFacts([lead("defeated"), lead()]), "hopeful", marks=pytest.mark.rule("RC-02"), id="asks once more"
        ),
        pytest.param(
            CustomerFacts([lead(buys_in=365)]), "hopeful", marks=pytest.mark.rule("RC-02"), id="buys within the year"
        ),
        pytest.param(
            CustomerFacts([lead("delivered")], has_bought=True), "base", marks=pytest.mark.rule("RC-03"), id="bought"
        ),
        pytest.param(
            CustomerFacts([lead()], has_bought=True), "base", marks=pytest.mark.rule("RC-03"), id="bought, asks again"
        ),
        pytest.param(
            CustomerFacts([lead("defeated")], has_bought=True),
            "base",
            marks=pytest.mark.rule("RC-03"),
            id="bought, then defeated",
        ),
        pytest.param(
            CustomerFacts([lead("defeated")]), "defeated", marks=pytest.mark.rule("RC-06"), id="did not buy here"
        ),
        pytest.param(
            CustomerFacts([lead("defeated"), lead("lost")]), "defeated", marks=pytest.mark.rule("RC-06"), id="and lost"
        ),
        pytest.param(
            CustomerFacts([lead(buys_in=366)]), "defeated", marks=pytest.mark.rule("RC-06"), id="buys after a year"
        ),
        pytest.param(
            CustomerFacts([lead("merged")]), "potential", marks=pytest.mark.rule("RC-01"), id="joined with another's"
        ),
    ],
)
def test_the_class_of_a_customer(facts, expected):
    assert classify(facts, on=ON, rule=RULE).customer_class == expected


@pytest.mark.rule("RC-05")
@pytest.mark.parametrize(
    ("given_ago", "expected", "referrals", "review_in"),
    [
        pytest.param([0, 0, 0], "vip", 3, 365, id="three today"),
        pytest.param([1, 2], "potential", 2, 363, id="two are not enough"),
        pytest.param([0, 100, 364], "vip", 3, 1, id="the first on its last day"),
        pytest.param([0, 100, 365], "potential", 2, 265, id="the first left today"),
        pytest.param([0, 100, 364, 400], "vip", 3, 1, id="older ones do not count"),
        pytest.param([-1, 0, 1], "potential", 2, 364, id="tomorrow's does not count yet"),
        pytest.param([10, 20, 30, 360], "vip", 4, 5, id="looked at when the count falls"),
        pytest.param([365], "potential", 0, None, id="an empty window"),
    ],
)
def test_three_leads_in_a_rolling_year_make_a_vip(given_ago, expected, referrals, review_in):
    facts = CustomerFacts(given_on=[ago(days) for days in given_ago])

    found = classify(facts, on=ON, rule=RULE)

    review_on = None if review_in is None else ON + dt.timedelta(days=review_in)
    assert (found.customer_class, found.referrals, found.review_on) == (expected, referrals, review_on)


@pytest.mark.rule("RC-05")
def test_a_vip_falls_back_to_what_the_customer_is_otherwise():
    facts = CustomerFacts(has_bought=True, given_on=[ago(0), ago(1), ago(2)])

    classes = [
        classify(facts, on=ON + dt.timedelta(days=days), rule=RULE).customer_class for days in (0, 362, 363, 364, 365)
    ]

    assert classes == ["vip", "vip", "base", "base", "base"]


DAYS = st.integers(min_value=-800, max_value=800).map(lambda days: ON + dt.timedelta(days=days))


@given(given_on=st.lists(DAYS, max_size=12), on=DAYS, days=st.integers(min_value=1, max_value=400))
def test_the_window_agrees_with_counting_day_by_day(given_on, on, days):
    window = [on - dt.timedelta(days=back) for back in range(days)]

    naive = sorted(day for day in given_on if day in window)

    assert given_within(given_on, on=on, days=days) == naive


@given(given_on=st.lists(DAYS, max_size=12), on=DAYS)
def test_nothing_changes_before_the_day_of_review(given_on, on):
    """The nightly look by index misses nothing: without a new lead the class stands until ``review_on``."""
    facts = CustomerFacts(given_on=[day for day in given_on if day <= on])
    found = classify(facts, on=on, rule=RULE)
    last = found.review_on or on + dt.timedelta(days=1000)

    until = classify(facts, on=last - dt.timedelta(days=1), rule=RULE)
    then = classify(facts, on=last, rule=RULE)

    assert (until.customer_class, until.referrals) == (found.customer_class, found.referrals)
    assert found.review_on is None or then.referrals < found.referrals
