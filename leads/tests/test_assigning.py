"""Leads given out by policy, taken from the pool, given to somebody else, handed over by a leaver."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from leads.enums import Channel, LeadState, MoveReason, Stage
from leads.models import Lead, LeadPolicy, Ownership
from leads.services.assigning import (
    AlreadyTaken,
    LeadEnded,
    NoHeirs,
    NoReason,
    NothingHeld,
    NotOfTheRole,
    NotYourPool,
    NotYourTeam,
    choose_owners,
    hand_over_portfolio,
    reassign_leads,
    take_from_pool,
)
from leads.services.intake import role_for, take_in_lead
from leads.services.owners import AlreadyMoved, OwnerOfAnotherStore
from leads.services.registering import NewLead
from leads.tests.factories import AT, LeadFactory
from staffing.enums import DutyKind, StaffState
from staffing.tests.factories import DutyDayFactory, StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
TELESALES, CONSULTANT = "telesales", "sales_consultant"


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agents(store):
    return [StaffFactory(store=store, roles=[TELESALES]) for _ in range(3)]


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["telesales_supervisor"])


def by_policy(store, **numbers):
    LeadPolicy.objects.create(store=store, effective_from=AT.date(), **numbers)


def taken_in(store, number, *, channel=Channel.WEB, owner=None, by=None, at=AT, name="来电例"):
    new = NewLead(name=name, number=number, channel=channel, registered_at=at)
    return take_in_lead(store=store, new=new, role=role_for(channel), by=by, at=at, owner=owner)


def pooled(store, **fields):
    return LeadFactory(customer__store=store, owner=None, pool=TELESALES, **fields)


def held(store, owner, **fields):
    return LeadFactory(customer__store=store, owner=owner, pool=TELESALES, **fields)


# --- by policy -------------------------------------------------------------------------------------------------------
def test_leads_go_round_in_turn_over_several_intakes(store, agents):
    owners = [taken_in(store, f"1390000{number:04}").lead.owner for number in range(4)]

    assert owners == [agents[0], agents[1], agents[2], agents[0]]


def test_turns_of_one_store_are_not_those_of_another(store, agents):
    other = StoreFactory()
    elsewhere = StaffFactory(store=other, roles=[TELESALES])
    taken_in(store, "13900000001")

    assert taken_in(other, "13900000002").lead.owner == elsewhere
    assert taken_in(store, "13900000003").lead.owner == agents[1]


def test_who_rests_that_day_is_passed_over(store, agents):
    DutyDayFactory(staff=agents[0], on=AT.date(), kind=DutyKind.REST)
    DutyDayFactory(staff=agents[1], on=AT.date(), kind=DutyKind.DUTY)
    DutyDayFactory(staff=agents[2], on=AT.date() + dt.timedelta(days=1), kind=DutyKind.LEAVE)

    owners = [taken_in(store, f"1390000{number:04}").lead.owner for number in range(3)]

    assert owners == [agents[1], agents[2], agents[1]]


def test_who_left_and_who_is_behind_get_none(store, agents):
    by_policy(store, behind_tasks=2)
    agents[0].state = StaffState.LEFT
    agents[0].save(update_fields=["state"])
    held(store, agents[1], first_due_at=AT - dt.timedelta(minutes=1))
    held(store, agents[1], first_contact_at=AT, next_contact_on=AT.date() - dt.timedelta(days=1))
    held(store, agents[2], first_due_at=AT - dt.timedelta(minutes=1))
    held(store, agents[2], first_contact_at=AT, next_contact_on=AT.date())

    assert taken_in(store, "13900000001").lead.owner == agents[2]


def test_least_load_goes_by_the_leads_followed_up(store, agents):
    by_policy(store, assign_by="least_load")
    for owner, state in ((agents[0], "open"), (agents[1], "defeated"), (agents[2], "ordered")):
        held(store, owner, state=state)

    owners = [taken_in(store, f"1390000{number:04}").lead.owner for number in range(2)]

    assert owners == [agents[1], agents[0]]


@pytest.mark.parametrize("assign_by", ["pool", "rotation"])
def test_lead_waits_in_the_pool_by_policy_or_when_nobody_can_take_it(store, assign_by):
    by_policy(store, assign_by=assign_by)
    if assign_by == "pool":
        StaffFactory(store=store, roles=[TELESALES])

    lead = taken_in(store, "13900000001").lead

    assert (lead.owner, lead.pool, lead.stage) == (None, TELESALES, Stage.TELESALES)


def test_giving_out_many_costs_the_same_as_giving_out_one(store, agents, django_assert_num_queries):
    with django_assert_num_queries(13):
        choose_owners(store=store, role=TELESALES, count=1, at=AT)
    with django_assert_num_queries(13):
        chosen = choose_owners(store=store, role=TELESALES, count=50, at=AT)

    assert [chosen.count(agent.pk) for agent in agents] == [16, 17, 17]


# --- intake ----------------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-05", "LI-09")
@pytest.mark.parametrize(
    ("channel", "role", "stage"),
    [
        pytest.param(Channel.MOTOR_SHOW, CONSULTANT, Stage.SHOWROOM, id="motor show: straight to the consultants"),
        pytest.param(Channel.WALK_IN, CONSULTANT, Stage.SHOWROOM, id="walk-in: already in the store"),
        pytest.param(Channel.PHONE, TELESALES, Stage.TELESALES, id="incoming call"),
        pytest.param(Channel.WEB, TELESALES, Stage.TELESALES, id="web order or message"),
        pytest.param(Channel.OEM, TELESALES, Stage.TELESALES, id="manufacturer"),
        pytest.param(Channel.LMS, TELESALES, Stage.TELESALES, id="LMS"),
    ],
)
def test_channel_decides_whose_side_a_lead_begins_on(store, channel, role, stage):
    people = {each: StaffFactory(store=store, roles=[each]) for each in (TELESALES, CONSULTANT)}

    lead = taken_in(store, "13900000001", channel=channel).lead

    assert (lead.owner, lead.pool, lead.stage) == (people[role], role, stage)
    assert lead.telesales == (people[TELESALES] if stage == Stage.TELESALES else None)


@pytest.mark.rule("LI-01", "LI-02", "LI-04")
def test_every_intake_is_due_within_a_day_with_somebody(store, agents):
    channels = [Channel.PHONE, Channel.WEB, Channel.OEM, Channel.LMS]

    leads = [taken_in(store, f"1390000{number:04}", channel=channel).lead for number, channel in enumerate(channels)]

    assert {lead.first_due_at for lead in leads} == {AT + dt.timedelta(hours=24)}
    assert None not in {lead.owner for lead in leads}


@pytest.mark.rule("LI-22")
def test_second_enquiry_joins_stays_with_the_owner_and_costs_nobody_a_turn(store, agents):
    first = taken_in(store, "13900000001").lead

    again = taken_in(store, "139 0000 0001", channel=Channel.PHONE, by=agents[2])

    assert again.joined
    assert again.lead == first
    assert Lead.objects.count() == 1
    assert taken_in(store, "13900000002").lead.owner == agents[1]
    alert = agents[0].alerts.get()
    assert (alert.code, alert.url, alert.params["number"]) == ("lead.joined", f"/leads/{first.pk}/", first.number)
    assert AuditEvent.objects.filter(code="lead.joined").count() == 1


def test_owner_who_enters_the_second_enquiry_is_not_told(store, agents):
    taken_in(store, "13900000001")

    taken_in(store, "13900000001", by=agents[0])

    assert not agents[0].alerts.exists()


def test_named_owner_keeps_the_lead_and_uses_no_turn(store, agents):
    assert taken_in(store, "13900000001", owner=agents[2], by=agents[2]).lead.owner == agents[2]
    assert taken_in(store, "13900000002").lead.owner == agents[0]


# --- the pool --------------------------------------------------------------------------------------------------------
def test_lead_of_the_pool_is_taken_once(store, agents):
    lead = pooled(store)
    seen_before = Lead.objects.get(pk=lead.pk)

    take_from_pool(lead=lead, by=agents[0], at=AT)

    lead.refresh_from_db()
    assert (lead.owner, lead.telesales) == (agents[0], agents[0])
    assert [(row.owner, row.reason) for row in Ownership.objects.all()] == [(agents[0], MoveReason.TAKEN)]
    with pytest.raises(AlreadyTaken):
        take_from_pool(lead=seen_before, by=agents[1], at=AT)
    with pytest.raises(AlreadyTaken):
        take_from_pool(lead=lead, by=agents[1], at=AT)


def test_pool_refuses_other_roles_other_stores_and_ended_leads(store, agents):
    stranger = StaffFactory(roles=[TELESALES])
    seller = StaffFactory(store=store, roles=[CONSULTANT])

    for person in (stranger, seller):
        with pytest.raises(NotYourPool):
            take_from_pool(lead=pooled(store), by=person, at=AT)
    with pytest.raises(LeadEnded):
        take_from_pool(lead=pooled(store, state=LeadState.LOST), by=agents[0], at=AT)


# --- somebody else ---------------------------------------------------------------------------------------------------
def test_leads_are_given_to_somebody_else_with_a_reason(store, agents, supervisor):
    leads = [held(store, agents[0]), held(store, agents[1]), pooled(store)]

    moved = reassign_leads(leads=leads, owner=agents[1], note="排班调整", by=supervisor, at=AT)

    assert moved == 2
    assert set(Lead.objects.values_list("owner", flat=True)) == {agents[1].pk}
    assert [(row.before, row.note, row.by) for row in Ownership.objects.order_by("pk")] == [
        (agents[0], "排班调整", supervisor),
        (None, "排班调整", supervisor),
    ]


def test_leads_are_put_back_into_their_pool(store, agents, supervisor):
    lead = held(store, agents[0], telesales=agents[0])

    reassign_leads(leads=[lead], owner=None, note="长假", by=supervisor, at=AT)

    lead.refresh_from_db()
    assert (lead.owner, lead.pool, lead.telesales) == (None, TELESALES, agents[0])


@pytest.mark.rule("LI-09")
def test_telesales_lead_goes_to_no_consultant_without_a_hand_over(store, agents, supervisor):
    seller = StaffFactory(store=store, roles=[CONSULTANT])
    leads = [held(store, agents[0]), held(store, agents[1])]

    with pytest.raises(NotOfTheRole):
        reassign_leads(leads=leads, owner=seller, note="想要", by=supervisor, at=AT)

    assert not Ownership.objects.exists()


def test_reassigning_refuses_as_a_whole(store, agents, supervisor):
    sound, ended = held(store, agents[0]), held(store, agents[0], state=LeadState.DEFEATED)
    moved_meanwhile = held(store, agents[0])
    Lead.objects.filter(pk=moved_meanwhile.pk).update(owner=agents[2])
    elsewhere = StaffFactory(roles=[TELESALES])

    with pytest.raises(NoReason):
        reassign_leads(leads=[sound], owner=agents[1], note="  ", by=supervisor, at=AT)
    with pytest.raises(LeadEnded):
        reassign_leads(leads=[sound, ended], owner=agents[1], note="调整", by=supervisor, at=AT)
    with pytest.raises(AlreadyMoved):
        reassign_leads(leads=[sound, moved_meanwhile], owner=agents[1], note="调整", by=supervisor, at=AT)
    with pytest.raises(OwnerOfAnotherStore):
        reassign_leads(leads=[sound], owner=elsewhere, note="调整", by=supervisor, at=AT)

    assert not Ownership.objects.exists()
    assert Lead.objects.get(pk=sound.pk).owner == agents[0]


# --- a leaver --------------------------------------------------------------------------------------------------------
def test_whole_portfolio_is_levelled_over_the_heirs_in_one_act(store, agents, supervisor):
    leaver, busy, idle = agents
    leads = [held(store, leaver) for _ in range(4)] + [held(store, leaver, state=LeadState.ORDERED)]
    ended = held(store, leaver, state=LeadState.DELIVERED)
    for _ in range(3):
        held(store, busy)
    leaver.state = StaffState.LEFT
    leaver.save(update_fields=["state"])

    got = hand_over_portfolio(leaver=leaver, heirs=[busy, idle, leaver], note="离职", by=supervisor, at=AT)

    assert got == {busy: 1, idle: 4}
    assert Lead.objects.filter(pk__in=[lead.pk for lead in leads], owner=leaver).count() == 0
    assert Lead.objects.get(pk=ended.pk).owner == leaver
    assert set(Ownership.objects.values_list("reason", "note")) == {(MoveReason.LEAVER, "离职")}
    act = AuditEvent.objects.get(code="leads.portfolio_handed_over")
    assert (act.by, act.data["leads"]) == (supervisor, 5)


def test_portfolio_refuses_without_heirs_without_leads_and_beyond_ones_team(store, agents, supervisor):
    leaver, heir, _other = agents
    seller = StaffFactory(store=store, roles=[CONSULTANT])

    with pytest.raises(NothingHeld):
        hand_over_portfolio(leaver=leaver, heirs=[heir], note="离职", by=supervisor, at=AT)
    held(store, leaver)
    with pytest.raises(NoHeirs):
        hand_over_portfolio(leaver=leaver, heirs=[leaver], note="离职", by=supervisor, at=AT)
    with pytest.raises(NoReason):
        hand_over_portfolio(leaver=leaver, heirs=[heir], note="", by=supervisor, at=AT)
    with pytest.raises(NotOfTheRole):
        hand_over_portfolio(leaver=leaver, heirs=[seller], note="离职", by=supervisor, at=AT)
    LeadFactory(customer__store=store, owner=seller, pool=CONSULTANT, stage=Stage.SHOWROOM)
    with pytest.raises(NotYourTeam):
        hand_over_portfolio(leaver=seller, heirs=[heir], note="离职", by=supervisor, at=AT)

    assert not Ownership.objects.exists()
