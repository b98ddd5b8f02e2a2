"""The clean-up by teams, over the end of the month, and confirmed on what stands on the list now."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from dealership.notifications.models import Alert
from leads import tasks
from leads.enums import GradedBy, MoveReason
from leads.models import Lead, MonthEnd, Ownership, Recycling
from leads.selectors.month_end import moves_seen
from leads.services.grading import grade_lead
from leads.services.month_end import NoLongerPreview, confirm_month_end, prepare_month_end
from leads.services.month_end_run import CHANGED, carry_out
from leads.services.owners import move_lead
from leads.tests.test_month_end import AT, MIDNIGHT, NOVEMBER, held
from leads.tests.test_month_end_pages import confirmed, signed_in
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
EARLY = MIDNIGHT + dt.timedelta(hours=9)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def leaders(store):
    return [StaffFactory(store=store, roles=["sales_supervisor"], name=name) for name in ("甲主管", "乙主管")]


@pytest.fixture
def sellers(store, leaders):
    return [StaffFactory(store=store, roles=["sales_consultant"], superior=leader) for leader in leaders]


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["sales_manager"])


@pytest.fixture(autouse=True)
def _nobody_works_it_off(monkeypatch):
    monkeypatch.setattr(tasks.carry_out_month_end, "delay", lambda _pk: None)


def prepared(store, at=AT):
    return prepare_month_end(store=store, month=NOVEMBER, at=at)


def graded(lead, grade, by, at=AT):
    grade_lead(lead=Lead.objects.get(pk=lead.pk), grade=grade, graded_by=GradedBy.CONSULTANT, by=by, at=at)


def run(month_end, at=AT):
    return carry_out(month_end_id=month_end.pk, tick=lambda: at)


# --- by teams ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("LG-31")
def test_a_supervisor_cleans_up_the_team_and_a_manager_the_store(store, leaders, sellers, manager):
    mine, others = held(sellers[0], "B"), held(sellers[1], "B")

    month_end = prepared(store)

    assert [[move.lead for move in moves_seen(month_end, user).order_by("pk")] for user in (*leaders, manager)] == [
        [mine],
        [others],
        [mine, others],
    ]
    told = {alert.recipient: alert.params["count"] for alert in Alert.objects.filter(code="month_end.prepared")}
    assert told == {leaders[0]: 1, leaders[1]: 1}


@pytest.mark.rule("LG-31")
def test_a_confirmation_moves_the_own_team_and_the_other_one_is_still_to_be_confirmed(store, leaders, sellers):
    mine, others = held(sellers[0], "B"), held(sellers[1], "B")
    month_end = prepared(store)

    answer = confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    moved = run(month_end)

    month_end.refresh_from_db()
    assert (answer.confirmed, moved, month_end.state) == (1, 1, "preview")
    assert list(Lead.objects.filter(owner=None)) == [mine]
    with pytest.raises(NoLongerPreview):
        confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    confirm_month_end(month_end=month_end, by=leaders[1], at=AT)
    run(month_end)
    month_end.refresh_from_db()
    assert (month_end.state, month_end.moved, month_end.total) == ("done", 2, 2)
    assert set(Ownership.objects.filter(reason=MoveReason.MONTH_END).values_list("lead", "by")) == {
        (mine.pk, leaders[0].pk),
        (others.pk, leaders[1].pk),
    }


def test_leads_that_no_supervisor_leads_are_the_managers(store, leaders, manager):
    apart = StaffFactory(store=store, roles=["sales_consultant"], superior=manager)
    held(apart, "B")

    month_end = prepared(store)

    assert list(Alert.objects.filter(code="month_end.prepared").values_list("recipient", flat=True)) == [manager.pk]
    assert not moves_seen(month_end, leaders[0]).exists()


def test_the_page_shows_and_changes_the_own_team_alone(store, leaders, sellers):
    held(sellers[0], "B")
    others = held(sellers[1], "B")
    month_end = prepared(store)
    strange = month_end.moves.get(lead=others)
    with time_machine.travel(AT, tick=False):
        client = signed_in(leaders[0])

        page = client.get(reverse("month_end", args=[month_end.pk]))
        answer = client.post(
            reverse("month_end_move", args=[month_end.pk, strange.pk]),
            {"act": "regrade", "grade": "H", "reason": "别组的客户"},
        )

    assert [item["group"].owner for item in page.context["groups"]] == [sellers[0]]
    assert page.context["going"] == 1
    assert others.customer.name not in page.text
    assert answer.status_code == 404
    others.refresh_from_db()
    assert others.grade == "B"


def test_what_has_moved_stays_on_the_page_of_the_team_it_was_of(store, leaders, sellers):
    held(sellers[0], "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    run(month_end)

    seen = [moves_seen(month_end, leader).count() for leader in leaders]

    assert seen == [1, 0]


# --- over the end of the month -------------------------------------------------------------------------------------
@pytest.mark.rule("LG-30", "LG-32", "LG-33")
def test_prepared_after_the_end_it_takes_nothing_of_the_new_month(store, sellers):
    seller, after = sellers[0], EARLY - dt.timedelta(hours=1)
    left_over = held(seller, "B")
    new = held(seller, "B", registered_at=after)
    came = held(seller, "B", stage="telesales", pool="telesales")
    move_lead(lead=came, owner=seller, stage="showroom", reason=MoveReason.REACTIVATED, by=None, at=after)
    cooled = held(seller, "H")
    graded(cooled, "B", seller, at=after)
    warmed = held(seller, "B")
    graded(warmed, "A", seller, at=after)

    month_end = prepared(store, at=EARLY)

    assert [move.lead for move in month_end.moves.all()] == [left_over]
    assert {new.grade, came.grade} == {"B"}


def test_what_came_back_from_telesales_after_the_end_is_of_the_new_month(store, sellers):
    lead, after = held(sellers[0], "B"), EARLY - dt.timedelta(hours=2)
    move_lead(lead=lead, owner=None, pool="telesales", reason=MoveReason.REASSIGNED, by=None, at=after)
    move_lead(lead=lead, owner=sellers[0], stage="showroom", reason=MoveReason.REACTIVATED, by=None, at=EARLY)

    month_end = prepared(store, at=EARLY + dt.timedelta(hours=1))

    assert not month_end.moves.exists()


# --- what stands on the list now -----------------------------------------------------------------------------------
@pytest.mark.rule("LG-31")
def test_what_came_in_since_the_list_was_seen_is_shown_and_not_confirmed(store, leaders, sellers):
    first = held(sellers[0], "B")
    month_end = prepared(store)
    seen = month_end.moves.get().pk
    new = held(sellers[0], "C")

    answer = confirm_month_end(month_end=month_end, by=leaders[0], at=AT, seen=seen)

    month_end.refresh_from_db()
    assert (answer.confirmed, answer.new, month_end.state) == (0, (new.customer.name,), "preview")
    again = confirm_month_end(month_end=month_end, by=leaders[0], at=AT, seen=month_end.moves.get(lead=new).pk)
    assert (again.confirmed, run(month_end)) == (2, 2)
    assert set(Lead.objects.filter(owner=None)) == {first, new}


@pytest.mark.rule("LG-31")
def test_who_is_no_longer_as_on_the_list_is_named(store, leaders, sellers):
    better, other_grade, other_team, stays = (held(sellers[0], "B") for _ in range(4))
    month_end = prepared(store)
    seen = max(month_end.moves.values_list("pk", flat=True))
    graded(better, "H", sellers[0])
    graded(other_grade, "C", sellers[0])
    move_lead(lead=other_team, owner=sellers[1], reason=MoveReason.REASSIGNED, by=None, at=AT)

    answer = confirm_month_end(month_end=month_end, by=leaders[0], at=AT, seen=seen)

    assert answer.changed == tuple(lead.customer.name for lead in (better, other_grade, other_team))
    assert (answer.confirmed, run(month_end)) == (2, 2)
    assert set(Lead.objects.filter(owner=None)) == {other_grade, stays}


@pytest.mark.rule("LG-31")
def test_confirmed_early_what_turns_up_later_is_confirmed_anew(store, leaders, sellers):
    held(sellers[0], "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    run(month_end)
    later = held(sellers[0], "B")
    night = AT + dt.timedelta(hours=10)

    again = prepared(store, at=night)

    assert (again.pk, again.state) == (month_end.pk, "preview")
    assert [move.lead for move in again.moves.unconfirmed()] == [later]
    assert Alert.objects.filter(recipient=leaders[0], code="month_end.prepared").count() == 2
    assert confirm_month_end(month_end=again, by=leaders[0], at=night).confirmed == 1
    assert run(again, at=night) == 1
    again.refresh_from_db()
    assert (again.state, again.moved, again.total) == ("done", 2, 2)
    assert Alert.objects.filter(recipient=sellers[0], code="month_end.done").count() == 2


def test_what_was_left_alone_and_is_due_again_is_looked_at_anew(store, leaders, sellers):
    lead = held(sellers[0], "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    graded(lead, "A", sellers[0])
    run(month_end)
    assert month_end.moves.get().skipped == CHANGED
    graded(lead, "B", sellers[0])

    prepared(store, at=AT + dt.timedelta(hours=10))

    move = month_end.moves.get()
    assert (move.skipped, move.confirmed_at) == ("", None)


def test_the_page_names_the_new_ones_and_confirms_the_second_time(store, leaders, sellers):
    held(sellers[0], "B")
    month_end = prepared(store)
    with time_machine.travel(AT, tick=False):
        client = signed_in(leaders[0])
        seen = client.get(reverse("month_end", args=[month_end.pk])).context["seen"]
        new = held(sellers[0], "B")

        first = client.post(reverse("month_end_confirm", args=[month_end.pk]), {"seen": seen})
        second = confirmed(client, month_end)

    assert first.status_code == 422
    assert first.context["new"] == new.customer.name
    assert second.status_code == 302
    assert MonthEnd.objects.get().state == "running"


# --- recycled leads ------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-06")
def test_what_the_clean_up_sends_back_is_a_recycled_lead_and_keeps_its_channel(store, leaders, sellers):
    lead = held(sellers[0], "B", channel="walk_in")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leaders[0], at=AT)
    run(month_end)

    row = Recycling.objects.get()

    lead.refresh_from_db()
    assert (row.lead, row.at, row.before, row.grade, row.reason) == (lead, AT, sellers[0], "B", "month_end")
    assert lead.channel == "walk_in"
