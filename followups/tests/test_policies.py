import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import translation

from followups.enums import CALL_KINDS, Consequence, TaskKind
from followups.models import CallingHours, CallingPolicy, CallScript, KindPolicy, OutcomePolicy, Question, Questionnaire
from followups.rules import CallingRule, HoursSpan, KindRule, OverdueRung
from followups.selectors.histories import outcome_words
from followups.selectors.monthly.calls import outcome_labels
from followups.selectors.policies import (
    NoPolicy,
    calling_hours,
    calling_hours_of_week,
    calling_policy,
    kind_policies,
    kind_policy,
    outcomes_for,
    overdue_steps,
    questionnaire_for,
    script_for,
)
from staffing.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db

ON = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store():
    return StoreFactory()


# --- the defaults of a new installation -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "rule",
    [
        KindRule(
            "3dc", "sales_consultant", offset_days=3, to_consultant=True, shift_before_rest=True, catch_up_days=3,
            expires_days=7,
        ),
        KindRule("7dc", "call_centre_agent", offset_days=7, catch_up_days=7, budget_minutes=5),
        KindRule(
            "n_plus_1", "call_centre_agent", offset_days=30, catch_up_days=14, takes_along=("first_service",)
        ),
        KindRule("first_service", "call_centre_agent", offset_days=-7, catch_up_days=14),
        KindRule("first_service_confirm", "call_centre_agent", offset_days=-1, catch_up_days=2, expires_days=1),
        KindRule("service_visit", "call_centre_agent", offset_days=3, catch_up_days=7),
        KindRule(
            "periodic", "sales_consultant", every_months=3, until_months=24, to_consultant=True, catch_up_days=14,
            takes_along=("first_service",), guard_days=7,
        ),
        KindRule(
            "retained", "call_centre_agent", every_months=6, from_months=30, until_months=120, catch_up_days=14,
            guard_days=7,
        ),
        KindRule(
            "lost_customer", "call_centre_agent", every_months=6, until_months=6, catch_up_days=14, guard_days=7
        ),
        KindRule("referral_feedback", "sales_consultant", offset_days=3, catch_up_days=7),
        KindRule("birthday", "sales_consultant", to_consultant=True, catch_up_days=1),
        KindRule("festival", "call_centre_agent", offset_days=-7, catch_up_days=7),
        KindRule("number_trace", "sales_consultant", to_consultant=True, catch_up_days=0),
    ],
    ids=lambda rule: rule.kind,
)  # fmt: skip
def test_default_of_a_kind(store, rule):
    assert kind_policy(store, rule.kind, ON) == rule


def test_every_kind_has_a_default_policy_script_and_outcomes(store):
    assert list(kind_policies(store, ON)) == TaskKind.values
    assert all(script_for(store, kind, ON) for kind in CALL_KINDS)
    assert all(outcomes_for(kind, ON) for kind in CALL_KINDS)


def test_default_queue_ladder_and_hours(store):
    morning, afternoon = HoursSpan(dt.time(9), dt.time(11, 30)), HoursSpan(dt.time(14), dt.time(17, 30))

    assert calling_policy(store, ON) == CallingRule(claim_minutes=20, promise_grace_minutes=15)
    assert overdue_steps(store, ON) == (
        OverdueRung(0, 0, "owner"), OverdueRung(1, 1, "supervisor"), OverdueRung(2, 2, "manager"),
    )  # fmt: skip
    assert [calling_hours(store, ON + n * DAY) for n in range(7)] == [(morning, afternoon)] * 7
    assert [afternoon.contains(dt.time(*at)) for at in [(13, 59), (14, 0), (17, 29), (17, 30)]] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", TaskKind.values)
def test_keys_of_the_outcomes_of_a_kind_are_different(kind):
    outcomes = outcomes_for(kind, ON)

    assert len({outcome.key for outcome in outcomes}) == len(outcomes)
    assert {outcome.consequence for outcome in outcomes} <= set(Consequence.values)


@pytest.mark.rule("SV-14")
def test_tracing_has_its_own_outcomes_and_the_others_do_not_have_them():
    assert [outcome.code for outcome in outcomes_for("number_trace", ON)] == ["traced", "untraceable", "number_right"]
    assert "already_came" in [outcome.code for outcome in outcomes_for("first_service", ON)]
    assert {"traced", "already_came"}.isdisjoint(outcome.code for outcome in outcomes_for("3dc", ON))


