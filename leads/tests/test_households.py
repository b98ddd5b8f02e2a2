"""Relatives: linking, taking out, whom one sees of them, and who is proposed."""

import pytest

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from leads.models import Household, HouseholdMember
from leads.selectors.households import household_of, likely_relatives, relatives_seen
from leads.services.households import InAnotherHousehold, OnlyOneself, link_relatives, unlink_relative
from leads.tests.factories import AT
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"], language="en")


@pytest.fixture
def family(store, seller):
    return [CustomerFactory(store=store, owner=seller, name=f"{name}例") for name in ("父亲", "母亲", "儿子", "邻居")]


def link(customer, relative, by, relation=""):
    return link_relatives(customer=customer, relative=relative, relation=relation, by=by, at=AT)


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_household_is_the_same_from_every_member(family, seller, asked):
    father, mother, son, neighbour = family
    link(father, mother, seller, "妻")
    link(mother, son, seller, "子")

    assert set(household_of(family[asked])) == {father, mother, son}
    assert list(household_of(neighbour)) == [neighbour]
    assert AuditEvent.objects.filter(code="household.linked").count() == 4


def test_linking_twice_corrects_the_relation(family, seller):
    link(family[0], family[1], seller, "妻")
    link(family[0], family[1], seller, "妹")

    assert list(HouseholdMember.objects.order_by("pk").values_list("relation", flat=True)) == ["", "妹"]
    assert Household.objects.count() == 1


def test_one_household_at_most(family, seller):
    link(family[0], family[1], seller)
    link(family[2], family[3], seller)

    with pytest.raises(InAnotherHousehold):
        link(family[0], family[2], seller)


def test_nobody_is_related_to_oneself_or_to_another_store_s_customer(family, seller):
    for other in (family[0], CustomerFactory()):
        with pytest.raises(OnlyOneself):
            link(family[0], other, seller)


def test_who_is_left_alone_is_in_no_household(family, seller):
    link(family[0], family[1], seller)
    member = link(family[0], family[2], seller)

    unlink_relative(member=member, by=seller, at=AT)
    unlink_relative(member=HouseholdMember.objects.get(customer=family[1]), by=seller, at=AT)

    assert (Household.objects.count(), HouseholdMember.objects.count()) == (0, 0)
    assert list(household_of(family[0])) == [family[0]]


def test_a_colleague_s_relative_is_not_shown(family, store, seller):
    colleague = StaffFactory(store=store, roles=["sales_consultant"])
    secret = CustomerFactory(store=store, owner=colleague, name="外人例")
    link(family[0], family[1], seller)
    link(family[0], secret, seller)

    assert [row.customer for row in relatives_seen(seller, family[0])] == [family[1]]


def test_same_telephone_or_address_are_proposed(family, store, seller):
    father, mother, son, neighbour = family
    for customer, number in ((father, "1"), (mother, "1"), (neighbour, "2")):
        CustomerPhoneFactory(customer=customer, number=f"+861390000000{number}")
    for customer in (father, son):
        customer.address = "示例路 1 号"
        customer.save(update_fields=["address"])
    hidden = CustomerFactory(store=store)
    CustomerPhoneFactory(customer=hidden, number="+8613900000001")

    assert set(likely_relatives(seller, father)) == {mother, son}
    link(father, son, seller)
    assert set(likely_relatives(seller, father)) == {mother}


@pytest.mark.parametrize(
    ("typed", "linked"),
    [("139 0000 0001", True), ("母亲例", True), ("没人例", False), ("13900000009", False)],
    ids=["telephone", "name", "nobody", "no such number"],
)
def test_a_relative_is_linked_on_the_page_of_the_customer(client, family, seller, typed, linked):
    CustomerPhoneFactory(customer=family[1], number="+8613900000001")
    client.force_login(seller, backend=BACKEND)

    answer = client.post(f"/customers/{family[0].pk}/relatives/", {"who": typed, "relation": "妻"}, follow=True)

    assert answer.status_code == 200
    assert HouseholdMember.objects.filter(customer=family[1], relation="妻").exists() is linked


def test_a_relative_is_taken_out_on_the_page(client, family, seller):
    member = link(family[0], family[1], seller)
    client.force_login(seller, backend=BACKEND)

    client.post(f"/customers/{family[0].pk}/relatives/remove/", {"member": member.pk})

    assert Household.objects.count() == 0


def test_a_colleague_s_customer_can_neither_be_linked_nor_parted(client, store, family, seller):
    member = link(family[0], family[1], seller)
    stranger = StaffFactory(store=store, roles=["sales_consultant"])
    own = CustomerFactory(store=store, owner=stranger)
    client.force_login(stranger, backend=BACKEND)

    answers = [
        client.post(f"/customers/{family[0].pk}/relatives/", {"who": own.name}),
        client.post(f"/customers/{family[0].pk}/relatives/remove/", {"member": member.pk}),
        client.post(f"/customers/{own.pk}/relatives/remove/", {"member": member.pk}),
    ]
    client.post(f"/customers/{own.pk}/relatives/", {"who": f"#{family[2].pk}"})

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert HouseholdMember.objects.count() == 2
