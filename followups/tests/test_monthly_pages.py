"""The pages of the monthly statistics: who may see what, that every figure leads to its rows, and the workbook."""

import datetime as dt
import io
import re
from html import unescape

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from dealership.audit.models import AuditEvent
from dealership.workbooks.paper import Maker
from followups.enums import SkipReason, TaskKind, TaskState
from followups.exports import report_workbook
from followups.selectors.monthly import FIGURES, monthly_3dc, monthly_7dc, monthly_complaints, monthly_first_service
from followups.tests.monthly_case import MonthCase, local
from staffing.enums import Role
from staffing.models import Staff

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 9)
NOVEMBER = {"month": "2026-11"}


@pytest.fixture
def case():
    return MonthCase()


@pytest.fixture
def manager(case):
    return case.person("M001", "马经理", Role.SALES_MANAGER)


@pytest.fixture
def signed_in(client):
    def as_person(person):
        person.language = "en"
        person.save(update_fields=["language"])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = "en"
        return client

    return as_person


def full_call(case, seller, *, car="satisfied", dealership="satisfied"):
    return case.call(
        DAY,
        seller,
        tries=[local(case, DAY, 10)],
        successful=True,
        outcome="done",
        plate="粤B12345",
        answers={"car": car, "dealership": dealership},
    )


def worked_month(case):
    """Two consultants: four calls due, three tried, two successful, one missed; a complaint; one call left out."""
    first, second = case.consultant("X001", "陈顾问"), case.consultant("X002", "林顾问")
    full_call(case, first)
    case.complaint(full_call(case, first, car="dissatisfied", dealership="neutral"))
    case.call(DAY, second, state=TaskState.OPEN, tries=[local(case, DAY + dt.timedelta(days=1), 10)])
    case.call(DAY, second, state=TaskState.MISSED)
    case.skip(DAY, second, SkipReason.NO_CONSENT)
    return first, second


def links(html, name):
    """The addresses on a page that lead to the page of that name."""
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', html) if found.startswith(reverse(name))]


@pytest.mark.parametrize("name", ["report_index", "report_3dc", "report_3dc_rows", "report_3dc_export"])
def test_strangers_are_asked_to_sign_in(client, name):
    response = client.get(reverse(name))

    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("sign_in"))


@pytest.mark.parametrize("name", ["report_index", "report_3dc", "report_3dc_rows", "report_3dc_export"])
def test_consultants_may_not_see_reports(case, signed_in, name):
    assert signed_in(case.consultant()).get(reverse(name)).status_code == 403


def test_supervisor_sees_but_does_not_export(case, signed_in):
    browser = signed_in(case.person("S001", "孙主管", Role.SALES_SUPERVISOR))

    page = browser.get(reverse("report_3dc"), NOVEMBER)

    assert page.status_code == 200
    assert links(page.text, "report_3dc_export") == []
    assert browser.get(reverse("report_3dc_export"), NOVEMBER).status_code == 403


@pytest.mark.rule("D3-11")
def test_page_shows_the_month_with_rates_over_due(case, manager, signed_in):
    worked_month(case)

    page = signed_in(manager).get(reverse("report_3dc"), NOVEMBER)

    total = page.context["report"].total
    assert (total.due, total.attempted, total.successful, total.missed) == (4, 3, 2, 1)
    tiles = {figure.label: (figure.text, hint) for figure, hint, _trend in page.context["tiles"]}
    assert tiles["Attempt rate"] == ("75.0%", "3 of 4")
    assert tiles["Success rate"] == ("50.0%", "2 of 4")
    assert tiles["Satisfied with the car"] == ("50.0%", "1 of 2")
    assert tiles["Complaints raised"] == ("1", "0 handled")
    assert "Successful ÷ due, not ÷ attempted." in page.text


@pytest.mark.rule("D3-11")
def test_page_of_a_month_without_calls_says_so_and_shows_no_zero_percent(case, manager, signed_in):
    page = signed_in(manager).get(reverse("report_3dc"), {"month": "2025-02"})

    assert page.status_code == 200
    assert "Nothing was due in this month" in page.text
    assert "0.0%" not in page.text


@pytest.mark.rule("D3-11")
def test_every_number_of_the_page_leads_to_as_many_rows(case, manager, signed_in):
    worked_month(case)
    browser = signed_in(manager)
    page = browser.get(reverse("report_3dc"), NOVEMBER)
    context = page.context
    cells = [cell for line in context["lines"] for cell in line.cells]
    figures = [*cells, *context["total"], *context["summary"], *context["outcomes"], *context["left_out"]]
    numbers = {figure.href: int(figure.text) for figure in figures if figure.href}

    assert set(numbers) <= set(links(page.text, "report_3dc_rows"))
    assert len(numbers) == 34
    for href, number in numbers.items():
        assert browser.get(href).context["page"].paginator.count == number, href


