"""An appointment lives no longer than what the customer was invited for."""

import datetime as dt

import pytest

from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.enums import StockState
from inventory.tests.factories import VehicleFactory, VehicleModelFactory
from leads.enums import AppointmentState, LeadState
from leads.models import Appointment, Interest, Lead
from leads.selectors.visits import expected_visitors
from leads.services.appointments import LeadEnded, make_appointment, miss_appointments
from leads.services.defeats import apply_for_defeat, decide_defeat
from leads.services.lost import lose_contact
from leads.services.merging import merge_leads
from leads.services.outcomes import note_order
from leads.services.reactivation import reactivate_lead
from leads.services.unmerging import undo_merge
from leads.tests.factories import AT, LeadFactory
from leads.tests.test_defeats import BOUGHT, claim
from orders.services import record_delivery
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
TOMORROW = AT + dt.timedelta(days=1)
AFTERWARDS = AT + dt.timedelta(days=2)


@pytest.fixture
def seller():
    return StaffFactory(roles=["sales_consultant"])


@pytest.fixture
def manager(seller):
    return StaffFactory(store=seller.store, roles=["sales_manager"])


@pytest.fixture
def lead(seller):
    lead = LeadFactory(customer__store=seller.store, owner=seller, stage="showroom", pool="sales_consultant")
    Interest.objects.create(lead=lead, model=VehicleModelFactory(), is_main=True)
    return lead


@pytest.fixture
def appointment(lead, seller):
    return make_appointment(lead=lead, expected_at=TOMORROW, by=seller, at=AT)


def order(lead, seller, _manager):
    note_order(lead=lead, on=AT.date(), by=seller, at=AT)


def deliver(lead, seller, _manager):
    car = VehicleFactory(store=seller.store, stock_state=StockState.IN_STOCK)
    record_delivery(vehicle=car, customer=lead.customer, consultant=seller, delivered_on=AT.date(), by=seller, at=AT)


def lose(lead, seller, _manager):
    lose_contact(lead=lead, by=seller, at=AT, number_verified=True)


def defeat(lead, seller, manager):
    row = apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    decide_defeat(defeat=row, approve=True, by=manager, at=AT)


@pytest.mark.parametrize(
    ("end", "why"), [(order, "ordered"), (deliver, "delivered"), (lose, "lost"), (defeat, "defeated")]
)
def test_it_is_cancelled_with_its_reason_and_nobody_is_reminded(lead, appointment, seller, manager, end, why):
    end(lead, seller, manager)

    appointment.refresh_from_db()
    assert (appointment.state, appointment.why_cancelled) == (AppointmentState.CANCELLED, why)
    told = AuditEvent.objects.get(code="appointment.cancelled", subject_id=lead.pk)
    assert (told.by_id, told.data) == (None, {"why": why})
    assert miss_appointments(at=AFTERWARDS) == 0
    assert not Alert.objects.filter(code="appointment.missed").exists()
    assert not expected_visitors(seller, seller.store, TOMORROW.date()).exists()


def test_while_the_manager_has_not_decided_the_customer_is_still_expected(lead, appointment, seller, manager):
    row = apply_for_defeat(lead=lead, claim=claim(BOUGHT), by=seller, at=AT)
    during = expected_visitors(seller, seller.store, TOMORROW.date()).get()
    decide_defeat(defeat=row, approve=False, by=manager, at=AT, note="再核实")

    appointment.refresh_from_db()
    assert (during, appointment.state) == (appointment, AppointmentState.OPEN)


def test_who_has_ordered_may_be_invited_again(lead, appointment, seller):
    note_order(lead=lead, on=AT.date(), by=seller, at=AT)

    again = make_appointment(lead=lead, expected_at=AFTERWARDS, by=seller, at=AT, note="验车")

    assert list(lead.appointments.filter(state=AppointmentState.OPEN)) == [again]


@pytest.mark.rule("DF-13")
def test_taken_up_again_the_old_invitation_does_not_come_back(lead, appointment, seller, manager):
    lose(lead, seller, manager)

    reactivate_lead(lead=lead, owner=seller, grade="A", reason="换了号码", by=manager, at=AT)

    appointment.refresh_from_db()
    assert (lead.state, appointment.state) == (LeadState.OPEN, AppointmentState.CANCELLED)


def test_who_ended_a_moment_ago_is_not_invited(lead, seller):
    read_before = Lead.objects.get(pk=lead.pk)
    lose(lead, seller, None)

    with pytest.raises(LeadEnded):
        make_appointment(lead=read_before, expected_at=TOMORROW, by=seller, at=AT)


@pytest.mark.rule("LI-21")
@pytest.mark.parametrize("kept_has_one", [False, True])
def test_a_joined_leads_appointment_goes_along_and_back(lead, appointment, seller, kept_has_one):
    kept = LeadFactory(customer=lead.customer, owner=seller)
    own = make_appointment(lead=kept, expected_at=AFTERWARDS, by=seller, at=AT) if kept_has_one else None

    merge = merge_leads(kept=kept, dropped=lead, sides={}, by=seller, at=AT)
    joined = {row.pk: (row.lead, row.state, row.why_cancelled) for row in Appointment.objects.all()}
    undo_merge(merge=merge, by=seller, at=AT)

    appointment.refresh_from_db()
    assert (appointment.lead, appointment.state, appointment.why_cancelled) == (lead, AppointmentState.OPEN, "")
    if own is None:
        assert joined == {appointment.pk: (kept, "open", "")}
    else:
        assert joined == {appointment.pk: (kept, "cancelled", "merged"), own.pk: (kept, "open", "")}


def test_the_page_tells_why(client, lead, appointment, seller, manager):
    CustomerPhoneFactory(customer=lead.customer)
    order(lead, seller, manager)
    client.force_login(seller)

    page = client.get("/invitations/")

    assert "客户已下订" in page.content.decode()
