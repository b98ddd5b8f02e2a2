"""Finding leads by what people remember of the customer."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core import signing
from django.db.models import F, Q, QuerySet

from customers.models import Customer, CustomerPhone
from customers.rules import SearchTerms
from customers.selectors.search import beginning_with, ending_with
from leads.models import Lead
from staffing.enums import Capability
from staffing.models import Staff

#: A search that finds more is too wide: people type more rather than leaf through it.
FOUND_AT_MOST = 50
_SALT = "leads.ruling"
_DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class ColleaguesLead:
    """All that may be said of a colleague's lead: whose it is (empty: in a pool). ``token`` lets the person who found
    it ask for a ruling, and nobody else."""

    owner: str
    token: str


@dataclass(frozen=True)
class LeadsFound:
    """``seen`` are within the rights of the person, ``others`` are colleagues'."""

    seen: tuple[Lead, ...] = ()
    others: tuple[ColleaguesLead, ...] = ()


def leads_found(user: Staff, terms: SearchTerms, *, customer_ids: Collection[int] = ()) -> LeadsFound:
    """Leads whose customer or number fits; ``customer_ids`` are owners of cars that fit.

    A colleague's current lead shows for a whole telephone alone: a shorter text would tell by trying whom the
    colleagues serve.
    """
    rights = (Capability.WORK_LEADS, Capability.SEE_STORE, Capability.SEE_ALL_STORES)
    if not any(user.may(right) for right in rights):
        return LeadsFound()
    visible = Lead.objects.visible_to(user)
    found = _rows(matching_leads(user, visible, terms, customer_ids))
    if terms.name and not (found and terms.initials):
        # No index helps here. Small letters are initials first; when nobody has them, they are part of a name.
        found |= _rows([visible.filter(customer__name__icontains=terms.name)])
    latest_first = sorted(found.values(), key=lambda lead: (lead.registered_at, lead.pk), reverse=True)
    seen = tuple(sorted(latest_first, key=lambda lead: lead.customer.initials)[:FOUND_AT_MOST])
    return LeadsFound(seen, _colleagues(user, visible, terms))


def leads_of(user: Staff, customer: Customer) -> QuerySet[Lead]:
    """The leads of a customer, as far as the person may see them, the current ones first."""
    rows = Lead.objects.visible_to(user).filter(customer=customer).select_related("owner", "merged_into")
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-registered_at", "-pk")


def token_of_lead(user: Staff, lead_id: int) -> str:
    """What lets ``user``, who found the lead of a colleague, ask for a ruling about it within a day."""
    return signing.TimestampSigner(salt=_SALT).sign(f"{user.pk}:{lead_id}")


def lead_of_token(user: Staff, token: str) -> int | None:
    """The lead that ``user`` found, from the token of its line; None for anybody else's, or after a day."""
    try:
        person, lead = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=_DAY_SECONDS).split(":")
    except (signing.BadSignature, ValueError):
        return None
    return int(lead) if person == str(user.pk) else None


def matching_leads(
    user: Staff, visible: QuerySet[Lead], terms: SearchTerms, customer_ids: Collection[int]
) -> list[QuerySet[Lead]]:
    """Each reading with an index of its own: one statement with OR would read every lead of the store."""
    here = Q() if user.sees_all_stores() else Q(store=user.store_id)
    sources: list[QuerySet[Lead]] = []
    if terms.phone_tail:
        numbers = CustomerPhone.objects.filter(here, ending_with(terms.phone_tail))
        sources.append(visible.filter(customer__in=numbers.values("customer_id")))
    if terms.initials:
        people = Customer.objects.filter(here, beginning_with(terms.initials))
        sources.append(visible.filter(customer__in=people.values("pk")))
    if customer_ids:
        sources.append(visible.filter(customer__in=customer_ids))
    if any(character.isdigit() for character in terms.text):
        sources.append(visible.filter(number__in={terms.text, terms.text.upper()}))
    return sources


def _rows(sources: list[QuerySet[Lead]]) -> dict[int, Lead]:
    chosen = (rows.order_by().select_related("customer", "owner")[:FOUND_AT_MOST] for rows in sources)
    return {lead.pk: lead for rows in chosen for lead in rows}


def _colleagues(user: Staff, visible: QuerySet[Lead], terms: SearchTerms) -> tuple[ColleaguesLead, ...]:
    if user.store_id is None or not terms.phone or not user.may(Capability.WORK_LEADS):
        return ()
    numbers = CustomerPhone.objects.filter(store=user.store_id, number=terms.phone).values("customer_id")
    rows = Lead.objects.current().filter(store=user.store_id, customer__in=numbers).order_by("registered_at", "pk")
    found = dict(rows.values_list("pk", "owner__name")[:FOUND_AT_MOST])
    own = set(visible.filter(pk__in=found).values_list("pk", flat=True)) if found else set()
    return tuple(ColleaguesLead(owner or "", token_of_lead(user, pk)) for pk, owner in found.items() if pk not in own)
