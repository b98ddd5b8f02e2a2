"""The editor of questionnaires in the product's own pages: who may, drafts, bad input, preview, activation."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from followups.models import Question, Questionnaire
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D7-07")]
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def admin(store):
    return signed_in(StaffFactory(store=store, roles=["admin"]))


@pytest.fixture
def first():
    return Questionnaire.objects.get(kind="7dc", version=1, store=None)


@pytest.fixture
def draft(admin, first):
    admin.post(reverse("questionnaire_copy", args=[first.pk]))
    return Questionnaire.objects.get(kind="7dc", version=2)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(**fields):
    return {
        "text_zh": "车辆讲解清楚吗？",
        "text_en": "Was the car explained well?",
        "type": "yes_no",
        "topic": "dealership",
        "is_required": "on",
        "alert_values": "no",
    } | fields


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 200),
        ("sales_manager", 200),
        ("service_manager", 200),
        ("general_manager", 200),
        ("call_centre_supervisor", 403),
        ("call_centre_agent", 403),
        ("sales_consultant", 403),
        ("group_manager", 403),
    ],
)
def test_managers_and_the_administrator_edit_questionnaires(store, first, role, status):
    client = signed_in(StaffFactory(store=store, roles=[role]))

    pages = [reverse("questionnaire_list"), reverse("questionnaire_page", args=[first.pk])]

    assert [client.get(page).status_code for page in pages] == [status, status]


def test_the_list_tells_where_each_version_stands(admin, first, draft):
    page = admin.get(reverse("questionnaire_list"), {"kind": "7dc"})

    assert [(each.row, each.standing) for each in page.context["versions"]] == [(draft, "draft"), (first, "current")]
    assert admin.get(reverse("questionnaire_list"), {"kind": "nonsense"}).status_code == 200


def test_the_page_previews_the_questions_in_both_languages_as_the_call_draws_them(admin, first):
    page = admin.get(reverse("questionnaire_page", args=[first.pk]))
    previews = dict(page.context["previews"])

    assert "销售顾问的服务态度，您打几分？" in previews["zh-hans"]
    assert "How do you score the attitude" in previews["en"]
    assert previews["en"].count('type="radio"') == 7 * 10 + 7
    assert "朋友介绍" in previews["zh-hans"]
    assert "Friends" in previews["en"]
    assert reverse("question_new", args=[first.pk]) not in page.content.decode()


def test_a_question_is_added_edited_moved_and_removed(admin, draft):
    page = reverse("questionnaire_page", args=[draft.pk])
    added = admin.post(reverse("question_new", args=[draft.pk]), typed(code="explained"))
    row = draft.questions.get(code="explained")
    admin.post(reverse("question_edit", args=[draft.pk, row.pk]), typed(code="explained", text_zh="讲清楚了吗？"))
    moved = admin.post(reverse("question_move", args=[draft.pk, row.pk]), {"to": "up"})
    row.refresh_from_db()

    assert (added.status_code, added.url) == (302, page)
    assert moved.url == f"{page}?moved={row.pk}&to=up"
    assert (row.text_zh, row.type, row.alert_values, row.position) == ("讲清楚了吗？", "yes_no", ["no"], 10)
    admin.post(reverse("question_remove", args=[draft.pk, row.pk]))
    assert not draft.questions.filter(code="explained").exists()


@pytest.mark.parametrize(
    ("field", "sentence", "fields"),
    [
        ("text_en", "这个字段是必填项。", {"text_en": ""}),
        ("code", "代码只用小写字母、数字和 _，以字母开头。", {"code": "Ä"}),
        ("code", "本版另一道题已用这个代码。", {"code": "attitude"}),
        ("options", "选择题需要 2 到 20 个选项。", {"type": "choice", "alert_values": ""}),
        ("options", "“只有中文”不是选项。请写中文和英文，用 | 隔开。", {"type": "choice", "options": "只有中文"}),
        ("maximum", "最高值必须大于最低值。", {"type": "scale", "minimum": "5", "maximum": "1", "alert_values": ""}),
        ("alert_values", "“maybe”不是这道题的答案。可用的答案：yes、no。", {"alert_values": "maybe"}),
    ],
)
def test_bad_input_is_refused_in_a_sentence_and_kept(admin, draft, field, sentence, fields):
    before = draft.questions.count()

    answer = admin.post(reverse("question_new", args=[draft.pk]), typed(**fields))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert answer.context["form"]["text_zh"].value() == "车辆讲解清楚吗？"
    assert draft.questions.count() == before


def test_choices_are_typed_a_line_each(admin, draft):
    admin.post(
        reverse("question_new", args=[draft.pk]),
        typed(type="choice", options="friend|朋友|Friends\n网络|Internet", alert_values="friend", code=""),
    )

    row = draft.questions.order_by("-position")[0]
    assert (row.code, row.options, row.alert_values) == (
        "q1",
        ["friend|朋友|Friends", "choice_1|网络|Internet"],
        ["friend"],
    )
    again = admin.get(reverse("question_edit", args=[draft.pk, row.pk]))
    assert again.context["form"]["options"].value() == "friend|朋友|Friends\nchoice_1|网络|Internet"


@pytest.mark.rule("D7-12")
def test_a_text_that_asks_for_full_marks_is_hinted_at_and_kept(admin, draft):
    answer = admin.post(
        reverse("question_new", args=[draft.pk]), typed(text_zh="请您打满分好吗？", code="beg"), follow=True
    )

    assert "这段文字在要满分" in answer.content.decode()
    assert "索要满分" in answer.content.decode()
    assert draft.questions.filter(code="beg").exists()


def test_a_draft_is_put_into_use_from_a_day_and_then_stays(admin, draft):
    address = reverse("questionnaire_activate", args=[draft.pk])
    refused = [admin.post(address, {"effective_from": day}) for day in ("2026-11-23", "")]

    put = admin.post(address, {"effective_from": "2027-01-01"}, follow=True)
    draft.refresh_from_db()
    later = admin.post(reverse("question_new", args=[draft.pk]), typed(code="late"), follow=True)

    assert [answer.status_code for answer in refused] == [422, 422]
    assert "启用日期最早为今天。" in refused[0].content.decode()
    assert (draft.state, draft.effective_from) == ("active", dt.date(2027, 1, 1))
    assert "从 2027-01-01 起使用。" in put.content.decode()
    assert "保持原样" in later.content.decode()
    assert not draft.questions.filter(code="late").exists()


def test_a_draft_is_named_and_thrown_away_and_a_version_retired(admin, draft, first):
    admin.post(reverse("questionnaire_name", args=[draft.pk]), {"title": "满意度 2027"})
    named = Questionnaire.objects.get(pk=draft.pk).title
    empty = admin.post(reverse("questionnaire_name", args=[draft.pk]), {"title": ""})
    admin.post(reverse("questionnaire_discard", args=[draft.pk]))
    admin.post(reverse("questionnaire_retire", args=[first.pk]))
    first.refresh_from_db()

    assert (named, empty.status_code) == ("满意度 2027", 422)
    assert not Questionnaire.objects.filter(pk=draft.pk).exists()
    assert first.state == "retired"


def test_a_new_questionnaire_begins_empty_and_is_asked_once_it_has_questions(admin):
    answer = admin.post(reverse("questionnaire_new"), {"kind": "n_plus_1", "title": "N+1 问卷"})
    row = Questionnaire.objects.get(kind="n_plus_1")
    refused = admin.post(reverse("questionnaire_activate", args=[row.pk]), {"effective_from": "2026-11-24"})
    unknown = admin.post(reverse("questionnaire_new"), {"kind": "lead_revisit", "title": "x"})

    assert answer.url == reverse("question_new", args=[row.pk])
    assert "这一版还没有题目。" in refused.content.decode()
    assert (unknown.status_code, Questionnaire.objects.filter(kind="lead_revisit").count()) == (422, 0)


def test_of_two_stores_each_writes_its_own_version_and_sees_no_other(store, first):
    other = StoreFactory()
    mine, theirs = (signed_in(StaffFactory(store=each, roles=["sales_manager"])) for each in (store, other))
    shared = mine.post(reverse("questionnaire_retire", args=[first.pk]))
    mine.post(reverse("questionnaire_copy", args=[first.pk]))
    own = Questionnaire.objects.get(store=store)

    assert shared.status_code == 403
    assert (own.version, own.questions.count()) == (1, 10)
    addresses = [
        reverse("questionnaire_page", args=[own.pk]),
        reverse("question_new", args=[own.pk]),
        reverse("question_edit", args=[own.pk, own.questions.first().pk]),
    ]
    assert [theirs.get(address).status_code for address in addresses] == [404, 404, 404]
    assert [mine.get(address).status_code for address in addresses] == [200, 200, 200]
    first.refresh_from_db()
    assert first.state == "active"


def test_somebody_without_a_store_writes_nothing_for_all_of_them(store, first):
    homeless = signed_in(StaffFactory(store=None, roles=["admin"]))

    answers = [
        homeless.post(reverse("questionnaire_copy", args=[first.pk])),
        homeless.post(reverse("questionnaire_new"), {"kind": "n_plus_1", "title": "x"}),
        homeless.post(reverse("report_7dc_next"), {"effective_from": "2027-01-01"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Questionnaire.objects.filter(kind__in=["7dc", "n_plus_1"]).count() == 1


def test_a_question_of_another_version_is_not_found(admin, first, draft):
    stranger = first.questions.first()

    answer = admin.post(reverse("question_remove", args=[draft.pk, stranger.pk]))

    assert answer.status_code == 404
    assert Question.objects.filter(pk=stranger.pk).exists()


def test_the_pages_cost_the_same_for_one_version_and_for_three(admin, first, django_assert_num_queries):
    CallTaskFactory()
    for _ in range(2):
        for address, statements in (
            (reverse("questionnaire_list"), 7),
            (reverse("questionnaire_page", args=[first.pk]), 9),
        ):
            with django_assert_num_queries(statements):
                admin.get(address)
        for _ in range(2):
            admin.post(reverse("questionnaire_copy", args=[first.pk]))
