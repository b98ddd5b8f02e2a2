"""The board of a team, and handing calls over."""

import datetime as dt

import pytest
import time_machine

from dealership.audit.models import AuditEvent
from dealership.desk.selectors.my_day import local_day
from followups.enums import TaskKind, TaskState
from followups.models import CallTask
from followups.selectors.board import board_of, board_totals, team_of
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import DutyDayFactory, StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def that_morning():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def supervisor(client, store):
    staff = StaffFactory(store=store, roles=["sales_supervisor"], name="主管", language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


@pytest.fixture
def member(store, supervisor):
    return StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor, name="组员")


@pytest.fixture
def stranger(store):
    """A consultant of the same store who has another superior."""
    other = StaffFactory(store=store, roles=["sales_supervisor"])
    return StaffFactory(store=store, roles=["sales_consultant"], superior=other, name="外人")


def call(owner, *, days=0, **values):
    values = {"kind": TaskKind.THREE_DAY, "pool": "sales_consultant", **values}
    return CallTaskFactory(delivery__customer__store=owner.store, owner=owner, due_on=TODAY + DAY * days, **values)


def in_work(owner, **values):
    until = AT + dt.timedelta(minutes=20)
    return call(owner, state=TaskState.CLAIMED, claimed_by=owner, claimed_at=AT, claim_expires_at=until, **values)


def test_the_team_is_the_reports_and_those_whom_nobody_else_leads(store, supervisor, member, stranger):
    leaderless = StaffFactory(store=store, roles=["sales_consultant"])
    StaffFactory(store=store, roles=["call_centre_agent"])
    StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor, state="left", is_active=False)
    StaffFactory(roles=["sales_consultant"])

    team = set(team_of(supervisor))

    assert team == {supervisor, member, leaderless}


def test_counts_of_a_person(supervisor, member):
    call(member)
    call(member, days=-1)
    call(member, due_at=AT + dt.timedelta(hours=1))
    call(member, days=1)
    in_work(member)
    call(member, state=TaskState.DONE, closed_at=AT, closed_by=member)
    call(member, state=TaskState.DONE, closed_at=AT - DAY, closed_by=member)
    DutyDayFactory(staff=member, on=TODAY, kind="rest")
    on, since = local_day(supervisor, at=AT)

    board = board_of(supervisor, at=AT, on=on, since=since)

    (row,) = [person for person in board.people if person.staff == member]
    assert (row.due, row.overdue, row.promised, row.done) == (4, 1, 1, 1)
    assert row.in_work is not None
    assert row.is_absent


def test_the_pool_of_a_role_counts_what_nobody_has_taken(client, store):
    leader = StaffFactory(store=store, roles=["call_centre_supervisor"])
    CallTaskFactory(delivery__customer__store=store, due_on=TODAY)
    CallTaskFactory(delivery__customer__store=store, due_on=TODAY - DAY)
    CallTaskFactory(delivery__customer__store=store, due_on=TODAY + DAY)
    on, since = local_day(leader, at=AT)

    board = board_of(leader, at=AT, on=on, since=since)

    assert [(pool.role, pool.due, pool.overdue) for pool in board.pools] == [("call_centre_agent", 2, 1)]
    assert board.unassigned == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["late", "today", "work"], id="due"),
        pytest.param("show=overdue", ["late"], id="overdue"),
        pytest.param("show=promised", ["promised"], id="promised"),
        pytest.param("show=upcoming", ["tomorrow", "promised"], id="upcoming"),
        pytest.param("show=missed", ["missed"], id="missed"),
        pytest.param("show=nonsense", ["late", "today", "work"], id="nonsense"),
        pytest.param("kind=periodic&show=upcoming", ["promised"], id="kind"),
        pytest.param("kind=nonsense", ["late", "today", "work"], id="unknown-kind"),
        pytest.param("whose=999999", ["late", "today", "work"], id="unknown-person"),
    ],
)
def test_the_table_shows_what_was_asked_the_oldest_first(client, member, stranger, query, expected):
    rows = {
        "today": call(member),
        "late": call(member, days=-2),
        "tomorrow": call(member, days=1),
        "promised": call(member, days=2, due_at=AT + DAY * 2, kind=TaskKind.PERIODIC),
        "work": in_work(member),
        "missed": call(member, state=TaskState.MISSED, closed_at=AT),
        "long-missed": call(member, days=-31, state=TaskState.MISSED, closed_at=AT),
    }
    call(stranger)

    response = client.get(f"/board/?{query}")

    assert [task.pk for task in response.context["page"]] == [rows[name].pk for name in expected]


def test_the_table_of_one_person(client, store, supervisor, member):
    call(supervisor)
    mine = call(member)

    response = client.get(f"/board/?whose={member.pk}")

    assert list(response.context["page"]) == [mine]