@pytest.mark.parametrize("code", FIGURES)
def test_rows_of_each_figure_can_be_opened(case, manager, signed_in, code):
    worked_month(case)
    report = monthly_3dc(stores=[case.store], month=DAY)

    page = signed_in(manager).get(reverse("report_3dc_rows"), {**NOVEMBER, "figure": code})

    assert page.status_code == 200
    assert len(page.context["rows"]) == FIGURES[code].read(report.total)


def test_rows_mask_the_telephone(case, manager, signed_in):
    full_call(case, case.consultant())

    page = signed_in(manager).get(reverse("report_3dc_rows"), {**NOVEMBER, "figure": "due"})

    assert "138****0001" in page.text
    assert "13800000001" not in page.text


def test_rows_of_calls_without_a_consultant(case, manager, signed_in):
    case.call(DAY, None, deliverer=case.consultant())
    full_call(case, case.consultant("X002", "林顾问"))

    page = signed_in(manager).get(reverse("report_3dc_rows"), {**NOVEMBER, "figure": "due", "consultant": "none"})

    assert [row.consultant for row, _customer, _task in page.context["rows"]] == [""]


@pytest.mark.parametrize(
    "query",
    [
        {"figure": "profit"},
        {"month": "2026-13"},
        {"store": "NOWHERE"},
        {"consultant": "999999"},
        {"consultant": "x"},
        {"consultant": "٣"},
        {"consultant": "99999999999999999999999"},
    ],
)
def test_rows_of_something_unknown_are_not_found(case, manager, signed_in, query):
    assert signed_in(manager).get(reverse("report_3dc_rows"), {**NOVEMBER, **query}).status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"month": "13.2026"}, "13.2026 is not a month; write it as 2026-11."),
        ({"month": "<b>"}, "&lt;b&gt; is not a month; write it as 2026-11."),
    ],
)
def test_month_that_cannot_be_read_gets_a_sentence(manager, signed_in, query, sentence):
    page = signed_in(manager).get(reverse("report_3dc"), query)

    assert page.status_code == 422
    assert sentence in page.text


def test_months_of_other_stores_are_not_shown(case, manager, signed_in):
    other = MonthCase("T02")
    full_call(other, other.consultant())
    full_call(case, case.consultant())
    browser = signed_in(manager)

    assert browser.get(reverse("report_3dc"), NOVEMBER).context["report"].total.due == 1
    assert browser.get(reverse("report_3dc"), {**NOVEMBER, "store": "T02"}).status_code == 422
    assert browser.get(reverse("report_3dc_rows"), {**NOVEMBER, "store": "T02"}).status_code == 404
    stranger = Staff.objects.get(store=other.store)
    assert browser.get(reverse("report_3dc"), {**NOVEMBER, "consultant": stranger.pk}).status_code == 404


def test_group_manager_sees_all_stores_and_picks_one(case, signed_in):
    other = MonthCase("T02")
    full_call(other, other.consultant())
    full_call(case, case.consultant())
    browser = signed_in(case.person("G001", "集团经理", Role.GROUP_MANAGER))

    totals = [
        browser.get(reverse("report_3dc"), {**NOVEMBER, **store}).context["report"].total.due
        for store in ({}, {"store": "T01"}, {"store": "T02"})
    ]

    assert totals == [2, 1, 1]


def test_supervisor_sees_the_rows_of_the_team_alone(case, signed_in):
    supervisor = case.person("S001", "孙主管", Role.SALES_SUPERVISOR)
    full_call(case, case.consultant("X001", "陈顾问", superior=supervisor))
    other = case.person("S002", "别组主管", Role.SALES_SUPERVISOR)
    full_call(case, case.consultant("X002", "别组顾问", superior=other))
    browser = signed_in(supervisor)

    assert browser.get(reverse("report_3dc"), NOVEMBER).context["report"].total.due == 1
    rows = browser.get(reverse("report_3dc_rows"), {**NOVEMBER, "figure": "due"}).context["rows"]
    assert [row.consultant for row, _customer, _task in rows] == ["陈顾问"]


def test_choosing_a_consultant_keeps_the_others_to_choose_from(case, manager, signed_in):
    first, _second = worked_month(case)

    page = signed_in(manager).get(reverse("report_3dc"), {**NOVEMBER, "consultant": first.pk})

    assert page.context["report"].total.due == 2
    assert sorted((name, chosen) for _pk, name, chosen in page.context["consultants"]) == [
        ("林顾问", False),
        ("陈顾问", True),
    ]


