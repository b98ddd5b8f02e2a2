"""The monthly analysis of the 7DC and its register: means over the answers given, rows behind figures, workbook."""

import datetime as dt
import json
from io import BytesIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from followups.enums import TaskKind, TaskState
from followups.models import Questionnaire
from followups.selectors.monthly.register import columns_of, register_lines, register_rows, with_answers
from followups.selectors.monthly.satisfaction import satisfaction_of_month, weak_item_of_last_quarter
from followups.tests.factories import CHINA
from followups.tests.monthly_case import MonthCase, local
from staffing.enums import Role

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D7-08")]
NOVEMBER = dt.date(2026, 11, 1)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def case():
    return MonthCase()


@pytest.fixture
def seller(case):
    return case.consultant()


@pytest.fixture
def manager(case):
    return case.person("M001", "王经理", Role.SALES_MANAGER)


@pytest.fixture
def as_manager(manager):
    return signed_in(manager)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answered(case, seller, day=dt.date(2026, 11, 9), **answers):
    return case.call(
        day,
        seller,
        kind=TaskKind.SEVEN_DAY,
        tries=[local(case, day, 10)],
        successful=True,
        outcome="done",
        answers=answers,
    )


def found(case, **more):
    return satisfaction_of_month(stores=[case.store], month=NOVEMBER, **more)


@pytest.mark.rule("D7-06")
def test_a_mean_divides_by_the_answers_to_its_question(case, seller):
    answered(case, seller, score_attitude=10, score_clean=4, minutes=40, text_reason="价格")
    answered(case, seller, score_attitude=7)
    case.call(
        dt.date(2026, 11, 9), seller, kind=TaskKind.SEVEN_DAY, state=TaskState.CANCELLED, answers={"score_clean": 1}
    )

    month = found(case)
    means = {item.code: (item.marks.answered, item.marks.mean) for item in month.items}

    assert month.responses == 2
    assert means == {
        "minutes": (1, 40.0),
        "score_clean": (1, 4.0),
        "text_reason": (1, 0.0),
        "score_attitude": (2, 8.5),
    }
    assert (month.scores.answered, month.scores.mean) == (3, 7.0)
    assert month.weak.code == "score_clean"


def test_a_month_without_answers_has_no_mean(case, seller):
    case.call(dt.date(2026, 11, 9), seller, kind=TaskKind.SEVEN_DAY, state=TaskState.OPEN)

    month = found(case)

    assert (month.responses, month.items, month.versions, month.weak) == (0, (), (), None)
    assert (month.scores.mean, [point.scores.mean for point in month.trend]) == (None, [None] * 12)


def test_consultants_add_up_and_the_trend_keeps_its_months(case, seller):
    other = case.consultant("X002", "周顾问")
    answered(case, seller, score_attitude=10)
    answered(case, other, score_attitude=6)
    answered(case, other, dt.date(2026, 10, 30), score_attitude=2)

    month = found(case)

    assert [(line.name, line.scores.mean) for line in month.consultants] == [("陈顾问", 10.0), ("周顾问", 6.0)]
    assert sum(line.scores.answered for line in month.consultants) == month.scores.answered
    assert [(point.month, point.scores.mean) for point in month.trend[-2:]] == [
        (dt.date(2026, 10, 1), 2.0),
        (NOVEMBER, 8.0),
    ]
    assert found(case, consultant=other).scores.mean == 6.0


@pytest.mark.rule("D7-07")
def test_answers_keep_their_version_and_versions_stand_apart(case, seller):
    answered(case, seller, score_attitude=10)
    first = case.questionnaire(TaskKind.SEVEN_DAY)
    case._questionnaires[TaskKind.SEVEN_DAY] = Questionnaire.objects.create(
        store=case.store, kind=TaskKind.SEVEN_DAY, version=2, title="调查", effective_from=dt.date(2026, 11, 10)
    )
    answered(case, seller, dt.date(2026, 11, 12), score_attitude=4, yes_explained="yes")

    month = found(case)

    assert [
        (version.version, version.responses, [(line.row.code, line.marks.mean) for line in version.questions])
        for version in month.versions
    ] == [(2, 1, [("yes_explained", 0.0), ("score_attitude", 4.0)]), (1, 1, [("score_attitude", 10.0)])]
    assert {item.code: item.marks.answered for item in month.items} == {"yes_explained": 1, "score_attitude": 2}
    rows = register_rows(stores=[case.store], month=NOVEMBER, questionnaire=first)
    assert [line.cells[0].text for line in register_lines(with_answers(rows), columns_of(first))] == ["10"]


@pytest.mark.rule("D7-07")
def test_the_weak_item_of_the_last_quarter_is_that_of_its_three_months(case, seller):
    for day, score, clean in (
        (dt.date(2026, 6, 30), 1, 10),
        (dt.date(2026, 7, 1), 9, 8),
        (dt.date(2026, 9, 30), 9, 4),
        (dt.date(2026, 10, 1), 1, 10),
    ):
        answered(case, seller, day, score_attitude=score, score_clean=clean)

    weak = weak_item_of_last_quarter(stores=[case.store], on=AT.date())

    assert (weak.code, weak.marks.answered, weak.marks.mean) == ("score_clean", 2, 6.0)
    assert weak_item_of_last_quarter(stores=[case.store], on=dt.date(2026, 3, 1)) is None


