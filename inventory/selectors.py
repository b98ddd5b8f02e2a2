"""Finding cars, and what belongs to the file of one."""

from django.db.models import Prefetch, Q, QuerySet

from customers.models import Customer
from customers.rules import LONGEST_VIN, SearchTerms
from inventory.models import Vehicle, VehicleOwnership
from staffing.models import Staff

FOUND_AT_MOST = 200


def vehicles_matching(user: Staff, terms: SearchTerms) -> QuerySet[Vehicle]:
    """The cars the person may see whose plate or VIN fits, with their present owner in ``present_owners``."""
    wanted = Q()
    if terms.plate:
        wanted |= Q(plate__contains=terms.plate)
    if terms.vin_tail:
        first = terms.vin_tail[::-1]
        wanted |= Q(vin_reversed__gte=first, vin_reversed__lte=first + "Z" * (LONGEST_VIN - len(first)))
    if not wanted:
        return Vehicle.objects.none()
    rows = Vehicle.objects.visible_to(user).filter(wanted).select_related("model")
    return with_present_owner(rows).order_by("plate", "vin", "pk")[:FOUND_AT_MOST]


def with_present_owner(rows: QuerySet[Vehicle]) -> QuerySet[Vehicle]:
    """Each car with ``present_owners``: a list of its one present ownership, or empty."""
    present = VehicleOwnership.objects.filter(until_on__isnull=True).select_related("customer")
    return rows.prefetch_related(Prefetch("ownerships", queryset=present, to_attr="present_owners"))


def owners_over_time(user: Staff, vehicle: Vehicle) -> QuerySet[VehicleOwnership]:
    """Whose car it was, as far as the person may see the owner; the present one first."""
    rows = vehicle.ownerships.filter(customer__in=Customer.objects.visible_to(user)).select_related("customer")
    return rows.order_by("-from_on", "-pk")


def cars_of(customer: Customer) -> QuerySet[VehicleOwnership]:
    """The cars of a customer, those of today first."""
    rows = customer.ownerships.select_related("vehicle__model", "vehicle__delivery__consultant")
    return rows.order_by("until_on", "-from_on", "-pk")
