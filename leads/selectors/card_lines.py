"""Lines of the cards of one customer that no call made: in the showroom, by message, on a visit."""

from django.db.models import QuerySet

from customers.models import Customer
from leads.models import Contact, Lead
from staffing.models import Staff

#: The latest of them; each card has its own in full.
SHOWN = 6


def card_lines_of(user: Staff, customer: Customer) -> QuerySet[Contact]:
    """The latest lines beside the calls, of the leads that one may see. One query."""
    rows = Contact.objects.filter(lead__in=Lead.objects.visible_to(user), lead__customer=customer, outcome="")
    return rows.select_related("by").order_by("-at", "-pk")[:SHOWN]
