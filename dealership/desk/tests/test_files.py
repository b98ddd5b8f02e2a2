"""The page of a customer, and the file of a car."""

import datetime as dt
from decimal import Decimal

import pytest

from complaints.models import Complaint
from customers.models import ContactBan
from customers.tests.factories import ContactBanFactory, ContactWindowFactory, CustomerFactory, CustomerPhoneFactory
from dealership import clock
from dealership.audit.models import AuditEvent
from followups.enums import TaskState
from followups.models import (
    Answer,
    CallAttempt,
    CallTask,
    FirstServiceEstimate,
    FirstServiceTrack,
    Question,
    Response,
    ServiceVisit,
)
from followups.services.calls import LeadLine, save_call
from followups.tests.factories import CallTaskFactory
from inventory.tests.factories import VehicleFactory, VehicleOwnershipFactory
from leads.enums import Way
from leads.services.contacts import ContactFacts, record_contact
from leads.services.registering import NewLead, register_lead
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def delivery():
    delivery = DeliveryFactory(delivered_on=dt.date(2026, 3, 1))
    delivery.customer.owner = delivery.consultant
    delivery.customer.save(update_fields=["owner"])
    return delivery


@pytest.fixture
def agent(client, delivery):
    staff = StaffFactory(store=delivery.store, roles=["call_centre_agent"], language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


def called(delivery, agent, *, occurrence="1", note="示例备注"):
    """A 3DC that was made, with a dissatisfied answer."""
    task = CallTaskFactory(
        delivery=delivery,
        kind="3dc",
        occurrence=occurrence,
        state=TaskState.DONE,
        closed_at=AT,
        attempts=1,
        due_on=AT.date(),
    )
    CallAttempt.objects.create(task=task, at=AT, by=agent, outcome="done", reached=True, note=note, spoken_to="本人")
    question = Question.objects.get(questionnaire__kind="3dc", code="car")
    response = Response.objects.create(task=task, questionnaire=question.questionnaire, at=AT, by=agent)
    Answer.objects.create(response=response, question=question, value="dissatisfied", is_alert=True)
    return task


def complained(delivery, number="TS1"):
    return Complaint.objects.create(
        store=delivery.store,
        number=number,
        customer=delivery.customer,
        vehicle=delivery.vehicle,
        kind="product",
        origin="follow_up_call",
        content="异响",
        received_at=AT,
    )


def estimated(delivery, agent, count=1):
    track = FirstServiceTrack.objects.create(
        store=delivery.store,
        delivery=delivery,
        policy_km=5000,
        policy_months=3,
        rounding="ceil10",
        expected_on=dt.date(2026, 5, 11),
        remind_on=dt.date(2026, 5, 4),
        latest_on=dt.date(2026, 6, 1),
    )
    for number in range(count):
        FirstServiceEstimate.objects.create(
            track=track,
            made_at=AT + dt.timedelta(days=number),
            made_by=agent,
            read_on=dt.date(2026, 4, 1),
            odometer_km=2000,
            daily_km=Decimal(70),
            interval_days=71,
            due_on=dt.date(2026, 5, 11),
            remind_on=dt.date(2026, 5, 4),
            capped=False,
        )
    return track


def visited(delivery, order_no="W1"):
    return ServiceVisit.objects.create(
        store=delivery.store,
        order_no=order_no,
        visited_on=dt.date(2026, 5, 9),
        vehicle=delivery.vehicle,
        customer=delivery.customer,
        contact_name="代送人",
        contact_phone="+8613700009999",
        odometer_km=4800,
        kind="first_service",
        created_at=AT,
    )


def test_the_customer_page_tells_everything_complaints_first(client, agent, delivery):
    customer = delivery.customer
    CustomerPhoneFactory(customer=customer, number="+8613800001234")
    ContactWindowFactory(customer=customer, weekdays=0b1100000)
    ContactBanFactory(customer=customer, purpose="periodic", reason="太忙")
    complained(delivery)
    called(delivery, agent)
    CallTaskFactory(delivery=delivery)

    html = client.get(f"/customers/{customer.pk}/").content.decode()

    for text in (
        "异响",
        "138****1234",
        "at the weekend 19:00–20:00",
        "太忙",
        "Quarterly contact",
        "示例备注",
        "Dissatisfied",
    ):
        assert text in html
    assert html.index("异响") < html.index("示例备注")
    assert "13800001234" not in html


def test_a_consultant_sees_what_the_call_centre_heard_of_the_own_customer(client, agent, delivery):
    called(delivery, agent)
    client.force_login(delivery.consultant, backend=BACKEND)

    response = client.get(f"/customers/{delivery.customer_id}/")

    assert "示例备注" in response.content.decode()


@pytest.mark.parametrize("address", ["/customers/{customer}/", "/vehicles/{vehicle}/"])
@pytest.mark.parametrize("who", ["colleague", "other_store"])
def test_what_one_may_not_see_does_not_exist(client, delivery, address, who):
    store = delivery.store if who == "colleague" else StaffFactory().store
    roles = ["sales_consultant"] if who == "colleague" else ["call_centre_agent"]
    client.force_login(StaffFactory(store=store, roles=roles), backend=BACKEND)

    response = client.get(address.format(customer=delivery.customer_id, vehicle=delivery.vehicle_id))

    assert response.status_code == 404


@pytest.mark.parametrize("role", ["stock_keeper"])
def test_who_has_no_business_with_customers_is_refused(client, delivery, role):
    client.force_login(StaffFactory(store=delivery.store, roles=[role]), backend=BACKEND)

    answers = [client.get(f"/customers/{delivery.customer_id}/"), client.get(f"/vehicles/{delivery.vehicle_id}/")]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.rule("CC-11")
@pytest.mark.rule("SV-07")
def test_the_file_of_a_car_tells_everything(client, agent, delivery):
    track = estimated(delivery, agent)
    track.agreed_on, track.appointment_at = dt.date(2026, 5, 10), dt.datetime(2026, 5, 10, 2, 30, tzinfo=dt.UTC)
    track.save(update_fields=["agreed_on", "appointment_at"])
    visited(delivery)
    complained(delivery)
    called(delivery, agent)
    CallTaskFactory(
        delivery=delivery, kind="periodic", state=TaskState.MISSED, close_reason="tries_used_up", closed_at=AT
    )

    html = client.get(f"/vehicles/{delivery.vehicle_id}/").content.decode()

    expected = (
        "2026-05-11",
        "2026-05-10",
        "2026-05-10 10:30",
        "2000",
        "70",
        "W1",
        "4800",
        "代送人",
        "异响",
        "示例备注",
    )
    for text in (*expected, "Not reached on all days of trying", delivery.vehicle.vin, delivery.consultant.name):
        assert text in html
    assert "13700009999" not in html


@pytest.fixture
def resold(delivery, agent):
    """The delivered car belongs to somebody else now, whom a second consultant looks after; both owners have a past."""
    earlier, store = delivery.customer, delivery.store
    earlier.name = "前车主例"
    earlier.save(update_fields=["name"])
    delivery.pay_method, delivery.insurer = "loan", "示例保险"
    delivery.save(update_fields=["pay_method", "insurer"])
    keeper = StaffFactory(store=store, roles=["sales_consultant"], language="en")
    present = CustomerFactory(store=store, owner=keeper, name="现车主例")
    sold_on = dt.date(2026, 6, 1)
    delivery.vehicle.ownerships.update(until_on=sold_on)
    VehicleOwnershipFactory(vehicle=delivery.vehicle, customer=present, from_on=sold_on)
    called(delivery, agent, note="前车主说的话")
    CallTaskFactory(delivery=delivery, kind="periodic", occurrence="3")
    CallTaskFactory(
        delivery=delivery, kind="periodic", occurrence="6", state=TaskState.MISSED, close_reason="tries_used_up",
        closed_at=AT,
    )  # fmt: skip
    visited(delivery, "W1")
    orphan = visited(delivery, "W2")
    ServiceVisit.objects.filter(pk=orphan.pk).update(customer=None, contact_name="无主来人")
    ServiceVisit.objects.create(
        store=store, order_no="W3", visited_on=dt.date(2026, 7, 1), vehicle=delivery.vehicle, customer=present,
        contact_name="新来人", kind="maintenance", created_at=AT,
    )  # fmt: skip
    call = CallTaskFactory(delivery=delivery, kind="n_plus_1", customer=present, state=TaskState.DONE, closed_at=AT)
    CallAttempt.objects.create(task=call, at=AT, by=agent, outcome="done", reached=True, note="现车主说的话")
    return delivery.vehicle, keeper


OF_FORMER_OWNER = (
    "前车主例", "前车主说的话", "代送人", "无主来人", "Loan", "示例保险", "Quarterly contact",
    "Not reached on all days of trying", "Dissatisfied",
)  # fmt: skip
OF_PRESENT_OWNER = ("现车主例", "现车主说的话", "新来人")
OF_THE_CAR = ("W1", "W2", "W3", "4800")


def test_a_consultant_reads_nothing_of_a_former_owner_whom_a_colleague_looks_after(client, resold):
    car, keeper = resold
    client.force_login(keeper, backend=BACKEND)

    html = client.get(f"/vehicles/{car.pk}/").content.decode()

    assert [text for text in OF_FORMER_OWNER if text in html] == []
    assert [text for text in (*OF_PRESENT_OWNER, *OF_THE_CAR) if text not in html] == []


@pytest.mark.parametrize("role", ["sales_manager", "call_centre_agent"])
def test_who_sees_the_store_reads_the_whole_file_of_a_car_that_was_sold_on(client, resold, role):
    car, _keeper = resold
    client.force_login(StaffFactory(store=car.store, roles=[role], language="en"), backend=BACKEND)

    html = client.get(f"/vehicles/{car.pk}/").content.decode()

    assert [text for text in (*OF_FORMER_OWNER, *OF_PRESENT_OWNER, *OF_THE_CAR) if text not in html] == []


def test_an_empty_file_says_so(client, agent, delivery):
    bare = VehicleFactory(store=delivery.store, vin_check_ok=False)

    html = client.get(f"/vehicles/{bare.pk}/").content.decode()

    for text in ("No owner on file", "has not been in the workshop", "Nobody has called yet", "check digit"):
        assert text in html


@pytest.mark.parametrize("count", [1, 3])
def test_the_customer_page_costs_the_same_queries(client, agent, delivery, django_assert_num_queries, count):
    for number in range(count):
        complained(delivery, f"TS{number}")
        called(delivery, agent, occurrence=str(number))
        CallTaskFactory(delivery=delivery, occurrence=str(number + 10))
        CustomerPhoneFactory(customer=delivery.customer, is_primary=number == 0)
        ContactWindowFactory(customer=delivery.customer)

    with django_assert_num_queries(21):
        client.get(f"/customers/{delivery.customer_id}/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_file_of_a_car_costs_the_same_queries(client, agent, delivery, django_assert_num_queries, count):
    estimated(delivery, agent, count)
    for number in range(count):
        complained(delivery, f"TS{number}")
        called(delivery, agent, occurrence=str(number))
        CallTaskFactory(delivery=delivery, occurrence=str(number + 10))
        visited(delivery, f"W{number}")

    with django_assert_num_queries(23):
        client.get(f"/vehicles/{delivery.vehicle_id}/")


def test_waiting_calls_lead_to_the_screen_of_those_who_may_make_them(client, agent, delivery):
    own = CallTaskFactory(delivery=delivery)
    others = CallTaskFactory(delivery=delivery, kind="3dc", pool="sales_consultant")

    html = client.get(f"/customers/{delivery.customer_id}/").content.decode()

    assert f'href="/tasks/{own.pk}/"' in html
    assert f'href="/tasks/{others.pk}/"' not in html


# --- lifting a ban, giving an appointment up -------------------------------------------------------------------------
@pytest.fixture
def banned(delivery, agent):
    """A customer who refused all calls yesterday, which ended a quarterly contact that is due next week."""
    ban = ContactBanFactory(customer=delivery.customer, banned_at=clock.now() - dt.timedelta(days=1))
    due_on = clock.today() + dt.timedelta(days=7)
    CallTaskFactory(
        delivery=delivery, kind="periodic", occurrence="9", due_on=due_on, state=TaskState.CANCELLED,
        close_reason="contact_ban", closed_at=AT,
    )  # fmt: skip
    return ban


@pytest.fixture
def supervisor(client, delivery):
    staff = StaffFactory(store=delivery.store, roles=["call_centre_supervisor"], language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


@pytest.mark.rule("D3-09")
def test_a_supervisor_lifts_a_ban_with_a_reason_and_the_call_comes_back(client, banned, supervisor):
    page = client.get(f"/customers/{banned.customer_id}/").content.decode()

    response = client.post(f"/bans/{banned.pk}/lift/", {"reason": "来店时说可以打"}, follow=True)

    banned.refresh_from_db()
    html = response.content.decode()
    assert f'action="/bans/{banned.pk}/lift/"' in page
    assert response.redirect_chain == [(f"/customers/{banned.customer_id}/", 302)]
    assert (banned.lifted_by, banned.lift_reason) == (supervisor, "来店时说可以打")
    assert "The ban is lifted. 1 call is back on the list." in html
    assert "Does not wish" not in html
    assert CallTask.objects.get(occurrence="9").state == TaskState.OPEN
    assert AuditEvent.objects.get(code="contact.allowed").data == {"purpose": "all", "reason": "来店时说可以打"}


def test_a_ban_is_not_lifted_without_a_reason(client, banned, supervisor):
    response = client.post(f"/bans/{banned.pk}/lift/", {"reason": " "})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Write down why the customer may be called again." in html
    assert '<details class="earlier no-print" open>' in html
    assert ContactBan.objects.standing().get() == banned


def test_a_ban_that_was_lifted_already_is_told_and_nothing_happens_again(client, banned, supervisor):
    client.post(f"/bans/{banned.pk}/lift/", {"reason": "一"})

    response = client.post(f"/bans/{banned.pk}/lift/", {"reason": "二"}, follow=True)

    assert "already been lifted" in response.content.decode()
    assert ContactBan.objects.get().lift_reason == "一"


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [
        ("sales_consultant", 403, False),
        ("call_centre_agent", 403, False),
        ("admin", 403, False),
        ("call_centre_supervisor", 302, True),
        ("sales_manager", 302, True),
    ],
)
def test_who_may_lift_a_ban(client, delivery, banned, role, status, offered):
    own = {"store": delivery.store, "roles": [role]}
    person = delivery.consultant if role == "sales_consultant" else StaffFactory(**own)
    client.force_login(person, backend=BACKEND)

    page = client.get(f"/customers/{banned.customer_id}/").content.decode()
    answer = client.post(f"/bans/{banned.pk}/lift/", {"reason": "可以"})

    assert ("/lift/" in page, answer.status_code) == (offered, status)


def test_a_ban_of_another_store_does_not_exist(client, banned):
    client.force_login(StaffFactory(roles=["call_centre_supervisor"]), backend=BACKEND)

    answer = client.post(f"/bans/{banned.pk}/lift/", {"reason": "可以"})

    assert answer.status_code == 404
    assert ContactBan.objects.standing().exists()


@pytest.fixture
def booked(delivery, agent):
    track = estimated(delivery, agent)
    track.appointment_at = clock.now() + dt.timedelta(days=3)
    track.save(update_fields=["appointment_at"])
    return track


@pytest.mark.rule("SV-07")
def test_an_appointment_is_given_up_where_it_is_shown(client, agent, delivery, booked):
    address = f"/vehicles/{delivery.vehicle_id}/"
    button = f'action="{address}appointment/cancel/"'
    before = client.get(address).content.decode()

    response = client.post(f"{address}appointment/cancel/", follow=True)
    again = client.post(f"{address}appointment/cancel/", follow=True)

    booked.refresh_from_db()
    html = response.content.decode()
    assert (button in before, button in html) == (True, False)
    assert response.redirect_chain == [(address, 302)]
    assert (booked.appointment_at, booked.round) == (None, 2)
    assert f"The appointment is cancelled. The customer is reminded from {booked.remind_on} on." in html
    assert "No appointment is booked for this car." in again.content.decode()
    assert AuditEvent.objects.filter(code="first_service.cancelled", by=agent).count() == 1


@pytest.mark.parametrize(("role", "status"), [("reception", 403), ("sales_consultant", 404)])
def test_an_appointment_is_not_given_up_by_those_who_do_not_call_the_customer(client, delivery, booked, role, status):
    client.force_login(StaffFactory(store=delivery.store, roles=[role]), backend=BACKEND)

    answer = client.post(f"/vehicles/{delivery.vehicle_id}/appointment/cancel/")

    booked.refresh_from_db()
    assert (answer.status_code, booked.appointment_at is None) == (status, False)


def test_the_customer_page_shows_calls_to_leads_and_the_other_lines_of_the_card(client):
    store = StoreFactory()
    telesales = StaffFactory(store=store, roles=["telesales"])
    new = NewLead(name="线索例", number="13900010001", channel="web", registered_at=AT, grade="A")
    lead = register_lead(store=store, new=new, owner=telesales, pool="telesales", by=None, at=AT).lead
    save_call(
        task=CallTask.objects.get(), by=telesales, at=AT, outcome="done", note="电话里谈价格",
        line=LeadLine(next_reason="发报价"),
    )  # fmt: skip
    facts = ContactFacts(way=Way.WECHAT, reached=True, result="微信发了报价", next_reason="问意见")
    record_contact(lead=lead, facts=facts, by=telesales, at=AT + dt.timedelta(hours=1))
    client.force_login(telesales, backend=BACKEND)

    html = client.get(f"/customers/{lead.customer_id}/").content.decode()

    assert html.count("电话里谈价格") == 1
    assert html.count("微信发了报价") == 1
    assert f"/leads/{lead.pk}/" in html
