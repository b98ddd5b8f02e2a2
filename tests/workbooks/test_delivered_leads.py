"""A ledger of deliveries ends the leads behind them, in sets, and its undoing brings them back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import undo_batch
from leads.models import Appointment, Lead
from leads.tests.factories import LeadFactory
from orders.models import Delivery
from staffing.models import Staff, Store
from tests.workbooks.books import LEDGER_HEADER, ledger_row, table
from tests.workbooks.conftest import AT

Load = Callable[..., ImportBatch]


def buyer_with_lead(store: Store, number: int, **values: object) -> Lead:
    customer = CustomerFactory(store=store, name=f"买家{number}例")
    CustomerPhoneFactory(customer=customer, number=f"+861390000{number:04d}")
    registered_at = AT - dt.timedelta(days=300)
    return LeadFactory(customer=customer, registered_at=registered_at, next_contact_on=AT.date(), **values)


def ledger(tmp_path: Path, count: int) -> Path:
    rows = [
        ledger_row(客户姓名=f"买家{number}例", 联系电话=f"1390000{number:04d}", 车架号=f"LXHAA11B0N{number:07d}")
        for number in range(count)
    ]
    return table(tmp_path / f"ledger{count}.xlsx", LEDGER_HEADER, rows)


def outcome(lead: Lead) -> tuple[object, ...]:
    lead.refresh_from_db()
    return lead.state, lead.grade, lead.delivered_on, lead.next_contact_on


@pytest.mark.rule("HO-07")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_imported_delivery_ends_its_lead_and_undoing_brings_it_back(
    load: Load, store: Store, consultant: Staff, tmp_path: Path
) -> None:
    leads = [buyer_with_lead(store, 0, state="ordered", grade="O"), buyer_with_lead(store, 1, grade="A")]
    waiting = buyer_with_lead(store, 2, state="defeat_applied", grade="B")
    later = buyer_with_lead(store, 3)
    Lead.objects.filter(pk=later.pk).update(registered_at=AT)
    former = list(Lead.objects.order_by("pk").values())

    batch = load(ledger(tmp_path, 4))

    on = Delivery.objects.order_by("pk")[0].delivered_on
    assert [outcome(lead) for lead in leads] == [("delivered", "D", on, None)] * 2
    assert [
        waiting_lead.state for waiting_lead in Lead.objects.filter(pk__in=[waiting.pk, later.pk]).order_by("pk")
    ] == [
        "defeat_applied",
        "open",
    ]
    assert list(leads[1].statechange_rows.order_by("pk").values_list("before", "state")) == [
        ("open", "ordered"),
        ("ordered", "delivered"),
    ]
    undo_batch(batch_id=batch.pk, by=consultant, at=AT)
    assert list(Lead.objects.order_by("pk").values()) == former
    assert leads[1].statechange_rows.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_a_ledger_costs_the_same_queries_for_one_lead_and_for_many(
    load: Load, store: Store, consultant: Staff, tmp_path: Path, count: int
) -> None:
    for number in range(count):
        buyer_with_lead(store, number)

    with CaptureQueriesContext(connection) as captured:
        load(ledger(tmp_path, count))

    assert Lead.objects.filter(state="delivered").count() == count
    # is there any, which, their models, the update, their appointments, two histories, the classes of the night
    assert (
        len([query for query in captured if "leads_" in query["sql"]])
        == {"sqlite": 15, "postgresql": 11}[connection.vendor]
    )


def dated_ledger(tmp_path: Path, cars: list[int], on: dt.date, *, buyer: int | None = None) -> Path:
    rows = []
    for car in cars:
        number = car if buyer is None else buyer
        told = {"客户姓名": f"买家{number}例", "联系电话": f"1390000{number:04d}"}
        rows.append(ledger_row(车架号=f"LXHAA11B0N{car:07d}", 交车日期=on.isoformat(), **told))
    return table(tmp_path / f"{on}.xlsx", LEDGER_HEADER, rows)


def delivered_days(lead: Lead) -> tuple[object, object]:
    lead.refresh_from_db()
    return lead.ordered_on, lead.delivered_on


@pytest.mark.rule("HO-07")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_corrected_day_of_delivery_is_corrected_on_the_lead_and_undone_with_it(
    load: Load, store: Store, consultant: Staff, tmp_path: Path
) -> None:
    first, right = dt.date(2026, 11, 20), dt.date(2026, 10, 31)
    ordered_on = dt.date(2026, 10, 3)
    assumed, on_file, other = (buyer_with_lead(store, number) for number in range(3))
    Lead.objects.filter(pk=on_file.pk).update(state="ordered", grade="O", ordered_on=ordered_on)
    load(dated_ledger(tmp_path, [0, 1, 2], first))
    before = [delivered_days(lead) for lead in (assumed, on_file, other)]

    batch = load(dated_ledger(tmp_path, [0, 1], right), at=AT + dt.timedelta(minutes=1))

    assert before == [(first, first), (ordered_on, first), (first, first)]
    after = [delivered_days(lead) for lead in (assumed, on_file, other)]
    assert after == [(right, right), (ordered_on, right), (first, first)]
    undo_batch(batch_id=batch.pk, by=consultant, at=AT)
    assert [delivered_days(lead) for lead in (assumed, on_file, other)] == before


@pytest.mark.rule("HO-07")
@pytest.mark.django_db
def test_of_two_cars_of_one_day_the_lead_about_the_corrected_one_moves(
    load: Load, store: Store, consultant: Staff, tmp_path: Path
) -> None:
    first, right = dt.date(2026, 11, 20), dt.date(2026, 11, 2)
    one = buyer_with_lead(store, 0)
    two = LeadFactory(customer=one.customer, registered_at=one.registered_at)
    load(dated_ledger(tmp_path, [0, 1], first, buyer=0))

    load(dated_ledger(tmp_path, [1], right, buyer=0))

    assert sorted(delivered_days(lead)[1] for lead in (one, two)) == [right, first]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_imported_delivery_cancels_the_appointment_and_undoing_brings_it_back(
    load: Load, store: Store, consultant: Staff, tmp_path: Path
) -> None:
    lead = buyer_with_lead(store, 0, owner=consultant)
    expected_at = AT + dt.timedelta(days=3)
    row = Appointment.objects.create(lead=lead, expected_at=expected_at, made_at=AT, made_by=consultant)

    batch = load(ledger(tmp_path, 1))

    row.refresh_from_db()
    assert (row.state, row.why_cancelled) == ("cancelled", "delivered")
    undo_batch(batch_id=batch.pk, by=consultant, at=AT)
    row.refresh_from_db()
    assert (row.state, row.why_cancelled) == ("open", "")
