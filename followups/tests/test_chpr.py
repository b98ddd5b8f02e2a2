"""The CHPR self-check: points, signing, versions, whose sheets are seen, the month of a team, pages and workbooks."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from dealership.notifications.models import Alert
from followups.models import CallCheck, CheckMark, CheckPoint
from followups.rules.chpr import Incomplete, Mark, NoImprovement
from followups.selectors.chpr import check_points, month_of_checks, people_checked_by
from followups.services.chpr import MonthAhead, NothingToCheck, NotYourPerson, SignedMeanwhile, sign_check
from followups.tests.document_case import CHINA, NOVEMBER
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def leader(store):
    return StaffFactory(store=store, name="郑主管", roles=["sales_supervisor"])


@pytest.fixture
def seller(leader):
    return StaffFactory(store=leader.store, name="陈顾问", roles=["sales_consultant"], superior=leader)


@pytest.fixture
def colleague(store):
    other = StaffFactory(store=store, roles=["sales_supervisor"])
    return StaffFactory(store=store, name="别组顾问", roles=["sales_consultant"], superior=other)


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, name="马经理", roles=["sales_manager"])


def marks(poor=(), medium=(), words="先报姓名"):
    """Thirteen good points but for those named."""
    found = {number: Mark("good") for number in range(1, 14)}
    return found | {n: Mark("medium") for n in medium} | {n: Mark("poor", words) for n in poor}


def sign(person, by, *, month=NOVEMBER, after=0, at=AT, **judged):
    return sign_check(person=person, month=month, marks=marks(**judged), after_version=after, by=by, at=at)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(after=0, poor=(), medium=(), words="先报姓名"):
    """The form as a browser sends it."""
    data = {"after_version": after, "remark": "听了五个录音"}
    for number, mark in marks(poor, medium, words).items():
        data |= {f"result_{number}": mark.result, f"improvement_{number}": mark.improvement}
    return data


# --- points and signing ---------------------------------------------------------------------------------------------
@pytest.mark.rule("D3-21")
def test_a_new_installation_has_the_thirteen_points(store):
    points = check_points(store, NOVEMBER)

    assert [point.number for point in points] == list(range(1, 14))
    assert points[2].text_zh == "在交车后三天之内联系客户"
    assert len({point.stage_zh for point in points}) == 5
    assert all(point.text_en and point.stage_en for point in points)


def test_a_store_has_points_of_its_own_from_a_day_on(store):
    CheckPoint.objects.create(
        store=store, number=13, effective_from=NOVEMBER, stage_zh="x", stage_en="x", text_zh="x", text_en="x",
        is_active=False,
    )  # fmt: skip
    CheckPoint.objects.create(
        store=store, number=14, effective_from=NOVEMBER, stage_zh="x", stage_en="x", text_zh="挂机前确认", text_en="x",
        position=0,
    )  # fmt: skip

    assert [point.number for point in check_points(store, OCTOBER)] == list(range(1, 14))
    assert [point.number for point in check_points(store, NOVEMBER)] == [14, *range(1, 13)]
    assert [point.number for point in check_points(StoreFactory(), NOVEMBER)] == list(range(1, 14))


@pytest.mark.rule("D3-21")
def test_a_sheet_is_signed_by_somebody_at_a_moment(seller, leader):
    sheet = sign(seller, leader, poor=[4], medium=[7])

    assert (sheet.source, sheet.version, sheet.signed_by, sheet.signed_at) == ("supervisor", 1, leader, AT)
    assert sheet.marks.count() == 13
    weak = sheet.marks.exclude(result="good").order_by("number")
    assert list(weak.values_list("number", "result", "improvement")) == [(4, "poor", "先报姓名"), (7, "medium", "")]
    assert list(Alert.objects.values_list("recipient__name", "code")) == [("陈顾问", "call_check.signed")]


@pytest.mark.rule("D3-21")
def test_a_correction_is_the_next_version_and_the_old_one_stays(seller, leader):
    first = sign(seller, leader, poor=[4])
    second = sign(seller, leader, after=1)

    first.refresh_from_db()
    assert [(row.version, row.is_latest) for row in (first, second)] == [(1, False), (2, True)]
    assert first.marks.get(number=4).result == "poor"


def test_a_version_that_was_signed_meanwhile_is_refused(seller, leader):
    sign(seller, leader)

    with pytest.raises(SignedMeanwhile):
        sign(seller, leader, after=0)

    assert CallCheck.objects.count() == 1


@pytest.mark.rule("D3-21")
def test_the_own_sheet_is_kept_apart_from_the_supervisors(seller, leader):
    own, theirs = sign(seller, seller), sign(seller, leader, poor=[1])

    assert [(row.source, row.version) for row in (own, theirs)] == [("own", 1), ("supervisor", 1)]


def test_a_later_edit_of_a_point_changes_no_signed_sheet(seller, leader):
    sheet = sign(seller, leader)
    CheckPoint.objects.update(text_zh="改过")

    assert sheet.marks.get(number=5).text_zh == "说明联系目的"


@pytest.mark.rule("D3-21")
def test_a_sheet_that_is_not_complete_is_not_signed(seller, leader):
    facts = {"person": seller, "month": NOVEMBER, "after_version": 0, "by": leader, "at": AT}

    with pytest.raises(Incomplete):
        sign_check(marks={1: Mark("good")}, **facts)
    with pytest.raises(NoImprovement):
        sign_check(marks=marks(poor=[2], words=" "), **facts)

    assert not CallCheck.objects.exists()


def test_the_database_holds_no_poor_point_without_an_improvement(seller, leader):
    sheet = sign(seller, leader)

    with pytest.raises(IntegrityError), transaction.atomic():
        sheet.marks.filter(number=1).update(result="poor")


def test_a_month_to_come_and_an_empty_list_are_refused(seller, leader):
    with pytest.raises(MonthAhead):
        sign(seller, leader, month=dt.date(2026, 12, 1))
    CheckPoint.objects.all().delete()
    with pytest.raises(NothingToCheck):
        sign(seller, leader)


# --- whose ----------------------------------------------------------------------------------------------------------
@pytest.mark.rule("D3-21")
def test_supervisors_check_their_own_people_and_managers_the_store(seller, colleague, leader, manager):
    assert list(people_checked_by(leader)) == [seller]
    assert {seller, colleague, leader} <= set(people_checked_by(manager))
    assert not people_checked_by(seller).exists()
    for by in (colleague, StaffFactory(roles=["sales_manager"])):
        with pytest.raises(NotYourPerson):
            sign(seller, by)
    with pytest.raises(NotYourPerson):
        sign(colleague, leader)


def test_sheets_are_seen_by_the_person_and_those_above(seller, colleague, leader, manager):
    own, theirs, other = sign(seller, seller), sign(seller, leader), sign(colleague, manager)

    seen = {person.name: set(CallCheck.objects.visible_to(person)) for person in (seller, colleague, leader, manager)}

    assert seen == {
        "陈顾问": {own, theirs},
        "别组顾问": {other},
        "郑主管": {own, theirs},
        "马经理": {own, theirs, other},
    }
    assert not CallCheck.objects.visible_to(StaffFactory(roles=["general_manager"])).exists()


# --- the month --------------------------------------------------------------------------------------------------------
@pytest.mark.rule("D3-21")
def test_a_month_counts_the_latest_versions_and_never_mixes_the_two_sources(seller, colleague, manager):
    sign(seller, manager, poor=[1, 2])
    sign(seller, manager, after=1, poor=[4], medium=[5])
    sign(seller, seller)
    sign(colleague, manager, poor=[4], medium=[5, 6])
    sign(seller, manager, month=OCTOBER, poor=range(1, 14))

    found = month_of_checks([seller, colleague], NOVEMBER)

    mine, theirs = found.lines
    assert (mine.supervisor.good, mine.supervisor.medium, mine.supervisor.poor, mine.own.good) == (11, 1, 1, 13)
    assert round(mine.gap, 4) == round(1 - 11 / 13, 4)
    assert (theirs.own, theirs.gap) == (None, None)
    assert (found.total.good, found.total.medium, found.total.poor) == (21, 3, 2)
    assert [(weak.point.number, weak.point.tally.poor, weak.point.tally.medium) for weak in found.weak] == [
        (4, 2, 0),
        (5, 0, 2),
        (6, 0, 1),
    ]
    assert [(month, theirs.good_share, own.good_share) for month, theirs, own in found.trend[-2:]] == [
        (OCTOBER, 0.0, None),
        (NOVEMBER, 21 / 26, 1.0),
    ]


@pytest.mark.parametrize("people", [1, 3])
def test_the_teams_month_costs_the_same_for_one_and_for_three(leader, django_assert_num_queries, people):
    for _ in range(people):
        person = StaffFactory(store=leader.store, roles=["sales_consultant"], superior=leader)
        sign(person, leader, poor=[3])
        sign(person, person)
    client = signed_in(leader)

    with django_assert_num_queries(9):
        page = client.get(reverse("call_check_team"))

    assert len(page.context["found"].lines) == people


# --- pages ------------------------------------------------------------------------------------------------------------
MONTH = "2026-11"
OPEN = {
    "call_check_own": {"seller": 200, "leader": 200, "manager": 403, "keeper": 403},
    "call_check_self": {"seller": 200, "leader": 200, "manager": 403, "keeper": 403},
    "call_check_team": {"seller": 403, "leader": 200, "manager": 200, "keeper": 403},
    "call_check_person": {"seller": 403, "leader": 200, "manager": 200, "keeper": 403},
    "call_check": {"seller": 200, "leader": 200, "manager": 200, "keeper": 404},
    "call_check_export": {"seller": 403, "leader": 403, "manager": 200, "keeper": 403},
    "call_check_team_export": {"seller": 403, "leader": 403, "manager": 200, "keeper": 403},
}
CASES = [
    pytest.param(name, who, status, id=f"{name} {who}")
    for name, answers in OPEN.items()
    for who, status in answers.items()
]


@pytest.mark.rule("D3-21")
@pytest.mark.parametrize(("name", "who", "status"), CASES)
def test_each_address_is_open_to_whom_it_is_for(store, seller, leader, manager, name, who, status):
    sheet = sign(seller, leader, poor=[2])
    people = {"seller": seller, "leader": leader, "manager": manager}
    people["keeper"] = StaffFactory(store=store, roles=["stock_keeper"])
    arguments = {
        "call_check_self": [MONTH],
        "call_check_person": [seller.pk, MONTH],
        "call_check": [sheet.pk],
        "call_check_export": [sheet.pk],
    }

    answer = signed_in(people[who]).get(reverse(name, args=arguments.get(name, [])))

    assert answer.status_code == status


@pytest.mark.rule("D3-21")
def test_a_consultant_signs_a_self_check_by_hand(seller):
    client = signed_in(seller)

    answer = client.post(reverse("call_check_self", args=[MONTH]), typed(poor=[3]))

    sheet = CallCheck.objects.get()
    assert answer.url == reverse("call_check", args=[sheet.pk])
    assert (sheet.source, sheet.person, sheet.signed_by, sheet.remark) == ("own", seller, seller, "听了五个录音")
    again = client.get(reverse("call_check_self", args=[MONTH]))
    assert again.context["form"]["after_version"].value() == 1
    assert again.context["form"]["result_3"].value() == "poor"
    assert again.context["form"]["improvement_3"].value() == "先报姓名"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"result_5": ""}, "result_5", "请逐项检查，以下检查点没有结果：5。"),
        ({"result_5": "poor", "result_6": "poor"}, "improvement_5", "结果为差的检查点必须填写改进措施：5、6。"),
        ({"after_version": 3}, None, "其间已有新版本签字，请查看后再签。"),
        ({"result_5": "perfect"}, "result_5", "perfect"),
    ],
)
def test_a_sheet_that_is_refused_keeps_what_was_typed(seller, changes, field, sentence):
    answer = signed_in(seller).post(reverse("call_check_self", args=[MONTH]), typed(medium=[9]) | changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert field is None or field in answer.context["form"].errors
    assert answer.context["form"]["result_9"].value() == "medium"
    assert not CallCheck.objects.exists()


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "2026-1"])
def test_what_is_no_month_is_not_found(seller, month):
    assert signed_in(seller).get(reverse("call_check_self", args=[month])).status_code == 404


def test_people_of_others_are_not_found(leader, colleague):
    address = reverse("call_check_person", args=[colleague.pk, MONTH])

    assert signed_in(leader).get(address).status_code == 404
    assert signed_in(leader).post(address, typed()).status_code == 404


def test_an_old_version_says_so_and_leads_to_the_others(seller, leader):
    first = sign(seller, leader, poor=[4])
    second = sign(seller, leader, after=1)

    page = signed_in(leader).get(reverse("call_check", args=[first.pk]))

    assert "已有更新的版本签字" in page.text
    assert reverse("call_check", args=[second.pk]) in page.text
    assert page.context["may_sign"] is False


@pytest.mark.rule("D3-21")
def test_the_workbook_is_the_paper_form(seller, manager):
    sheet = sign(seller, manager, poor=[4], medium=[5])
    CheckMark.objects.filter(number=4).update(manual_page="36")

    content = signed_in(manager).get(reverse("call_check_export", args=[sheet.pk])).content
    paper = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in paper.iter_rows()]

    assert rows[0][0] == "CHPR自检表"
    assert [text for text in rows[2] if text] == ["环节", "序号", "检查点", "对应页码", "检查结果", "改进措施"]
    assert [text for text in rows[3] if text] == ["好", "中", "差"]
    assert rows[7] == ["开场", 4, "报出姓名、职务和专营店名称", "36", None, None, "√", "先报姓名"]
    assert rows[8][4:7] == [None, "√", None]
    assert "好 11，中 1，差 1" in [row[0] for row in rows]


def test_the_workbook_of_the_month_keeps_the_sources_apart(seller, manager):
    sign(seller, manager, poor=[4])
    sign(seller, seller)

    content = signed_in(manager).get(reverse("call_check_team_export"), {"month": MONTH}).content
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]

    line = next(row for row in rows if row[1] == "陈顾问")
    assert line[2:] == [12, 0, 1, 12 / 13, 13, 0, 0, 1]
    weak = next(row for row in rows if row[0] == 4 and row[1] and "·" in str(row[1]))
    assert weak[6:9] == [1, 0, 0]
