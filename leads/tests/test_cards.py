"""The yellow card: mandatory fields, what is never changed silently, lines, marks, and the spot check."""

import datetime as dt

import pytest

from customers.models import Customer
from dealership.audit.models import AuditEvent
from inventory.tests.factories import VehicleModelFactory
from leads.enums import Channel, Way
from leads.models import Contact, Grade, Interest, Lead
from leads.rules.cards import COUNTED, MANDATORY, fullness, missing
from leads.rules.policies import LeadRule
from leads.rules.spot_check import SeenLine, bursts, same_texts
from leads.selectors.cards import card_of, card_version, front_values
from leads.selectors.spot_check import findings_for
from leads.services.cards import (
    CardChanged,
    CardIncomplete,
    CardValues,
    JoinedCard,
    NoReasonOfCorrection,
    NotYoursToChange,
    OwnCard,
    SameChannel,
    correct_channel,
    mark_seen,
    remark_line,
    review_card,
    save_card,
)
from leads.services.contacts import ContactFacts, NoNextReason, NoResult, record_contact
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory

FULL = dict.fromkeys(COUNTED, "x")


# --- the rules -----------------------------------------------------------------------------------------------------
@pytest.mark.rule("CC-17")
@pytest.mark.parametrize("name", MANDATORY)
def test_a_starred_field_blocks_saving(name):
    assert missing(FULL | {name: ""}, MANDATORY) == (name,)
    assert missing(FULL | {name: "  "}, MANDATORY) == (name,)
    assert missing(FULL | {name: None}, MANDATORY) == (name,)
    assert missing(FULL, MANDATORY) == ()


def test_the_meter_counts_what_every_customer_has():
    assert fullness({}) == (0, len(COUNTED))
    assert fullness(FULL) == (len(COUNTED), len(COUNTED))
    assert fullness(FULL | {"hobby": "", "company": "", "wechat": ""}) == (len(COUNTED) - 1, len(COUNTED))


def line(pk, minute, text="客户要求对比竞品报价", by=1, lead=1):
    return SeenLine(pk=pk, lead=lead, by=by, at=AT + dt.timedelta(minutes=minute), text=text)


@pytest.mark.rule("CC-09")
@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param([line(1, 0), line(2, 500)], [(1, 2)], id="twice, hours apart"),
        pytest.param([line(1, 0), line(2, 5, "客户要求 对比竞品报价 ")], [(1, 2)], id="but for spaces"),
        pytest.param([line(1, 0), line(2, 5, by=2)], [], id="by two people"),
        pytest.param([line(1, 0), line(2, 5, "客户下周到店试驾")], [], id="different"),
        pytest.param([line(1, 0, "无人接听"), line(2, 5, "无人接听")], [], id="too short to mean anything"),
        pytest.param([line(3, 9), line(1, 0), line(2, 5)], [(1, 2, 3)], id="three times, in their order"),
    ],
)
def test_the_same_text_again_is_found(lines, found):
    assert [tuple(row.pk for row in group) for group in same_texts(lines)] == found


@pytest.mark.rule("CC-09")
@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        pytest.param([0, 5, 10], [(1, 2, 3)], id="three in ten minutes"),
        pytest.param([0, 5, 11], [], id="a minute too long"),
        pytest.param([0, 5], [], id="two"),
        pytest.param([0, 5, 10, 15], [(1, 2, 3, 4)], id="runs that overlap are one"),
        pytest.param([0, 1, 2, 60, 61, 62], [(1, 2, 3), (4, 5, 6)], id="two runs"),
        pytest.param([0, 20, 40, 60], [], id="spread"),
    ],
)
def test_many_contacts_within_minutes_are_found(minutes, found):
    lines = [line(number, minute, text="") for number, minute in enumerate(minutes, start=1)]
    rule = LeadRule(burst_contacts=3, burst_minutes=10)

    assert [tuple(row.pk for row in group) for group in bursts(lines, rule)] == found


@pytest.mark.rule("CC-09")
def test_a_burst_is_one_persons():
    lines = [line(1, 0, by=1), line(2, 1, by=2), line(3, 2, by=1)]

    assert bursts(lines, LeadRule(burst_contacts=3, burst_minutes=10)) == []


# --- the front -----------------------------------------------------------------------------------------------------
@pytest.fixture
def seller(db):
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def leader(seller):
    return StaffFactory(store=seller.store, roles=["sales_supervisor"])


