"""The pages of the card: who sees and who writes, what a refusal looks like, how many queries."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from inventory.tests.factories import VehicleModelFactory
from leads.enums import Way
from leads.models import Contact, CustomerClassification, Interest, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.households import link_relatives
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

LINE = {"way": "showroom", "reached": "on", "result": "试驾满意，嫌价格高", "next_reason": "送金融方案"}


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def seller():
    return StaffFactory(roles=["sales_consultant"], name="李静例")


@pytest.fixture
def leader(seller):
    return StaffFactory(store=seller.store, roles=["sales_supervisor"])


@pytest.fixture
def agent(seller):
    return StaffFactory(store=seller.store, roles=["telesales"])


@pytest.fixture
def lead(seller):
    lead = LeadFactory(
        customer__store=seller.store,
        customer__owner=seller,
        customer__name="王小明例",
        customer__occupation="教师",
        owner=seller,
        pool="sales_consultant",
        stage="showroom",
    )
    CustomerPhoneFactory(customer=lead.customer, number="+8613900001234")
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    return lead


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(person, lead):
    return signed_in(person).get(reverse("lead_card", args=[lead.pk]))


def typed(lead, client):
    """The front as the form gives it, filled."""
    form = client.get(reverse("lead_card_edit", args=[lead.pk])).context["form"]
    return {
        "version": form["version"].value(),
        "main_model": form["main_model"].value(),
        "name": "王小明例",
        "gender": "male",
        "occupation": "教师",
        "budget_fen": "15万",
        "reason_to_follow": "家中添二胎",
    }


def test_the_owner_reads_and_writes(seller, lead):
    answer = page_of(seller, lead)

    assert answer.status_code == 200
    assert answer.context["may_edit"]
    assert answer.context["line"] is not None
    assert "13900001234" not in answer.text


def test_telesales_after_the_hand_over_reads_the_result_alone(seller, agent, lead):
    Lead.objects.filter(pk=lead.pk).update(telesales=agent, state="ordered", grade="O", ordered_on=AT.date())
    client = signed_in(agent)

    answer = client.get(reverse("lead_card", args=[lead.pk]))
    refused = [
        client.post(reverse("lead_line", args=[lead.pk]), LINE),
        client.get(reverse("lead_card_edit", args=[lead.pk])),
        client.post(reverse("lead_grade", args=[lead.pk]), {"grade": "H"}),
    ]

    assert "2026-11-24" in answer.text
    assert not answer.context["may_edit"]
    assert (answer.context["line"], answer.context["grading"]) == (None, None)
    assert [row.status_code for row in refused] == [404, 404, 404]


def test_a_colleague_and_another_store_find_nothing(seller, lead):
    for person in (
        StaffFactory(store=seller.store, roles=["sales_consultant"]),
        StaffFactory(roles=["sales_manager"]),
    ):
        assert page_of(person, lead).status_code == 404


@pytest.mark.rule("CC-06", "CC-08")
def test_a_line_is_written_with_its_plan(seller, lead):
    answer = signed_in(seller).post(reverse("lead_line", args=[lead.pk]), LINE | {"grade": "H"})

    row = Contact.objects.get()
    assert answer.url == reverse("lead_card", args=[lead.pk])
    assert (row.way, row.grade_after, row.next_reason) == ("showroom", "H", "送金融方案")
    assert "送金融方案" in page_of(seller, lead).text


@pytest.mark.rule("CC-05")
def test_a_line_without_a_result_keeps_what_was_typed(seller, lead):
    answer = signed_in(seller).post(reverse("lead_line", args=[lead.pk]), LINE | {"result": ""})

    assert answer.status_code == 422
    assert "送金融方案" in answer.text
    assert not Contact.objects.exists()


@pytest.mark.rule("CC-03")
def test_the_last_result_stands_beside_the_reason(seller, lead):
    facts = ContactFacts(way=Way.SHOWROOM, reached=True, result="嫌价格高", next_reason="送金融方案")
    record_contact(lead=lead, facts=facts, by=seller, at=AT - dt.timedelta(hours=2))

    text = page_of(seller, lead).text

    assert text.index("嫌价格高", text.index('id="new-line"')) < text.index("送金融方案", text.index('id="new-line"'))


@pytest.mark.rule("CC-17")
def test_the_front_is_saved_and_its_starred_fields_block(seller, lead):
    client = signed_in(seller)
    address, values = reverse("lead_card_edit", args=[lead.pk]), typed(lead, client)

    refused = client.post(address, values | {"reason_to_follow": ""})
    answer = client.post(address, values)

    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"reason_to_follow"}
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert (lead.budget_fen, lead.reason_to_follow) == (15_000_000, "家中添二胎")


@pytest.mark.rule("CC-13")
def test_a_sellers_form_does_not_change_what_is_known(seller, leader, lead):
    client = signed_in(seller)
    client.post(reverse("lead_card_edit", args=[lead.pk]), typed(lead, client) | {"occupation": "医生"})
    lead.customer.refresh_from_db()
    kept = lead.customer.occupation

    client = signed_in(leader)
    client.post(reverse("lead_card_edit", args=[lead.pk]), typed(lead, client) | {"occupation": "医生"})

    lead.customer.refresh_from_db()
    assert (kept, lead.customer.occupation) == ("教师", "医生")


@pytest.mark.rule("CC-17")
def test_the_channel_is_corrected_by_the_administrator_alone(seller, leader, lead):
    admin = StaffFactory(store=seller.store, roles=["admin"])
    address = reverse("lead_channel")
    values = {"lead": lead.number, "channel": "referral", "reason": "录入时选错"}

    refused = [signed_in(person).post(address, values).status_code for person in (seller, leader)]
    unknown = signed_in(admin).post(address, values | {"lead": "none"})
    answer = signed_in(admin).post(address, values)

    assert (refused, unknown.status_code, answer.status_code) == ([403, 403], 422, 302)
    lead.refresh_from_db()
    assert lead.channel == "referral"


def test_the_grade_is_judged_on_the_card(seller, lead):
    signed_in(seller).post(reverse("lead_grade", args=[lead.pk]), {"grade": "H", "note": "本周下定"})

    lead.refresh_from_db()
    assert (lead.grade, lead.gradechange_rows.get().graded_by) == ("H", "consultant")


@pytest.mark.rule("CC-09")
def test_a_supervisor_reviews_and_remarks(seller, leader, lead):
    signed_in(seller).post(reverse("lead_line", args=[lead.pk]), LINE)
    row, client = Contact.objects.get(), signed_in(leader)

    client.post(reverse("lead_review", args=[lead.pk]))
    client.post(reverse("lead_remark", args=[lead.pk, row.pk]), {"remark": "报价要当面谈"})

    lead.refresh_from_db()
    row.refresh_from_db()
    assert (lead.reviewed_by, row.remark) == (leader, "报价要当面谈")
    assert signed_in(seller).post(reverse("lead_review", args=[lead.pk])).status_code == 403


def test_the_card_prints_front_and_back(seller, lead):
    signed_in(seller).post(reverse("lead_line", args=[lead.pk]), LINE)

    text = signed_in(seller).get(reverse("lead_card_print", args=[lead.pk])).text

    assert "试驾满意" in text
    assert "data-print" in text


@pytest.mark.rule("CC-09")
def test_the_spot_check_leads_to_the_lines_and_forgets(seller, leader, lead):
    other = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")
    for row in (lead, other):
        signed_in(seller).post(reverse("lead_line", args=[row.pk]), LINE)
    client = signed_in(leader)

    page = client.get(reverse("spot_check"))
    client.post(reverse("spot_check_seen"), {"line": list(Contact.objects.values_list("pk", flat=True))})
    after = client.get(reverse("spot_check"))

    assert f"{reverse('lead_card', args=[lead.pk])}#line-1" in page.text
    assert (page.context["open_count"], after.context["open_count"]) == (1, 0)
    assert signed_in(seller).get(reverse("spot_check")).status_code == 403


def test_queries_of_the_card(seller, lead, django_assert_num_queries):
    for hours in range(6, 0, -1):
        facts = ContactFacts(way=Way.SHOWROOM, reached=True, result="嫌价格高", next_reason="送金融方案")
        record_contact(lead=lead, facts=facts, by=seller, at=AT - dt.timedelta(hours=hours))
    client = signed_in(seller)
    client.get(reverse("lead_card", args=[lead.pk]))

    with django_assert_num_queries(22):
        client.get(reverse("lead_card", args=[lead.pk]))


def test_queries_of_the_spot_check(seller, leader, lead, django_assert_num_queries):
    for number in range(12):
        row = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")
        facts = ContactFacts(way=Way.SHOWROOM, reached=True, result="客户要求对比报价", next_reason="送金融方案")
        record_contact(lead=row, facts=facts, by=seller, at=AT - dt.timedelta(minutes=number))
    client = signed_in(leader)
    client.get(reverse("spot_check"))

    with django_assert_num_queries(9):
        answer = client.get(reverse("spot_check"))

    assert {row.kind for row in answer.context["page"]} == {"same_text", "burst"}


@pytest.mark.rule("RC-05", "AR-11")
def test_the_card_shows_the_class_and_the_household(seller, lead):
    wife = CustomerFactory(store=lead.store, owner=seller, name="王太太例")
    strange = CustomerFactory(store=lead.store, name="王叔叔例")
    for relative, relation in ((wife, "妻"), (strange, "叔")):
        link_relatives(customer=lead.customer, relative=relative, relation=relation, by=seller, at=AT)
    CustomerClassification.objects.create(customer=lead.customer, customer_class="vip", since=AT.date())

    text = page_of(seller, lead).text

    assert "VIP" in text
    assert ("王太太例" in text, "王叔叔例" in text) == (True, False)
    assert reverse("relative_remove", args=[lead.customer_id]) not in text
