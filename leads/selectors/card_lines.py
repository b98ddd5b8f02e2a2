"""The back of a card: its contacts and, between them, the visits and telephone enquiries of the register."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from customers.models import Customer
from leads.models import Contact, Lead, Visit
from staffing.models import Staff

#: The latest of them; each card has its own in full.
SHOWN = 6


@dataclass(frozen=True)
class BackLine:
    """One of the two: a contact, which is numbered and has its plan, or a line of the register: when the customer came
    or rang up, who received the visitor, what came of it."""

    at: dt.datetime
    contact: Contact | None = None
    visit: Visit | None = None


def in_order(contacts: Iterable[Contact], visits: Iterable[Visit]) -> list[BackLine]:
    """Contacts and visits as they happened; of one moment the visit first, from which the contact came."""
    lines = [BackLine(_moment(visit), visit=visit) for visit in visits]
    lines += [BackLine(contact.at, contact=contact) for contact in contacts]
    return sorted(lines, key=lambda line: line.at)


def _moment(visit: Visit) -> dt.datetime:
    """When it was; a line of a workbook without a time counts as noon."""
    return visit.arrived_at or dt.datetime.combine(visit.visited_on, dt.time(12), tzinfo=visit.store.tz)


def visits_on(lead: Lead) -> QuerySet[Visit]:
    """The lines of the register that belong to a card, with who received the customer and who took over. One query."""
    rows: QuerySet[Visit] = lead.visits.all()
    return rows.select_related("store", "consultant", "hand_over__consultant").order_by(
        "visited_on", "arrived_at", "pk"
    )


def card_lines_of(user: Staff, customer: Customer) -> list[BackLine]:
    """The latest lines beside the calls, of the leads that one may see, the last one first. Two queries."""
    leads = Lead.objects.visible_to(user).filter(customer=customer)
    contacts = Contact.objects.filter(lead__in=leads, outcome="").select_related("by").order_by("-at", "-pk")[:SHOWN]
    visits = Visit.objects.filter(lead__in=leads).select_related("store", "consultant", "hand_over__consultant")
    latest = visits.order_by("-visited_on", "-arrived_at", "-pk")[:SHOWN]
    return in_order(contacts, latest)[::-1][:SHOWN]