@pytest.fixture
def model():
    return VehicleModelFactory()


@pytest.fixture
def lead(seller):
    return LeadFactory(
        customer__store=seller.store,
        customer__owner=seller,
        customer__name="王小明例",
        customer__gender="",
        customer__occupation="",
        owner=seller,
        pool="sales_consultant",
        stage="showroom",
    )


def typed(model, *others, **changes):
    customer = {"name": "王小明例", "gender": "male", "occupation": "教师"}
    front = {"reason_to_follow": "家中添二胎", "budget_fen": 15_000_000}
    for name, value in changes.items():
        (customer if name in customer else front)[name] = value
    return CardValues(lead=front, customer=customer, models=[model, *others])


def saved(lead, values, by, at=AT):
    return save_card(lead=lead, values=values, version=card_version(lead), by=by, at=at)


@pytest.mark.rule("CC-01", "LI-23")
def test_the_first_save_fills_and_opens_the_card(lead, seller, model):
    other = VehicleModelFactory(name="远航 S5")

    changed = saved(lead, typed(model, other), seller)

    lead = Lead.objects.select_related("customer").get()
    assert set(changed) == {"reason_to_follow", "budget_fen", "gender", "occupation", "models"}
    assert (lead.card_opened_on, lead.reason_to_follow, lead.budget_fen) == (AT.date(), "家中添二胎", 15_000_000)
    assert (lead.customer.gender, lead.customer.occupation) == ("male", "教师")
    assert [(row.model, row.is_main) for row in lead.interests.order_by("-is_main")] == [(model, True), (other, False)]
    event = AuditEvent.objects.get(code="lead.card_saved")
    assert event.data["reason_to_follow"] == ["", "家中添二胎"]
    assert AuditEvent.objects.filter(code="customer.completed").exists()


@pytest.mark.rule("CC-17")
@pytest.mark.parametrize("name", ["reason_to_follow", "budget_fen", "gender", "occupation"])
def test_without_a_starred_field_nothing_is_saved(lead, seller, model, name):
    with pytest.raises(CardIncomplete) as refused:
        saved(lead, typed(model, **{name: ""}), seller)

    assert refused.value.fields == (name,)
    assert not Interest.objects.exists()


@pytest.mark.rule("CC-17")
def test_without_a_main_model_nothing_is_saved(lead, seller, model):
    values = typed(model)

    with pytest.raises(CardIncomplete):
        saved(lead, CardValues(lead=values.lead, customer=values.customer), seller)


@pytest.mark.rule("CC-13")
def test_what_is_known_of_a_customer_is_changed_by_a_supervisor(lead, seller, leader, model):
    saved(lead, typed(model), seller)
    lead = Lead.objects.select_related("store", "customer").get()

    with pytest.raises(NotYoursToChange) as refused:
        saved(lead, typed(model, occupation="医生"), seller)
    saved(lead, typed(model, occupation="医生", name="王晓明例"), leader)

    customer = Customer.objects.get()
    assert refused.value.fields == ("occupation",)
    assert (customer.occupation, customer.name, customer.initials[:3]) == ("医生", "王晓明例", "wxm")
    event = AuditEvent.objects.get(code="customer.amended")
    assert event.data == {"name": ["王小明例", "王晓明例"], "occupation": ["教师", "医生"]}


def test_of_two_who_edit_the_second_looks_again(lead, seller, leader, model):
    opened = card_version(lead)
    saved(lead, typed(model), seller)

    with pytest.raises(CardChanged):
        save_card(lead=lead, values=typed(model, reason_to_follow="换购"), version=opened, by=leader, at=AT)

    assert Lead.objects.get().reason_to_follow == "家中添二胎"


def test_another_main_model_takes_the_place_of_the_first(lead, seller, model):
    saved(lead, typed(model), seller)
    other = VehicleModelFactory(name="远航 S5")
    lead = Lead.objects.select_related("store", "customer").get()

    changed = saved(lead, typed(other, model), seller)

    assert changed == ("models",)
    assert lead.interests.get(is_main=True).model == other


def test_a_joined_card_is_not_written(lead, seller, model):
    other = LeadFactory(customer__store=seller.store)
    Lead.objects.filter(pk=lead.pk).update(state="merged", merged_into=other)

    with pytest.raises(JoinedCard):
        saved(lead, typed(model), seller)


