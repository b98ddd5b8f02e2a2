"""Whose lead it is: who works it, who decides about it, and what a known telephone brings to whom."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.urls import reverse

from customers.models import Customer
from customers.tests.factories import CustomerFactory
from dealership.audit.models import AuditEvent
from dealership.web.contention import is_contention
from leads.enums import Channel, LeadState, MoveReason
from leads.models import Contact, HandOver, Interest, Lead, LeadPolicy, Ownership
from leads.selectors.assigning import Holder, holders, receivers_for, rights_on
from leads.selectors.duplicates import likely_duplicates
from leads.services.assigning import hand_over_portfolio, reassign_leads, take_by_calling, take_from_pool
from leads.services.intake import take_in_lead
from leads.services.merging import NotYoursToMerge, merge_leads
from leads.services.owners import move_lead
from leads.services.registering import NewLead, join_lead
from leads.tests.factories import AT, LeadFactory, VisitFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER = "+8613900000001"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("dealership.clock.now", lambda: AT)


@pytest.fixture
def store():
    return StoreFactory()


def person(store, role, **fields):
    return StaffFactory(store=store, roles=[role], **fields)


@pytest.fixture
def seller(store):
    return person(store, "sales_consultant", name="郑顾问例")


@pytest.fixture
def other(store):
    return person(store, "sales_consultant", name="冯顾问例")


@pytest.fixture
def agent(store):
    return person(store, "telesales", name="周电销例")


@pytest.fixture
def supervisor(store):
    return person(store, "telesales_supervisor")


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def of_seller(store, owner, **fields):
    fields = {"customer__store": store, "customer__owner": owner} | fields
    return LeadFactory(owner=owner, pool="sales_consultant", stage="showroom", **fields)


def with_number(customer, number=NUMBER):
    customer.phones.create(store=customer.store, number=number, reversed=number[:0:-1], is_primary=True)
    return customer


def pooled(store, **fields):
    return LeadFactory(customer__store=store, owner=None, pool="telesales", **fields)


def enquiry(**changes):
    return NewLead(**{"name": "来电例", "number": NUMBER, "channel": Channel.PHONE, "registered_at": AT} | changes)


def typed(**changes):
    return {"number": NUMBER, "name": "来电例", "channel": "motor_show", "whose": "me"} | changes


def rights(user, lead):
    found = rights_on(user, lead)
    return "".join(
        letter
        for letter, holds in (
            ("w", found.may_work),
            ("e", found.may_edit),
            ("g", found.may_give),
            ("r", found.may_revive),
        )
        if holds
    )


# --- who works, who decides ------------------------------------------------------------------------------------------
def test_rights_by_role(store, seller, agent, supervisor):
    handed_over = of_seller(store, seller, telesales=supervisor)
    of_agent = LeadFactory(customer__store=store, owner=agent)
    in_pool = pooled(store)
    leads = (handed_over, of_agent, in_pool)
    manager, leader = person(store, "sales_manager"), person(store, "sales_supervisor")

    found = {
        "owner of the showroom lead": [rights(seller, lead) for lead in leads],
        "agent": [rights(agent, lead) for lead in leads],
        "telesales supervisor who brought it in": [rights(supervisor, lead) for lead in leads],
        "sales supervisor": [rights(leader, lead) for lead in leads],
        "manager": [rights(manager, lead) for lead in leads],
        "another store's": [rights(person(StoreFactory(), "sales_manager"), lead) for lead in leads],
    }

    assert found == {
        "owner of the showroom lead": ["wer", "", ""],
        "agent": ["", "wer", "r"],
        "telesales supervisor who brought it in": ["", "wegr", "gr"],
        "sales supervisor": ["wegr", "", ""],
        "manager": ["egr", "egr", "gr"],
        "another store's": ["", "", ""],
    }


def test_rights_cost_one_query(store, supervisor, django_assert_num_queries):
    lead = pooled(store)
    assert supervisor.may("assign_leads")

    with django_assert_num_queries(1):
        rights_on(supervisor, lead)


def test_lead_of_the_pool_is_taken_before_anything_is_written_on_it(as_, store, agent):
    lead = pooled(store)
    line = {"way": "phone", "reached": "on", "result": "聊过", "next_reason": "报价"}
    pages = [("lead_line", line), ("lead_grade", {"grade": "H"}), ("lead_card_edit", {}), ("invitation_new", {})]

    refused = [as_(agent).post(reverse(name, args=[lead.pk]), sent).status_code for name, sent in pages]
    card = as_(agent).get(reverse("lead_card", args=[lead.pk]))

    assert refused == [404] * len(pages)
    assert (card.context["line"], card.context["may_take"]) == (None, True)
    assert not Contact.objects.exists()
    as_(agent).post(reverse("lead_take", args=[lead.pk]))
    as_(agent).post(reverse("lead_line", args=[lead.pk]), line)
    assert Contact.objects.get().by == agent


def test_supervisor_writes_no_lines_on_what_went_to_another_team(as_, store, seller, supervisor):
    lead = of_seller(store, seller, telesales=supervisor)
    line = {"way": "phone", "reached": "on", "result": "聊过", "next_reason": "报价"}

    seen = as_(supervisor).get(reverse("lead_card", args=[lead.pk]))
    answer = as_(supervisor).post(reverse("lead_line", args=[lead.pk]), line)

    assert (seen.status_code, seen.context["line"], seen.context["give"]) == (200, None, None)
    assert answer.status_code == 404
    assert not Contact.objects.exists()


def test_what_one_gives_follows_what_one_may_give(as_, store, seller, agent, supervisor):
    handed_over = of_seller(store, seller, telesales=supervisor)
    own = LeadFactory(customer__store=store, owner=agent)

    answer = as_(supervisor).post(
        reverse("lead_give"), {"leads": [handed_over.pk], "to": supervisor.pk, "note": "想要"}
    )

    assert (answer.status_code, [*answer.context["give"].errors]) == (422, ["leads"])
    assert set(answer.context["give"].fields["leads"].queryset) == {own}
    assert receivers_for(supervisor) == sorted([agent, supervisor], key=lambda each: each.name)
    assert [row for row in holders(supervisor) if row.leads] == [Holder(agent, leads=1, customers=0)]


@pytest.mark.rule("DF-09")
def test_ended_lead_of_the_pool_is_taken_up_again_without_being_taken(as_, store, agent, seller):
    lead = pooled(store, state=LeadState.LOST, closed_at=AT)

    assert as_(agent).get(reverse("lead_reactivate", args=[lead.pk])).status_code == 200
    assert as_(seller).get(reverse("lead_reactivate", args=[lead.pk])).status_code == 404


# --- a known telephone -----------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-21", "LI-22")
def test_colleagues_lead_is_told_by_its_owner_joined_and_never_opened(as_, store, seller, other):
    lead = of_seller(store, seller, customer=with_number(CustomerFactory(store=store, name="王同事例", owner=seller)))

    warned = as_(other).post(reverse("lead_new"), typed(name="王同事例", note="问优惠"))
    page = warned.content.decode()
    shown = warned.context["form"].data["confirmed"]
    sent = as_(other).post(reverse("lead_new"), typed(name="王同事例", note="问优惠", confirmed=shown))

    assert warned.status_code == 422
    assert seller.name in page
    for secret in (lead.number, reverse("lead_card", args=[lead.pk])):
        assert secret not in page
    token = warned.context["known"].token
    assert f'value="{token}"' in page
    assert sent.url == reverse("lead_list")
    lead.refresh_from_db()
    assert (Lead.objects.count(), lead.owner, lead.note) == (1, seller, "问优惠")
    assert [alert.code for alert in seller.alerts.all()] == ["lead.joined"]
    assert as_(other).get(reverse("lead_card", args=[lead.pk])).status_code == 404
    person(store, "sales_supervisor")
    as_(other).post(reverse("lead_ruling"), {"lead": token})
    assert AuditEvent.objects.get(code="lead.ruling_asked").subject_id == lead.pk


@pytest.mark.rule("CC-16", "HO-06")
@pytest.mark.parametrize("name", ["王老客例", "王太太例"], ids=["the customer", "somebody else on the same number"])
def test_lead_of_a_customer_whom_a_colleague_keeps_is_the_colleagues(as_, store, seller, other, name):
    DeliveryFactory(
        customer=with_number(CustomerFactory(store=store, name="王老客例", owner=seller)), consultant=seller
    )

    warned = as_(other).post(reverse("lead_new"), typed(name=name))
    shown = warned.context["form"].data["confirmed"]
    sent = as_(other).post(reverse("lead_new"), typed(name=name, confirmed=shown))

    lead = Lead.objects.get()
    assert seller.name in warned.content.decode()
    assert sent.url == reverse("lead_list")
    assert (lead.owner, lead.stage, lead.pool, lead.customer.name) == (seller, "showroom", "sales_consultant", name)
    assert [alert.code for alert in seller.alerts.all()] == ["lead.kept"]
    assert as_(other).get(reverse("lead_card", args=[lead.pk])).status_code == 404


def test_who_gives_leads_to_people_may_decide_otherwise(as_, store, seller):
    leader = person(store, "sales_supervisor")
    with_number(CustomerFactory(store=store, name="王老客例", owner=seller))

    warned = as_(leader).post(reverse("lead_new"), typed(name="王老客例"))
    shown = warned.context["form"].data["confirmed"]
    as_(leader).post(reverse("lead_new"), typed(name="王老客例", confirmed=shown))

    assert Lead.objects.get().owner == leader
    assert not seller.alerts.exists()


@pytest.mark.parametrize("gone", ["left", "another store", "no seller any more"])
def test_customer_whom_nobody_here_keeps_goes_by_the_policy(store, agent, seller, gone):
    with_number(CustomerFactory(store=store, name="王老客例", owner=seller))
    if gone == "left":
        seller.state = "left"
    elif gone == "another store":
        seller.store = StoreFactory()
    else:
        seller.role_rows.update(role="reception")
    seller.save()

    found = take_in_lead(store=store, new=enquiry(channel=Channel.WEB), role="telesales", by=None, at=AT)

    assert found.lead.owner == agent


def test_keeper_costs_nobody_a_turn(store, agent, seller):
    colleague = person(store, "telesales")
    with_number(CustomerFactory(store=store, name="王老客例", owner=seller))

    kept = take_in_lead(store=store, new=enquiry(), role="telesales", by=None, at=AT).lead
    first = take_in_lead(store=store, new=enquiry(number="13900000002"), role="telesales", by=None, at=AT).lead
    second = take_in_lead(store=store, new=enquiry(number="13900000003"), role="telesales", by=None, at=AT).lead

    assert [kept.owner, first.owner, second.owner] == [seller, agent, colleague]


@pytest.mark.rule("LI-22")
@pytest.mark.parametrize(
    ("there", "said", "kept"),
    [
        pytest.param("", "试驾", "试驾", id="the first word"),
        pytest.param("想预约试驾", "试驾", "想预约试驾\n试驾", id="part of what stands there"),
        pytest.param("想预约试驾\n试驾", "试驾", "想预约试驾\n试驾", id="said before, word for word"),
        pytest.param("报价", " ", "报价", id="nothing said"),
    ],
)
def test_what_a_second_enquiry_says_stands_on_the_card(store, agent, there, said, kept):
    lead = LeadFactory(customer__store=store, owner=agent)
    seen_before = Lead.objects.get(pk=lead.pk)
    Lead.objects.filter(pk=lead.pk).update(note=there)

    assert join_lead(lead=seen_before, new=enquiry(details={"note": said}), by=None, at=AT)

    assert Lead.objects.get().note == kept


def test_enquiry_does_not_join_what_has_ended_meanwhile(store, agent):
    lead = LeadFactory(customer__store=store, owner=agent)
    Lead.objects.filter(pk=lead.pk).update(state=LeadState.LOST)

    assert not join_lead(lead=lead, new=enquiry(details={"note": "试驾"}), by=None, at=AT)

    assert Lead.objects.get().note == ""
    assert not AuditEvent.objects.exists()


# --- joining two -----------------------------------------------------------------------------------------------------
def test_joining_brings_nobody_a_colleagues_number(as_, store, seller, other):
    """The owner of both leads, one of them about a customer whom a colleague keeps."""
    own = of_seller(store, seller, customer__name="王例")
    foreign = of_seller(store, seller, customer=with_number(CustomerFactory(store=store, name="王例", owner=other)))
    for lead in (own, foreign):
        Interest.objects.create(lead=lead, model=_model(), is_main=True)

    with pytest.raises(NotYoursToMerge):
        merge_leads(kept=own, dropped=foreign, sides={}, by=seller, at=AT)

    assert as_(seller).get(reverse("lead_merge", args=[own.pk, foreign.pk])).status_code == 404
    assert likely_duplicates(seller) == []
    assert not own.customer.phones.exists()


def test_supervisor_joins_only_what_is_given_out_by_that_supervisor(store, seller, agent, supervisor):
    own = LeadFactory(customer__store=store, owner=agent)
    handed_over = of_seller(store, seller, telesales=supervisor)

    with pytest.raises(NotYoursToMerge):
        merge_leads(kept=own, dropped=handed_over, sides={}, by=supervisor, at=AT)

    manager = person(store, "sales_manager")
    assert merge_leads(kept=own, dropped=handed_over, sides={}, by=manager, at=AT).pk


def _model():
    from inventory.models import VehicleModel

    return VehicleModel.objects.get_or_create(brand="示范汽车", name="示范一号")[0]


# --- whose customer --------------------------------------------------------------------------------------------------
@pytest.mark.rule("DF-14", "HO-06")
@pytest.mark.parametrize("kept_by", ["a car bought here", "a delivered lead", "another lead", "nothing"])
def test_second_lead_that_goes_to_the_pool_takes_no_kept_customer_along(store, seller, kept_by):
    customer = CustomerFactory(store=store, owner=seller)
    lead = of_seller(store, seller, customer=customer)
    if kept_by == "a car bought here":
        DeliveryFactory(customer=customer, consultant=seller)
    elif kept_by == "a delivered lead":
        of_seller(store, seller, customer=customer, state=LeadState.DELIVERED)
    elif kept_by == "another lead":
        of_seller(store, seller, customer=customer)

    move_lead(lead=lead, owner=None, reason=MoveReason.MONTH_END, by=None, at=AT)

    assert Customer.objects.get().owner == (None if kept_by == "nothing" else seller)


@pytest.mark.rule("PF-10")
def test_leavers_customers_go_along_with_or_without_a_lead(store, seller, other):
    manager = person(store, "sales_manager")
    customer = CustomerFactory(store=store, owner=seller)
    of_seller(store, seller, customer=customer)
    bought = DeliveryFactory(customer__store=store, customer__owner=seller, consultant=seller).customer
    elsewhere = CustomerFactory(store=store, owner=manager)

    hand_over_portfolio(leaver=seller, heirs=[other], note="离职", by=manager, at=AT)

    owners = dict(Customer.objects.values_list("pk", "owner"))
    assert owners == {customer.pk: other.pk, bought.pk: other.pk, elsewhere.pk: manager.pk}
    assert AuditEvent.objects.get(code="leads.portfolio_handed_over").data["customers"] == 1


# --- calling ---------------------------------------------------------------------------------------------------------
def test_call_to_a_lead_of_the_pool_takes_it(store, agent):
    lead = pooled(store)

    assert take_by_calling(lead=lead, by=agent, at=AT)

    lead.refresh_from_db()
    assert (lead.owner, lead.telesales, lead.customer.owner) == (agent, agent, agent)
    assert [(row.owner, row.reason) for row in Ownership.objects.all()] == [(agent, MoveReason.CALLED)]


def test_call_takes_nothing_that_is_somebodys_or_by_policy_or_of_another_role(store, agent, seller):
    taken = pooled(store)
    seen_before = Lead.objects.get(pk=taken.pk)
    take_from_pool(lead=taken, by=person(store, "telesales"), at=AT)

    assert not take_by_calling(lead=seen_before, by=agent, at=AT)
    assert not take_by_calling(lead=taken, by=agent, at=AT)
    assert not take_by_calling(lead=pooled(store), by=seller, at=AT)
    assert not take_by_calling(lead=pooled(store, state=LeadState.LOST), by=agent, at=AT)
    LeadPolicy.objects.create(store=store, effective_from=AT.date(), calling_takes=False)
    assert not take_by_calling(lead=pooled(store), by=agent, at=AT)
    assert Ownership.objects.count() == 1


@pytest.mark.rule("HO-05")
def test_hand_over_of_a_lead_in_the_pool_is_the_supervisors_act(as_, store, agent, seller, supervisor):
    lead = pooled(store)
    times = {"arrived_at": AT - dt.timedelta(hours=2), "left_at": AT - dt.timedelta(hours=1)}
    visit = VisitFactory(store=store, lead=lead, **times)
    url, sent = reverse("hand_over_new", args=[visit.pk]), {"consultant": seller.pk, "condition": "想要现车"}

    refused = as_(agent).post(url, sent)
    page = as_(supervisor).get(reverse("lead_card", args=[lead.pk]))
    as_(supervisor).post(url, sent)

    lead.refresh_from_db()
    assert refused.status_code == 422
    assert page.context["visit"] == visit
    assert (lead.owner, lead.stage) == (seller, "showroom")
    assert as_(supervisor).get(url).status_code == 404


# --- the export ------------------------------------------------------------------------------------------------------
def test_sheet_is_exported_by_who_may_read_it_and_the_audit_names_nobody(as_, store, seller, agent):
    lead = of_seller(store, seller, customer__name="王客户例", telesales=agent)
    visit = VisitFactory(store=store, lead=lead, name="王客户例", number=NUMBER)
    row = {"lead": lead, "visit": visit, "telesales": agent, "consultant": seller, "on": AT.date()}
    HandOver.objects.create(store=store, handed_over_at=AT, handed_over_by=agent, **row)
    exporter, manager = person(store, "service_manager"), person(store, "sales_manager")
    assert exporter.may("export")
    assert not exporter.may("work_leads")

    refused = as_(exporter).get(reverse("hand_over_export"), {"month": "2026-11"})
    taken = as_(manager).get(reverse("hand_over_export"), {"month": "2026-11", "agent": agent.pk})

    assert (refused.status_code, taken.status_code) == (403, 200)
    event = AuditEvent.objects.get(code="hand_overs.exported")
    assert event.data == {"month": "2026-11", "rows": 1, "agent": agent.pk}


# --- two at once -----------------------------------------------------------------------------------------------------
def test_who_comes_second_crosswise_is_told_and_nothing_breaks(as_, store, agent, monkeypatch):
    def ended(**_kwargs):
        error = OperationalError("deadlock detected")
        error.__cause__ = type("Ended", (Exception,), {"pgcode": "40P01"})()
        raise error

    monkeypatch.setattr("leads.views.assigning.take_from_pool", ended)
    client, url = as_(agent), reverse("lead_take", args=[pooled(store).pk])

    answer = client.post(url)

    assert answer.status_code == 409
    assert "没有保存" in answer.content.decode()


def test_other_faults_of_the_database_stay_faults():
    assert not is_contention(OperationalError("disk full"))
    assert not is_contention(ValueError())


def test_reassigning_leaves_the_customer_with_who_sold_the_car(store, seller, other):
    manager = person(store, "sales_manager")
    bought = DeliveryFactory(customer__store=store, customer__owner=seller, consultant=seller).customer
    lead = of_seller(store, seller, customer=bought, registered_at=AT - dt.timedelta(days=3))

    reassign_leads(leads=[lead], owner=other, note="排班", by=manager, at=AT)

    assert (Lead.objects.get().owner, Customer.objects.get().owner) == (other, seller)
