"""Domain 17.1: the formulas of the monthly report, problems by class and rank, handled in time, twelve months."""

import datetime as dt
import io
import json
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from followups.enums import TaskKind, TaskState
from followups.exports.snapshot import figures_of
from followups.models import ProblemClass, Question
from followups.selectors.monthly import monthly_service_visits
from followups.selectors.monthly.problems import monthly_problems
from followups.selectors.monthly.trends import overall_satisfaction, satisfaction_trend
from followups.tests.monthly_case import MonthCase, local

pytestmark = pytest.mark.django_db

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
DAY = dt.date(2026, 11, 9)


@pytest.fixture
def case():
    return MonthCase()


@pytest.fixture
def seller(case):
    return case.consultant()


def visit_call(case, seller, day=DAY, **facts):
    given = {"kind": TaskKind.SERVICE_VISIT, "tries": [local(case, day, 10)], "successful": True}
    return case.call(day, seller, **{**given, **facts})


def complaint(case, task, *, kind=ComplaintKind.SERVICE, closed=None, due=24):
    """A complaint of the call; ``closed`` and ``due`` are hours after it was received."""
    row = case.complaint(
        task,
        kind=kind,
        origin=ComplaintOrigin.SERVICE_VISIT_CALL,
        state=ComplaintState.OPEN if closed is None else ComplaintState.CLOSED,
    )
    received = row.received_at
    Complaint.objects.filter(pk=row.pk).update(
        reply_due_at=None if due is None else received + dt.timedelta(hours=due),
        closed_at=None if closed is None else received + dt.timedelta(hours=closed),
    )


# --- the vector ---------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
def test_200_due_180_attempted_150_successful_are_90_and_75_percent(case, seller):
    for number in range(200):
        tried = number < 180
        visit_call(
            case,
            seller,
            tries=[local(case, DAY, 10)] if tried else [],
            state=TaskState.DONE if tried else TaskState.OPEN,
            successful=number < 150,
        )

    _report, data = figures_of("service_visits", stores=[case.store], month=NOVEMBER)

    assert (data["due"], data["attempted"], data["successful"]) == (200, 180, 150)
    assert (data["attempt_rate"], data["success_rate"]) == (0.9, 0.75)


@pytest.mark.parametrize("kind", ["3dc", "7dc", "service_visits", "first_service"])
def test_a_month_without_anything_has_no_rates(case, kind):
    _report, data = figures_of(kind, stores=[case.store], month=NOVEMBER)

    rates = [value for name, value in data.items() if name.endswith("_rate")]
    assert set(rates) == {None}
    assert data["problems"]["in_time_rate"] is None
    assert data["problems"]["ranking"] == []
    assert len(data["trend"]) == 12


@pytest.mark.rule("AF-10")
def test_a_call_moved_into_the_next_month_stays_in_its_own(case, seller):
    last = dt.date(2026, 11, 30)
    task = visit_call(
        case,
        seller,
        last,
        due_on=dt.date(2026, 12, 2),
        tries=[local(case, dt.date(2026, 12, 2), 10)],
        answers={"yes_explained": "no"},
    )
    complaint(case, task)

    found = {
        month: (
            monthly_service_visits(stores=[case.store], month=month).total.due,
            monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=month).named,
            monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=month).raised,
        )
        for month in (NOVEMBER, DECEMBER)
    }

    assert found == {NOVEMBER: (1, 1, 1), DECEMBER: (0, 0, 0)}


@pytest.mark.rule("AF-10")
def test_satisfaction_divides_by_answers_and_not_by_due(case, seller):
    for answer in ("yes", "yes", "no"):
        visit_call(case, seller, answers={"satisfied": answer})
    Question.objects.filter(code="satisfied").update(type="yes_no")
    for _ in range(7):
        visit_call(case, seller, tries=[], successful=False, state=TaskState.OPEN)

    report, data = figures_of("service_visits", stores=[case.store], month=NOVEMBER)

    assert overall_satisfaction(report.questions) == (2, 3)
    assert data["last_repair"] == {"answered": 3, "satisfied": 2, "satisfied_rate": 2 / 3}
    assert data["due"] == 10


# --- problems -----------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
def test_problems_are_ranked_by_how_often_they_were_named(case, seller):
    for answers in (
        {"yes_in_time": "no", "yes_explained": "no", "yes_clean": "yes"},
        {"yes_in_time": "no", "yes_explained": "no", "yes_clean": "no"},
        {"yes_in_time": "no", "yes_explained": "yes", "yes_clean": "no"},
        {"yes_in_time": "yes"},
    ):
        visit_call(case, seller, answers=answers)
    visit_call(case, seller, answers={"yes_clean": "no"}, state=TaskState.CANCELLED)

    found = monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    # Asked in the order of the length of their codes: clean, in_time, explained.
    assert [(row.rank, row.code, row.named, row.answered) for row in found.ranking] == [
        (1, "yes_in_time", 3, 4),
        (2, "yes_clean", 2, 3),
        (2, "yes_explained", 2, 3),
    ]
    assert found.named == 7
    assert found.ranking[0].share == 0.75


