"""Facts about customers as the rule of classes takes them, and who is to be looked at."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from customers.models import Customer
from leads.enums import LeadState
from leads.models import ClassChange, CustomerClassification, Lead
from leads.rules.classes import CustomerFacts, OwnLead
from staffing.models import Staff, Store

#: Leads recorded in so many days are looked at again every night: a workbook announces no single one.
RECENT_DAYS = 7


def class_facts(store: Store, customer_ids: Collection[int]) -> dict[int, CustomerFacts]:
    """What the class of each customer follows from. Three queries.

    A lead that was joined with another one counts with that one; nobody introduces oneself.
    """
    zone = store.tz
    own: dict[int, list[OwnLead]] = defaultdict(list)
    rows = Lead.objects.filter(customer__in=customer_ids)
    for customer, state, grade, registered_at, buys_on in rows.values_list(
        "customer_id", "state", "grade", "registered_at", "buys_on"
    ):
        own[customer].append(OwnLead(state, bool(grade), registered_at.astimezone(zone).date(), buys_on))
    given: dict[int, list[dt.date]] = defaultdict(list)
    introduced = Lead.objects.filter(introducer__in=customer_ids).exclude(state=LeadState.MERGED)
    for introducer, customer, registered_at in introduced.values_list("introducer_id", "customer_id", "registered_at"):
        if introducer != customer:
            given[introducer].append(registered_at.astimezone(zone).date())
    bought = set(Customer.objects.filter(pk__in=customer_ids, deliveries__isnull=False).values_list("pk", flat=True))
    return {pk: CustomerFacts(own[pk], pk in bought, given[pk]) for pk in customer_ids}


def customers_to_classify(store: Store, on: dt.date, *, at: dt.datetime) -> list[int]:
    """Ids of those whose class may have changed: a window empties (by index), nobody classed them yet although there is
    a lead or a car of theirs, or a lead recorded lately is theirs or was given by them. Six queries."""
    leads = Lead.objects.filter(store=store)
    recent = leads.filter(created_at__gte=at - dt.timedelta(days=RECENT_DAYS))
    due = CustomerClassification.objects.filter(review_on__lte=on, customer__store=store)
    unknown = Customer.objects.filter(store=store, classification__isnull=True)
    sources: list[QuerySet[Any]] = [
        due.values_list("customer_id"),
        recent.values_list("customer_id"),
        recent.filter(introducer__isnull=False).values_list("introducer_id"),
        unknown.filter(deliveries__isnull=False).values_list("pk"),
        leads.filter(customer__classification__isnull=True).values_list("customer_id"),
        leads.filter(introducer__isnull=False, introducer__classification__isnull=True).values_list("introducer_id"),
    ]
    return sorted({pk for rows in sources for (pk,) in rows})


def class_of(customer: Customer) -> CustomerClassification | None:
    """The class of a customer one sees; None before anybody reckoned it. One query."""
    return CustomerClassification.objects.filter(customer=customer).first()


def class_history(user: Staff, customer: Customer) -> QuerySet[ClassChange]:
    """The changes of class of a customer, the latest first."""
    rows = ClassChange.objects.filter(customer__in=Customer.objects.visible_to(user), customer=customer)
    return rows.order_by("-at", "-pk")
