"""Whatever is done with a lead, in whatever order: it waits for a call on a day, or stands on the list of those without
a date. Never both, never neither."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.enums import LEAD_KINDS
from followups.models import CallTask
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from leads.enums import FOLLOWED, Channel, GradedBy, LeadState, Way
from leads.models import Lead
from leads.selectors.list import UNDATED, leads_of_tab
from leads.services.contacts import ContactFacts, record_contact
from leads.services.grading import grade_lead
from leads.services.lost import lose_contact
from leads.services.merging import merge_leads
from leads.services.outcomes import note_order, note_order_cancelled
from leads.services.plans import plan_contact
from leads.services.reactivation import reactivate_lead
from leads.services.registering import NewLead, register_lead
from leads.tests.factories import LeadFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
GRADES = st.sampled_from("HABC")
ACTS = st.one_of(
    st.tuples(st.just("judge"), GRADES),
    st.tuples(st.just("try_in_vain"), st.none()),
    st.tuples(st.just("speak"), st.sampled_from(["", "H", "A", "B", "C"])),
    st.tuples(st.just("promise"), st.integers(1, 40)),
    st.tuples(st.just("plan"), st.integers(0, 40)),
    st.tuples(st.just("order"), st.none()),
    st.tuples(st.just("cancel_order"), st.none()),
    st.tuples(st.just("lose"), st.none()),
    st.tuples(st.just("take_up_again"), GRADES),
    st.tuples(st.just("join_a_tried_one"), st.booleans()),
)


@dataclass
class World:
    """One lead, whoever works it, and a clock that runs on."""

    lead: Lead
    agent: Staff
    at: dt.datetime = START

    def do(self, act: str, what: object) -> None:
        self.lead = Lead.objects.select_related("store", "customer").get(pk=self.lead.pk)
        getattr(self, act)(what)

    def judge(self, grade) -> None:
        if self.lead.state == LeadState.OPEN:
            grade_lead(lead=self.lead, grade=grade, graded_by=GradedBy.TELESALES, by=self.agent, at=self.at)

    def _write(self, *, reached: bool, **facts) -> None:
        if self.lead.state in FOLLOWED:
            line = ContactFacts(way=Way.WECHAT, reached=reached, result="谈", next_reason="再谈", **facts)
            record_contact(lead=self.lead, facts=line, by=self.agent, at=self.at)

    def try_in_vain(self, _what) -> None:
        self._write(reached=False)

    def speak(self, grade) -> None:
        self._write(reached=True, grade=grade if self.lead.state == LeadState.OPEN else "")

    def promise(self, days) -> None:
        self._write(reached=True, next_at=self.at + dt.timedelta(days=days))

    def plan(self, days) -> None:
        on = self.at.date() + dt.timedelta(days=days)
        plan_contact(lead=self.lead, on=on, by=self.agent, at=self.at)

    def order(self, _what) -> None:
        if self.lead.state == LeadState.OPEN:
            note_order(lead=self.lead, on=self.at.date(), by=self.agent, at=self.at)

    def cancel_order(self, _what) -> None:
        if self.lead.state == LeadState.ORDERED:
            note_order_cancelled(lead=self.lead, by=self.agent, at=self.at)

    def lose(self, _what) -> None:
        if self.lead.state == LeadState.OPEN:
            lose_contact(lead=self.lead, by=self.agent, at=self.at, number_verified=True)

    def take_up_again(self, grade) -> None:
        if self.lead.state == LeadState.LOST:
            reactivate_lead(lead=self.lead, owner=self.agent, grade=grade, reason="又来问", by=self.agent, at=self.at)

    def join_a_tried_one(self, was_reached) -> None:
        if self.lead.state in FOLLOWED:
            since = self.at - dt.timedelta(days=1)
            other = LeadFactory(
                customer=self.lead.customer, owner=self.agent, registered_at=since, first_contact_at=since,
                last_contact_at=since if was_reached else None,
            )  # fmt: skip
            merge_leads(kept=self.lead, dropped=other, sides={}, by=self.agent, at=self.at)


@given(
    grade=st.sampled_from(["", "H", "A", "B", "C"]),
    acts=st.lists(st.tuples(ACTS, st.integers(1, 300)), min_size=1, max_size=8),
    is_list_made=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.rule("LG-25", "LG-26", "LG-23")
def test_a_lead_that_is_followed_up_is_on_exactly_one_list_or_has_a_day(grade, acts, is_list_made):
    with transaction.atomic():
        world = _world(grade)
        for (act, what), hours in acts:
            world.do(act, what)
            if is_list_made:
                make_call_list(store=world.lead.store, on=world.at.astimezone(CHINA).date(), at=world.at)
            _check(world)
            world.at += dt.timedelta(hours=hours)
        transaction.set_rollback(True)


def _world(grade: str) -> World:
    store = StoreFactory()
    agent = StaffFactory(store=store, roles=["telesales", "telesales_supervisor"])
    new = NewLead(name="线索例", number="13900010001", channel=Channel.WEB, registered_at=START, grade=grade)
    lead = register_lead(store=store, new=new, owner=agent, pool="telesales", by=None, at=START).lead
    return World(lead, agent)


def _check(world: World) -> None:
    lead = Lead.objects.get(pk=world.lead.pk)
    calls = list(CallTask.objects.unfinished().filter(lead=lead, kind__in=LEAD_KINDS))
    undated = leads_of_tab(world.agent, UNDATED, on=world.at.date()).filter(pk=lead.pk).exists()
    if lead.state not in FOLLOWED:
        assert (calls, undated) == ([], False)
        return
    assert len(calls) + undated == 1, (lead.state, lead.grade, lead.next_contact_on)
    if undated:
        assert lead.grade == "C"
    elif lead.first_contact_at is None and lead.state == LeadState.OPEN:
        assert calls[0].overdue_at == lead.first_due_at
    else:
        assert calls[0].due_on == lead.next_contact_on
