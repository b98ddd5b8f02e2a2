"""The month's 3DC statistics: worked tables, traps of the rule book, and that everything adds up."""

import datetime as dt
import random

import pytest
from django.utils import translation

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from followups.enums import CloseReason, SkipReason, TaskKind, TaskState, Topic
from followups.selectors.monthly import (
    FIGURES,
    RATES,
    Figures,
    Opinions,
    UnknownFigure,
    monthly_3dc,
    monthly_consultants,
    rows_behind,
)
from followups.tests.monthly_case import MonthCase, local, outcome_policy
from staffing.enums import Role

pytestmark = pytest.mark.django_db

NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def case():
    return MonthCase()


def statistics(case, month=NOVEMBER, **kwargs):
    return monthly_3dc(stores=[case.store], month=month, **kwargs)


def mixed_month(case, seed=11):
    """Forty calls of three consultants in every mixture of ends, tries and answers, with complaints and exclusions."""
    chance = random.Random(seed)
    sellers = [case.consultant(f"X{n:03d}", f"顾问{n}") for n in (1, 2, 3)]
    opinions = ["satisfied", "neutral", "dissatisfied", None]
    for index in range(40):
        due = dt.date(2026, 11, 1) + dt.timedelta(days=chance.randrange(30))
        state = chance.choice(list(TaskState)[0:1] + [TaskState.DONE] * 4 + [TaskState.MISSED, TaskState.CANCELLED])
        tries = [
            local(case, due + dt.timedelta(days=number + chance.randrange(2)), 10)
            for number in range(chance.randrange(1 if state == TaskState.DONE else 0, 4))
        ]
        successful = state == TaskState.DONE and chance.random() < 0.7
        answers = None
        if tries and chance.random() < 0.7:
            pair = zip(("car", "dealership"), chance.choices(opinions, k=2), strict=True)
            answers = {code: value for code, value in pair if value}
        task = case.call(
            due,
            None if index % 13 == 0 else chance.choice(sellers),
            deliverer=sellers[0],
            state=state,
            tries=tries,
            successful=successful,
            outcome=chance.choice(["done_well", "refused", ""]) if tries else "",
            close_reason=chance.choice([CloseReason.CONTACT_BAN, CloseReason.NEXT_CALL_DUE])
            if state == TaskState.CANCELLED
            else "",
            plate=chance.choice(["", f"粤B{index:05d}"]),
            answers=answers,
        )
        if tries and chance.random() < 0.4:
            case.complaint(task, state=chance.choice(list(ComplaintState)))
            if chance.random() < 0.5:
                case.complaint(task, kind=ComplaintKind.SERVICE, state=ComplaintState.CLOSED)
    for index in range(5):
        reason = SkipReason.CONTACT_BAN if index % 2 else SkipReason.NO_CONSENT
        case.skip(dt.date(2026, 11, 3 + index), chance.choice(sellers), reason)
    return sellers


@pytest.mark.rule("D3-11")
@pytest.mark.rule("AF-10")
def test_rates_divide_by_due_and_never_by_attempted(case):
    """The vector of domain 17.1, 1:10: due 20, attempted 18, successful 15 is 90 % and 75 %, not 83.3 %."""
    seller = case.consultant()
    day = dt.date(2026, 11, 10)
    for index in range(20):
        case.call(
            day,
            seller,
            state=TaskState.DONE if index < 18 else TaskState.MISSED,
            tries=[local(case, day, 10)] if index < 18 else [],
            successful=index < 15,
        )

    total = statistics(case).total

    assert (total.due, total.attempted, total.successful) == (20, 18, 15)
    assert (total.attempt_rate, total.success_rate) == (0.9, 0.75)


@pytest.mark.rule("D3-11")
@pytest.mark.parametrize(
    ("due", "attempted", "successful", "attempt_rate", "success_rate"),
    [
        pytest.param(200, 180, 150, 0.9, 0.75, id="domain 17.1"),
        pytest.param(0, 0, 0, None, None, id="nothing due"),
        pytest.param(7, 0, 0, 0.0, 0.0, id="nothing tried"),
        pytest.param(3, 3, 3, 1.0, 1.0, id="all done"),
        pytest.param(3, 2, 1, 2 / 3, 1 / 3, id="thirds"),
    ],
)
def test_rates_of_a_line(due, attempted, successful, attempt_rate, success_rate):
    line = Figures(due=due, attempted=attempted, successful=successful)

    assert (line.attempt_rate, line.success_rate) == (attempt_rate, success_rate)