@pytest.mark.parametrize(("name", "statements"), [("report_3dc", 13), ("report_3dc_rows", 10)])
def test_pages_cost_the_same_statements_for_one_row_and_for_three(
    case, manager, signed_in, django_assert_num_queries, name, statements
):
    browser = signed_in(manager)
    case.complaint(full_call(case, case.consultant()))

    with django_assert_num_queries(statements):
        browser.get(reverse(name), NOVEMBER)

    for number in ("X002", "X003"):
        case.complaint(full_call(case, case.consultant(number, f"顾问{number}")))

    with django_assert_num_queries(statements):
        browser.get(reverse(name), NOVEMBER)


@pytest.mark.rule("D3-11")
def test_export_is_laid_out_like_the_paper_form(case, manager, signed_in):
    worked_month(case)
    with translation.override("zh-hans"):
        content = report_workbook(
            monthly_3dc(stores=[case.store], month=DAY),
            maker=Maker(name=manager.name, store_name=case.store.name, made_on=dt.date(2026, 12, 1)),
        )

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1, max_row=7)]
    assert sheet.title == "2026-11"
    assert rows[0][0] == "专营店销售3DC调查结果统计表"
    assert rows[1][0] == "专营店：测试专营店    月份：2026年11月    制表人：马经理    制表日期：2026-12-01"
    assert [value for value in rows[2] if value] == [
        "工号",
        "销售顾问",
        "回访",
        "车辆",
        "专营店",
        "两项",
        "车牌",
        "投诉",
        "不计入应回访",
    ]
    # calls, car, dealership, both, plate, complaints, left out
    assert rows[4] == [
        "X001", "陈顾问", 2, 2, 1, 2, 1, 2, 1, 0, 0, 1, 0, 1, 0.5, 1, 1, 0, 0.5, 1, 0.5, 2, 1, 0, 0, 0,
    ]  # fmt: skip
    assert rows[5] == [
        "X002", "林顾问", 2, 1, 0.5, 0, 0, 0, 0, 1, 1, 0, 0, 0, "–", 0, 0, 0, "–", 0, "–", 0, 0, 0, 1, 0,
    ]  # fmt: skip
    assert rows[6] == [
        None, "合计", 4, 3, 0.75, 2, 0.5, 2, 0.5, 1, 1, 1, 0, 1, 0.5, 1, 1, 0, 0.5, 1, 0.5, 2, 1, 0, 1, 0,
    ]  # fmt: skip
    assert sheet["E7"].number_format == "0.0%"
    notes = [sheet.cell(row, 1).value for row in range(8, sheet.max_row + 1)]
    assert "成功率：成功 ÷ 应回访，不是 ÷ 已实施。" in notes
    assert all(who in notes[-3] for who in ("制表人", "销售主管", "销售经理", "总经理"))
    assert "公司财产" in notes[-1]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_export_answers_a_workbook_and_stands_in_the_audit(case, manager, signed_in):
    worked_month(case)

    response = signed_in(manager).get(reverse("report_3dc_export"), NOVEMBER)

    assert response["Content-Disposition"] == 'attachment; filename="3DC-2026-11-T01.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet["C7"].value == 4
    event = AuditEvent.objects.get(code="report.exported")
    assert (event.by, event.store_ref) == (manager, case.store.pk)
    assert event.data == {"report": "3dc", "stores": ["T01"], "month": "2026-11", "store": "T01"}


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "a\x00b"])
def test_names_that_look_like_formulas_stay_text(case, name):
    Staff.objects.filter(pk=case.consultant().pk).update(name=name.replace("\x00", "\x01"))
    full_call(case, Staff.objects.get(store=case.store))

    content = report_workbook(
        monthly_3dc(stores=[case.store], month=DAY), maker=Maker("=1", "=2", dt.date(2026, 12, 1))
    )

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (sheet["B5"].value, sheet["B5"].data_type) == (name.replace("\x00", ""), "s")


def test_workbooks_of_the_other_reports_can_be_opened(case):
    seller = case.consultant()
    case.call(DAY, seller, kind=TaskKind.SEVEN_DAY, tries=[local(case, DAY, 10)], answers={"score_attitude": 9})
    case.track(seller, DAY, visited=DAY)
    maker = Maker("马经理", case.store.name, dt.date(2026, 12, 1))
    scope = {"stores": [case.store], "month": DAY}

    with translation.override("en"):
        seven, first, complaints = (
            openpyxl.load_workbook(io.BytesIO(report_workbook(report, maker=maker)))
            for report in (monthly_7dc(**scope), monthly_first_service(**scope), monthly_complaints(**scope))
        )

    assert [cell.value for cell in seven["Questions"][2]] == [1, "score_attitude", 1, 9, "–", "–", 0]
    assert [(row[0].value, row[3].value) for row in first.active.iter_rows(min_row=4, max_row=8)] == [
        ("Expected in the month", 1),
        ("Came in", 1),
        ("First-service rate", 1),
        ("Came in time", 1),
        ("In time, rate", 1),
    ]
    assert (complaints.active["A4"].value, complaints.active["D4"].value) == ("Received", 0)
