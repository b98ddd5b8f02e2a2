"""The pages of the tables of leads: who may see what, that every figure leads to its rows, and the workbooks."""

import datetime as dt
import io
import json
import re
from html import unescape
from io import StringIO

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from dealership.audit.models import AuditEvent
from leads.enums import LeadState
from leads.selectors.reports.funnel_figures import FIGURES, RATES
from leads.tests.report_case import LeadMonth
from staffing.enums import Role

pytestmark = pytest.mark.django_db

NOVEMBER = {"month": "2026-11"}
PAGES = ["lead_report_funnel", "lead_report_levels", "lead_report_first_contact", "lead_report_defeats"]
DAY = {"on": "2026-11-10"}
EVERY = [*[(name, NOVEMBER) for name in [*PAGES, "lead_report_rows"]], ("lead_report_daily", DAY)]
FILES = ["funnel", "levels", "first-contact", "defeats", "daily"]


@pytest.fixture(autouse=True)
def _late_in_november():
    with time_machine.travel("2026-11-24T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def case():
    return LeadMonth()


@pytest.fixture
def manager(case):
    return case.person("M001", "马经理例", Role.SALES_MANAGER)


@pytest.fixture
def signed_in(client):
    def as_person(person, language="en"):
        person.language = language
        person.save(update_fields=["language"])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["django_language"] = language
        return client

    return as_person


def day_of_work(case, seller):
    """One of everything in November, on the 10th where it has a day."""
    lead = case.lead(case.at(11, 2), seller, first=case.at(11, 4), channel="web")
    case.contact(lead, case.at(11, 10), seller, planned_on=dt.date(2026, 11, 10), remark="请约试驾")
    gone = case.lead(case.at(10, 2), seller)
    case.defeat(gone, case.at(11, 9), seller)
    case.step(gone, case.at(11, 9), LeadState.DEFEATED)
    case.step(case.lead(case.at(10, 3), seller), case.at(11, 9), LeadState.LOST, by=seller)
    dates = {"ordered_on": dt.date(2026, 11, 10), "delivered_on": dt.date(2026, 11, 10)}
    case.step(case.lead(case.at(11, 3), seller), case.at(11, 10), LeadState.DELIVERED, **dates)
    case.visit(case.at(11, 10), seller, lead=lead, test_drive=True)
    return lead


def links(html, name):
    """The addresses on a page that lead to the page of that name."""
    return {unescape(found) for found in re.findall(r'href="([^"]+)"', html) if found.startswith(reverse(name))}


@pytest.mark.parametrize(("name", "query"), EVERY)
def test_strangers_are_asked_to_sign_in_and_consultants_refused(case, client, signed_in, name, query):
    stranger = client.get(reverse(name), query)

    assert (stranger.status_code, stranger.url.split("?")[0]) == (302, reverse("sign_in"))
    assert signed_in(case.seller()).get(reverse(name), query).status_code == 403


@pytest.mark.parametrize(("name", "query"), EVERY)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_show_a_month_and_an_empty_one(case, manager, signed_in, name, query, language):
    day_of_work(case, case.seller())
    browser = signed_in(manager, language)

    full = browser.get(reverse(name), query)
    empty = browser.get(reverse(name), {"month": "2025-02", "on": "2025-02-03"})

    assert (full.status_code, empty.status_code) == (200, 200)
    assert ">0.0%<" not in empty.text


@pytest.mark.parametrize("name", PAGES)
def test_a_month_that_cannot_be_read_gets_a_sentence(manager, signed_in, name):
    page = signed_in(manager).get(reverse(name), {"month": "13.2026"})

    assert page.status_code == 422
    assert "13.2026 is not a month; write it as 2026-11." in page.text


def test_a_day_that_cannot_be_read_gets_a_sentence(manager, signed_in):
    page = signed_in(manager).get(reverse("lead_report_daily"), {"on": "someday"})

    assert page.status_code == 422
    assert "someday" in page.text


@pytest.mark.parametrize(
    ("name", "numbers"), [("lead_report_funnel", 48), ("lead_report_first_contact", 22), ("lead_report_defeats", 10)]
)
def test_every_number_leads_to_as_many_rows(case, manager, signed_in, name, numbers):
    for number in ("X001", "X002"):
        day_of_work(case, case.seller(number, f"顾问例{number}"))
    browser = signed_in(manager)
    page = browser.get(reverse(name), NOVEMBER)
    found = re.findall(r'<a href="([^"]+)">(\d+)</a>', page.text)
    shown = {unescape(href): int(text) for href, text in found if href.startswith(reverse("lead_report_rows"))}

    assert len(shown) == numbers
    for href, number in shown.items():
        assert browser.get(href).context["page"].paginator.count == number, href


@pytest.mark.parametrize("code", [*FIGURES, "first_contact_due", "first_contact_waiting"])
def test_rows_of_each_figure_can_be_opened(case, manager, signed_in, code):
    day_of_work(case, case.seller())

    page = signed_in(manager).get(reverse("lead_report_rows"), {**NOVEMBER, "figure": code})

    assert page.status_code == 200
    assert len(page.context["rows"]) == page.context["page"].paginator.count


def test_rows_mask_the_telephone_and_lead_to_the_card(case, manager, signed_in):
    lead = day_of_work(case, case.seller())

    page = signed_in(manager).get(reverse("lead_report_rows"), {**NOVEMBER, "figure": "registered", "channel": "web"})

    assert "139****0001" in page.text
    assert "13900000001" not in page.text
    assert f'href="{reverse("lead_card", args=[lead.pk])}"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        {"figure": "profit"},
        {"figure": "first_contact_profit"},
        {"month": "2026-13"},
        {"store": "NOWHERE"},
        {"consultant": "999999"},
        {"channel": "pigeon"},
    ],
)
def test_rows_of_something_unknown_are_not_found(case, manager, signed_in, query):
    assert signed_in(manager).get(reverse("lead_report_rows"), {**NOVEMBER, **query}).status_code == 404