@pytest.mark.rule("D3-11")
def test_empty_month_has_no_rates_at_all(case):
    report = statistics(case)

    assert report.total == Figures()
    assert {code: rate.read(report.total) for code, rate in RATES.items()} == dict.fromkeys(RATES)
    assert report.consultants == ()
    assert [point.due for point in report.trend] == [0] * 12
    assert [point.attempt_rate for point in report.trend] == [None] * 12


@pytest.mark.rule("D3-11")
def test_call_stays_in_the_month_of_its_first_due_date(case):
    seller = case.consultant()
    case.call(dt.date(2026, 11, 30), seller, state=TaskState.OPEN, due_on=dt.date(2026, 12, 2))
    case.call(dt.date(2026, 10, 31), seller, state=TaskState.OPEN, due_on=dt.date(2026, 11, 1))
    case.call(dt.date(2026, 12, 1), seller, state=TaskState.OPEN)

    assert [statistics(case, dt.date(2026, month, 15)).total.due for month in (10, 11, 12)] == [1, 1, 1]


@pytest.mark.rule("D3-11")
def test_call_tried_four_times_is_attempted_once(case):
    day = dt.date(2026, 11, 9)
    tries = [local(case, day + dt.timedelta(days=number), 10) for number in range(4)]
    case.call(day, case.consultant(), state=TaskState.MISSED, tries=tries)

    total = statistics(case).total

    assert (total.due, total.attempted, total.successful, total.missed) == (1, 1, 0, 1)


@pytest.mark.rule("D3-11")
def test_cancelled_call_is_neither_due_nor_attempted_but_counted(case):
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    case.call(
        day,
        seller,
        state=TaskState.CANCELLED,
        close_reason=CloseReason.CONTACT_BAN,
        tries=[local(case, day, 10)],
        answers={"car": "satisfied"},
    )

    report = statistics(case)

    assert report.total == Figures(cancelled=1)
    assert [(reason.code, reason.count) for reason in report.cancelled] == [("contact_ban", 1)]
    assert report.trend[-1].due == 0


@pytest.mark.rule("D3-11")
@pytest.mark.rule("D3-09")
def test_calls_that_customers_do_not_wish_are_counted_apart_with_reasons(case):
    seller = case.consultant()
    case.skip(dt.date(2026, 11, 1), seller, SkipReason.CONTACT_BAN)
    case.skip(dt.date(2026, 11, 30), seller, SkipReason.CONTACT_BAN)
    case.skip(dt.date(2026, 11, 9), seller, SkipReason.NO_CONSENT)
    case.skip(dt.date(2026, 12, 1), seller, SkipReason.NO_CONSENT)

    report = statistics(case)

    assert report.total == Figures(skipped=3)
    assert [(reason.code, reason.count) for reason in report.skipped] == [("contact_ban", 2), ("no_consent", 1)]


@pytest.mark.rule("D3-01")
@pytest.mark.parametrize(
    ("first_try", "on_time"),
    [
        pytest.param((8, 9, 0), 1, id="two days early"),
        pytest.param((10, 23, 59), 1, id="last minute of the day"),
        pytest.param((11, 0, 0), 0, id="first minute of the next day"),
        pytest.param((12, 10, 0), 0, id="two days late"),
    ],
)
def test_on_time_is_judged_by_the_first_attempt_on_the_stores_clock(case, first_try, on_time):
    day, hour, minute = first_try
    first = local(case, dt.date(2026, 11, day), hour, minute)
    later = first + dt.timedelta(days=3)
    case.call(dt.date(2026, 11, 10), case.consultant(), tries=[first, later], successful=True)

    assert statistics(case).total.on_time == on_time


