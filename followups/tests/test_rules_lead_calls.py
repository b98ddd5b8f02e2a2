"""Which call a lead waits for, as worked cases."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.rules.lead_calls import LeadFacts, planned_lead_call

CHINA = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def facts(**changes) -> LeadFacts:
    known = {"state": "open", "registered_at": moment("2026-11-24T17:30"), "first_due_at": moment("2026-11-25T17:30")}
    return LeadFacts(**(known | changes))


TRIED = {"first_contact_at": moment("2026-11-24T18:00"), "next_contact_on": dt.date(2026, 11, 25)}
SPOKEN = {
    "first_contact_at": moment("2026-11-24T18:00"),
    "last_contact_at": moment("2026-11-24T18:00"),
    "next_contact_on": dt.date(2026, 11, 27),
}


@pytest.mark.parametrize(
    ("changes", "kind", "anchor", "due_on", "late_from"),
    [
        pytest.param(
            {}, "lead_first_contact", "2026-11-24", "2026-11-24", "2026-11-25T17:30",
            marks=pytest.mark.rule("LI-02"), id="at once on the list, late after 24 hours by the clock",
        ),
        pytest.param(
            TRIED, "lead_first_contact", "2026-11-24", "2026-11-25", "2026-11-26T00:00",
            id="tried only: still the first contact, the next day",
        ),
        pytest.param(
            SPOKEN, "lead_revisit", "2026-11-24", "2026-11-27", "2026-11-28T00:00",
            marks=pytest.mark.rule("LG-25"), id="a revisit on the day of the plan",
        ),
        pytest.param(
            SPOKEN | {"next_contact_at": moment("2026-11-27T15:00")}, "lead_revisit", "2026-11-24", "2026-11-27",
            "2026-11-27T15:00", id="late from the promised moment",
        ),
        pytest.param(
            SPOKEN | {"state": "ordered"}, "lead_revisit", "2026-11-24", "2026-11-27", "2026-11-28T00:00",
            marks=pytest.mark.rule("LG-24"), id="an order that waits",
        ),
    ],
)  # fmt: skip
def test_the_call_a_lead_waits_for(changes, kind, anchor, due_on, late_from):
    call = planned_lead_call(facts(**changes), CHINA)

    assert call is not None
    assert (call.kind, str(call.anchor_on), str(call.due_on)) == (kind, anchor, due_on)
    assert call.overdue_at == moment(late_from)
    assert call.due_at == changes.get("next_contact_at")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": state} | SPOKEN, id=state)
        for state in ("defeat_applied", "delivered", "lost", "defeated", "merged")
    ]
    + [
        pytest.param(
            SPOKEN | {"next_contact_on": None}, id="a grade without a cadence", marks=pytest.mark.rule("LG-23")
        ),
        pytest.param({"state": "ordered"}, id="ordered before anybody called"),
    ],
)
def test_who_is_not_called(changes):
    assert planned_lead_call(facts(**changes), CHINA) is None


@given(
    registered=st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2035, 1, 1)),
    hours=st.integers(1, 72),
)
@pytest.mark.rule("LI-02")
def test_an_untried_lead_is_on_the_list_before_it_is_late(registered, hours):
    at = registered.replace(tzinfo=CHINA)
    call = planned_lead_call(facts(registered_at=at, first_due_at=at + dt.timedelta(hours=hours)), CHINA)

    assert call is not None
    assert call.due_on == at.date()
    assert call.overdue_at - at == dt.timedelta(hours=hours)