@pytest.mark.rule("CC-17")
def test_the_channel_is_no_field_of_the_card(lead, seller, model):
    values = typed(model)
    sneaky = CardValues(lead={**values.lead, "channel": "referral"}, customer=values.customer, models=[model])

    saved(lead, sneaky, seller)

    assert Lead.objects.get().channel == "web"


@pytest.mark.rule("CC-17")
def test_the_channel_is_corrected_with_a_reason_that_the_audit_keeps(lead):
    admin = StaffFactory(store=lead.store, roles=["admin"])
    for channel, reason, refusal in (
        (Channel.REFERRAL, " ", NoReasonOfCorrection),
        (Channel.WEB, "录错", SameChannel),
    ):
        with pytest.raises(refusal):
            correct_channel(lead=lead, channel=channel, reason=reason, by=admin, at=AT)

    correct_channel(lead=lead, channel=Channel.REFERRAL, reason="录入时选错", by=admin, at=AT)

    assert Lead.objects.get().channel == "referral"
    event = AuditEvent.objects.get(code="lead.channel_corrected")
    assert event.data == {"channel": ["web", "referral"], "reason": "录入时选错"}


# --- the back ------------------------------------------------------------------------------------------------------
def talked(lead, by, at=AT, **values):
    facts = {"way": Way.SHOWROOM, "reached": True, "result": "认可空间，嫌价格高", "next_reason": "送金融方案"} | values
    return record_contact(lead=lead, facts=ContactFacts(**facts), by=by, at=at)


@pytest.mark.rule("CC-07")
def test_before_the_first_contact_the_line_stands_as_an_appointment(lead):
    plan = card_of(lead, on=AT.date()).plan

    assert plan is not None
    assert (plan.number, plan.is_first, plan.at) == (1, True, lead.first_due_at)


@pytest.mark.rule("CC-03", "CC-06", "CC-08")
def test_the_reason_of_a_line_is_the_plan_that_the_line_before_made(lead, seller):
    first = talked(lead, seller)
    second = talked(lead, seller, at=AT + dt.timedelta(days=1), next_reason="约试驾")

    assert (first.next_reason, second.reason) == ("送金融方案", "送金融方案")
    assert (second.planned_on, second.planned_way) == (first.next_on, first.next_way)
    plan = card_of(lead, on=AT.date()).plan
    assert plan is not None
    assert (plan.number, plan.reason, plan.on, plan.is_first) == (3, "约试驾", second.next_on, False)


@pytest.mark.rule("CC-05", "CC-08")
@pytest.mark.parametrize(("values", "refusal"), [({"result": " "}, NoResult), ({"next_reason": ""}, NoNextReason)])
def test_a_line_says_what_came_of_it_and_what_comes_next(lead, seller, values, refusal):
    with pytest.raises(refusal):
        talked(lead, seller, **values)


@pytest.mark.rule("CC-04")
def test_the_reason_need_not_be_about_the_car(lead, seller):
    assert talked(lead, seller, next_reason="祝贺孩子入学").next_reason == "祝贺孩子入学"


@pytest.mark.rule("CC-02", "CC-06")
def test_late_counts_against_the_plan_and_the_next_date_from_the_fact(lead, seller):
    first = talked(lead, seller)
    assert first.next_on is not None
    late_at = AT.replace(day=first.next_on.day) + dt.timedelta(days=2)

    second = talked(lead, seller, at=late_at)

    assert second.days_late == 2
    assert second.next_on is not None
    assert second.next_on > late_at.date()


@pytest.mark.rule("CC-16")
def test_the_card_goes_with_the_customer_and_not_with_the_seller(lead, seller):
    talked(lead, seller)
    other = StaffFactory(store=seller.store, roles=["sales_consultant"])
    Lead.objects.filter(pk=lead.pk).update(owner=other)

    card = card_of(Lead.objects.visible_to(other).select_related("store", "customer").get(), on=AT.date())

    assert [row.by for row in card.lines] == [seller]