@pytest.mark.rule("D3-01")
def test_on_time_asks_each_store_by_its_own_clock(case):
    far = MonthCase("T02", timezone="Europe/Lisbon")
    day = dt.date(2026, 11, 10)
    moment = dt.datetime(2026, 11, 10, 20, 0, tzinfo=dt.UTC)  # 04:00 next day in Shanghai, 20:00 in Lisbon
    case.call(day, case.consultant(), tries=[moment])
    far.call(day, far.consultant(), tries=[moment])

    both = monthly_3dc(stores=[case.store, far.store], month=NOVEMBER)

    assert (both.total.due, both.total.on_time) == (2, 1)
    assert [statistics(one).total.on_time for one in (case, far)] == [0, 1]


@pytest.mark.rule("D3-10")
@pytest.mark.rule("D3-11")
@pytest.mark.parametrize(
    ("car", "dealership", "expected"),
    [
        pytest.param("satisfied", "satisfied", (Opinions(1, 0, 0),) * 3, id="both satisfied"),
        pytest.param(
            "satisfied",
            "neutral",
            (Opinions(1, 0, 0), Opinions(0, 1, 0), Opinions(0, 1, 0)),
            id="one neutral is not both satisfied",
        ),
        pytest.param(
            "satisfied",
            "dissatisfied",
            (Opinions(1, 0, 0), Opinions(0, 0, 1), Opinions(0, 0, 1)),
            id="dissatisfied with the dealership",
        ),
        pytest.param(
            "dissatisfied",
            "neutral",
            (Opinions(0, 0, 1), Opinions(0, 1, 0), Opinions(0, 0, 1)),
            id="dissatisfied with the car",
        ),
        pytest.param(
            "neutral", "neutral", (Opinions(0, 1, 0), Opinions(0, 1, 0), Opinions(0, 1, 0)), id="both neutral"
        ),
        pytest.param("satisfied", None, (Opinions(1, 0, 0), Opinions(), Opinions()), id="only the car was answered"),
        pytest.param(None, None, (Opinions(), Opinions(), Opinions()), id="no answer"),
    ],
)
def test_car_and_dealership_are_counted_apart(case, car, dealership, expected):
    day = dt.date(2026, 11, 9)
    given = {"car": car, "dealership": dealership}
    answers = {code: value for code, value in given.items() if value}
    case.call(day, case.consultant(), tries=[local(case, day, 10)], successful=True, answers=answers)

    total = statistics(case).total

    assert (total.car, total.dealership, total.both) == expected


@pytest.mark.rule("D3-10")
@pytest.mark.rule("D7-07")
def test_second_question_about_the_car_does_not_count_the_call_twice(case):
    day = dt.date(2026, 11, 9)
    extra = case.question(TaskKind.THREE_DAY, "extra")
    extra.topic, extra.position = Topic.CAR, 99
    extra.save(update_fields=["topic", "position"])
    case.call(
        day,
        case.consultant(),
        tries=[local(case, day, 10)],
        answers={"car": "satisfied", "extra": "dissatisfied", "dealership": "satisfied"},
    )

    total = statistics(case).total

    assert (total.due, total.car, total.both) == (1, Opinions(1, 0, 0), Opinions(1, 0, 0))


@pytest.mark.rule("D3-11")
def test_satisfaction_divides_by_answers_and_not_by_due(case):
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    for answer in ("satisfied", "satisfied", "dissatisfied", None, None):
        answers = {"car": answer} if answer else None
        case.call(day, seller, tries=[local(case, day, 10)], successful=True, answers=answers)

    total = statistics(case).total

    assert (total.due, total.car.answered, total.car.satisfied_rate) == (5, 3, 2 / 3)
    assert total.dealership.satisfied_rate is None


@pytest.mark.rule("D3-15")
def test_complaints_are_counted_from_the_calls_of_the_month(case):
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    first = case.call(day, seller, tries=[local(case, day, 10)])
    case.complaint(first, kind=ComplaintKind.PRODUCT, state=ComplaintState.CLOSED)
    case.complaint(first, kind=ComplaintKind.SERVICE)
    case.complaint(case.call(dt.date(2026, 10, 9), seller, tries=[local(case, day, 10)]))
    case.complaint(case.call(day, seller, tries=[local(case, day, 10)]), origin=ComplaintOrigin.SERVICE_VISIT_CALL)

    total = statistics(case).total

    assert (total.complaints, total.complaints_handled, total.handled_rate) == (2, 1, 0.5)


