"""A lead's plan changes while somebody is at its call, on PostgreSQL."""

import datetime as dt

import pytest
from django.db import transaction

from followups.models import CallTask
from followups.services.calls import LeadLine, save_call
from followups.services.claims import AlreadyTaken, claim_task
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from leads.enums import Channel, GradedBy, MoveReason
from leads.models import Contact, Lead
from leads.services.grading import grade_lead
from leads.services.owners import move_lead
from leads.services.registering import NewLead, register_lead
from leads.tests.factories import LeadFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.waiting import Side, wait_until_somebody_waits

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = AT.date()


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def people(store: Store) -> list[Staff]:
    return [StaffFactory(store=store, roles=["telesales"]) for _nth in range(2)]


@pytest.fixture
def lead(store: Store, people: list[Staff]) -> Lead:
    new = NewLead(
        name="线索例", number="13900010001", channel=Channel.WEB, registered_at=AT - dt.timedelta(days=20), grade="A"
    )
    return register_lead(store=store, new=new, owner=people[0], pool="telesales", by=None, at=AT).lead


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("store", "owner").get(pk=lead.pk)


def test_a_call_taken_a_moment_ago_stays_with_its_agent_when_the_lead_moves(lead: Lead, people: list[Staff]) -> None:
    with transaction.atomic():
        claim_task(task=CallTask.objects.get(), by=people[0], at=AT)
        other = Side(
            lambda: move_lead(lead=fresh(lead), owner=people[1], reason=MoveReason.REASSIGNED, by=people[1], at=AT)
        )
        wait_until_somebody_waits()
    other.join()

    task = CallTask.objects.get()
    assert not isinstance(other.result, Exception)
    assert (task.state, task.claimed_by, task.owner, fresh(lead).owner) == ("claimed", people[0], people[0], people[1])


def test_who_takes_a_call_whose_lead_is_just_moving_comes_too_late(lead: Lead, people: list[Staff]) -> None:
    with transaction.atomic():
        move_lead(lead=fresh(lead), owner=people[1], reason=MoveReason.REASSIGNED, by=people[1], at=AT)
        task = CallTask.objects.get(owner=people[1])
        other = Side(lambda: claim_task(task=CallTask.objects.get(pk=task.pk), by=people[0], at=AT))
        wait_until_somebody_waits()
    other.join()

    assert isinstance(other.result, Exception)
    assert (CallTask.objects.get().state, CallTask.objects.get().owner) == ("open", people[1])


def test_a_grade_given_while_the_call_is_saved_does_not_lock_crosswise(lead: Lead, people: list[Staff]) -> None:
    with transaction.atomic():
        grade_lead(lead=fresh(lead), grade="H", graded_by=GradedBy.TELESALES, by=people[1], at=AT)
        other = Side(
            lambda: save_call(
                task=CallTask.objects.get(),
                by=people[0],
                at=AT,
                outcome="done",
                note="谈",
                line=LeadLine(grade="B", next_reason="再谈"),
            )
        )
        wait_until_somebody_waits()
    other.join()

    assert not isinstance(other.result, Exception), other.result
    assert Contact.objects.count() == 1
    assert fresh(lead).grade == "B"
    assert CallTask.objects.unfinished().get().due_on == TODAY + dt.timedelta(days=15)


def test_two_who_save_the_same_call_write_one_line(lead: Lead, people: list[Staff]) -> None:
    def save() -> object:
        return save_call(
            task=CallTask.objects.get(kind="lead_first_contact"),
            by=people[0],
            at=AT,
            outcome="done",
            note="谈",
            attempts=0,
            line=LeadLine(next_reason="再谈"),
        )

    with transaction.atomic():
        save()
        other = Side(save)
        wait_until_somebody_waits()
    other.join()

    assert getattr(other.result, "is_repeated", False) or isinstance(other.result, AlreadyTaken)
    assert Contact.objects.count() == 1


def test_a_list_and_a_change_of_plan_side_by_side_make_one_call(store: Store, people: list[Staff]) -> None:
    then = AT - dt.timedelta(days=9)
    lead = LeadFactory(
        customer__store=store, owner=people[0], registered_at=then, first_contact_at=then, last_contact_at=then,
        next_contact_on=TODAY,
    )  # fmt: skip
    with transaction.atomic():
        make_call_list(store=store, on=TODAY, at=AT)
        other = Side(lambda: grade_lead(lead=fresh(lead), grade="H", graded_by=GradedBy.TELESALES, by=people[1], at=AT))
        wait_until_somebody_waits()
    other.join()

    assert not isinstance(other.result, Exception), other.result
    assert CallTask.objects.unfinished().filter(lead=lead).count() == 1
