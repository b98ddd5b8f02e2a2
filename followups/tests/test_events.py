"""Owners' events: room for so many people, one line a customer, idempotent, cancelled in time (D7-09)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from dealership.audit.models import AuditEvent
from followups.models import EventSignUp, OwnerEvent
from followups.selectors.events import offered_events, participants_of
from followups.services.calls import save_call
from followups.services.events import (
    EventClosed,
    EventFull,
    EventHasBegun,
    EventPlan,
    FewerPlacesThanPeople,
    SignUpEndsLate,
    SignUpGone,
    SignUpWish,
    cancel_event,
    cancel_sign_up,
    change_event,
    plan_event,
    sign_up,
)
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D7-09")]
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
STARTS = dt.datetime(2026, 12, 5, 14, 0, tzinfo=CHINA)
UNTIL = dt.datetime(2026, 12, 3, 18, 0, tzinfo=CHINA)


def a_plan(**fields):
    return EventPlan(
        **{"title": "车主讲堂", "starts_at": STARTS, "place": "展厅", "places": 3, "sign_up_until": UNTIL} | fields
    )


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["sales_manager"])


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def event(store, manager):
    return plan_event(store=store, plan=a_plan(), by=manager, at=AT)


def call(store, **fields):
    return CallTaskFactory(delivery__customer__store=store, **fields)


def coming(event):
    event.refresh_from_db()
    return event.taken, [(row.customer_id, row.people) for row in participants_of(event).rows]


def test_an_event_takes_no_more_people_than_it_has_places(event, store, agent):
    first, second, third = call(store), call(store), call(store)
    sign_up(wish=SignUpWish(event.pk, 2), customer=first.customer, task=first, by=agent, at=AT)

    with pytest.raises(EventFull) as refused:
        sign_up(wish=SignUpWish(event.pk, 2), customer=second.customer, task=second, by=agent, at=AT)
    sign_up(wish=SignUpWish(event.pk), customer=third.customer, task=third, by=agent, at=AT)

    assert refused.value.params == {"event": "车主讲堂", "people": 2, "free": 1}
    assert coming(event) == (3, [(first.customer_id, 2), (third.customer_id, 1)])


def test_the_same_sign_up_twice_is_one_line_and_a_second_word_changes_its_people(event, store, agent):
    task = call(store)
    for people in (1, 1, 3, 2):
        sign_up(wish=SignUpWish(event.pk, people), customer=task.customer, task=task, by=agent, at=AT)

    assert coming(event) == (2, [(task.customer_id, 2)])
    assert list(AuditEvent.objects.about(event).order_by("pk").values_list("code", flat=True)) == [
        "event.planned",
        "event.signed_up",
        "event.people_changed",
        "event.people_changed",
    ]


def test_a_cancelled_sign_up_frees_its_places_once(event, store, agent):
    task = call(store)
    row = sign_up(wish=SignUpWish(event.pk, 3), customer=task.customer, task=task, by=agent, at=AT)

    cancel_sign_up(row=row, by=agent, at=AT)
    with pytest.raises(SignUpGone):
        cancel_sign_up(row=row, by=agent, at=AT)

    assert coming(event) == (0, [])
    sign_up(wish=SignUpWish(event.pk, 3), customer=task.customer, task=task, by=agent, at=AT)
    assert coming(event) == (3, [(task.customer_id, 3)])
    assert EventSignUp.objects.filter(event=event).count() == 2


@pytest.mark.parametrize("why", ["late", "cancelled", "foreign"])
def test_nobody_is_signed_up_for_an_event_that_takes_nobody(event, store, manager, agent, why):
    task = call(StoreFactory()) if why == "foreign" else call(store)
    at = UNTIL + dt.timedelta(minutes=1) if why == "late" else AT
    if why == "cancelled":
        cancel_event(event=event, by=manager, at=AT)

    with pytest.raises(EventClosed):
        sign_up(wish=SignUpWish(event.pk), customer=task.customer, task=task, by=agent, at=at)

    assert coming(event) == (0, [])


def test_an_event_is_changed_but_never_below_those_who_come(event, store, manager, agent):
    task = call(store)
    sign_up(wish=SignUpWish(event.pk, 2), customer=task.customer, task=task, by=agent, at=AT)

    with pytest.raises(FewerPlacesThanPeople) as refused:
        change_event(event=event, plan=a_plan(places=1), by=manager, at=AT)
    with pytest.raises(SignUpEndsLate):
        change_event(event=event, plan=a_plan(sign_up_until=STARTS + dt.timedelta(hours=1)), by=manager, at=AT)
    change_event(event=event, plan=a_plan(places=2, title="冬季讲堂"), by=manager, at=AT)

    assert refused.value.params == {"taken": 2}
    assert (event.title, event.places, event.taken) == ("冬季讲堂", 2, 2)
    cancel_event(event=event, by=manager, at=AT)
    with pytest.raises(EventClosed):
        change_event(event=event, plan=a_plan(), by=manager, at=AT)


def test_a_new_event_lies_ahead(store, manager):
    with pytest.raises(EventHasBegun):
        plan_event(store=store, plan=a_plan(starts_at=AT, sign_up_until=AT), by=manager, at=AT)

    assert not OwnerEvent.objects.exists()


def test_the_database_knows_the_number_of_places(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnerEvent.objects.filter(pk=event.pk).update(taken=4)


def test_calls_to_owners_offer_the_events_that_still_take_people(event, store, manager, agent):
    plan_event(store=store, plan=a_plan(title="已截止", sign_up_until=AT), by=manager, at=AT - dt.timedelta(days=1))
    plan_event(store=StoreFactory(), plan=a_plan(title="别店"), by=manager, at=AT)
    task = call(store)
    sign_up(wish=SignUpWish(event.pk, 2), customer=task.customer, task=task, by=agent, at=AT)
    later = AT + dt.timedelta(minutes=1)

    offered = {
        kind: [(row.row.title, row.people) for row in offered_events(call(store, kind=kind), at=later)]
        for kind in ("7dc", "periodic", "number_trace")
    }

    assert [(row.row.title, row.people) for row in offered_events(task, at=later)] == [("车主讲堂", 2)]
    assert offered == {"7dc": [("车主讲堂", 0)], "periodic": [("车主讲堂", 0)], "number_trace": []}


def test_a_saved_call_signs_up_once_and_a_full_event_keeps_nothing_of_it(event, store, agent):
    task, other = call(store, kind="n_plus_1"), call(store, kind="n_plus_1")
    saved = {"by": agent, "at": AT, "outcome": "done", "attempts": 0, "sign_up_wish": SignUpWish(event.pk, 3)}

    save_call(task=task, **saved)
    repeated = save_call(task=task, **saved)
    with pytest.raises(EventFull):
        save_call(task=other, **saved)

    assert repeated.is_repeated
    assert coming(event) == (3, [(task.customer_id, 3)])
    other.refresh_from_db()
    assert (other.state, other.attempts) == ("open", 0)


def test_a_call_that_reached_nobody_signs_nobody_up(event, store, agent):
    save_call(task=call(store), by=agent, at=AT, outcome="no_answer", sign_up_wish=SignUpWish(event.pk))

    assert coming(event) == (0, [])