def test_every_figure_leads_to_as_many_rows_as_it_counts(case, seller, as_manager):
    other = case.consultant("X002", "周顾问")
    answered(case, seller, score_attitude=9, yes_explained="no")
    answered(case, seller, score_attitude=9)
    answered(case, other, score_attitude=5, yes_explained="yes")

    page = as_manager.get(reverse("report_7dc"), {"month": "2026-11"})
    (block,) = page.context["blocks"]
    counted = [(cell.text, cell.href) for line in block.lines for cell in (line.answered, line.alerts)]
    counted += [(cell.text, cell.href) for line in block.lines for _value, cell in line.values]
    counted += [(cell.under, cell.href) for line in page.context["people"] for cell in line.cells if cell.href]
    counted += [(block.responses.text, block.responses.href)]

    assert {text for text, href in counted if not href} == {"0"}
    for text, href in counted:
        if href:
            assert str(len(as_manager.get(href).context["lines"])) == text, href
    tiles = {tile.label: (tile.text, tile.href) for tile in page.context["tiles"]}
    assert tiles["平均分"][0] == "7.67"
    rows = as_manager.get(tiles["应回访"][1]).context["page"].paginator.count
    assert str(rows) == tiles["应回访"][0] == "3"


def test_the_register_masks_numbers_and_writes_answers_in_words(case, seller, as_manager):
    task = answered(case, seller, score_attitude=5, yes_explained="no")

    page = as_manager.get(reverse("report_7dc_register"), {"month": "2026-11"}).content.decode()

    assert task.customer.name in page
    assert "138****0001" in page
    assert "+86138" not in page
    assert ">否<" in page


@pytest.mark.parametrize("name", ["report_7dc", "report_7dc_register", "report_7dc_rows"])
def test_pages_of_an_empty_month_and_of_a_wrong_one(as_manager, name):
    empty = as_manager.get(reverse(name), {"month": "2026-11"})
    wrong = as_manager.get(reverse(name), {"month": "2026-99"})

    assert (empty.status_code, wrong.status_code) == (200, 422 if name == "report_7dc" else 404)


def test_who_may_not_see_reports_is_refused_and_a_supervisor_sees_the_team(case, seller):
    supervisor = case.person("S001", "李主管", Role.SALES_SUPERVISOR)
    answered(case, seller, score_attitude=9)
    case_of_another = case.consultant("X003", "孙顾问", superior=case.person("S002", "吴主管", Role.SALES_SUPERVISOR))
    answered(case, case_of_another, score_attitude=1)

    seen = signed_in(supervisor).get(reverse("report_7dc"), {"month": "2026-11"})

    assert signed_in(seller).get(reverse("report_7dc")).status_code == 403
    assert signed_in(supervisor).get(reverse("report_7dc_export"), {"month": "2026-11"}).status_code == 403
    assert [line.name for line in seen.context["people"]] == ["陈顾问"]


@pytest.mark.rule("D7-07")
def test_the_next_version_is_made_from_the_report(case, seller, as_manager):
    first = Questionnaire.objects.get(kind="7dc", version=1, store=None)
    for code, score in (("attitude", 9), ("cleanliness", 5)):
        case._questionnaires[TaskKind.SEVEN_DAY] = first
        answered(case, seller, dt.date(2026, 8, 3), **{code: score})

    page = as_manager.get(reverse("report_7dc")).content.decode()
    made = as_manager.post(reverse("report_7dc_next"), {"effective_from": "2027-01-01"})
    row = Questionnaire.objects.get(kind="7dc", version=2, store=None)

    assert "上季度最弱项：“交车时车辆的清洁程度，您打几分？”" in page
    assert 'value="2027-01-01"' in page
    assert made.url == reverse("questionnaire_page", args=[row.pk])
    assert (row.state, row.effective_from, row.based_on) == ("draft", dt.date(2027, 1, 1), first)
    assert list(row.questions.filter(is_stressed=True).order_by("position").values_list("code", flat=True)) == [
        "cleanliness",
        "cleanliness_why",
    ]
    assert signed_in(seller).post(reverse("report_7dc_next")).status_code == 403


def test_the_workbook_holds_register_and_analysis(case, seller, as_manager):
    answered(case, seller, score_attitude=9, text_reason="=1+1")

    book = load_workbook(BytesIO(as_manager.get(reverse("report_7dc_export"), {"month": "2026-11"}).content))
    register = book["登记表 第1版 T01"]

    assert book.sheetnames == ["登记表 第1版 T01", "满意度分析"]
    assert [cell.value for cell in register[3]][:3] == ["序号", "日期", "客户"]
    assert [cell.value for cell in register[4]][-3:] == ["=1+1", "9", None]
    assert [cell.data_type for cell in register[4] if cell.value == "=1+1"] == ["s"]
    assert book["满意度分析"]["D4"].value is not None


def test_the_command_tells_the_analysis_as_json_and_writes_it(case, seller, capsys, tmp_path):
    answered(case, seller, score_attitude=9, yes_explained="no")
    target = tmp_path / "7dc.xlsx"

    call_command("monthly_report", "7dc", "--month", "2026-11", "--json")
    data = json.loads(capsys.readouterr().out)
    call_command("monthly_report", "7dc", "--month", "2026-11", "--xlsx", str(target))

    assert (data["kind"], data["due"], data["success_rate"]) == ("7dc", 1, 1.0)
    assert data["satisfaction"]["mean_score"] == 9.0
    assert (data["satisfaction"]["weakest"], data["satisfaction"]["responses"]) == ("yes_explained", 1)
    assert data["satisfaction"]["items"][1]["favourable_rate"] in (None, 0.0)
    assert load_workbook(target).sheetnames[-2:] == ["登记表 第1版 T01", "满意度分析"]


def test_the_analysis_costs_the_same_for_one_call_and_for_three(case, seller, as_manager, django_assert_num_queries):
    pages = ((reverse("report_7dc"), 22), (reverse("report_7dc_register"), 15))
    for more in (1, 2):
        for _ in range(more):
            answered(case, seller, score_attitude=9)
        for address, statements in pages:
            with django_assert_num_queries(statements):
                as_manager.get(address, {"month": "2026-11"})
