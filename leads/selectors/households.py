"""Who belongs together."""

from django.db.models import Q, QuerySet

from customers.models import Customer, CustomerPhone
from leads.models import HouseholdMember
from staffing.models import Staff

#: So many are proposed at most.
PROPOSED = 5


def household_of(customer: Customer) -> QuerySet[Customer]:
    """Everybody who shares the claim of this customer (AR-11), the customer among them; alone without a household."""
    together = HouseholdMember.objects.filter(household__members__customer=customer).values("customer_id")
    return Customer.objects.filter(Q(pk=customer.pk) | Q(pk__in=together))


def relatives_seen(user: Staff, customer: Customer) -> QuerySet[HouseholdMember]:
    """The other members of the household, as far as the person may see them."""
    rows = HouseholdMember.objects.filter(household__members__customer=customer).exclude(customer=customer)
    seen = rows.filter(customer__in=Customer.objects.visible_to(user))
    return seen.select_related("customer").order_by("customer__initials", "pk")


def likely_relatives(user: Staff, customer: Customer) -> list[Customer]:
    """Customers whom one sees with the same telephone or the same address, and no household of their own."""
    numbers = customer.phones.values("number")
    same = Q(pk__in=CustomerPhone.objects.filter(store=customer.store_id, number__in=numbers).values("customer_id"))
    if customer.address.strip():
        same |= Q(address=customer.address)
    rows = Customer.objects.visible_to(user).filter(same, store=customer.store_id, household_row__isnull=True)
    return list(rows.exclude(pk=customer.pk).order_by("initials", "pk")[:PROPOSED])


def member_named(user: Staff, customer: Customer, *, name: str = "", number: str = "") -> list[Customer]:
    """The customers of the same store whom one sees with this whole name or telephone (E.164); three at most."""
    rows = Customer.objects.visible_to(user).filter(store=customer.store_id).exclude(pk=customer.pk)
    wanted = Q(phones__number=number) if number else Q(name=name)
    return list(rows.filter(wanted).distinct().order_by("pk")[:3])
