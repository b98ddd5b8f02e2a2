"""What is known of a telephone that somebody types for a new lead."""

from dataclasses import dataclass

from customers.models import Customer
from leads.models import Lead
from leads.selectors.assigning import roles_that_may_own
from leads.selectors.search import token_of_lead
from staffing.enums import Capability, Role
from staffing.models import Staff, Store

#: Whose people look after a customer.
ROLES_THAT_KEEP = (*roles_that_may_own(Role.SALES_CONSULTANT), *roles_that_may_own(Role.TELESALES))

#: What the person is warned of and confirms, by code.
OWN_LEAD, COLLEAGUES_LEAD, KNOWN_CUSTOMER = "own_lead", "colleagues_lead", "known_customer"


@dataclass(frozen=True)
class KnownNumber:
    """``code`` is one of the codes above, empty for a new number. ``owner`` is the name of whose lead it is, empty for
    the pool; of a customer without a lead, of whoever looks after the customer. ``name`` and ``lead`` are given only to
    who may see them (LI-21). ``token`` lets the person ask for a ruling about a colleague's lead. ``goes_to_keeper``: a
    new lead becomes that colleague's, unless ``may_decide``."""

    code: str = ""
    owner: str = ""
    name: str = ""
    lead: Lead | None = None
    token: str = ""
    goes_to_keeper: bool = False
    may_decide: bool = False

    @property
    def joins(self) -> bool:
        """Whether a lead of this number joins one that there is (LI-22)."""
        return self.code in (OWN_LEAD, COLLEAGUES_LEAD)


def current_leads_of(store: Store, number: str) -> list[Lead]:
    """The current leads of a telephone in E.164, the earliest first."""
    return list(
        Lead.objects.current()
        .filter(store=store, customer__phones__number=number)
        .select_related("customer", "owner", "store")
        .order_by("registered_at", "pk")
    )


def keepers_of(store: Store, number: str) -> list[Staff]:
    """Who looks after the customers of a telephone and works here, the earliest customer's first (AR-11). One query."""
    people = Staff.objects.filter(store=store).working().holding(*ROLES_THAT_KEEP)
    rows = Customer.objects.filter(store=store, phones__number=number, owner__in=people)
    found = rows.select_related("owner").order_by("created_at", "pk")
    return list({row.owner.pk: row.owner for row in found if row.owner is not None}.values())


def known_number(user: Staff, store: Store, number: str) -> KnownNumber:
    """What ``user`` learns of a number in E.164: the own lead or one that one sees whole, of a colleague's the owner
    and nothing more. Four queries at most."""
    current = current_leads_of(store, number)
    if current:
        lead = current[0]
        owner = lead.owner.name if lead.owner is not None else ""
        if lead.owner_id == user.pk or Lead.objects.visible_to(user).filter(pk=lead.pk).exists():
            code = OWN_LEAD if lead.owner_id == user.pk else COLLEAGUES_LEAD
            return KnownNumber(code, owner, lead.customer.name, lead)
        return KnownNumber(COLLEAGUES_LEAD, owner, token=token_of_lead(user, lead.pk))
    customers = Customer.objects.filter(store=store, phones__number=number).select_related("owner").order_by("pk")
    customer = customers.filter(owner=user).first() or customers.first()
    if customer is None:
        return KnownNumber()
    keepers = keepers_of(store, number)
    if keepers and user not in keepers:
        is_seen = Customer.objects.visible_to(user).filter(pk=customer.pk).exists()
        may_decide = user.may(Capability.ASSIGN_LEADS)
        name = customer.name if is_seen else ""
        return KnownNumber(KNOWN_CUSTOMER, keepers[0].name, name, goes_to_keeper=True, may_decide=may_decide)
    is_seen = Customer.objects.visible_to(user).filter(pk=customer.pk).exists()
    owner = customer.owner.name if customer.owner is not None else ""
    return KnownNumber(KNOWN_CUSTOMER, owner, customer.name if is_seen else "")