def test_htmx_gets_the_table_alone(client, supervisor, member):
    call(member)

    response = client.get("/board/", headers={"HX-Request": "true", "HX-Target": "board-calls"})

    assert response.content.decode().lstrip().startswith('<section class="card" id="board-calls"')


def test_ticked_calls_go_to_a_colleague(client, store, supervisor, member):
    to = StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor)
    moving, staying, busy = call(member), call(member), in_work(member)

    response = client.post(
        "/board/reassign/", {"tasks": [moving.pk, busy.pk], "to": to.pk, "query": "show=overdue&kind=3dc"}, follow=True
    )

    assert response.redirect_chain == [("/board/?show=overdue&kind=3dc", 302)]
    assert {task.pk: task.owner for task in CallTask.objects.all()} == {
        moving.pk: to,
        staying.pk: member,
        busy.pk: member,
    }
    assert [str(message) for message in response.context["messages"]][1].startswith("1 call stayed where it is")
    assert AuditEvent.objects.filter(code="task.handed_over", by=supervisor).count() == 1


@pytest.mark.parametrize(
    "fault", ["foreign_task", "foreign_colleague", "nothing_ticked", "nobody_chosen", "nonsense", "huge"]
)
def test_a_hand_over_that_is_not_ours_to_make_is_refused(client, supervisor, member, stranger, fault):
    mine, foreign = call(member), call(stranger)
    values = {
        "foreign_task": {"tasks": [mine.pk, foreign.pk], "to": member.pk},
        "foreign_colleague": {"tasks": [mine.pk], "to": stranger.pk},
        "nothing_ticked": {"to": member.pk},
        "nobody_chosen": {"tasks": [mine.pk]},
        "nonsense": {"tasks": ["x"], "to": "y"},
        "huge": {"tasks": ["9" * 5000], "to": member.pk},
    }[fault]

    response = client.post("/board/reassign/", values | {"query": "show=due"})

    assert response.status_code == 422
    assert response.context["reassign"].errors
    assert set(CallTask.objects.values_list("pk", "owner_id")) == {(mine.pk, member.pk), (foreign.pk, stranger.pk)}


def test_a_refusal_keeps_what_was_ticked(client, supervisor, member):
    mine = call(member)

    response = client.post("/board/reassign/", {"tasks": [mine.pk]})

    assert f'value="{mine.pk}" data-select-row checked' in response.content.decode()


def test_who_only_looks_cannot_hand_over(client, store, member):
    task = call(member)
    client.force_login(StaffFactory(store=store, roles=["admin"]), backend=BACKEND)

    page = client.get("/board/")
    response = client.post("/board/reassign/", {"tasks": [task.pk], "to": member.pk})

    assert (page.status_code, page.context["reassign"], response.status_code) == (200, None, 403)


def test_going_back_stays_on_this_host(client, store, supervisor, member):
    task = call(supervisor)

    response = client.post("/board/reassign/", {"tasks": [task.pk], "to": member.pk, "query": "x=//elsewhere.example"})

    assert response.url.startswith("/board/?")


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_queries(client, store, supervisor, django_assert_num_queries, count):
    for _ in range(count):
        call(StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor))

    with django_assert_num_queries(14):
        response = client.get("/board/")

    assert len(response.context["page"].object_list) == count


def test_the_totals_agree_with_the_board(supervisor, member):
    call(member)
    call(member, days=-1)
    call(member, days=1)
    in_work(member)
    call(member, state=TaskState.DONE, closed_at=AT, closed_by=member)
    call(member, state=TaskState.MISSED, closed_at=AT)
    call(member, days=-40, state=TaskState.MISSED, closed_at=AT)
    on, since = local_day(supervisor, at=AT)

    totals = board_totals(supervisor, at=AT, on=on, since=since)
    board = board_of(supervisor, at=AT, on=on, since=since)

    assert (totals.due, totals.overdue, totals.done, totals.missed) == (3, 1, 1, 1)
    assert (board.due, board.overdue, board.done, board.missed) == (3, 1, 1, 1)


@pytest.mark.parametrize(("role", "leads_to"), [("sales_supervisor", "tasks"), ("sales_manager", "customers")])
def test_rows_lead_into_the_call_for_those_who_call(client, store, role, leads_to):
    superior = StaffFactory(store=store, roles=[role])
    task = call(StaffFactory(store=store, roles=["sales_consultant"], superior=superior))
    client.force_login(superior, backend=BACKEND)

    text = client.get("/board/").content.decode()

    target = task.pk if leads_to == "tasks" else task.customer_id
    assert f'<a href="/{leads_to}/{target}/">{task.customer.name}</a>' in text


def test_a_hand_over_to_whom_the_calls_belong_is_no_success(client, supervisor, member):
    own = call(member)

    answer = client.post("/board/reassign/", {"tasks": [own.pk], "to": member.pk}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]
