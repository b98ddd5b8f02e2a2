"""Grades and cadence, as worked cases: what the rule book says of H, A, B, C and of the first week."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.rules.cadence import (
    BadHorizon,
    LeadCourse,
    NoDate,
    first_contact_due_at,
    grade_for_horizon,
    is_provisional,
    next_contact_on,
    planned_contact_on,
    settling_contact_on,
    wants_grade,
)
from leads.rules.policies import CadencePolicy, GradeRule, LeadRule, UnknownGrade

POLICY = CadencePolicy(
    (
        GradeRule("H", horizon_days=7, cadence_days=3, seller_keeps=True),
        GradeRule("A", horizon_days=30, cadence_days=7, fleet_days=14, seller_keeps=True),
        GradeRule("B", horizon_days=90, cadence_days=15),
        GradeRule("C", horizon_days=180),
        GradeRule("O", cadence_days=7, standing="ordered"),
        GradeRule("L", standing="lost"),
        GradeRule("F", standing="defeated"),
    )
)
DAY = dt.date(2026, 11, 24)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("days", "grade"),
    [
        pytest.param(0, "H", marks=pytest.mark.rule("LG-01"), id="today"),
        pytest.param(7, "H", marks=pytest.mark.rule("LG-01"), id="seven days are still H"),
        pytest.param(8, "A", marks=pytest.mark.rule("LG-02"), id="the eighth is A"),
        pytest.param(30, "A", marks=pytest.mark.rule("LG-02"), id="a month"),
        pytest.param(31, "B", marks=pytest.mark.rule("LG-03"), id="beyond a month"),
        pytest.param(90, "B", marks=pytest.mark.rule("LG-03"), id="three months"),
        pytest.param(91, "C", marks=pytest.mark.rule("LG-04"), id="beyond three months"),
        pytest.param(180, "C", marks=pytest.mark.rule("LG-04"), id="half a year"),
        pytest.param(181, None, marks=pytest.mark.rule("LG-04"), id="beyond every horizon"),
    ],
)
def test_grade_follows_from_the_plan_to_buy(days: int, grade: str | None) -> None:
    assert grade_for_horizon(days, POLICY) == grade


def test_a_purchase_in_the_past_is_no_plan() -> None:
    with pytest.raises(BadHorizon):
        grade_for_horizon(-1, POLICY)


@pytest.mark.parametrize(
    ("grade", "last", "fleet", "expected"),
    [
        pytest.param("H", "2026-11-24", False, "2026-11-27", marks=pytest.mark.rule("LG-20"), id="H every 3 days"),
        pytest.param("h", "2026-12-30", False, "2027-01-02", marks=pytest.mark.rule("LG-20"), id="over the new year"),
        pytest.param("A", "2026-11-24", False, "2026-12-01", marks=pytest.mark.rule("LG-21"), id="A every 7 days"),
        pytest.param("A", "2028-02-25", False, "2028-03-03", marks=pytest.mark.rule("LG-21"), id="over a leap day"),
        pytest.param("B", "2026-11-24", False, "2026-12-09", marks=pytest.mark.rule("LG-22"), id="B every 15 days"),
        pytest.param("C", "2026-11-24", False, None, id="C has no rule of its own"),
        pytest.param("H", "2026-11-29", False, "2026-12-02", marks=pytest.mark.rule("LG-20"), id="H over a month end"),
        pytest.param("A", "2026-11-27", False, "2026-12-04", marks=pytest.mark.rule("LG-21"), id="A over a month end"),
        pytest.param("B", "2027-02-20", False, "2027-03-07", marks=pytest.mark.rule("LG-22"), id="B over February"),
        pytest.param("B", "2028-02-20", False, "2028-03-06", marks=pytest.mark.rule("LG-22"), id="B over a long one"),
        pytest.param("A", "2026-11-24", True, "2026-12-08", marks=pytest.mark.rule("LG-27"), id="a fleet customer"),
        pytest.param(
            "H", "2026-11-24", True, "2026-11-27", marks=pytest.mark.rule("LG-27"), id="fleet, none of its own"
        ),
        pytest.param("O", "2026-11-24", False, "2026-12-01", id="an order that waits"),
        pytest.param("F", "2026-11-24", False, None, id="a defeated lead has no next date"),
    ],
)
@pytest.mark.rule("LG-26")
def test_next_contact_runs_from_the_last_actual_one(grade: str, last: str, fleet: bool, expected: str | None) -> None:
    found = next_contact_on(grade=grade, last_contact_on=day(last), policy=POLICY, is_fleet=fleet)
    assert found == (day(expected) if expected else None)


def test_an_unknown_grade_and_the_end_of_the_calendar_are_refused() -> None:
    with pytest.raises(UnknownGrade, match="Z"):
        next_contact_on(grade="Z", last_contact_on=DAY, policy=POLICY)
    with pytest.raises(NoDate):
        next_contact_on(grade="H", last_contact_on=dt.date.max, policy=POLICY)


@pytest.mark.rule("LI-02")
def test_first_contact_is_due_24_hours_after_the_registration() -> None:
    registered = dt.datetime(2026, 11, 28, 17, 55, tzinfo=dt.UTC)
    assert first_contact_due_at(registered, LeadRule()) == dt.datetime(2026, 11, 29, 17, 55, tzinfo=dt.UTC)


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("contacts", "on", "provisional"),
    [
        (0, "2026-11-24", True),
        (2, "2026-11-30", True),
        (3, "2026-11-26", False),  # the third contact fixes it
        (2, "2026-12-01", True),  # the seventh day: the third contact is still one of the week
        (3, "2026-12-01", False),  # and was made on it
        (2, "2026-12-02", False),  # the eighth: the week is over, the third contact is too late for it
        (0, "2026-12-02", False),  # tried every day, never reached: no contact, and the week is over all the same
    ],
)
def test_grade_is_provisional_until_the_third_contact_of_the_first_week(
    contacts: int, on: str, provisional: bool
) -> None:
    found = is_provisional(contacts=contacts, registered_on=DAY, on=day(on), rule=LeadRule())
    assert found is provisional


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("contacts", "last", "expected"),
    [
        (1, "2026-11-24", "2026-11-28"),
        (2, "2026-11-28", "2026-12-01"),
        (2, "2026-11-30", "2026-12-01"),
        (1, "2026-11-29", "2026-11-30"),  # late: a day after the last one
        (2, "2026-12-01", None),  # the week is over
        (3, "2026-11-26", None),
    ],
)
def test_three_contacts_stand_in_the_first_week(contacts: int, last: str, expected: str | None) -> None:
    found = settling_contact_on(contacts=contacts, last_contact_on=day(last), registered_on=DAY, rule=LeadRule())
    assert found == (day(expected) if expected else None)


@pytest.mark.rule("LG-20", "LG-21", "LG-22")
@given(last=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), grade=st.sampled_from("HAB"))
def test_the_hotter_the_grade_the_sooner_the_contact(last: dt.date, grade: str) -> None:
    dates = [next_contact_on(grade=code, last_contact_on=last, policy=POLICY) for code in "HAB"]
    assert all(found is not None and found > last for found in dates)
    assert dates == sorted(dates)  # type: ignore[type-var]
    chosen = next_contact_on(grade=grade, last_contact_on=last, policy=POLICY)
    assert chosen == dates["HAB".index(grade)]


@given(days=st.integers(0, 180), further=st.integers(0, 180))
def test_a_later_purchase_is_never_hotter(days: int, further: int) -> None:
    order = [rule.code for rule in POLICY]
    first, second = grade_for_horizon(days, POLICY), grade_for_horizon(min(days + further, 180), POLICY)
    assert first is not None
    assert second is not None
    assert order.index(first) <= order.index(second)


# --- the plan ------------------------------------------------------------------------------------------------------
#: Registered on Tuesday, the 24th, of November; the first week lasts until Tuesday, the 1st.
TRIED = {"is_tried": True, "planned_on": "2026-11-26"}
ONCE = {"is_tried": True, "contacts": 1, "last_contact_on": "2026-11-25", "planned_on": "2026-11-28"}
FINAL = {"is_tried": True, "is_settled": True, "contacts": 3, "last_contact_on": "2026-11-28"}
ORDERED = {"grade": "O", "is_ordered": True}


def course(**changes: object) -> LeadCourse:
    known: dict[str, object] = {"grade": "A", "registered_on": DAY} | changes
    for name in ("last_contact_on", "planned_on"):
        known[name] = day(str(known[name])) if known.get(name) else None
    return LeadCourse(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "on", "expected"),
    [
        pytest.param({}, "2026-11-24", None, marks=pytest.mark.rule("LI-02"), id="untried: by the clock"),
        pytest.param(
            TRIED | {"grade": "H"}, "2026-11-25", "2026-11-26", marks=pytest.mark.rule("LG-26"),
            id="tried in vain and judged anew: the day that the try set stands",
        ),
        pytest.param(TRIED | {"planned_on": None}, "2026-11-25", "2026-11-26", id="tried in vain without a day"),
        pytest.param(TRIED, "2026-11-30", "2026-11-26", id="tried in vain and late: it stays late"),
        pytest.param(
            ONCE, "2026-11-25", "2026-11-28", marks=pytest.mark.rule("LG-07"), id="the second of three in the week",
        ),
        pytest.param(ONCE | {"grade": "H"}, "2026-11-25", "2026-11-28", marks=pytest.mark.rule("LG-20"), id="H"),
        pytest.param(ONCE | {"grade": "C"}, "2026-11-25", "2026-11-28", marks=pytest.mark.rule("LG-23"), id="C, too"),
        pytest.param(
            ONCE | {"grade": ""}, "2026-11-25", "2026-11-28", marks=pytest.mark.rule("LG-07"),
            id="not judged yet: the week goes on",
        ),
        pytest.param(
            {"grade": "", "is_tried": True, "contacts": 3, "last_contact_on": "2026-11-28"}, "2026-11-28",
            "2026-12-05", marks=pytest.mark.rule("LG-07"), id="still not judged: once a week",
        ),
        pytest.param(
            FINAL | {"grade": "Z"}, "2026-11-28", "2026-12-05", id="a grade that the policy no longer has is none",
        ),
        pytest.param(
            FINAL | {"grade": "H"}, "2026-11-28", "2026-12-01", marks=pytest.mark.rule("LG-20"), id="H is final",
        ),
        pytest.param(
            FINAL | {"grade": "B"}, "2026-11-28", "2026-12-13", marks=pytest.mark.rule("LG-22"), id="B is final",
        ),
        pytest.param(
            FINAL | {"is_fleet": True}, "2026-11-28", "2026-12-12", marks=pytest.mark.rule("LG-27"), id="A of a fleet",
        ),
        pytest.param(
            FINAL | {"grade": "C", "planned_on": "2026-12-05"}, "2026-11-30", "2026-12-05",
            marks=pytest.mark.rule("LG-23"), id="C moves nothing: the day that was planned stands",
        ),
        pytest.param(
            FINAL | {"grade": "C", "planned_on": "2026-11-28"}, "2026-11-28", None, marks=pytest.mark.rule("LG-23"),
            id="C, spoken to on the day of the plan: nothing stands any more",
        ),
        pytest.param(
            ORDERED | FINAL, "2026-11-30", "2026-12-05", marks=pytest.mark.rule("LG-24"),
            id="an order: weekly from the last conversation",
        ),
        pytest.param(
            ORDERED, "2026-11-30", "2026-12-07", marks=pytest.mark.rule("LG-24"),
            id="an order of somebody nobody had called: weekly from that day",
        ),
        pytest.param(ORDERED | TRIED, "2026-11-30", "2026-12-07", marks=pytest.mark.rule("LG-24"), id="or only tried"),
    ],
)  # fmt: skip
def test_the_day_that_is_planned(changes: dict[str, object], on: str, expected: str | None) -> None:
    found = planned_contact_on(course(**changes), on=day(on), policy=POLICY, rule=LeadRule())

    assert found == (day(expected) if expected else None)


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("grade", "contacts", "on", "expected"),
    [
        pytest.param("", 0, "2026-11-24", False, id="the first conversation"),
        pytest.param("", 1, "2026-12-01", False, id="the second, on the last day of the week"),
        pytest.param("", 2, "2026-11-26", True, id="the third makes it final"),
        pytest.param("", 0, "2026-12-02", True, id="the week is over"),
        pytest.param("B", 2, "2026-11-26", False, id="judged already"),
    ],
)
def test_the_conversation_that_ends_the_week_wants_a_grade(grade: str, contacts: int, on: str, expected: bool) -> None:
    found = wants_grade(grade=grade, contacts=contacts, registered_on=DAY, on=day(on), rule=LeadRule())

    assert found is expected


@given(
    grade=st.sampled_from(["", "H", "A", "B", "O", "Z"]),
    contacts=st.integers(0, 4),
    last=st.none() | st.integers(0, 30),
    planned=st.none() | st.integers(0, 40),
    later=st.integers(0, 60),
    is_settled=st.booleans(),
)
@pytest.mark.rule("LG-26")
def test_whoever_was_tried_and_has_a_cadence_or_no_grade_has_a_day(
    grade: str, contacts: int, last: int | None, planned: int | None, later: int, is_settled: bool
) -> None:
    known = LeadCourse(
        grade=grade,
        registered_on=DAY,
        is_ordered=grade == "O",
        is_settled=is_settled,
        is_tried=True,
        contacts=contacts if last is not None else 0,
        last_contact_on=None if last is None else DAY + dt.timedelta(days=last),
        planned_on=None if planned is None else DAY + dt.timedelta(days=planned),
    )

    found = planned_contact_on(known, on=DAY + dt.timedelta(days=(last or 0) + later), policy=POLICY, rule=LeadRule())

    assert found is not None
    assert last is None or found > DAY + dt.timedelta(days=last)
