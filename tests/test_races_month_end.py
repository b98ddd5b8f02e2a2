"""The month end and the manager's decision by two at once, on PostgreSQL. The first test shows the race unguarded."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from inventory.tests.factories import VehicleModelFactory
from leads.enums import MoveReason
from leads.models import Defeat, Interest, Lead, MonthEnd, Ownership, Recycling
from leads.services.defeats import AlreadyDecided, apply_for_defeat, decide_defeat
from leads.services.month_end import NoLongerPreview, confirm_month_end, prepare_month_end
from leads.services.month_end_run import carry_out
from leads.services.owners import AlreadyMoved, NoSheetLine, move_lead
from leads.services.reactivation import reactivate_lead
from leads.services.states import LeadChanged
from leads.tests.factories import CHINA, LeadFactory
from leads.tests.test_defeats import BOUGHT, claim
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WORKERS, LEADS = 6, 40
NOVEMBER = dt.date(2026, 11, 1)
AT = dt.datetime(2026, 11, 29, 18, 0, tzinfo=CHINA)


@pytest.fixture
def leader() -> Staff:
    return StaffFactory(store=StoreFactory(), roles=["sales_supervisor", "sales_manager"])


@pytest.fixture
def month_end(leader: Staff) -> MonthEnd:
    sellers = [StaffFactory(store=leader.store, roles=["sales_consultant"]) for _ in range(4)]
    for number in range(LEADS):
        LeadFactory(
            customer__store=leader.store,
            owner=sellers[number % 4],
            pool="sales_consultant",
            stage="showroom",
            grade="B",
        )
    prepared = prepare_month_end(store=leader.store, month=NOVEMBER, at=AT)
    assert prepared is not None
    return prepared


def side_by_side(work: Callable[[int], Any], count: int = WORKERS) -> list[Any]:
    """Every one at once, each on a connection of its own; a refusal is an answer."""
    start = Barrier(count)

    def run(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return work(number)
        except (NoLongerPreview, AlreadyDecided, LeadChanged) as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_leads_are_moved_twice_without_the_guard(month_end: MonthEnd) -> None:
    """Read the list, then move: what the conditional UPDATE of the move is there for."""
    seen = Barrier(WORKERS)

    def read_then_move(_number: int) -> int:
        waiting = list(month_end.moves.filter(moved_at__isnull=True))
        seen.wait(timeout=30)
        for move in waiting:
            Ownership.objects.create(
                lead_id=move.lead_id, at=AT, pool="telesales", stage="telesales", reason=MoveReason.MONTH_END
            )
            Lead.objects.filter(pk=move.lead_id).update(owner=None)
        return len(waiting)

    side_by_side(read_then_move)

    assert Ownership.objects.filter(reason=MoveReason.MONTH_END).count() == WORKERS * LEADS


@pytest.mark.rule("LG-31")
def test_month_end_by_six_workers_moves_each_lead_once(month_end: MonthEnd, leader: Staff) -> None:
    confirm_month_end(month_end=month_end, by=leader, at=AT)

    moved = side_by_side(lambda _: carry_out(month_end_id=month_end.pk, tick=lambda: AT))

    month_end.refresh_from_db()
    assert sum(moved) == LEADS
    assert (month_end.state, month_end.moved) == ("done", LEADS)
    assert Ownership.objects.filter(reason=MoveReason.MONTH_END).count() == LEADS


@pytest.mark.rule("LG-31")
def test_month_end_is_confirmed_once(month_end: MonthEnd, leader: Staff) -> None:
    rows = [MonthEnd.objects.get(pk=month_end.pk) for _ in range(WORKERS)]

    answers = side_by_side(lambda number: confirm_month_end(month_end=rows[number], by=leader, at=AT).confirmed)

    assert answers.count(LEADS) == 1
    assert answers.count(NoLongerPreview) == WORKERS - 1
    assert MonthEnd.objects.get().total == LEADS


@pytest.mark.rule("LG-31")
def test_month_end_confirmed_by_two_supervisors_and_prepared_anew_holds_each_lead_once(
    month_end: MonthEnd, leader: Staff
) -> None:
    """Two who clean up the same team, two nightly jobs and two workers side by side."""
    other = StaffFactory(store=leader.store, roles=["sales_supervisor"])

    def work(number: int) -> Any:
        if number < 2:
            row = MonthEnd.objects.get(pk=month_end.pk)
            return confirm_month_end(month_end=row, by=(leader, other)[number], at=AT).confirmed
        if number < 4:
            return prepare_month_end(store=leader.store, month=NOVEMBER, at=AT) is not None
        return carry_out(month_end_id=month_end.pk, tick=lambda: AT)

    answers = side_by_side(work)
    carry_out(month_end_id=month_end.pk, tick=lambda: AT)

    month_end.refresh_from_db()
    assert sorted(map(str, answers[:2])) == sorted([str(LEADS), str(NoLongerPreview)])
    assert (month_end.state, month_end.moved, month_end.total) == ("done", LEADS, LEADS)
    assert Ownership.objects.filter(reason=MoveReason.MONTH_END).count() == LEADS
    assert Recycling.objects.count() == LEADS


def test_a_confirmation_locks_the_leads_first_and_in_the_order_of_their_keys(
    month_end: MonthEnd, leader: Staff
) -> None:
    with CaptureQueriesContext(connection) as queries:
        confirm_month_end(month_end=month_end, by=leader, at=AT)

    locks = [query["sql"] for query in queries if " FOR " in query["sql"] and "UPDATE" in query["sql"]]
    tables = [sql.split(" FROM ")[1].split()[0].strip('"') for sql in locks]
    assert tables == ["leads_lead", "leads_monthend"]
    assert locks[0].endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")


@pytest.mark.rule("LG-31")
def test_a_preview_prepared_side_by_side_holds_each_lead_once(month_end: MonthEnd, leader: Staff) -> None:
    MonthEnd.objects.all().delete()

    side_by_side(lambda _: prepare_month_end(store=leader.store, month=NOVEMBER, at=AT))

    assert MonthEnd.objects.get().moves.count() == LEADS


def test_month_end_against_a_consultant_who_hands_over(month_end: MonthEnd, leader: Staff) -> None:
    """Re-assigned at the same moment: each lead has one new owner and as many lines of history as it changed hands."""
    confirm_month_end(month_end=month_end, by=leader, at=AT)
    other = StaffFactory(store=leader.store, roles=["sales_consultant"])
    leads = list(Lead.objects.select_related("store"))

    def work(number: int) -> int:
        if number:
            return carry_out(month_end_id=month_end.pk, tick=lambda: AT)
        done = 0
        for lead in leads:
            try:
                move_lead(lead=lead, owner=other, reason=MoveReason.REASSIGNED, by=leader, at=AT)
                done += 1
            except (AlreadyMoved, NoSheetLine):
                pass
        return done

    given, moved = side_by_side(work, 2)

    assert given + moved == LEADS
    assert Lead.objects.filter(owner=other).count() == given
    assert Lead.objects.filter(owner=None, pool="telesales").count() == moved
    assert Ownership.objects.count() == LEADS


# --- the manager's decision ----------------------------------------------------------------------------------------
@pytest.mark.rule("DF-10")
def test_of_managers_who_decide_at_once_one_does(leader: Staff) -> None:
    seller = StaffFactory(store=leader.store, roles=["sales_consultant"])
    managers = [StaffFactory(store=leader.store, roles=["sales_manager"]) for _ in range(WORKERS)]
    lead = LeadFactory(customer__store=leader.store, owner=seller, pool="sales_consultant", stage="showroom")
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    rows = [Defeat.objects.get() for _ in range(WORKERS)]

    answers = side_by_side(
        lambda number: (
            decide_defeat(defeat=rows[number], approve=number % 2 == 0, by=managers[number], at=AT, note="核实过").state
        )
    )

    decided = Defeat.objects.get()
    assert answers.count(AlreadyDecided) == WORKERS - 1
    assert Lead.objects.get().state == ("defeated" if decided.state == "approved" else "open")


def test_a_decision_locks_the_lead_before_the_application(leader: Staff) -> None:
    seller = StaffFactory(store=leader.store, roles=["sales_consultant"])
    lead = LeadFactory(customer__store=leader.store, owner=seller, pool="sales_consultant", stage="showroom")
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    defeat = apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)

    with CaptureQueriesContext(connection) as queries:
        decide_defeat(defeat=defeat, approve=False, by=leader, at=AT, note="核实过")

    held = [query["sql"] for query in queries if "NO KEY UPDATE" in query["sql"] or query["sql"].startswith("UPDATE")]
    assert ["leads_lead" in sql for sql in held[:2]] == [True, False]
    assert "leads_defeat" in held[1]


@pytest.mark.rule("DF-13")
def test_of_agents_who_take_a_defeated_lead_up_one_does(leader: Staff) -> None:
    agents = [StaffFactory(store=leader.store, roles=["telesales"]) for _ in range(WORKERS)]
    LeadFactory(customer__store=leader.store, state="defeated", grade="F", pool="telesales")
    rows = [Lead.objects.select_related("store").get() for _ in range(WORKERS)]

    answers = side_by_side(
        lambda number: reactivate_lead(
            lead=rows[number], owner=agents[number], grade="B", reason="再次联系", by=agents[number], at=AT
        )
    )

    assert answers.count(LeadChanged) == WORKERS - 1
    assert answers.index(None) == agents.index(Lead.objects.get().owner)
    assert Ownership.objects.count() == 1
