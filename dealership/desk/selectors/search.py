"""One box for everything: telephone tail, plate, VIN tail, name, pinyin initials."""

from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from customers.models import Customer, CustomerPhone
from customers.rules import SearchTerms, search_terms
from customers.selectors.search import customers_listed, customers_matching, keepers_of_number
from inventory.models import Vehicle, VehicleOwnership
from inventory.selectors import vehicles_matching
from leads.selectors.search import LeadsFound, leads_found
from staffing.models import Staff


@dataclass(frozen=True)
class Found:
    """What a search found within the rights of one person.

    ``cars_without_owner`` fit but belong to no customer (stock). ``keepers`` are colleagues who keep a customer with
    the whole number that was typed, when nothing more may be said; ``leads`` likewise says no more of a colleague's.
    """

    terms: SearchTerms
    customers: QuerySet[Customer]
    cars_without_owner: tuple[Vehicle, ...]
    keepers: tuple[str, ...]
    leads: LeadsFound = field(default_factory=LeadsFound)


def found_by(user: Staff, typed: str, *, customer_class: str = "") -> Found:
    """Search everything the person may see; an empty text lists all customers, or those of one class.

    Each customer carries ``listed_phones`` (the main one first) and ``present_cars``.
    """
    terms = search_terms(typed)
    if not terms.text:
        rows = customers_listed(user)
        if customer_class:
            rows = rows.filter(classification__customer_class=customer_class)
        return Found(terms, _with_phones_and_cars(rows), (), ())
    ids = customers_matching(user, terms)
    cars = tuple(vehicles_matching(user, terms))
    owners = {ownership.customer_id for car in cars for ownership in car.present_owners}  # type: ignore[attr-defined]
    ids |= owners
    ownerless = tuple(car for car in cars if not car.present_owners)  # type: ignore[attr-defined]
    leads = leads_found(user, terms, customer_ids=owners)
    told = {lead.owner for lead in leads.others}
    known = keepers_of_number(user, terms.phone) if terms.phone else []
    keepers = tuple(name for name in known if name not in told)  # the line of the lead says it already
    return Found(terms, _with_phones_and_cars(customers_listed(user, ids)), ownerless, keepers, leads)


def _with_phones_and_cars(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    phones = CustomerPhone.objects.order_by("-is_primary", "pk")
    cars = VehicleOwnership.objects.filter(until_on__isnull=True).select_related("vehicle__model").order_by("-from_on")
    return rows.select_related("classification").prefetch_related(
        Prefetch("phones", queryset=phones, to_attr="listed_phones"),
        Prefetch("ownerships", queryset=cars, to_attr="present_cars"),
    )