@pytest.mark.rule("D3-16")
def test_plates_known_are_those_of_the_due_cars(case):
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    case.call(day, seller, plate="粤B12345")
    case.call(day, seller, plate="")
    case.call(day, seller, plate="粤B54321", state=TaskState.CANCELLED)

    total = statistics(case).total

    assert (total.due, total.plates_known, total.plate_rate) == (2, 1, 0.5)


@pytest.mark.rule("D3-11")
def test_consultants_stand_by_staff_number_and_calls_without_one_come_last(case):
    second, first = case.consultant("X020", "李顾问"), case.consultant("X003", "王顾问")
    day = dt.date(2026, 11, 9)
    case.call(day, None, deliverer=first)
    case.call(day, second, tries=[local(case, day, 10)], successful=True)
    case.call(day, first)
    case.skip(day, case.consultant("X030", "只有免访"))

    with translation.override("en"):
        rows = statistics(case).consultants

    assert [(row.employee_no, row.name, row.figures.due, row.figures.successful) for row in rows] == [
        ("X003", "王顾问", 1, 0),
        ("X020", "李顾问", 1, 1),
        ("X030", "只有免访", 0, 0),
        ("", "No consultant", 1, 0),
    ]


@pytest.mark.rule("D3-11")
@pytest.mark.parametrize("seed", range(5))
def test_lines_of_the_consultants_add_up_to_the_total(case, seed):
    mixed_month(case, seed)

    report = statistics(case)

    for code, figure in FIGURES.items():
        assert sum(figure.read(row.figures) for row in report.consultants) == figure.read(report.total), code
    assert sum(outcome.count for outcome in report.outcomes) == report.total.due
    assert sum(reason.count for reason in report.skipped) == report.total.skipped
    assert sum(reason.count for reason in report.cancelled) == report.total.cancelled
    assert report.trend[-1].due == report.total.due
    assert report.trend[-1].attempted == report.total.attempted
    assert report.trend[-1].successful == report.total.successful


@pytest.mark.rule("D3-11")
@pytest.mark.parametrize("seed", range(3))
def test_statistics_of_one_consultant_are_the_consultants_line(case, seed):
    sellers = mixed_month(case, seed)
    lines = {row.consultant_id: row.figures for row in statistics(case).consultants}

    for seller in sellers:
        assert statistics(case, consultant=seller).total == lines[seller.pk]


@pytest.mark.rule("D3-11")
@pytest.mark.parametrize("code", FIGURES)
def test_rows_behind_a_figure_are_as_many_as_it_says(case, code):
    mixed_month(case)
    report = statistics(case)
    scope = {"kind": TaskKind.THREE_DAY, "stores": [case.store], "month": NOVEMBER}
    figure = FIGURES[code]

    assert rows_behind(code, **scope).count() == figure.read(report.total) > 0
    for row in report.consultants:
        people = monthly_consultants(**scope).filter(pk=row.consultant_id)
        found = rows_behind(code, **scope, consultant=people.first(), without_consultant=row.consultant_id is None)
        assert found.count() == figure.read(row.figures)


@pytest.mark.rule("D3-11")
def test_rows_behind_outcomes_and_reasons_are_as_many_as_they_say(case):
    mixed_month(case)
    report = statistics(case)
    scope = {"kind": TaskKind.THREE_DAY, "stores": [case.store], "month": NOVEMBER}

    for figure, counts in (("outcome", report.outcomes), ("skipped", report.skipped), ("cancelled", report.cancelled)):
        assert len(counts) > 1
        for entry in counts:
            assert rows_behind(figure, **scope, detail=entry.code).count() == entry.count


def test_rows_behind_an_unknown_figure_are_refused(case):
    with pytest.raises(UnknownFigure, match="There is no figure profit"):
        rows_behind("profit", kind=TaskKind.THREE_DAY, stores=[case.store], month=NOVEMBER)


