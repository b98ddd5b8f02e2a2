"""The last places of an event, on PostgreSQL: nobody sits on a taken chair. The first test shows the race unguarded."""

import datetime as dt
from threading import Barrier

import pytest

from customers.tests.factories import CustomerFactory
from followups.models import EventSignUp, OwnerEvent, Questionnaire
from followups.services.events import EventFull, EventPlan, SignUpWish, plan_event, sign_up
from followups.services.questionnaires import VersionMadeMeanwhile, copy_questionnaire
from followups.tests.factories import CHINA
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.test_races_claims import side_by_side

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AGENTS, PLACES = 8, 3
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def agents() -> list[Staff]:
    store = StoreFactory()
    return [StaffFactory(store=store, roles=["call_centre_agent"]) for _ in range(AGENTS)]


@pytest.fixture
def event(agents: list[Staff]) -> OwnerEvent:
    starts = AT + dt.timedelta(days=9)
    plan = EventPlan("车主讲堂", starts, "展厅", PLACES, starts)
    store = agents[0].store
    assert store is not None
    return plan_event(store=store, plan=plan, by=agents[0], at=AT)


def test_places_are_given_twice_without_the_guard(agents: list[Staff], event: OwnerEvent) -> None:
    """Count, then write: what the one conditional UPDATE is there for."""
    seen = Barrier(AGENTS)
    customers = {agent.pk: CustomerFactory(store=agent.store) for agent in agents}

    def count_then_write(agent: Staff) -> bool:
        has_room = EventSignUp.objects.filter(event=event).count() < PLACES
        seen.wait(timeout=30)
        if has_room:
            EventSignUp.objects.create(event=event, customer=customers[agent.pk], at=AT, by=agent)
        return has_room

    came = side_by_side(count_then_write, agents)

    assert sum(came) == AGENTS > PLACES


@pytest.mark.rule("D7-09")
def test_eight_agents_and_three_places_make_three_guests(agents: list[Staff], event: OwnerEvent) -> None:
    customers = {agent.pk: CustomerFactory(store=agent.store) for agent in agents}

    def invite(agent: Staff) -> str:
        try:
            sign_up(wish=SignUpWish(event.pk), customer=customers[agent.pk], task=None, by=agent, at=AT)
        except EventFull:
            return "full"
        return "comes"

    answers = side_by_side(invite, agents)
    event.refresh_from_db()

    assert (answers.count("comes"), event.taken, event.sign_ups.count()) == (PLACES, PLACES, PLACES)


@pytest.mark.rule("D7-09")
def test_one_customer_signed_up_by_eight_at_once_takes_the_places_once(agents: list[Staff], event: OwnerEvent) -> None:
    customer = CustomerFactory(store=agents[0].store)

    side_by_side(lambda by: sign_up(wish=SignUpWish(event.pk, 2), customer=customer, task=None, by=by, at=AT), agents)
    event.refresh_from_db()

    assert (event.taken, event.sign_ups.count()) == (2, 1)


@pytest.mark.rule("D7-07")
def test_eight_editors_at_once_make_versions_that_differ(agents: list[Staff]) -> None:
    first = Questionnaire.objects.get(kind="7dc", version=1, store=None)

    def copy(editor: Staff) -> bool:
        try:
            copy_questionnaire(questionnaire=first, store=None, by=editor, at=AT, effective_from=AT.date())
        except VersionMadeMeanwhile:
            return False
        return True

    made = sum(side_by_side(copy, agents))
    versions = list(
        Questionnaire.objects.filter(kind="7dc", store=None).order_by("version").values_list("version", flat=True)
    )

    assert versions == list(range(1, made + 2))
    assert made >= 1