def test_other_stores_are_not_shown(case, manager, signed_in):
    other = LeadMonth("T02")
    day_of_work(other, other.seller())
    browser = signed_in(manager)

    for name in PAGES:
        assert "客户例" not in browser.get(reverse(name), NOVEMBER).text
        assert browser.get(reverse(name), {**NOVEMBER, "store": "T02"}).status_code == 422
    assert "客户例" not in browser.get(reverse("lead_report_daily"), DAY).text


@pytest.mark.parametrize("name", [*PAGES, "lead_report_daily"])
def test_a_supervisor_sees_the_team_alone_and_does_not_export(case, signed_in, name):
    leader = case.person("S001", "孙主管例", Role.SALES_SUPERVISOR)
    other = case.person("S002", "别组主管例", Role.SALES_SUPERVISOR)
    day_of_work(case, case.seller("X001", "本组例", superior=leader))
    day_of_work(case, case.seller("X002", "别组例", superior=other))

    page = signed_in(leader).get(reverse(name), {**NOVEMBER, **DAY})

    assert "本组例" in page.text
    assert "别组例" not in page.text
    assert "export" not in page.text


def test_one_person_of_the_level_table(case, manager, signed_in):
    first, second = case.seller("X001", "甲顾问例"), case.seller("X002", "乙顾问例")
    for seller in (first, second):
        day_of_work(case, seller)

    page = signed_in(manager).get(reverse("lead_report_levels"), {**NOVEMBER, "consultant": second.pk})

    assert {row.consultant for row, _card in page.context["rows"]} == {"乙顾问例"}
    assert sorted((name, chosen) for _pk, name, chosen in page.context["consultants"]) == [
        ("乙顾问例", True),
        ("甲顾问例", False),
    ]


@pytest.mark.rule("LG-33")
def test_the_level_table_says_where_the_opening_comes_from(case, manager, signed_in):
    day_of_work(case, case.seller())

    page = signed_in(manager).get(reverse("lead_report_levels"), NOVEMBER)

    assert "it is reckoned from the histories" in page.text


@pytest.mark.rule("DF-16")
def test_competitors_paid_in_cash_lead_to_their_rows(case, manager, signed_in):
    seller = case.seller()
    cash, financed, other = (case.lead(case.at(10, day), seller) for day in (2, 3, 4))
    case.defeat(cash, case.at(11, 9), seller, competitor_model="竞品 甲")
    case.defeat(financed, case.at(11, 9), seller, competitor_model="竞品甲", paid_cash=False)
    case.defeat(other, case.at(11, 9), seller, competitor_model="竞品乙", paid_cash=False)
    browser = signed_in(manager, "zh-hans")

    page = browser.get(reverse("lead_report_defeats"), NOVEMBER)

    (href,) = [link for link in links(page.text, "lead_report_rows") if "by=cash" in link]  # none of 竞品乙, with 0
    rows = browser.get(href)
    assert [row.lead_id for row, _card, _visit in rows.context["rows"]] == [cash.pk]
    assert "竞品 甲，全款支付" in rows.text


@pytest.mark.parametrize(
    ("name", "query", "statements"),
    [
        ("lead_report_funnel", NOVEMBER, 21),
        ("lead_report_levels", NOVEMBER, 20),
        ("lead_report_first_contact", NOVEMBER, 15),
        ("lead_report_defeats", NOVEMBER, 12),
        ("lead_report_rows", NOVEMBER, 8),
        ("lead_report_daily", DAY, 22),
    ],
)
def test_pages_cost_the_same_statements_for_one_and_for_three(
    case, manager, signed_in, django_assert_num_queries, name, query, statements
):
    browser = signed_in(manager)
    day_of_work(case, case.seller())

    with django_assert_num_queries(statements):
        browser.get(reverse(name), query)

    for number in ("X002", "X003"):
        day_of_work(case, case.seller(number, f"顾问例{number}"))

    with django_assert_num_queries(statements):
        browser.get(reverse(name), query)


