"""Finding customers by what people remember of them."""

from django.db.models import F, Q, QuerySet

from customers.models import Customer, CustomerPhone
from customers.rules import SearchTerms
from staffing.models import Staff, Store

#: A search that finds more is too wide: people type more rather than leaf through it.
FOUND_AT_MOST = 200


def customers_matching(user: Staff, terms: SearchTerms) -> set[int]:
    """Ids of the customers the person may see whose name, initials or telephone fit. Two queries at most."""
    visible = Customer.objects.visible_to(user)
    found: set[int] = set()
    wanted = Q()
    if terms.name:
        wanted |= Q(name__icontains=terms.name) | Q(company__icontains=terms.name)
    if terms.initials:
        wanted |= beginning_with(terms.initials)
    if wanted:
        found.update(visible.filter(wanted).order_by("pk").values_list("pk", flat=True)[:FOUND_AT_MOST])
    if terms.phone_tail:
        # From the visible customers' side: digits of a colleague's customer must not show by being missing.
        numbers = CustomerPhone.objects.filter(ending_with(terms.phone_tail), customer__in=visible)
        found.update(numbers.order_by("pk").values_list("customer_id", flat=True)[:FOUND_AT_MOST])
    return found


def beginning_with(initials: str) -> Q:
    """Customers whose pinyin initials begin so, as a range of the index (one store at a time): LIKE would use it in the
    collation C alone. Initials are small letters and digits, of which z is the last in every collation."""
    longest: int = Customer._meta.get_field("initials").max_length or len(initials)
    return Q(initials__gte=initials, initials__lte=initials + "z" * (longest - len(initials)))


def ending_with(digits: str) -> Q:
    """Telephones whose last digits are these, as a range of the index on the reversed digits (one store at a time)."""
    first = digits[::-1]
    longest: int = CustomerPhone._meta.get_field("reversed").max_length or len(first)
    return Q(reversed__gte=first, reversed__lte=first + "9" * (longest - len(first)))


def customers_listed(user: Staff, ids: set[int] | None = None) -> QuerySet[Customer]:
    """The customers the person may see, by name; narrowed to ``ids`` when they are given."""
    rows = Customer.objects.visible_to(user)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return rows.select_related("owner", "store").order_by("initials", "name", "pk")


def keepers_of_number(user: Staff, number: str) -> list[str]:
    """Names of the colleagues whose customers have this whole number and are not the person's to see (LI-21).

    That much may be said, and no more. One query.
    """
    store: Store | None = user.store
    if store is None or not number:
        return []
    rows = CustomerPhone.objects.filter(store=store, number=number).exclude(
        customer__in=Customer.objects.visible_to(user)
    )
    names = rows.order_by("customer__owner__name").values_list(F("customer__owner__name"), flat=True).distinct()
    return [name or "" for name in names]
