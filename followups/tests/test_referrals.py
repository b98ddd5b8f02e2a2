"""Recommendations: the lead, its introducer, and the word to the referrer (RF-01..04, RC-05)."""

import datetime as dt

import pytest

from customers.tests.factories import ContactBanFactory, CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.kernel.phones import BadPhone
from followups.enums import TaskState
from followups.forms import CallForm
from followups.models import CallTask, KindPolicy, Referral
from followups.selectors.calls import call_screen
from followups.selectors.queue import queue_counts
from followups.selectors.referrals import progress_now, referral_rows
from followups.services.bans import lift_contact_ban
from followups.services.calls import save_call
from followups.services.claims import claim_next_task, claim_task
from followups.services.lists import make_call_list
from followups.services.overdue import sweep_overdue
from followups.services.referrals import Recommended, RecommendsOneself, record_referral
from followups.tests.factories import CHINA, CallTaskFactory
from inventory.tests.factories import VehicleModelFactory
from leads.models import CustomerClassification, Lead
from leads.tests.factories import LeadFactory, VisitFactory
from staffing.enums import StaffState
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)
NUMBER = "13900000001"
FRIEND = Recommended("钱友例", NUMBER, "同事")


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"])


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def referrer(store):
    customer = CustomerFactory(store=store, name="赵荐例")
    CustomerPhoneFactory(customer=customer, number="+8613800000009")
    return customer


def known_lead(store, owner=None, **fields):
    customer = CustomerFactory(store=store, name="孙旧例", owner=owner)
    CustomerPhoneFactory(customer=customer, number=f"+86{NUMBER}")
    return LeadFactory(customer=customer, owner=owner, channel="web", **fields)


def word(referral):
    return CallTask.objects.get(kind="referral_feedback", subject_id=referral.pk)


@pytest.mark.rule("RF-03")
def test_a_recommendation_is_a_lead_of_its_channel_with_the_referrer(store, seller, referrer):
    model = VehicleModelFactory()

    recorded = record_referral(
        referrer=referrer, told=Recommended("钱友例", "139 0000 0001", "同事", model, "想看七座"), by=seller, at=AT
    )

    lead = Lead.objects.get()
    assert (recorded.joined, recorded.is_new, recorded.referral.lead) == (False, True, lead)
    assert (lead.channel, lead.introducer, lead.owner, lead.customer.name) == ("referral", referrer, seller, "钱友例")
    assert (lead.stage, lead.note) == ("showroom", "想看七座")
    assert list(lead.interests.values_list("model", "is_main")) == [(model.pk, True)]
    assert AuditEvent.objects.filter(code="referral.recorded").count() == 1


@pytest.mark.rule("RF-04")
def test_the_card_keeps_the_introducers_name_relation_and_telephone(seller, referrer):
    record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)

    lead = Lead.objects.get()
    assert (lead.introducer_name, lead.introducer_relation, lead.introducer_phone) == (
        "赵荐例",
        "同事",
        "+8613800000009",
    )


@pytest.mark.rule("RF-03")
def test_what_the_centre_hears_is_given_out_by_the_policy(store, agent, referrer):
    telesales = StaffFactory(store=store, roles=["telesales"])

    record_referral(referrer=referrer, told=FRIEND, by=agent, at=AT)

    lead = Lead.objects.get()
    assert (lead.owner, lead.pool, lead.stage) == (telesales, "telesales", "telesales")


@pytest.mark.rule("RF-03")
def test_a_telephone_with_a_lead_joins_it_and_stays_the_colleagues(store, seller, referrer):
    colleague = StaffFactory(store=store, roles=["sales_consultant"])
    lead = known_lead(store, colleague)

    recorded = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)

    lead.refresh_from_db()
    assert (recorded.joined, recorded.is_new, Lead.objects.count()) == (True, True, 1)
    assert (lead.owner, lead.channel, lead.introducer, lead.introducer_relation) == (
        colleague,
        "web",
        referrer,
        "同事",
    )
    assert word(recorded.referral).owner == seller


@pytest.mark.rule("RF-04")
def test_whoever_stands_on_the_card_as_introducer_stays(store, seller, referrer):
    lead = known_lead(store, introducer_name="李先例")

    record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)

    lead.refresh_from_db()
    assert (lead.introducer, lead.introducer_name) == (None, "李先例")


@pytest.mark.rule("RF-03")
def test_the_same_recommendation_told_twice_is_one(seller, agent, referrer):
    first = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)
    events = AuditEvent.objects.count()
    again = record_referral(referrer=referrer, told=FRIEND, by=agent, at=AT + DAY)

    assert (again.referral, again.is_new, again.by_another) == (first.referral, False, False)
    assert (Lead.objects.count(), Referral.objects.count(), CallTask.objects.filter(lead=None).count()) == (1, 1, 1)
    assert AuditEvent.objects.count() == events


