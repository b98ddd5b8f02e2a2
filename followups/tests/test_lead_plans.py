"""Whatever happens to a lead, in whatever order: one unfinished call at most, on the day that the plan says."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.enums import LEAD_KINDS
from followups.models import CallTask
from followups.rules.lead_calls import planned_lead_call
from followups.services.calls import LeadLine, save_call
from followups.services.claims import claim_task, release_task
from followups.services.lead_calls import lead_facts
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from leads.enums import Channel, GradedBy, LeadState, MoveReason, Way
from leads.models import Contact, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.grading import grade_lead
from leads.services.owners import move_lead
from leads.services.registering import NewLead, register_lead
from leads.services.states import change_state
from leads.signals import lead_planned
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
GRADES = st.sampled_from("HABC")
OUTCOMES = st.sampled_from(["done", "no_answer", "busy", "inconvenient", "appointment", "call_back"])
STEPS = st.one_of(
    st.tuples(st.just("call"), OUTCOMES, GRADES),
    st.tuples(st.just("card"), st.booleans(), GRADES),
    st.tuples(st.just("grade"), st.none(), GRADES),
    st.tuples(st.just("owner"), st.integers(0, 2), st.none()),
    st.tuples(st.just("state"), st.sampled_from(["ordered", "lost", "open"]), st.none()),
    st.tuples(st.just("claim"), st.booleans(), st.none()),
    st.tuples(st.just("list"), st.none(), st.none()),
)


@dataclass
class World:
    """One lead, three colleagues, and a clock that runs on."""

    lead: Lead
    people: list
    at: dt.datetime = START

    def waiting(self) -> CallTask | None:
        return CallTask.objects.unfinished().filter(lead=self.lead, kind__in=LEAD_KINDS).first()

    def do(self, step: str, what, grade) -> None:
        self.lead.refresh_from_db()
        getattr(self, step)(what, grade)

    def call(self, outcome, grade) -> None:
        task = self.waiting()
        if task is None:
            return
        later = self.at + dt.timedelta(days=2)
        save_call(
            task=task, by=task.owner, at=self.at, outcome=outcome, note="谈", promised_at=later,
            line=LeadLine(grade=grade, next_reason="再谈", appointment_at=later),
        )  # fmt: skip

    def card(self, reached, grade) -> None:
        if self.lead.state not in (LeadState.OPEN, LeadState.ORDERED):
            return
        grade = grade if self.lead.state == LeadState.OPEN else ""
        facts = ContactFacts(way=Way.WECHAT, reached=reached, result="谈", next_reason="再谈", grade=grade)
        record_contact(lead=self.lead, facts=facts, by=self.people[0], at=self.at)

    def grade(self, _what, grade) -> None:
        if self.lead.state == LeadState.OPEN:
            grade_lead(lead=self.lead, grade=grade, graded_by=GradedBy.TELESALES, by=self.people[0], at=self.at)

    def owner(self, place, _grade) -> None:
        if self.lead.owner != self.people[place]:
            move_lead(
                lead=self.lead, owner=self.people[place], reason=MoveReason.REASSIGNED, by=self.people[0], at=self.at
            )

    def state(self, state, _grade) -> None:
        allowed = {"open": ("ordered", "lost"), "ordered": ("open",), "lost": ("open",)}
        if state in allowed[self.lead.state]:
            change_state(lead=self.lead, state=LeadState(state), by=self.people[0], at=self.at)
            lead_planned.send(sender=Lead, lead=self.lead, by=self.people[0], at=self.at)

    def claim(self, _what, _grade) -> None:
        """Taken, the plan changes meanwhile, put back."""
        task = self.waiting()
        if task is None:
            return
        holder = task.owner
        claim_task(task=task, by=holder, at=self.at)
        self.owner(2, None)
        release_task(task=task, by=holder, at=self.at)

    def list(self, _what, _grade) -> None:
        make_call_list(store=self.lead.store, on=self.at.astimezone(CHINA).date(), at=self.at)


@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 200)), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.rule("LG-07")
@pytest.mark.rule("LG-20")
@pytest.mark.rule("LG-26")
def test_a_followed_lead_has_exactly_the_call_of_its_plan(steps):
    with transaction.atomic():
        world = _world()
        for (step, what, grade), hours in steps:
            world.do(step, what, grade)
            _check(world)
            world.at += dt.timedelta(hours=hours, minutes=1)
        transaction.set_rollback(True)


def _world() -> World:
    store = StoreFactory()
    people = [StaffFactory(store=store, roles=["telesales"]) for _nth in range(3)]
    new = NewLead(name="线索例", number="13900010001", channel=Channel.WEB, registered_at=START, grade="A")
    lead = register_lead(store=store, new=new, owner=people[0], pool="telesales", by=None, at=START).lead
    return World(lead, people)


def _check(world: World) -> None:
    lead = Lead.objects.select_related("store").get(pk=world.lead.pk)
    plan = planned_lead_call(lead_facts(lead), lead.store.tz)
    found = list(CallTask.objects.unfinished().filter(lead=lead))
    assert [(task.kind, task.due_on, task.due_at, task.owner_id, task.overdue_at) for task in found] == (
        [] if plan is None else [(plan.kind, plan.due_on, plan.due_at, lead.owner_id, plan.overdue_at)]
    )
    made = CallTask.objects.filter(lead=lead, attempts__gt=0)
    assert sum(made.values_list("attempts", flat=True)) == Contact.objects.filter(lead=lead).exclude(outcome="").count()