@pytest.mark.rule("D3-11")
def test_outcomes_carry_their_names_in_the_order_of_the_policy(case):
    outcome_policy("t_late", "稍后联系", "Call later", 2)
    outcome_policy("t_well", "顺利完成", "Went well", 1)
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    for outcome in ("t_late", "t_well", "t_well", "", "gone"):
        case.call(day, seller, outcome=outcome)

    with translation.override("en"):
        english = statistics(case).outcomes
    with translation.override("zh-hans"):
        chinese = statistics(case).outcomes

    assert [(entry.label, entry.count) for entry in english] == [
        ("Went well", 2),
        ("Call later", 1),
        ("gone", 1),
        ("No result yet", 1),
    ]
    assert [entry.label for entry in chinese[:2]] == ["顺利完成", "稍后联系"]


@pytest.mark.rule("D3-11")
def test_trend_is_twelve_months_that_end_with_the_month(case):
    seller = case.consultant()
    case.call(dt.date(2025, 11, 30), seller)
    case.call(dt.date(2025, 12, 1), seller, tries=[local(case, dt.date(2025, 12, 1), 10)], successful=True)
    case.call(dt.date(2026, 11, 30), seller, tries=[local(case, dt.date(2026, 11, 30), 10)])
    case.call(dt.date(2026, 12, 1), seller)

    trend = statistics(case).trend

    assert [(point.month.year, point.month.month) for point in (trend[0], trend[-1])] == [(2025, 12), (2026, 11)]
    assert [(point.due, point.attempted, point.successful) for point in (trend[0], trend[-1])] == [(1, 1, 1), (1, 1, 0)]
    assert sum(point.due for point in trend) == 2


@pytest.mark.rule("D3-11")
def test_other_kinds_and_other_stores_are_not_counted(case):
    other = MonthCase("T02")
    day = dt.date(2026, 11, 9)
    seller = case.consultant()
    case.call(day, seller, kind=TaskKind.SEVEN_DAY)
    other.call(day, other.consultant())
    case.call(day, seller)

    assert statistics(case).total.due == 1
    assert monthly_3dc(stores=[case.store, other.store], month=NOVEMBER).total.due == 2
    assert monthly_3dc(stores=[], month=NOVEMBER).total.due == 0


def test_viewer_sees_the_own_team_a_manager_the_store(case):
    supervisor = case.person("S001", "孙主管", Role.SALES_SUPERVISOR)
    manager = case.person("M001", "马经理", Role.SALES_MANAGER)
    mine = case.consultant("X001", "陈顾问", superior=supervisor)
    other = case.person("S002", "别组主管", Role.SALES_SUPERVISOR)
    stranger = case.consultant("X002", "别组顾问", superior=other)
    day = dt.date(2026, 11, 9)
    case.call(day, mine)
    case.call(day, stranger)
    case.skip(day, mine)
    case.skip(day, stranger)

    seen = [statistics(case, viewer=viewer).total for viewer in (supervisor, manager)]

    assert [(total.due, total.skipped) for total in seen] == [(1, 1), (2, 2)]


def test_supervisor_counts_the_calls_and_the_skips_of_people_whom_nobody_else_leads(case):
    supervisor = case.person("S001", "孙主管", Role.SALES_SUPERVISOR)
    alone = case.consultant("X001", "陈顾问")
    day = dt.date(2026, 11, 9)
    case.call(day, alone)
    case.skip(day, alone)

    total = statistics(case, viewer=supervisor).total

    assert (total.due, total.skipped) == (1, 1)


def test_month_costs_the_same_statements_for_one_call_and_for_three(case, django_assert_num_queries):
    seller = case.consultant()
    day = dt.date(2026, 11, 9)
    answers = {"car": "satisfied", "dealership": "neutral"}
    case.complaint(case.call(day, seller, tries=[local(case, day, 10)], answers=answers, outcome="x"))
    case.skip(day, seller)

    with django_assert_num_queries(7):
        statistics(case)

    for number in (2, 3):
        other = case.consultant(f"X00{number}", f"顾问{number}")
        case.complaint(case.call(day, other, tries=[local(case, day, 10)], answers=answers, outcome=f"x{number}"))
        case.skip(day, other)

    with django_assert_num_queries(7):
        statistics(case)