@pytest.mark.rule("RF-03")
def test_of_two_referrers_the_first_counts(store, seller, referrer):
    record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)

    other = record_referral(referrer=CustomerFactory(store=store), told=FRIEND, by=seller, at=AT + DAY)

    assert (other.by_another, other.is_new, other.referral.referrer) == (True, False, referrer)
    assert Lead.objects.get().introducer == referrer


def test_nobody_recommends_himself_and_a_bad_number_leaves_nothing(seller, referrer):
    with pytest.raises(RecommendsOneself):
        record_referral(referrer=referrer, told=Recommended("赵荐例", "13800000009"), by=seller, at=AT)
    with pytest.raises(BadPhone):
        record_referral(referrer=referrer, told=Recommended("钱友例", "12345"), by=seller, at=AT)

    assert (Lead.objects.count(), Referral.objects.count()) == (0, 0)


@pytest.mark.rule("RC-05")
def test_three_recommendations_in_a_year_make_a_vip(seller, referrer):
    for place in range(3):
        told = Recommended(f"友{place}例", f"1390000000{place}")
        record_referral(referrer=referrer, told=told, by=seller, at=AT + place * DAY)

    row = CustomerClassification.objects.get(customer=referrer)
    assert (row.customer_class, row.referrals) == ("vip", 3)


@pytest.mark.rule("RC-05")
def test_one_who_named_a_known_telephone_gave_a_lead_too(store, seller, referrer):
    known_lead(store, registered_at=AT - DAY)

    record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)

    assert CustomerClassification.objects.get(customer=referrer).referrals == 1


