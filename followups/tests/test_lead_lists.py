"""Calls to leads on the daily list: made in sets, once, with their owners; refused ones are left out and counted."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import ContactBan
from customers.tests.factories import ContactBanFactory, CustomerFactory
from followups.models import CallTask, KindPolicy, SkippedCall
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from leads.models import Lead
from leads.tests.factories import LeadFactory
from staffing.enums import StaffState
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 24, 6, 0, tzinfo=CHINA)
YESTERDAY = NOW - DAY


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def telesales(store):
    return StaffFactory(store=store, roles=["telesales"])


def lead_of(store, owner=None, **fields):
    return LeadFactory(customer=CustomerFactory(store=store), owner=owner, **fields)


def spoken(store, owner=None, *, due=TODAY, **fields):
    """A lead that was spoken to a week ago and waits for its next contact."""
    then = NOW - 7 * DAY
    known = {"registered_at": then, "first_contact_at": then, "last_contact_at": then, "next_contact_on": due}
    return lead_of(store, owner, **(known | fields))


def made(store, on=TODAY, at=NOW):
    created = make_call_list(store=store, on=on, at=at).created
    return {kind: number for kind, number in created.items() if number}


# --- which, when, whose ----------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-02")
@pytest.mark.parametrize(
    ("registered", "kinds"),
    [
        pytest.param(NOW - dt.timedelta(hours=1), {"lead_first_contact": 1}, id="this morning"),
        pytest.param(YESTERDAY, {"lead_first_contact": 1}, id="24 hours ago"),
        pytest.param(NOW - 400 * DAY, {"lead_first_contact": 1}, id="leads are caught up from ever"),
        pytest.param(NOW + DAY, {}, id="not of the day after"),
    ],
)
def test_a_first_contact_is_on_the_list_from_the_registration_on(store, registered, kinds):
    lead_of(store, registered_at=registered)

    assert made(store) == kinds


@pytest.mark.rule("LG-25")
@pytest.mark.parametrize(
    ("due", "kinds"),
    [(TODAY, {"lead_revisit": 1}), (TODAY - 500 * DAY, {"lead_revisit": 1}), (TODAY + DAY, {})],
    ids=["today", "long ago", "tomorrow"],
)
def test_a_revisit_is_on_the_list_from_its_day_on(store, due, kinds):
    spoken(store, due=due)

    assert made(store) == kinds


def test_a_call_to_a_lead_carries_all_that_the_queue_needs(store, telesales):
    lead = spoken(store, telesales, next_reason="报置换价格", next_contact_at=NOW + dt.timedelta(hours=9))

    make_call_list(store=store, on=TODAY, at=NOW)

    task = CallTask.objects.get()
    assert (task.kind, task.subject_id, task.lead, task.occurrence) == ("lead_revisit", lead.pk, lead, "1")
    assert (task.customer, task.owner, task.pool, task.state) == (lead.customer, telesales, "telesales", "open")
    assert (task.anchor_on, task.first_due_on, task.due_on) == (TODAY - 7 * DAY, TODAY, TODAY)
    assert (task.due_at, task.promised_by) == (lead.next_contact_at, telesales)
    assert task.overdue_at == task.alert_due_at == lead.next_contact_at
    assert (task.alert_level, task.attempts, task.failed_days, task.is_successful) == (0, 0, 0, False)
    assert (task.reason, task.created_at, task.expires_on, task.vehicle) == ("报置换价格", NOW, None, None)


@pytest.mark.rule("LI-02")
def test_a_first_contact_is_late_24_hours_after_the_registration(store):
    lead = lead_of(store, registered_at=YESTERDAY + dt.timedelta(hours=10))

    make_call_list(store=store, on=TODAY, at=NOW)

    task = CallTask.objects.get()
    assert task.overdue_at == task.alert_due_at == lead.first_due_at
    assert (task.due_on, task.anchor_on) == (TODAY - DAY, TODAY - DAY)


def test_of_a_call_late_for_days_one_person_is_told(store):
    lead_of(store, registered_at=NOW - 9 * DAY)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert CallTask.objects.get().alert_level == 2


@pytest.mark.parametrize(
    ("fields", "owner_is_kept"),
    [({}, True), ({"state": StaffState.LEFT}, False), ({"is_active": False}, False)],
    ids=["works", "left", "cannot sign in"],
)
def test_calls_of_who_has_left_lie_in_the_pool(store, telesales, fields, owner_is_kept):
    lead_of(store, telesales, registered_at=YESTERDAY)
    for name, value in fields.items():
        setattr(telesales, name, value)
    telesales.save()

    make_call_list(store=store, on=TODAY, at=NOW)

    assert (CallTask.objects.get().owner == telesales) is owner_is_kept


@pytest.mark.parametrize("state", ["defeat_applied", "delivered", "lost", "defeated"])
def test_nobody_calls_who_is_not_followed_up(store, state):
    spoken(store, state=state)
    lead_of(store, state=state)

    assert made(store) == {}


def test_a_kind_that_is_switched_off_is_not_made(store):
    KindPolicy.objects.filter(kind="lead_first_contact").update(enabled=False)
    lead_of(store, registered_at=YESTERDAY)
    spoken(store)

    assert made(store) == {"lead_revisit": 1}


def test_a_tried_lead_keeps_its_first_contact_on_the_day_of_the_next_try(store):
    lead_of(store, registered_at=YESTERDAY, first_contact_at=YESTERDAY, next_contact_on=TODAY)

    assert made(store) == {"lead_first_contact": 1}
    assert CallTask.objects.get().due_on == TODAY


# --- once ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("later", [0, 1])
def test_a_list_made_again_changes_nothing(store, telesales, later):
    lead_of(store, telesales, registered_at=YESTERDAY)
    spoken(store, telesales)
    first = make_call_list(store=store, on=TODAY, at=NOW)
    before = list(CallTask.objects.order_by("pk").values())

    second = make_call_list(store=store, on=TODAY + later * DAY, at=NOW + dt.timedelta(hours=1))

    assert list(CallTask.objects.order_by("pk").values()) == before
    assert (sum(first.created.values()), sum(second.created.values())) == (2, 0)
    assert second.open == first.open


def test_the_next_call_of_a_lead_has_the_next_number(store):
    lead = spoken(store)
    make_call_list(store=store, on=TODAY, at=NOW)
    CallTask.objects.update(state="done", closed_at=NOW)
    Lead.objects.update(last_contact_at=NOW, next_contact_on=TODAY + 3 * DAY)

    make_call_list(store=store, on=TODAY + 3 * DAY, at=NOW + 3 * DAY)

    assert list(CallTask.objects.order_by("pk").values_list("subject_id", "occurrence", "due_on")) == [
        (lead.pk, "1", TODAY),
        (lead.pk, "2", TODAY + 3 * DAY),
    ]


def test_a_plan_that_was_changed_in_a_set_takes_its_waiting_call_along(store):
    moved, ended = spoken(store), spoken(store)
    make_call_list(store=store, on=TODAY, at=NOW)
    Lead.objects.filter(pk=moved.pk).update(next_contact_on=TODAY + DAY)
    Lead.objects.filter(pk=ended.pk).update(state="defeated")

    make_call_list(store=store, on=TODAY, at=NOW)

    assert list(CallTask.objects.order_by("pk").values_list("state", "due_on", "close_reason")) == [
        ("open", TODAY + DAY, ""),
        ("cancelled", TODAY, "lead_ended"),
    ]


# --- refused ---------------------------------------------------------------------------------------------------------
@pytest.mark.rule("D3-09")
@pytest.mark.parametrize(
    ("purpose", "kinds", "left_out"),
    [
        ("", {}, 2),
        ("lead_revisit", {"lead_first_contact": 1}, 1),
        ("lead_first_contact", {"lead_revisit": 1}, 1),
        ("3dc", {"lead_first_contact": 1, "lead_revisit": 1}, 0),
    ],
)
def test_who_refused_is_left_out_and_counted_however_often_the_list_is_made(store, purpose, kinds, left_out):
    customer = CustomerFactory(store=store)
    LeadFactory(customer=customer, registered_at=YESTERDAY)
    then = NOW - 7 * DAY
    LeadFactory(customer=customer, first_contact_at=then, last_contact_at=then, next_contact_on=TODAY)
    ContactBanFactory(customer=customer, purpose=purpose)

    runs = [make_call_list(store=store, on=TODAY, at=NOW) for _run in range(2)]

    assert {kind: number for kind, number in runs[0].created.items() if number} == kinds
    assert [run.skipped["contact_ban"] for run in runs] == [left_out, left_out]
    assert SkippedCall.objects.count() == left_out


def test_a_ban_that_is_lifted_brings_the_call(store):
    lead = spoken(store, due=TODAY - 30 * DAY)
    ContactBanFactory(customer=lead.customer, purpose="")
    make_call_list(store=store, on=TODAY, at=NOW)
    ContactBan.objects.update(lifted_at=NOW)

    assert made(store) == {"lead_revisit": 1}
    assert SkippedCall.objects.count() == 0


# --- cost ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("leads", [1, 30])
def test_leads_cost_the_same_number_of_statements_however_many(store, telesales, leads):
    ContactBanFactory(customer__store=store, purpose="")
    for nth in range(leads):
        lead_of(store, telesales, registered_at=NOW - nth * DAY)
        spoken(store, telesales, due=TODAY - nth * DAY)

    with CaptureQueriesContext(connection) as queries:
        make_call_list(store=store, on=TODAY, at=NOW)

    assert len(queries) == 48
    assert CallTask.objects.count() == 2 * leads
