"""Bans, telephones, the card, and looking at a full number."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from customers.enums import CustomerKind, NumberState
from customers.models import ContactBan, Customer, CustomerPhone
from customers.selectors.cards import missing_card_fields
from customers.services.bans import BanLifted, ReasonMissing, ban_contact, lift_ban
from customers.services.cards import complete_card
from customers.services.phones import SameNumber, mark_number, replace_phone
from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.kernel.phones import BadPhone
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def by():
    return StaffFactory(roles=["call_centre_agent"])


@pytest.fixture
def customer(by):
    return CustomerFactory(store=by.store)


@pytest.mark.rule("D3-09")
def test_ban_stands_once_per_purpose_and_can_be_lifted_and_come_back(customer, by):
    first = ban_contact(customer=customer, purpose="7dc", by=by, at=AT)
    again = ban_contact(customer=customer, purpose="7dc", by=by, at=LATER)
    everything = ban_contact(customer=customer, by=by, at=LATER)
    with pytest.raises(ReasonMissing):
        lift_ban(ban=first, reason=" ", by=by, at=LATER)
    lift_ban(ban=first, reason=" 客户来电要求恢复 ", by=by, at=LATER)
    with pytest.raises(BanLifted):
        lift_ban(ban=first, reason="再来一次", by=by, at=LATER)
    third = ban_contact(customer=customer, purpose="7dc", by=by, at=LATER)

    codes = list(AuditEvent.objects.order_by("pk").values_list("code", flat=True))
    assert first == again
    assert set(ContactBan.objects.standing()) == {everything, third}
    assert codes == ["contact.banned", "contact.banned", "contact.allowed", "contact.banned"]
    first.refresh_from_db()
    assert (first.lifted_at, first.lifted_by, first.lift_reason) == (LATER, by, "客户来电要求恢复")
    allowed = AuditEvent.objects.get(code="contact.allowed")
    assert allowed.data == {"purpose": "7dc", "reason": "客户来电要求恢复"}


def test_number_is_marked_once(customer, by):
    phone = CustomerPhoneFactory(customer=customer)

    mark_number(phone=phone, state=NumberState.EMPTY, by=by, at=AT)
    mark_number(phone=phone, state=NumberState.EMPTY, by=by, at=LATER)

    assert CustomerPhone.objects.get().state == NumberState.EMPTY
    assert AuditEvent.objects.get(code="phone.marked").data == {"state": ["good", "empty"]}


@pytest.mark.rule("SV-14")
def test_corrected_number_becomes_the_main_one_and_the_old_one_stays_on_file(customer, by):
    old = CustomerPhoneFactory(customer=customer, number="+8613800001111")
    known = CustomerPhoneFactory(customer=customer, number="+8613800002222", is_primary=False, state="wrong")

    with pytest.raises(SameNumber):
        replace_phone(customer=customer, old=old, number="138-0000-1111", by=by, at=AT)
    with pytest.raises(BadPhone):
        replace_phone(customer=customer, old=old, number="12345", by=by, at=AT)
    fresh = replace_phone(customer=customer, old=old, number="137 0000 3333", by=by, at=AT)
    replaced_by_known = replace_phone(customer=customer, old=fresh, number="13800002222", by=by, at=LATER)

    rows = {row.number: (row.is_primary, row.state) for row in CustomerPhone.objects.all()}
    assert fresh.reversed == "3333000073168"
    assert replaced_by_known == known
    assert rows == {
        "+8613800001111": (False, "wrong"),
        "+8613700003333": (False, "wrong"),
        "+8613800002222": (True, "good"),
    }


@pytest.mark.rule("D3-17")
def test_card_lists_what_is_missing_and_is_filled_only_where_it_is_empty(by):
    customer = CustomerFactory(store=by.store, kind=CustomerKind.COMPANY, occupation="教师", gender="male")
    before = missing_card_fields(customer)

    result = complete_card(
        customer=customer,
        by=by,
        at=AT,
        values={"company": "示例公司", "occupation": "医生", "email": "", "name": "别名", "preferred_way": "sms"},
    )

    row = Customer.objects.get(pk=customer.pk)
    assert before == ("birthday", "company", "address", "email", "wechat")
    assert (result.filled, result.kept) == (("company", "preferred_way"), ("occupation",))
    assert (row.company, row.occupation, row.name, row.preferred_way) == (
        "示例公司",
        "教师",
        customer.name,
        "sms",
    )


def test_full_number_is_one_click_and_stands_in_the_audit(customer, by):
    phone = CustomerPhoneFactory(customer=customer, number="+8613800001234")
    client = Client()
    client.force_login(by, backend="django.contrib.auth.backends.ModelBackend")

    fragment = client.post(
        reverse("reveal_phone", args=[phone.pk]),
        headers={"HX-Request": "true", "HX-Target": f"phone-{phone.pk}"},
    )
    page = client.post(reverse("reveal_phone", args=[phone.pk]))

    event = AuditEvent.objects.filter(code="phone.revealed")[0]
    assert "138 0000 1234" in fragment.content.decode()
    assert 'tabindex="-1" data-focus' in fragment.content.decode()  # static/js/focus.js puts the keyboard there
    assert "<html" not in fragment.content.decode()
    assert "<html" in page.content.decode()
    assert (event.by, event.subject_id, event.data) == (by, phone.pk, {"number": "138****1234"})


def test_full_number_is_refused_to_others_and_leaves_no_trace(customer, by):
    phone = CustomerPhoneFactory(customer=customer)
    address = reverse("reveal_phone", args=[phone.pk])

    def status(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client.post(address).status_code

    assert status(StaffFactory(roles=["call_centre_agent"])) == 404
    assert status(StaffFactory(store=by.store, roles=["sales_consultant"])) == 404
    assert status(StaffFactory(store=by.store, roles=["reception"])) == 403
    assert Client().post(address).status_code == 302
    assert not AuditEvent.objects.filter(code="phone.revealed").exists()