@pytest.mark.rule("RF-02")
def test_the_word_is_due_after_three_days_and_listed_after_two(store, seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    CallTask.objects.filter(lead__isnull=False).delete()
    task = word(referral)

    assert (task.due_on, task.anchor_on, task.owner, task.customer) == (
        dt.date(2026, 11, 27),
        dt.date(2026, 11, 24),
        seller,
        referrer,
    )
    assert task.overdue_at == dt.datetime(2026, 11, 28, 0, 0, tzinfo=CHINA)
    listed = [sum(count.listed for count in queue_counts(by=seller, at=AT + days * DAY)) for days in range(5)]
    assert listed == [0, 0, 1, 1, 1]
    assert claim_next_task(by=seller, at=AT + DAY) is None
    assert [CallTask.objects.due(task.due_on + days * DAY).count() for days in (-2, -1, 0)] == [0, 1, 1]
    assert claim_next_task(by=seller, at=AT + 2 * DAY) == task


@pytest.mark.rule("RF-02")
def test_tried_in_vain_it_comes_back_the_next_day_and_not_the_same(seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    CallTask.objects.filter(lead__isnull=False).delete()
    task = claim_next_task(by=seller, at=AT + 2 * DAY)

    save_call(task=task, by=seller, at=AT + 2 * DAY, outcome="no_answer")

    assert claim_next_task(by=seller, at=AT + 2 * DAY) is None
    assert claim_next_task(by=seller, at=AT + 3 * DAY) == word(referral)


@pytest.mark.rule("RF-02")
def test_late_it_goes_up_the_ladder(store, seller, referrer):
    record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT)
    CallTask.objects.filter(lead__isnull=False).delete()

    assert sweep_overdue(at=dt.datetime(2026, 11, 27, 23, 59, tzinfo=CHINA)) == 0
    assert sweep_overdue(at=dt.datetime(2026, 11, 28, 0, 1, tzinfo=CHINA)) == 1


@pytest.mark.rule("RF-02")
def test_the_screen_says_how_it_really_is_and_the_note_keeps_it(store, seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    VisitFactory(store=store, lead=referral.lead, test_drive=True)
    task = claim_task(task=word(referral), by=seller, at=AT + 2 * DAY)

    screen = call_screen(task=task, by=seller, at=AT + 2 * DAY)

    assert screen.owner.referral.word == "钱友例：您的朋友已到店看车并试驾。"
    assert CallForm(screen=screen)["note"].value() == screen.owner.referral.word
    save_call(task=task, by=seller, at=AT + 2 * DAY, outcome="done", note="客户很高兴")
    kept = word(referral).attempt_rows.get().note
    assert kept == "钱友例：您的朋友已到店看车并试驾。\n客户很高兴"
    assert [row.feedback for row in referral_rows([referral], at=AT + 9 * DAY)] == ["in_time"]


@pytest.mark.rule("RF-02")
def test_what_the_caller_said_is_kept_when_the_matter_moved_on_during_the_call(store, seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    task = claim_task(task=word(referral), by=seller, at=AT + 2 * DAY)
    said = call_screen(task=task, by=seller, at=AT + 2 * DAY).owner.referral.word
    VisitFactory(store=store, lead=referral.lead)

    save_call(task=task, by=seller, at=AT + 2 * DAY, outcome="done", note=said)

    assert word(referral).attempt_rows.get().note == said


@pytest.mark.rule("RF-02")
def test_the_progress_follows_a_lead_that_was_joined_with_another(store, seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    other = LeadFactory(customer__store=store, state="ordered")
    Lead.objects.filter(pk=referral.lead_id).update(state="merged", merged_into=other)
    referral.lead.refresh_from_db()

    assert progress_now(referral) == "ordered"


@pytest.mark.rule("RF-02")
def test_a_leavers_word_is_the_pools(store, seller, referrer):
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral
    seller.state = StaffState.LEFT
    seller.save()

    make_call_list(store=store, on=AT.date() + DAY, at=AT + DAY)

    assert (word(referral).owner, word(referral).pool) == (None, "sales_consultant")


def test_who_wishes_no_calls_hears_when_the_ban_is_lifted_in_time(seller, referrer):
    ban = ContactBanFactory(customer=referrer)
    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral

    assert (word(referral).state, word(referral).close_reason) == (TaskState.CANCELLED, "contact_ban")
    lift_contact_ban(ban=ban, reason="客户来电要求", by=seller, at=AT + DAY)
    assert word(referral).state == TaskState.OPEN


def test_a_store_without_the_kind_makes_no_call(store, seller, referrer):
    KindPolicy.objects.create(
        store=store, kind="referral_feedback", enabled=False, role="sales_consultant", effective_from=AT.date()
    )

    referral = record_referral(referrer=referrer, told=FRIEND, by=seller, at=AT).referral

    assert not CallTask.objects.filter(kind="referral_feedback").exists()
    assert [row.feedback for row in referral_rows([referral], at=AT)] == ["none"]


@pytest.mark.rule("RF-01")
@pytest.mark.parametrize("kind", ["3dc", "7dc", "periodic", "retained"])
def test_owners_are_asked_whom_they_recommend(agent, kind):
    task = claim_task(
        task=CallTaskFactory(kind=kind, delivery__customer__store=agent.store, due_on=AT.date()), by=agent, at=AT
    )
    screen = call_screen(task=task, by=agent, at=AT)

    assert screen.owner.referral.asks
    assert "推荐" in screen.script or kind in ("7dc", "retained")
    assert "referral_number" in CallForm(screen=screen).fields


@pytest.mark.rule("RF-01")
@pytest.mark.parametrize("kind", ["n_plus_1", "first_service", "lost_customer"])
def test_other_calls_are_not_burdened(agent, kind):
    task = CallTaskFactory(kind=kind, delivery__customer__store=agent.store, due_on=AT.date())

    assert "referral_number" not in CallForm(screen=call_screen(task=task, by=agent, at=AT)).fields


@pytest.mark.rule("RF-03")
def test_saved_with_the_call_once_however_often_it_is_sent(agent):
    task = claim_task(
        task=CallTaskFactory(kind="periodic", delivery__customer__store=agent.store, due_on=AT.date()), by=agent, at=AT
    )
    seen = task.attempts

    first, again = [
        save_call(task=task, by=agent, at=AT, outcome="done", recommended=FRIEND, attempts=seen) for _ in range(2)
    ]

    assert (first.referral.is_new, again.is_repeated, again.referral) == (True, True, None)
    referral = Referral.objects.get()
    assert (referral.task, referral.referrer, referral.received_by) == (task, task.customer, agent)
    assert word(referral).pool == "call_centre_agent"


@pytest.mark.rule("RF-03")
def test_nobody_recommends_on_a_line_that_nobody_answered(agent):
    task = claim_task(
        task=CallTaskFactory(kind="periodic", delivery__customer__store=agent.store, due_on=AT.date()), by=agent, at=AT
    )
    screen = call_screen(task=task, by=agent, at=AT)
    typed = {"attempts": "0", "outcome": "no_answer", "referral_name": "钱友例", "referral_number": NUMBER}

    form = CallForm(typed, screen=screen)

    assert list(form.errors) == ["referral_name"]
    save_call(task=task, by=agent, at=AT, outcome="no_answer", recommended=FRIEND)
    assert not Referral.objects.exists()


@pytest.mark.rule("RF-03")
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"referral_name": "钱友例"}, ["referral_number"]),
        ({"referral_number": NUMBER}, ["referral_name"]),
        ({"referral_name": "钱友例", "referral_number": "12345"}, ["referral_number"]),
        ({"referral_name": "钱友例", "referral_number": NUMBER}, []),
        ({}, []),
    ],
)
def test_name_and_telephone_go_together(agent, typed, wrong):
    task = CallTaskFactory(kind="periodic", delivery__customer__store=agent.store, due_on=AT.date())
    screen = call_screen(task=claim_task(task=task, by=agent, at=AT), by=agent, at=AT)

    form = CallForm({"attempts": "0", "outcome": "done", **typed}, screen=screen)

    assert list(form.errors) == wrong
    assert not wrong or form.has_referral()
