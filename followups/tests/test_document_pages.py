"""The pages of monthly reports and of measures: who may, what is shown, refusals, print and workbook."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints.enums import ComplaintOrigin
from dealership.audit.models import AuditEvent
from followups.enums import TaskKind
from followups.enums_documents import DocumentKind
from followups.models import Measure, MonthlyDocument
from followups.services.documents import add_measure, finish_measure, make_document
from followups.tests.document_case import CHINA, DAY, FIRST, NOVEMBER, DocumentCase
from staffing.enums import Role

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 12, 2, 10, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def case():
    return DocumentCase()


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


# --- who may ---------------------------------------------------------------------------------------------------------
#: What each address answers to each person, with an approved report and its one measure: (method, people → status).
EVERYBODY = ("boss", "sales", "service", "head", "admin", "adviser", "seller")
SEES = {"boss": 200, "sales": 200, "service": 200, "head": 200, "admin": 200, "adviser": 403, "seller": 403}
ADDRESSES = [
    ("monthly_document_list", "get", SEES),
    ("monthly_document", "get", SEES),
    ("monthly_document_print", "get", SEES),
    ("monthly_document_export", "get", SEES),
    ("monthly_document_make", "post", SEES | {"boss": 302, "sales": 302, "service": 302, "head": 403, "admin": 403}),
    ("monthly_document_comment", "post", SEES | {"boss": 422, "sales": 422, "service": 422, "head": 403, "admin": 403}),
    ("monthly_document_submit", "post", SEES | {"boss": 422, "sales": 422, "service": 422, "head": 403, "admin": 403}),
    ("monthly_document_decide", "post", dict.fromkeys(EVERYBODY, 403) | {"boss": 302}),
    ("measure_new", "get", SEES | {"boss": 404, "sales": 404, "service": 200, "head": 403, "admin": 403}),
    ("measure_edit", "get", SEES | {"boss": 404, "sales": 404, "service": 302, "head": 403, "admin": 403}),
    ("measure_remove", "post", SEES | {"boss": 302, "sales": 302, "service": 302, "head": 403, "admin": 403}),
    ("measure_effect", "post", SEES | {"boss": 422, "sales": 422, "service": 422, "head": 403, "admin": 403}),
    ("measure_list", "get", dict.fromkeys(EVERYBODY, 200)),
    ("measure_done", "post", dict.fromkeys(EVERYBODY, 422) | {"seller": 404}),
]
CASES = [
    pytest.param(name, method, person, status, id=f"{name} {person}")
    for name, method, answers in ADDRESSES
    for person, status in answers.items()
]


@pytest.mark.rule("AF-10")
@pytest.mark.parametrize(("name", "method", "person", "status"), CASES)
def test_each_address_is_open_to_whom_it_is_for(case, name, method, person, status):
    document = case.approved()
    people = {name: getattr(case, name) for name in ("boss", "sales", "service", "adviser", "seller")}
    people["head"] = case.person("C001", "客服主管", Role.CALL_CENTRE_SUPERVISOR)
    people["admin"] = case.person("S001", "管理员", Role.ADMIN)
    pk = Measure.objects.get().pk if name.startswith("measure_") and name != "measure_new" else document.pk
    arguments = [] if name.endswith(("_list", "_make")) else [pk]

    answer = getattr(signed_in(people[person]), method)(reverse(name, args=arguments))

    assert answer.status_code == status
    if status in (302, 422):
        assert MonthlyDocument.objects.get().state == "approved"
        assert Measure.objects.get().state == "approved"


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, *_rest in ADDRESSES
        if name not in ("monthly_document_list", "monthly_document_make", "measure_list")
    ],
)
def test_another_store_is_not_found(case, name):
    case.approved()
    stranger = DocumentCase("T02").boss
    document, measure = MonthlyDocument.objects.get(), Measure.objects.get()
    pk = measure.pk if name.startswith("measure_") and name != "measure_new" else document.pk
    method = "post" if name.rsplit("_", 1)[1] in {"comment", "submit", "decide", "remove", "effect", "done"} else "get"

    assert getattr(signed_in(stranger), method)(reverse(name, args=[pk])).status_code == 404


def test_a_group_manager_reads_every_store_and_answers_for_none(case):
    case.approved()
    reader = signed_in(case.person("G001", "集团经理", Role.GROUP_MANAGER))
    document = MonthlyDocument.objects.get()

    page = reader.get(reverse("monthly_document", args=[document.pk]))

    assert (page.context["comment_form"], page.context["may_plan"], page.context["decision_form"]) == (
        None, False, None
    )  # fmt: skip
    assert reader.get(reverse("monthly_document_list")).context["waiting_count"] == 0


# --- the list -------------------------------------------------------------------------------------------------------
def test_the_list_says_whose_turn_it_is_and_what_waits_for_one(case):
    for kind in DocumentKind.values:
        case.document(kind)

    page = signed_in(case.service).get(reverse("monthly_document_list"), {"show": "waiting"})

    assert [(row.kind, turn) for row, turn in page.context["lines"]] == [
        ("first_service", [Role.SERVICE_MANAGER.label]),
        ("service_visits", [Role.SERVICE_MANAGER.label]),
    ]
    assert page.context["waiting_count"] == 2


def test_the_list_is_narrowed_by_month_and_kind(case):
    case.document("3dc")
    case.document("7dc")
    make_document(store=case.store, month=dt.date(2026, 10, 1), kind="3dc", at=FIRST)
    client = signed_in(case.boss)

    def listed(**query):
        page = client.get(reverse("monthly_document_list"), query)
        return [(row.kind, f"{row.month:%m}") for row, _turn in page.context["lines"]]

    assert listed() == [("3dc", "11"), ("7dc", "11"), ("3dc", "10")]
    assert listed(month="2026-11", kind="3dc") == [("3dc", "11")]
    assert listed(month="nonsense") == listed()


@pytest.mark.parametrize(("rows", "statements"), [(1, 9), (3, 9)])
def test_the_list_costs_the_same_for_one_row_and_for_three(case, django_assert_num_queries, rows, statements):
    case.approved()
    for kind in ("3dc", "7dc")[: rows - 1]:
        case.document(kind)
    client = signed_in(case.boss)

    with django_assert_num_queries(statements):
        page = client.get(reverse("monthly_document_list"))

    assert len(page.context["lines"]) == rows


def test_a_report_is_made_by_hand_and_not_twice(case):
    client = signed_in(case.service)

    made = client.post(reverse("monthly_document_make"), {"month": "2026-11", "kind": "7dc"})
    again = client.post(reverse("monthly_document_make"), {"month": "2026-11", "kind": "7dc"}, follow=True)
    early = client.post(reverse("monthly_document_make"), {"month": "2026-12", "kind": "7dc"}, follow=True)
    wrong = client.post(reverse("monthly_document_make"), {"month": "2026-13", "kind": "7dc"}, follow=True)

    document = MonthlyDocument.objects.get()
    assert made.url == reverse("monthly_document", args=[document.pk])
    assert document.made_by == case.service
    told = [str(message) for answer in (again, early, wrong) for message in answer.context["messages"]]
    assert told == [
        "月报已生成。",
        "该月报此前已生成，数据保持不变。",
        "2026年12月 尚未结束，月报从次月 1 日起生成。",
        "请选择月份和报表。",
    ]


# --- the report ----------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
def test_what_changed_since_stands_beside_the_frozen_figures(case):
    case.visit_call(tried=False, successful=False)
    document = case.document()
    case.visit_call(answers={"last_repair": "satisfied", "yes_explained": "no"})

    page = signed_in(case.service).get(reverse("monthly_document", args=[document.pk]))
    lines = {line.code: (line.count, line.rate, line.now) for line in page.context["figures"]}

    assert lines["due"] == ("1", "", "2")
    assert lines["attempted"] == ("0", "0.0%", "1 · 50.0%")
    assert lines["last_repair"] == ("0", "–", "1 · 100.0%")
    assert lines["missed"] == ("0", "", "")
    assert page.context["has_changed"]


def test_nothing_stands_beside_figures_that_are_still_true(case):
    case.visit_call(answers={"last_repair": "satisfied", "yes_explained": "no", "score_all": "7"})

    page = signed_in(case.service).get(reverse("monthly_document", args=[case.document().pk]))

    assert not page.context["has_changed"]
    assert [line.now for line in page.context["questions"]] == ["", "", ""]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_report_costs_the_same_for_one_measure_and_for_three(case, django_assert_num_queries, rows):
    case.visit_call(answers={"yes_explained": "no"})
    document = case.commented()
    for _ in range(rows):
        add_measure(document=document, draft=case.draft(), by=case.service, at=FIRST)
    client = signed_in(case.service)

    with django_assert_num_queries(21):
        page = client.get(reverse("monthly_document", args=[document.pk]))

    assert len(page.context["lines"]) == rows


def test_the_whole_way_by_hand(case):
    case.visit_call(answers={"yes_explained": "no"})
    document = case.document()
    manager, boss, adviser = signed_in(case.service), signed_in(case.boss), signed_in(case.adviser)
    here = reverse("monthly_document", args=[document.pk])
    measure = {
        "problem": "费用未说明",
        "action": "书面报价",
        "type": "preventive",
        "responsible": case.adviser.pk,
        "due_on": "2026-12-20",
    }

    answers = [
        manager.post(reverse("monthly_document_comment", args=[document.pk]), {"comment": "接车员忙，报价口头说"}),
        manager.post(reverse("measure_new", args=[document.pk]), measure),
        manager.post(reverse("monthly_document_submit", args=[document.pk])),
        boss.post(reverse("monthly_document_decide", args=[document.pk]), {"decision": "return", "reason": "提前"}),
    ]
    pk = Measure.objects.get().pk
    answers += [
        manager.post(reverse("measure_edit", args=[pk]), measure | {"due_on": "2026-12-10"}),
        manager.post(reverse("monthly_document_submit", args=[document.pk])),
        boss.post(reverse("monthly_document_decide", args=[document.pk]), {"decision": "approve"}),
        adviser.post(reverse("measure_done", args=[pk]), {"note": "已印好"}),
        manager.post(
            reverse("measure_effect", args=[pk]), {"effect": "effective", "on": "2026-12-02", "note": "抽查合格"}
        ),
    ]

    done = adviser.get(reverse("measure_list"), {"show": "ended"})
    assert [answer.status_code for answer in answers] == [302] * 9
    assert MonthlyDocument.objects.get().state == "closed"
    assert [row.due_on for row, _state in done.context["lines"]] == [dt.date(2026, 12, 10)]
    assert "抽查合格" in manager.get(here).text


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("monthly_document_comment", {"comment": " "}, "请写明数据说明了什么、问题从何而来。"),
        ("monthly_document_submit", {}, "该月报还没有质量分析，请先填写。"),
        ("measure_new", {"problem": "x"}, "这个字段是必填项。"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(case, name, data, sentence):
    document = case.document()

    answer = signed_in(case.service).post(reverse(name, args=[document.pk]), data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert MonthlyDocument.objects.get().state == "made"


def test_a_decision_without_a_reason_is_refused(case):
    document = case.submitted()

    answer = signed_in(case.boss).post(reverse("monthly_document_decide", args=[document.pk]), {"decision": "return"})

    assert (answer.status_code, "请写明退回的原因。" in answer.text) == (422, True)


def test_an_effect_without_words_is_refused_where_it_was_typed(case):
    case.approved()
    measure = Measure.objects.get()

    answer = signed_in(case.service).post(
        reverse("measure_effect", args=[measure.pk]), {"effect": "effective", "on": "2026-12-02", "note": ""}
    )

    assert answer.status_code == 422
    assert answer.context["effect_of"] == measure.pk
    assert "请写明做了什么或效果如何。" in answer.text


def test_a_problem_that_was_pressed_begins_a_preventive_measure(case):
    document = case.commented()

    page = signed_in(case.service).get(reverse("measure_new", args=[document.pk]), {"problem": "费用未说明"})

    assert (page.context["form"].initial["problem"], page.context["form"].initial["type"]) == (
        "费用未说明",
        "preventive",
    )


def test_a_measure_without_effect_is_offered_for_replacing(case):
    document = case.approved()
    measure = Measure.objects.get()
    manager = signed_in(case.service)
    manager.post(
        reverse("measure_effect", args=[measure.pk]), {"effect": "ineffective", "on": "2026-12-02", "note": "没有改善"}
    )

    shown = manager.get(reverse("monthly_document", args=[document.pk]))
    form = manager.get(reverse("measure_new", args=[document.pk]), {"replaces": measure.pk}).context["form"]

    assert [line["needs_successor"] for line in shown.context["lines"]] == [True]
    assert list(form.fields["replaces"].queryset) == [measure]


def test_my_measures_are_mine_alone_and_cost_the_same(case, django_assert_num_queries):
    document = case.commented()
    for who in (case.adviser, case.sales):
        add_measure(document=document, draft=case.draft(who=who), by=case.service, at=FIRST)
    client = signed_in(case.adviser)
    assert client.get(reverse("measure_list")).context["lines"] == []
    Measure.objects.update(state="approved", approved_at=FIRST, approved_by=case.boss)

    with django_assert_num_queries(7):
        page = client.get(reverse("measure_list"))

    assert [row.responsible for row, _state in page.context["lines"]] == [case.adviser]
    assert "月报" in page.text
    assert reverse("monthly_document", args=[document.pk]) not in page.text


def test_what_was_done_is_said(case):
    case.approved()
    measure = Measure.objects.get()

    answer = signed_in(case.adviser).post(reverse("measure_done", args=[measure.pk]), {"note": ""})

    assert (answer.status_code, answer.context["refused"]) == (422, measure.pk)
    assert "请写明做了什么或效果如何。" in answer.text


# --- paper ----------------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
@pytest.mark.parametrize("kind", DocumentKind.values)
def test_every_kind_prints_and_exports_its_form(case, kind):
    case.call(DAY, case.seller, kind=TaskKind.THREE_DAY, answers={"car": "dissatisfied"})
    case.visit_call(answers={"last_repair": "satisfied", "yes_explained": "no"})
    case.track(case.seller, DAY, visited=DAY)
    document = case.document(kind)
    client = signed_in(case.boss)

    printed = client.get(reverse("monthly_document_print", args=[document.pk]))
    exported = client.get(reverse("monthly_document_export", args=[document.pk]))

    assert printed.status_code == 200
    assert exported["Content-Disposition"] == f'attachment; filename="{kind}-2026-11-T01.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(exported.content)).active
    assert sheet["A1"].value == printed.context["title"]
    event = AuditEvent.objects.get(code="report.exported")
    assert event.data == {"report": kind, "month": "2026-11", "document": document.pk}


@pytest.mark.rule("AF-11")
def test_the_workbook_holds_figures_problems_analysis_and_measures(case):
    for answer in ("no", "no", "yes"):
        task = case.visit_call(answers={"last_repair": "satisfied", "yes_explained": answer})
    case.complaint(task, origin=ComplaintOrigin.SERVICE_VISIT_CALL)
    document = case.approved()
    measure = Measure.objects.select_related("document__store", "responsible").get()
    finish_measure(measure=measure, note="已做", by=case.adviser, at=AT)

    content = signed_in(case.service).get(reverse("monthly_document_export", args=[document.pk])).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]

    assert rows[0] == ["用户电话回访月报表"]
    assert rows[1] == ["专营店：测试专营店    月份：2026年11月    制表人：服务经理    制表日期：2026-12-02"]
    assert rows[2] == ["序号", "项目", "数量", "比率", "计算方法"]
    lines = {row[1]: row[2:4] for row in rows[3:16] if len(row) > 3}
    assert lines["已实施"] == [3, 1]
    flat = [value for row in rows for value in row]
    assert "费用说明不足" in flat
    assert [value for value in flat if value in ("维修前未说明费用", "服务顾问", "预防措施", "总经理")] == [
        "维修前未说明费用",
        "预防措施",
        "服务顾问",
        "总经理",
    ]
    assert document.month == NOVEMBER
