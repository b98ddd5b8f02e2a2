"""The pages of duplicates, finding leads in the one box, and asking for a ruling."""

import datetime as dt
import re

import pytest
from django.db import connection

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.models import VehicleModel
from inventory.tests.factories import VehicleFactory, VehicleOwnershipFactory
from leads.models import CustomerClassification, Interest, Lead, Merge
from leads.selectors.duplicates import likely_duplicates
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, name="卖家例", roles=["sales_consultant"], language="en")


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, name="主管例", roles=["sales_supervisor"], language="en")


def a_lead(owner, phone, *, name="张三例", initials="zsl", model="", days=0, **values):
    customer = CustomerFactory(store=owner.store, owner=owner, name=name, initials=initials)
    CustomerPhoneFactory(customer=customer, number=f"+86{phone}")
    values = {"owner": owner, "stage": "showroom", "pool": "sales_consultant"} | values
    lead = LeadFactory(customer=customer, registered_at=AT + dt.timedelta(days=days), **values)
    if model:
        row = VehicleModel.objects.get_or_create(brand="星河", name=model)[0]
        Interest.objects.create(lead=lead, model=row, is_main=True)
    return lead


def pairs(user):
    return [(pair.earlier.pk, pair.later.pk, pair.same_phone) for pair in likely_duplicates(user)]


# --- likely duplicates -------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-21")
def test_a_shared_telephone_makes_a_likely_pair(seller):
    first = a_lead(seller, "13900000001", name="张三例")
    second = a_lead(seller, "13900000001", name="张珊例", days=90)
    a_lead(seller, "13900000001", state="defeated")
    a_lead(seller, "13900000002")

    assert pairs(seller) == [(first.pk, second.pk, True)]


@pytest.mark.parametrize(
    ("name", "model", "days", "likely"),
    [
        pytest.param("张三例", "S9", 30, True, id="name, model, a month"),
        pytest.param("张三例", "S9", 31, False, id="too far apart"),
        pytest.param("张三例", "L6", 0, False, id="another model"),
        pytest.param("李四例", "S9", 0, False, id="another name"),
    ],
)
def test_name_model_and_days_alike_make_a_likely_pair(seller, name, model, days, likely):
    first = a_lead(seller, "13900000001", model="S9")
    second = a_lead(seller, "13900000002", name=name, model=model, days=days)

    assert pairs(seller) == ([(first.pk, second.pk, False)] if likely else [])


def test_one_sees_the_own_pairs_and_a_supervisor_the_team_s(store, seller, supervisor):
    other = StaffFactory(store=store, roles=["sales_consultant"])
    first, second = a_lead(seller, "13900000001"), a_lead(other, "13900000001")
    stranger = StaffFactory(roles=["sales_supervisor"])

    found = [pairs(user) for user in (seller, other, supervisor, stranger)]

    assert found == [[], [], [(first.pk, second.pk, True)], []]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_queries(client, seller, django_assert_num_queries, count):
    for number in range(count):
        for _twice in range(2):
            a_lead(seller, f"1390000000{number}", name=f"客户{number}例", model="S9")
    client.force_login(seller, backend=BACKEND)

    with django_assert_num_queries(11):
        answer = client.get("/leads/duplicates/")

    assert len(answer.context["pairs"]) == count


# --- joining on the page -----------------------------------------------------------------------------------------
def test_two_leads_are_joined_side_by_side_and_parted_again(client, seller):
    kept, dropped = a_lead(seller, "13900000001", colour="白"), a_lead(seller, "13900000001", colour="黑")
    client.force_login(seller, backend=BACKEND)
    address = f"/leads/{kept.pk}/merge/{dropped.pk}/"

    page = client.get(address)
    client.post(address, {"colour": "dropped"})
    kept.refresh_from_db()
    joined = (kept.colour, Lead.objects.get(pk=dropped.pk).state)
    client.post(f"/leads/merges/{Merge.objects.get().pk}/undo/")

    kept.refresh_from_db()
    assert "139****0001" in page.content.decode()
    assert "13900000001" not in page.content.decode()
    assert joined == ("黑", "merged")
    assert (kept.colour, Lead.objects.get(pk=dropped.pk).state) == ("白", "open")


def test_a_refused_joining_keeps_what_was_chosen(client, seller):
    kept, dropped = a_lead(seller, "13900000001", colour="白"), a_lead(seller, "13900000002", colour="黑")
    Lead.objects.filter(pk=dropped.pk).update(state="ordered")
    client.force_login(seller, backend=BACKEND)

    answer = client.post(f"/leads/{kept.pk}/merge/{dropped.pk}/", {"colour": "dropped"})

    assert answer.status_code == 422
    assert re.search(r'value="dropped"[^>]*checked', answer.content.decode())


def test_a_colleague_s_lead_cannot_be_opened_for_joining(client, store, seller):
    other = StaffFactory(store=store, roles=["sales_consultant"])
    own, theirs = a_lead(seller, "13900000001"), a_lead(other, "13900000001")
    client.force_login(seller, backend=BACKEND)

    answers = [client.get(f"/leads/{own.pk}/merge/{theirs.pk}/"), client.get(f"/leads/{theirs.pk}/merge/{own.pk}/")]

    assert [answer.status_code for answer in answers] == [404, 404]