# --- papers --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", FILES)
def test_export_answers_a_workbook_and_stands_in_the_audit(case, manager, signed_in, file):
    day_of_work(case, case.seller(name="=1+1"))

    response = signed_in(manager).get(reverse("lead_report_export", args=[file]), {**NOVEMBER, **DAY})

    period = "2026-11-10" if file == "daily" else "2026-11"
    assert response["Content-Disposition"] == f'attachment; filename="leads-{file}-{period}-T01.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    texts = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in texts if cell.data_type == "f"]
    assert not [cell.value for cell in texts if "13900000001" in str(cell.value)]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    event = AuditEvent.objects.get(code="report.exported")
    assert (event.by, event.data["report"], event.data["of"]) == (manager, f"leads_{file}", period)


def test_a_table_that_there_is_not_is_not_exported(manager, signed_in):
    assert signed_in(manager).get(reverse("lead_report_export", args=["profit"]), NOVEMBER).status_code == 404


def test_a_supervisor_may_not_export(case, signed_in):
    leader = case.person("S001", "孙主管例", Role.SALES_SUPERVISOR)

    assert signed_in(leader).get(reverse("lead_report_export", args=["levels"]), NOVEMBER).status_code == 403


def test_level_table_is_laid_out_like_the_paper(case, manager, signed_in):
    day_of_work(case, case.seller())

    response = signed_in(manager, "zh-hans").get(reverse("lead_report_export", args=["levels"]), NOVEMBER)

    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    heads = [cell.value for cell in sheet[3]]
    assert sheet["A1"].value == "意向客户级别状况表"
    assert heads[:9] == ["序号", "客户", "电话", "来源", "车型", "销售顾问", "建卡日期", "月初级别", "1"]
    assert heads[37:] == ["30", "月末结果", "备注"]
    rows = {row[1]: row for row in sheet.iter_rows(min_row=4, max_row=7, values_only=True)}
    worked = rows["客户例001"]
    assert (worked[3], worked[7] or "", worked[17]) == ("I", "", "A")
    assert [row[-2] for row in rows.values()] == ["战败", "失控", "A", "交车"]


# --- the command ---------------------------------------------------------------------------------------------------
def run(*args):
    out = StringIO()
    call_command("monthly_report", "leads", "--month", "2026-11", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_json_of_the_month(case):
    day_of_work(case, case.seller())

    data = json.loads(run("--store", "T01", "--json"))

    head = {key: data[key] for key in ("month", "stores", "kind", "visits", "registered", "opening", "defeated")}
    assert head == {
        "month": "2026-11", "stores": ["T01"], "kind": "leads", "visits": 1, "registered": 2, "opening": 2,
        "defeated": 1,
    }  # fmt: skip
    assert data["defeat_rate"] == 1 / 3
    assert data["levels"] == {"opening": {"A": 2}, "closing": {"A": 1}, "opening_is_frozen": False}
    assert (data["first_contact"]["late"], data["first_contact"]["median_hours"]) == (1, 48.0)
    assert [row["employee_no"] for row in data["consultants"]] == ["X001"]
    assert {row["channel"] for row in data["channels"]} == {"walk_in", "web"}
    assert data["trend"][-1]["visits"] == 1


def test_json_of_an_empty_month_has_null_rates(case):
    data = json.loads(run("--json"))

    assert {data[code] for code in RATES} == {None}
    assert {data[code] for code in FIGURES} == {0}
    assert (data["first_contact"]["kept_rate"], data["defeats"]["rejection_rate"]) == (None, None)


def test_text_and_workbook_of_the_month(case, tmp_path):
    day_of_work(case, case.seller())
    target = tmp_path / "线索.xlsx"

    text = run()
    printed = run("--xlsx", str(target))

    assert "线索月报 · 2026年11月 · T01" in text
    assert "到店留档率：100.0%" in text
    assert printed.strip() == str(target)
    assert openpyxl.load_workbook(target).sheetnames == ["漏斗", "级别状况表", "首次联系", "战败分析"]
    assert AuditEvent.objects.get(code="report.exported").data == {
        "report": "leads", "month": "2026-11", "stores": ["T01"], "rows": 4
    }  # fmt: skip


def test_the_tables_stand_in_the_index(case, manager, signed_in):
    page = signed_in(manager).get(reverse("report_index"))

    for name in [*PAGES, "lead_report_daily"]:
        assert links(page.text, name)