@pytest.mark.rule("AF-10")
def test_problems_fall_into_the_classes_of_the_policy(case, seller):
    ProblemClass.objects.filter(code="price").update(questions="yes_explained")
    ProblemClass.objects.filter(code="parts").update(is_active=False)
    task = visit_call(case, seller, answers={"car": "dissatisfied", "yes_explained": "no", "yes_greeted": "no"})
    Question.objects.filter(code="yes_greeted").update(topic="dealership")
    complaint(case, task, kind=ComplaintKind.PRODUCT)
    complaint(case, task, kind=ComplaintKind.SERVICE)

    found = monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    assert [(row.code, row.label, row.named, row.complaints) for row in found.classes] == [
        ("quality", "质量", 1, 1),
        ("service", "服务", 1, 1),
        ("price", "价格", 1, 0),
        ("other", "其他", 0, 0),
    ]


def test_what_no_class_names_is_other(case, seller):
    ProblemClass.objects.all().delete()
    visit_call(case, seller, answers={"yes_greeted": "no"})

    found = monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    assert [(row.code, row.named) for row in found.classes] == [("other", 1)]


@pytest.mark.rule("AF-10")
@pytest.mark.parametrize(
    ("facts", "in_time"),
    [
        pytest.param({"closed": 3}, 1, id="closed early"),
        pytest.param({"closed": 24}, 1, id="closed on the minute"),
        pytest.param({"closed": 25}, 0, id="closed late"),
        pytest.param({}, 0, id="open"),
        pytest.param({"closed": 99, "due": None}, 1, id="closed, without a clock"),
    ],
)
def test_a_problem_is_handled_in_time_when_it_is_closed_by_its_clock(case, seller, facts, in_time):
    complaint(case, visit_call(case, seller), **facts)

    found = monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    assert (found.raised, found.in_time, found.in_time_rate) == (1, in_time, float(in_time))


@pytest.mark.rule("AF-12")
def test_a_general_problem_is_one_of_a_call_without_a_complaint(case, seller):
    visit_call(case, seller, answers={"yes_explained": "no", "yes_clean": "no"})
    complaint(case, visit_call(case, seller, answers={"yes_explained": "no"}))

    found = monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    assert (found.named, found.general, found.raised) == (3, 2, 1)


def test_problems_cost_the_same_statements_for_one_call_and_for_three(case, seller, django_assert_num_queries):
    complaint(case, visit_call(case, seller, answers={"yes_a": "no"}))

    with django_assert_num_queries(4):
        monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    for code in ("yes_b", "yes_cc"):
        complaint(case, visit_call(case, seller, answers={code: "no"}))

    with django_assert_num_queries(4):
        monthly_problems(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)


# --- twelve months ------------------------------------------------------------------------------------------------
def test_satisfaction_is_followed_over_twelve_months(case, seller):
    for day, answer in ((dt.date(2025, 12, 5), "satisfied"), (DAY, "neutral"), (DAY, "satisfied")):
        visit_call(case, seller, day, answers={"last_repair": answer})
    visit_call(case, seller, dt.date(2025, 11, 30), answers={"last_repair": "satisfied"})

    points = satisfaction_trend(TaskKind.SERVICE_VISIT, stores=[case.store], month=NOVEMBER)

    assert [point.satisfied_rate for point in (points[0], points[1], points[-1])] == [1.0, None, 0.5]


# --- the command --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "sheets", "title"),
    [
        ("3dc", ["2026-11", "回访月报"], "专营店销售3DC调查结果统计表"),
        ("7dc", ["2026-11", "按销售顾问", "各题结果"], "7DC销售满意度调查统计表"),
        ("service_visits", ["2026-11", "按销售顾问", "各题结果"], "用户电话回访月报表"),
        ("first_service", ["2026-11", "按销售顾问"], "新车首保月报表"),
    ],
)
def test_each_kind_is_written_as_its_paper_form(case, seller, tmp_path, kind, sheets, title):
    visit_call(case, seller, answers={"yes_explained": "no"})
    target = tmp_path / "report.xlsx"

    call_command("monthly_report", kind, "--month", "2026-11", "--xlsx", str(target), stdout=StringIO())

    book = openpyxl.load_workbook(io.BytesIO(target.read_bytes()))
    assert book.sheetnames[: len(sheets)] == sheets
    assert book.active["A1"].value == title


def test_json_and_text_tell_the_problems(case, seller):
    visit_call(case, seller, answers={"yes_explained": "no"})
    out, text = StringIO(), StringIO()

    call_command("monthly_report", "service_visits", "--month", "2026-11", "--json", stdout=out)
    call_command("monthly_report", "service_visits", "--month", "2026-11", stdout=text)

    problems = json.loads(out.getvalue())["problems"]
    assert [(row["rank"], row["code"], row["named"], row["share"]) for row in problems["ranking"]] == [
        (1, "yes_explained", 1, 1.0)
    ]
    assert "反映问题：1" in text.getvalue()
    assert "1. yes_explained：1" in text.getvalue()
