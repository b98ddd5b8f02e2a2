import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.rules.prompts import PromptRule, prompts_for

D = dt.date
RULE = PromptRule()


@pytest.mark.rule("PF-06")
@pytest.mark.parametrize(
    ("delivered", "on", "insured", "inspect", "said"),
    [
        pytest.param(D(2026, 1, 10), D(2026, 4, 10), None, None, [], id="a-new-car"),
        pytest.param(D(2026, 1, 10), D(2026, 11, 10), None, None, [], id="sixty-one-days-before"),
        pytest.param(
            D(2026, 1, 10), D(2026, 11, 11), None, None, ["ask_insurance 2027-01-10 60"], id="sixty-days-before"
        ),
        pytest.param(D(2024, 2, 29), D(2025, 1, 15), None, None, ["ask_insurance 2025-02-28 44"], id="leap-day"),
        pytest.param(D(2026, 1, 10), D(2026, 11, 11), D(2027, 3, 1), None, [], id="known-and-far"),
        pytest.param(D(2026, 1, 10), D(2027, 2, 1), D(2027, 1, 10), None, ["insurance 2027-01-10 -22"], id="run-out"),
        pytest.param(
            D(2025, 1, 1), D(2026, 11, 20), D(2027, 12, 1), None, ["ask_inspection 2027-01-01 42"], id="inspection"
        ),
        pytest.param(
            D(2023, 11, 24),
            D(2026, 11, 24),
            D(2026, 12, 24),
            D(2026, 12, 1),
            ["inspection 2026-12-01 7", "insurance 2026-12-24 30", "trade_in 2026-11-24 0"],
            id="three-years-old",
        ),
        pytest.param(
            D(2023, 11, 25), D(2026, 11, 24), D(2027, 11, 25), D(2028, 1, 1), [], id="a-day-short-of-three-years"
        ),
    ],
)
def test_what_to_speak_of(delivered, on, insured, inspect, said):
    found = prompts_for(RULE, on=on, delivered_on=delivered, insured_until=insured, inspect_by=inspect)

    assert [f"{due.prompt} {due.on} {due.days}" for due in found] == said


@given(delivered=st.dates(D(2000, 1, 1), D(2026, 1, 1)), days=st.integers(0, 9000))
def test_an_unknown_policy_is_asked_for_around_every_anniversary_and_no_earlier(delivered, days):
    on = delivered + dt.timedelta(days=days)

    asked = [due for due in prompts_for(RULE, on=on, delivered_on=delivered) if due.prompt == "ask_insurance"]

    assert all(0 <= due.days <= RULE.insurance_days for due in asked)
    assert all((due.on.month, due.on.day) in {(delivered.month, delivered.day), (2, 28)} for due in asked)