@pytest.mark.rule("D7-06")
def test_the_7dc_has_seven_scores_a_duration_and_two_open_questions(store):
    questions = list(questionnaire_for(store, "7dc", ON).questions.all())

    assert [question.type for question in questions] == [
        "scale", "scale", "number", "scale", "scale", "scale", "scale", "scale", "choice", "text",
    ]  # fmt: skip
    assert {(q.minimum, q.maximum) for q in questions if q.type == "scale"} == {(1, 10)}


@pytest.mark.rule("D3-10")
def test_the_3dc_asks_about_car_and_dealership_apart(store):
    asked = {question.code: question for question in questionnaire_for(store, "3dc", ON).questions.all()}

    assert [(asked[code].type, asked[code].topic, asked[code].alert_values) for code in ("car", "dealership")] == [
        ("satisfaction", "car", ["dissatisfied"]),
        ("satisfaction", "dealership", ["dissatisfied"]),
    ]


@pytest.mark.rule("AF-06")
def test_the_call_after_a_visit_is_answered_by_yes_or_no(store):
    questions = questionnaire_for(store, "service_visit", ON).questions.all()

    assert {question.type for question in questions if question.is_required} == {"yes_no"}


# --- which row decides ----------------------------------------------------------------------------------------------
def test_the_latest_row_in_force_decides_and_the_own_row_of_a_store_wins(store):
    for effective_from, own, days in [
        (ON - 9 * DAY, None, 8), (ON + DAY, None, 9), (ON - 20 * DAY, store, 10), (ON + 2 * DAY, store, 11),
    ]:  # fmt: skip
        KindPolicy.objects.create(
            store=own, kind="7dc", effective_from=effective_from, role="call_centre_agent", offset_days=days
        )
    other = StoreFactory()

    days = {
        (who, on): kind_policy(who, "7dc", on).offset_days
        for who in (store, other, None)
        for on in (ON - 30 * DAY, ON, ON + DAY, ON + 2 * DAY)
    }

    assert [days[store, on] for on in (ON - 30 * DAY, ON, ON + DAY, ON + 2 * DAY)] == [7, 10, 10, 11]
    assert [days[other, on] for on in (ON - 30 * DAY, ON, ON + DAY, ON + 2 * DAY)] == [7, 8, 9, 9]
    assert days[None, ON] == 8


def test_a_kind_without_any_policy_is_named():
    KindPolicy.objects.filter(kind="7dc").delete()

    with pytest.raises(NoPolicy, match="7dc"):
        kind_policy(None, "7dc", ON)


MORNING, AFTERNOON, NOON = ("09:00", "11:30"), ("14:00", "17:30"), ("11:00", "13:00")
OWN = "own"
#: Rows of calling hours (whose, weekday, in force so many days after ON, hours), the day, and what holds on it. ON is a
#: Tuesday; the defaults (morning and afternoon, every day, since 2000) stand behind all of them.
HOURS_OF_A_DAY = [
    pytest.param([], 0, [MORNING, AFTERNOON], id="defaults"),
    pytest.param([(OWN, None, 0, NOON)], -1, [MORNING, AFTERNOON], id="the-day-before-a-new-row"),
    pytest.param([(OWN, None, 0, NOON)], 0, [NOON], id="the-day-of-a-new-row"),
    pytest.param([(None, None, 0, NOON)], 5, [NOON], id="later-for-all"),
    pytest.param([(OWN, None, -9, NOON), (None, None, 0, MORNING)], 1, [NOON], id="own-before-later-for-all"),
    pytest.param([(None, 2, -9, NOON), (None, None, 0, MORNING)], 1, [NOON], id="weekday-before-later-every-day"),
    pytest.param([(None, 2, -9, NOON), (None, None, 0, MORNING)], 2, [MORNING], id="another-weekday"),
    pytest.param([(OWN, 2, -9, NOON), (OWN, 2, 7, MORNING)], 1, [NOON], id="weekday-not-yet-replaced"),
    pytest.param([(OWN, 2, -9, NOON), (OWN, 2, 7, MORNING)], 8, [MORNING], id="weekday-replaced"),
    pytest.param([(OWN, None, 0, AFTERNOON), (OWN, None, 0, MORNING)], 0, [MORNING, AFTERNOON], id="one-set-in-order"),
    pytest.param([(None, 2, 0, None)], 1, [], id="closed-on-a-weekday"),
    pytest.param([(None, 2, 0, None)], -6, [MORNING, AFTERNOON], id="open-on-it-in-the-past"),
]  # fmt: skip


