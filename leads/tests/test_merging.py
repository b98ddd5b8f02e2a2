"""Joining two leads of one intention, and taking them apart."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer, CustomerPhone
from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from inventory.models import VehicleModel
from leads.enums import AppointmentState, LeadState, MoveReason, Way
from leads.models import Appointment, Contact, Interest, Lead, Merge, Visit
from leads.rules.merging import CHOOSABLE, Line, chosen, columns_of, joined_order, proposed
from leads.services.contacts import ContactFacts, record_contact
from leads.services.merging import AlreadyMerged, NotMergeable, NotYoursToMerge, OneLeadOnly, merge_leads
from leads.services.owners import move_lead
from leads.services.unmerging import AlreadyUndone, WorkedOnSince, undo_merge
from leads.signals import lead_planned
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.tests.factories import StaffFactory, StoreFactory

LATER = AT + dt.timedelta(days=1)


# --- the rule ----------------------------------------------------------------------------------------------------
@given(st.lists(st.integers(min_value=0, max_value=50), max_size=20))
def test_the_joined_lines_are_numbered_in_the_order_of_the_contacts(hours):
    lines = [Line(pk, AT + dt.timedelta(hours=hour)) for pk, hour in enumerate(hours)]

    numbers = joined_order(lines)

    ordered = sorted(lines, key=lambda line: numbers[line.pk])
    assert sorted(numbers.values()) == list(range(1, len(lines) + 1))
    assert [line.at for line in ordered] == sorted(line.at for line in lines)


TEXTS = {column for name in CHOOSABLE for column in columns_of(name)} - {
    "is_fleet",
    "budget_fen",
    "buys_on",
    "introducer_id",
}
BLANK = {**dict.fromkeys(TEXTS, ""), "is_fleet": False, "budget_fen": None, "buys_on": None, "introducer_id": None}


@pytest.mark.parametrize(
    ("kept", "dropped", "expected"),
    [
        pytest.param({}, {}, {}, id="alike"),
        pytest.param({"colour": "白"}, {"colour": "白"}, {}, id="the same on both"),
        pytest.param({"colour": "白"}, {"colour": "黑"}, {"colour": "kept"}, id="two values"),
        pytest.param({}, {"colour": "黑"}, {"colour": "dropped"}, id="empty on the kept one"),
        pytest.param({"colour": "白"}, {}, {}, id="empty on the other"),
        pytest.param({"note": "甲"}, {"note": "乙"}, {"note": "both"}, id="notes are joined"),
        pytest.param({}, {"introducer_name": "张例"}, {"introducer": "dropped"}, id="the introducer as a whole"),
    ],
)
def test_the_side_to_begin_with(kept, dropped, expected):
    assert proposed(BLANK | kept, BLANK | dropped) == expected


def test_the_chosen_sides_make_the_card():
    kept = BLANK | {"colour": "白", "note": "甲", "city": "武汉"}
    dropped = BLANK | {"colour": "黑", "note": "乙", "introducer_id": 7, "introducer_name": "张例"}

    changes = chosen(kept, dropped, {"colour": "dropped", "note": "both", "introducer": "dropped", "city": "kept"})

    assert changes == {"colour": "黑", "note": "甲\n乙", "introducer_id": 7, "introducer_name": "张例"}


# --- the service -------------------------------------------------------------------------------------------------
@pytest.fixture
def store(db):
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, name="卖家例", roles=["sales_consultant"])


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["sales_supervisor"])


def a_lead(store, seller, number, **values):
    customer = CustomerFactory(store=store, owner=seller)
    CustomerPhoneFactory(customer=customer, number=number)
    values = {"owner": seller, "stage": "showroom", "pool": "sales_consultant"} | values
    return LeadFactory(customer=customer, **values)


@pytest.fixture
def kept(store, seller):
    lead = a_lead(store, seller, "+8613900000001", colour="白", note="甲")
    Interest.objects.create(lead=lead, model=model("L6"), is_main=True)
    Appointment.objects.create(lead=lead, expected_at=LATER, made_at=AT, made_by=seller)
    write(lead, 1, AT)
    write(lead, 2, AT + dt.timedelta(hours=4))
    return lead


@pytest.fixture
def dropped(store, seller):
    lead = a_lead(store, seller, "+8613900000002", colour="黑", city="武汉", note="乙")
    Interest.objects.create(lead=lead, model=model("L6"), is_main=False)
    Interest.objects.create(lead=lead, model=model("S9"), is_main=True)
    Appointment.objects.create(lead=lead, expected_at=LATER, made_at=AT, made_by=seller)
    VisitFactory(store=store, lead=lead, consultant=seller)
    write(lead, 1, AT + dt.timedelta(hours=2))
    write(lead, 2, AT + dt.timedelta(hours=6))
    Lead.objects.filter(pk=lead.pk).update(
        contacts=2, last_contact_at=AT + dt.timedelta(hours=6), next_contact_on=LATER.date()
    )
    lead.refresh_from_db()
    return lead


def model(name):
    return VehicleModel.objects.get_or_create(brand="星河", name=f"星河 {name}")[0]


def write(lead, number, at):
    Contact.objects.create(lead=lead, number=number, at=at, by=lead.owner, way=Way.PHONE, reached=True)


TABLES = (Lead, Contact, Interest, Visit, Appointment, CustomerPhone, Customer)


def everything():
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


@pytest.mark.rule("LI-21")
def test_two_leads_become_one_in_order(kept, dropped, supervisor):
    heard = []

    def hear(lead, **_kwargs):
        heard.append((lead.pk, lead.state))

    lead_planned.connect(hear)

    merge_leads(kept=kept, dropped=dropped, sides={"colour": "dropped", "note": "both"}, by=supervisor, at=LATER)

    lead_planned.disconnect(hear)
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (dropped.state, dropped.merged_into_id, dropped.next_contact_on) == (LeadState.MERGED, kept.pk, None)
    assert (kept.colour, kept.city, kept.note, kept.contacts) == ("黑", "", "甲\n乙", 2)
    assert kept.last_contact_at == AT + dt.timedelta(hours=6)
    assert kept.next_contact_on == AT.date() + dt.timedelta(days=7)  # a week after the latest contact of either
    lines = kept.contact_rows.order_by("number").values_list("number", "at")
    assert list(lines) == [(number, AT + dt.timedelta(hours=2 * number - 2)) for number in (1, 2, 3, 4)]
    assert set(kept.interests.values_list("model__name", "is_main")) == {("星河 L6", True), ("星河 S9", False)}
    assert kept.visits.count() == 1
    states = kept.appointments.order_by("pk").values_list("state", flat=True)
    assert list(states) == [AppointmentState.OPEN, AppointmentState.CANCELLED]
    numbers = kept.customer.phones.order_by("pk").values_list("number", "is_primary")
    assert list(numbers) == [("+8613900000001", True), ("+8613900000002", False)]
    assert dropped.customer.phones.count() == 1
    assert heard == [(dropped.pk, "merged"), (kept.pk, "open")]


@pytest.mark.rule("LI-21")
@pytest.mark.parametrize("former", ["open", "lost", "defeated"])
def test_undoing_gives_the_exact_former_rows(kept, dropped, supervisor, former):
    Lead.objects.filter(pk=dropped.pk).update(state=former)
    before = everything()
    merge = merge_leads(
        kept=kept, dropped=dropped, sides={"colour": "dropped", "city": "dropped", "note": "both"}, by=supervisor, at=AT
    )
    between = everything()

    undo_merge(merge=Merge.objects.get(pk=merge.pk), by=supervisor, at=LATER)

    assert between != before
    assert everything() == before
    assert list(dropped.statechange_rows.order_by("pk").values_list("before", "state")) == [
        (former, "merged"),
        ("merged", former),
    ]


def contact(lead, by):
    record_contact(lead=lead, facts=ContactFacts(Way.PHONE, False), by=by, at=LATER)


def move(lead, by):
    other = StaffFactory(store=lead.store, roles=["sales_consultant"])
    move_lead(lead=lead, owner=other, reason=MoveReason.REASSIGNED, by=by, at=LATER)


def visit(lead, by):
    VisitFactory(store=lead.store, lead=lead)


def edit(lead, by):
    Lead.objects.filter(pk=lead.pk).update(need="七座")


def make_the_other_number_the_main_one(lead, by):
    lead.customer.phones.filter(is_primary=True).update(is_primary=False)
    lead.customer.phones.filter(number="+8613900000002").update(is_primary=True)


@pytest.mark.parametrize("work", [contact, move, visit, edit, make_the_other_number_the_main_one])
def test_what_was_built_upon_is_not_taken_apart(kept, dropped, supervisor, work):
    merge = merge_leads(kept=kept, dropped=dropped, sides={}, by=supervisor, at=AT)
    work(Lead.objects.get(pk=kept.pk), supervisor)
    before = everything()

    with pytest.raises(WorkedOnSince):
        undo_merge(merge=merge, by=supervisor, at=LATER)

    assert everything() == before
    assert Merge.objects.get(pk=merge.pk).undone_at is None


def test_a_further_joining_is_undone_first(kept, dropped, store, seller, supervisor):
    third = a_lead(store, seller, "+8613900000003")
    first = merge_leads(kept=kept, dropped=dropped, sides={}, by=supervisor, at=AT)
    second = merge_leads(kept=kept, dropped=third, sides={}, by=supervisor, at=AT)

    with pytest.raises(WorkedOnSince):
        undo_merge(merge=first, by=supervisor, at=LATER)
    undo_merge(merge=second, by=supervisor, at=LATER)
    undo_merge(merge=first, by=supervisor, at=LATER)

    assert set(Lead.objects.values_list("state", flat=True)) == {"open"}


def test_it_is_undone_once(kept, dropped, supervisor):
    merge = merge_leads(kept=kept, dropped=dropped, sides={}, by=supervisor, at=AT)
    undo_merge(merge=merge, by=supervisor, at=LATER)

    with pytest.raises(AlreadyUndone):
        undo_merge(merge=merge, by=supervisor, at=LATER)


def test_the_owner_of_both_may_join_them(kept, dropped, seller):
    assert merge_leads(kept=kept, dropped=dropped, sides={}, by=seller, at=AT).pk


def test_the_owner_of_one_may_not(kept, dropped, store, seller):
    other = StaffFactory(store=store, roles=["sales_consultant"])
    Lead.objects.filter(pk=dropped.pk).update(owner=other)

    with pytest.raises(NotYoursToMerge):
        merge_leads(kept=kept, dropped=dropped, sides={}, by=seller, at=AT)


@pytest.mark.parametrize(
    ("states", "refusal"),
    [
        pytest.param(("open", "ordered"), NotMergeable, id="the ordered one is kept"),
        pytest.param(("open", "defeat_applied"), NotMergeable, id="a defeat waits"),
        pytest.param(("defeat_applied", "open"), NotMergeable, id="a defeat of the kept one waits"),
        pytest.param(("lost", "open"), NotMergeable, id="the kept one is followed up"),
        pytest.param(("delivered", "open"), NotMergeable, id="delivered"),
    ],
)
def test_which_way_round(kept, dropped, supervisor, states, refusal):
    for lead, state in zip((kept, dropped), states, strict=True):
        Lead.objects.filter(pk=lead.pk).update(state=state)

    with pytest.raises(refusal):
        merge_leads(kept=kept, dropped=dropped, sides={}, by=supervisor, at=AT)


def test_what_is_joined_is_not_joined_again(kept, dropped, supervisor):
    merge_leads(kept=kept, dropped=dropped, sides={}, by=supervisor, at=AT)

    for one, other in ((kept, dropped), (dropped, kept)):
        with pytest.raises(AlreadyMerged):
            merge_leads(kept=one, dropped=other, sides={}, by=supervisor, at=AT)


def test_a_lead_is_not_joined_with_itself_or_another_store_s(kept, supervisor):
    stranger = LeadFactory()

    for other in (kept, stranger):
        with pytest.raises(OneLeadOnly):
            merge_leads(kept=kept, dropped=other, sides={}, by=supervisor, at=AT)
