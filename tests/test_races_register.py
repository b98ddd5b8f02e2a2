"""Two desks, a telephone and a workbook with one new number, on PostgreSQL.

The first test shows the race with its guard taken away.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections, transaction

from dealership.workbooks.services import check_batch, commit_batch, receive_workbook, start_commit
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.models import Lead, Visit
from leads.resources import visit_register
from leads.services import registering, visits
from leads.services.intake import take_in_lead
from leads.services.registering import NewLead
from leads.services.visits import VisitFacts, complete_visit, grade_after_visit, register_visit
from leads.tests.factories import AT, VisitFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.workbooks.books import table
from tests.workbooks.test_visit_register import CALL, HEADER, line

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

NUMBER = "13900000321"
SELLERS = 6


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def sellers(store: Store) -> list[Staff]:
    StaffFactory(store=store, roles=["telesales"])
    return [StaffFactory(store=store, roles=["sales_consultant"]) for _number in range(SELLERS)]


def side_by_side(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """What each gave back, all at once, each on a connection of its own."""
    start = Barrier(len(items))

    def run(item: Any) -> Any:
        try:
            start.wait(timeout=30)
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def come(seller: Staff, **more: Any) -> int | None:
    facts = VisitFacts(name="来客例", number=NUMBER, grade="B", consultant=seller)
    store = Store.objects.get(pk=seller.store_id)
    return register_visit(store=store, facts=facts, by=seller, at=AT, **more).lead_id


def test_two_desks_open_two_leads_without_the_guard(
    store: Store, sellers: list[Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, next_number = Barrier(2), registering.next_number

    def after_looking(**what: Any) -> int:
        looked.wait(timeout=30)
        return next_number(**what)

    monkeypatch.setattr(visits, "hold_intake", lambda **_what: 0)
    monkeypatch.setattr(registering, "next_number", after_looking)

    side_by_side(come, sellers[:2])

    assert Lead.objects.count() == 2


def test_many_desks_open_one_lead(store: Store, sellers: list[Staff]) -> None:
    leads = side_by_side(come, sellers)

    assert Lead.objects.count() == 1
    assert leads == [Lead.objects.get().pk] * SELLERS


def test_a_call_a_visit_and_an_enquiry_are_one_lead(store: Store, sellers: list[Staff]) -> None:
    def enquire(way: str) -> None:
        if way == "web":
            new = NewLead(name="来客例", number=NUMBER, channel=Channel.WEB, registered_at=AT)
            take_in_lead(store=Store.objects.get(), new=new, role="telesales", by=None, at=AT)
        else:
            come(sellers[0], by_phone=way == "call")

    side_by_side(enquire, ["web", "call", "visit"] * 2)

    assert Lead.objects.count() == 1
    assert set(Visit.objects.values_list("lead", flat=True)) == {Lead.objects.get().pk}


def test_a_number_and_a_grade_that_come_later_open_one_lead(store: Store, sellers: list[Staff]) -> None:
    rows = [VisitFactory(store=store, consultant=seller, left_at=AT) for seller in sellers[:2]]
    graded = VisitFactory(store=store, consultant=sellers[2], left_at=AT, number=f"+86{NUMBER}", grade="C")
    later = AT + dt.timedelta(hours=2)

    def judge(visit: Visit) -> None:
        if visit == graded:
            grade_after_visit(visit=visit, grade="A", by=sellers[2], at=later)
        else:
            facts = VisitFacts(name="来客例", number=NUMBER, grade="B", consultant=visit.consultant)
            complete_visit(visit=visit, facts=facts, by=sellers[0], at=later)

    side_by_side(judge, [*rows, graded])

    assert Lead.objects.count() == 1


@pytest.mark.parametrize("is_call", [False, True], ids=["visit", "call"])
def test_a_workbook_links_the_lead_that_the_desk_opened_meanwhile(
    store: Store, sellers: list[Staff], settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_call: bool
) -> None:
    """The desk has written its line and not committed when the workbook looks for leads, and finds none."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "f"}},
    }
    VehicleModel.objects.create(brand="示范汽车", name="示范一号")
    changes = CALL if is_call else {"到店时间": "09:05"}
    path = table(tmp_path / "register.xlsx", HEADER, [line(销售顾问=sellers[0].name, **changes)])
    with path.open("rb") as content:
        batch = receive_workbook(
            content=content, file_name=path.name, store_id=store.pk, as_of=AT.date(), by=None, at=AT
        )
    check_batch(batch_id=batch.pk, at=AT)
    start_commit(batch_id=batch.pk, by=None, at=AT)
    registered, judged, find_visitors = Event(), Event(), visit_register.find_visitors

    def looking(*records: Any, **what: Any) -> None:
        find_visitors(*records, **what)
        judged.set()

    monkeypatch.setattr(visit_register, "find_visitors", looking)

    def act(who: str) -> None:
        if who == "desk":
            with transaction.atomic():
                come(sellers[1])
                registered.set()
                assert judged.wait(timeout=30)
        else:
            assert registered.wait(timeout=30)
            commit_batch(batch_id=batch.pk, at=AT)

    side_by_side(act, ["desk", "workbook"])

    lead = Lead.objects.get()
    assert (lead.owner, list(Visit.objects.values_list("lead", flat=True))) == (sellers[1], [lead.pk] * 2)