@pytest.mark.rule("X26")
@pytest.mark.rule("D3-06")
@pytest.mark.parametrize(("rows", "days", "expected"), HOURS_OF_A_DAY)
def test_hours_of_a_day_are_those_in_force_then(store, rows, days, expected):
    for whose, weekday, since, hours in rows:
        CallingHours.objects.create(
            store=store if whose else None,
            weekday=weekday,
            effective_from=ON + since * DAY,
            starts=hours and hours[0],
            ends=hours and hours[1],
        )
    on = ON + days * DAY

    found = calling_hours(store, on)

    assert found == tuple(HoursSpan(*map(dt.time.fromisoformat, span)) for span in expected)
    assert calling_hours_of_week(store, on)[on.weekday()] == found
    assert calling_hours_of_week(store, on - 6 * DAY)[on.weekday()] == found


@pytest.mark.parametrize(
    ("starts", "ends"),
    [pytest.param("09:00", None, id="open-end"), pytest.param(None, "09:00", id="open-start"),
     pytest.param("09:00", "09:00", id="empty")],
)  # fmt: skip
def test_hours_are_whole_or_none(starts, ends):
    with pytest.raises(IntegrityError, match="calling_hours_forward"):
        CallingHours.objects.create(effective_from=ON, starts=starts, ends=ends)


def result_since(on, code="busy", **fields):
    former = OutcomePolicy.objects.filter(code=code).latest("effective_from")
    values = {field.name: getattr(former, field.name) for field in OutcomePolicy._meta.fields if field.name != "id"}
    return OutcomePolicy.objects.create(**(values | {"effective_from": on} | fields))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(-1, ("占线", "retry", True), id="before"),
        pytest.param(0, ("正忙", "done", True), id="from-the-day-on"),
        pytest.param(4, ("正忙", "done", True), id="until-the-next"),
        pytest.param(5, None, id="switched-off"),
    ],
)
@pytest.mark.rule("D3-19")
def test_a_result_is_the_one_in_force_on_the_day(days, expected):
    OutcomePolicy.objects.filter(code="busy").update(label_zh="占线")
    result_since(ON, label_zh="正忙", consequence="done")
    result_since(ON + 5 * DAY, is_active=False)

    with translation.override("zh-hans"):
        offered = {rule.code: rule for rule in outcomes_for("7dc", ON + days * DAY)}

    rule = offered.get("busy")
    assert (rule and (rule.label, rule.consequence, True)) == expected


def test_words_of_a_past_call_are_those_of_its_day():
    OutcomePolicy.objects.filter(code="busy").update(label_zh="占线", effective_from=ON - 5 * DAY)
    result_since(ON, label_zh="正忙")

    with translation.override("zh-hans"):
        words = outcome_words()
        names = outcome_labels()
        found = [(words("busy", ON + n * DAY).label, names("busy", ON + n * DAY)) for n in (-9, -1, 0)]

    assert found == [("占线", "占线"), ("占线", "占线"), ("正忙", "正忙")]
    assert words("gone", ON).label == names("gone", ON) == "gone"


def test_a_store_has_a_queue_policy_of_its_own(store):
    CallingPolicy.objects.create(store=store, effective_from=ON, claim_minutes=5, promise_grace_minutes=3)

    assert calling_policy(store, ON - DAY) == CallingRule()
    assert calling_policy(store, ON) == CallingRule(5, 3)


@pytest.mark.rule("D7-07")
def test_the_questionnaire_in_use_is_the_latest_active_version(store):
    def version(number, **fields):
        row = Questionnaire.objects.create(
            **{"kind": "7dc", "version": number, "title": "x", "state": "active", "effective_from": ON, **fields}
        )
        Question.objects.create(questionnaire=row, position=1, code="a", text_zh="问", text_en="ask", type="text")
        return row

    version(2, effective_from=ON + DAY)
    version(3, state="draft")
    current = version(4)
    own = version(1, store=store, effective_from=ON)

    assert questionnaire_for(StoreFactory(), "7dc", ON) == current
    assert questionnaire_for(store, "7dc", ON) == own
    assert questionnaire_for(store, "n_plus_1", ON) is None


def test_words_follow_the_language(store):
    CallScript.objects.create(store=store, kind="7dc", effective_from=ON, text_zh="您好", text_en="Hello")
    OutcomePolicy.objects.filter(code="busy").update(is_active=False)

    with translation.override("en"):
        english = script_for(store, "7dc", ON).text, outcomes_for("7dc", ON)[0].label
    with translation.override("zh-hans"):
        chinese = script_for(store, "7dc", ON).text, outcomes_for("7dc", ON)[0].label

    assert english == ("Hello", "Reached, call completed")
    assert chinese == ("您好", "已接通，回访完成")
    assert "busy" not in [outcome.code for outcome in outcomes_for("7dc", ON)]