# --- the one box -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    ["5678", "13900005678", "zs", "张三", "T-77", "t-77", "AD1234", "9876"],
    ids=["tail", "number", "initials", "name", "lead number", "small letters", "plate", "VIN tail"],
)
def test_one_box_finds_leads(client, seller, typed):
    lead = a_lead(seller, "13900005678", number="T-77")
    car = VehicleFactory(store=seller.store, vin="LXHAA11B0N0009876", plate="粤AD1234")
    VehicleOwnershipFactory(vehicle=car, customer=lead.customer)
    a_lead(seller, "13911111111", name="李四例", initials="lsl")
    client.force_login(seller, backend=BACKEND)

    found = client.post("/customers/", {"q": typed}, follow=True).context["found"].leads

    assert [row.pk for row in found.seen] == [lead.pk]
    assert found.others == ()


def test_a_lead_of_a_customer_whom_one_does_not_keep_opens_its_card(client, store, seller):
    """Telesales sees the result of a lead that was handed over (HO-07)."""
    agent = StaffFactory(store=store, roles=["telesales"], language="en")
    lead = a_lead(seller, "13900005678", telesales=agent)
    client.force_login(agent, backend=BACKEND)

    answer = client.post("/search/", {"q": "5678"})

    assert (answer.status_code, answer.url) == (302, f"/leads/{lead.pk}/")


@pytest.mark.parametrize("typed", ["5678", "zsl", "张三"], ids=["tail", "initials", "name"])
def test_part_of_what_is_known_tells_nothing_of_a_colleague(client, store, seller, typed):
    a_lead(seller, "13900005678")
    other = StaffFactory(store=store, roles=["sales_consultant"], language="en")
    client.force_login(other, backend=BACKEND)

    answer = client.post("/customers/", {"q": typed}, follow=True)

    assert answer.context["found"].leads.others == ()
    assert "卖家例" not in answer.content.decode()


def test_the_whole_number_tells_the_owner_and_nothing_more(client, store, seller, supervisor):
    lead = a_lead(seller, "13900005678", number="T-77", note="机密备注", need="七座")
    other = StaffFactory(store=store, name="同事例", roles=["sales_consultant"], language="en")
    client.force_login(other, backend=BACKEND)

    page = client.post("/search/", {"q": "13900005678"}, follow=True)
    text = page.content.decode()
    (found,) = page.context["found"].leads.others
    client.post("/leads/ruling/", {"lead": found.token})
    client.post("/leads/ruling/", {"lead": found.token})

    assert "卖家例 follows up a lead of this customer." in text
    assert not [secret for secret in ("张三例", "T-77", "机密备注", "七座", f"/leads/{lead.pk}/") if secret in text]
    alert = Alert.objects.get()
    assert (alert.recipient_id, alert.code) == (supervisor.pk, "lead.ruling_asked")
    assert alert.params == {"asker": "同事例", "lead": "T-77", "owner": "卖家例"}
    assert AuditEvent.objects.filter(code="lead.ruling_asked", by=other, subject_id=lead.pk).count() == 2


def test_only_who_found_a_lead_asks_about_it(client, store, seller, supervisor):
    a_lead(seller, "13900005678")
    finder, other = (StaffFactory(store=store, roles=["sales_consultant"]) for _number in range(2))
    client.force_login(finder, backend=BACKEND)
    (found,) = client.post("/search/", {"q": "13900005678"}, follow=True).context["found"].leads.others
    client.force_login(other, backend=BACKEND)

    answers = [client.post("/leads/ruling/", {"lead": token}) for token in (found.token, "1", "")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert Alert.objects.count() == 0


def test_another_store_s_leads_are_not_found(client, seller):
    stranger = StaffFactory(roles=["sales_consultant"])
    a_lead(stranger, "13900005678", number="T-77")
    client.force_login(seller, backend=BACKEND)

    found = [
        client.post("/customers/", {"q": typed}, follow=True).context["found"].leads
        for typed in ("13900005678", "T-77", "zsl")
    ]

    assert [(one.seen, one.others) for one in found] == [((), ())] * 3


# --- classes in the list -----------------------------------------------------------------------------------------
def test_the_list_of_customers_is_narrowed_to_a_class(client, seller):
    vip, other = (a_lead(seller, f"1390000000{number}", name=f"客户{number}例").customer for number in range(2))
    for customer, code in ((vip, "vip"), (other, "hopeful")):
        CustomerClassification.objects.create(customer=customer, customer_class=code, since=AT.date())
    client.force_login(seller, backend=BACKEND)

    narrowed = [list(client.get(f"/customers/?class={code}").context["page"]) for code in ("vip", "base", "nonsense")]

    assert narrowed == [[vip], [], [vip, other]]


# --- speed -------------------------------------------------------------------------------------------------------
@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("typed", "index"), [("5678", "customer_phone_tail"), ("zsl", "customer_initials")], ids=["tail", "initials"]
)
def test_a_search_goes_by_its_index(store, seller, typed, index):
    """With sequential scans out of the way the range of the index is what is left; LIKE could not use it."""
    from customers.rules import search_terms
    from leads.selectors.search import matching_leads

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plans = [
        rows.explain() for rows in matching_leads(seller, Lead.objects.visible_to(seller), search_terms(typed), ())
    ]

    assert any(re.search(rf"Index.*{index}", plan) and "Index Cond" in plan for plan in plans), plans