# --- marks ---------------------------------------------------------------------------------------------------------
@pytest.mark.rule("CC-09")
def test_a_supervisor_reviews_the_card_and_remarks_on_a_line(lead, seller, leader):
    row = talked(lead, seller)
    review_card(lead=lead, by=leader, at=AT + dt.timedelta(hours=1))
    remark_line(line=row, remark="报价要当面谈", by=leader, at=AT + dt.timedelta(hours=1))
    assert card_of(lead, on=AT.date()).unreviewed == 0

    talked(lead, seller, at=AT + dt.timedelta(days=1))

    assert card_of(lead, on=AT.date()).unreviewed == 1
    row.refresh_from_db()
    assert (row.remark, row.remark_by, row.result) == ("报价要当面谈", leader, "认可空间，嫌价格高")
    codes = set(AuditEvent.objects.values_list("code", flat=True))
    assert {"lead.reviewed", "lead.remarked"} <= codes


@pytest.mark.rule("CC-09")
def test_nobody_marks_the_own_card(lead, seller):
    row = talked(lead, seller)

    with pytest.raises(OwnCard):
        review_card(lead=lead, by=seller, at=AT)
    with pytest.raises(OwnCard):
        remark_line(line=row, remark="很好", by=seller, at=AT)


@pytest.mark.rule("CC-09")
def test_the_spot_check_finds_shows_and_forgets_what_was_looked_at(lead, seller, leader):
    other = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")
    talked(lead, seller)
    talked(other, seller, at=AT + dt.timedelta(hours=3))
    later = AT + dt.timedelta(days=1)

    found = findings_for(leader, at=later, on=later.date())
    mark_seen(lines=list(Contact.objects.select_related("lead")), by=leader, at=later)
    again = findings_for(leader, at=later, on=later.date())

    assert [(row.kind, len(row.lines), row.is_seen) for row in found] == [("same_text", 2, False)]
    assert [row.is_seen for row in again] == [True]
    assert AuditEvent.objects.filter(code="lead.spot_checked").count() == 2
    assert findings_for(leader, at=AT + dt.timedelta(days=40), on=later.date()) == []


@pytest.mark.rule("CC-09")
def test_the_spot_check_stays_within_ones_sight(lead, seller):
    other = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")
    talked(lead, seller)
    talked(other, seller)
    stranger = StaffFactory(roles=["sales_supervisor"])

    assert findings_for(stranger, at=AT + dt.timedelta(hours=1), on=AT.date()) == []


def test_the_front_holds_the_fields_of_both(lead, model, seller):
    saved(lead, typed(model), seller)

    values = front_values(Lead.objects.select_related("customer").get())

    assert (values["name"], values["main_model"], values["budget_fen"]) == ("王小明例", model.name, 15_000_000)


@pytest.mark.rule("LG-27")
def test_who_turns_out_to_be_a_fleet_customer_is_contacted_at_the_fleets_interval(lead, seller, model):
    Grade.objects.filter(code="A").update(fleet_days=14)
    spoken, on = AT - dt.timedelta(days=2), (AT - dt.timedelta(days=2)).date()
    Lead.objects.filter(pk=lead.pk).update(
        first_contact_at=spoken, last_contact_at=spoken, settled_at=spoken, next_contact_on=on + dt.timedelta(days=7)
    )
    lead.refresh_from_db()
    days = []

    for is_fleet in (True, False):
        saved(lead, typed(model, is_fleet=is_fleet), seller)
        lead.refresh_from_db()
        days.append((lead.is_fleet, lead.next_contact_on - on))

    assert days == [(True, dt.timedelta(days=14)), (False, dt.timedelta(days=7))]


@pytest.mark.rule("LG-27")
def test_an_agreed_moment_stands_whatever_the_interval(lead, seller, model):
    agreed = AT + dt.timedelta(days=1)
    Lead.objects.filter(pk=lead.pk).update(
        first_contact_at=AT, last_contact_at=AT, next_contact_on=agreed.date(), next_contact_at=agreed
    )
    lead.refresh_from_db()

    saved(lead, typed(model, is_fleet=True), seller)

    lead.refresh_from_db()
    assert (lead.is_fleet, lead.next_contact_at) == (True, agreed)


def test_the_card_says_that_it_is_a_fleet_customer(lead):
    texts = []
    for is_fleet in (False, True):
        lead.is_fleet = is_fleet
        facts = [fact for _title, part in card_of(lead, on=AT.date()).sections for fact in part]
        texts.append([fact.text for fact in facts if fact.name == "is_fleet"])

    assert texts == [[""], ["是"]]
