"""Linking relatives: they count as one claim (AR-11)."""

import datetime as dt

from django.db import IntegrityError, transaction

from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.models import Household, HouseholdMember
from staffing.models import Staff


class OnlyOneself(Refusal):
    message = N_("A relative is another customer of the same store.")


class InAnotherHousehold(Refusal):
    """A customer is in one household at most."""

    message = N_("%(name)s belongs to another household already. Take them out of it first.")


@transaction.atomic
def link_relatives(
    *, customer: Customer, relative: Customer, relation: str, by: Staff, at: dt.datetime
) -> HouseholdMember:
    """Put ``relative`` into the household of ``customer``, or both into a new one; linked already, the relation is
    corrected. Audited for both. Refuses OnlyOneself and InAnotherHousehold."""
    if customer.pk == relative.pk or customer.store_id != relative.store_id:
        raise OnlyOneself
    ids = sorted((customer.pk, relative.pk))
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    rows = {row.customer_id: row for row in HouseholdMember.objects.filter(customer__in=ids)}
    own, theirs = rows.get(customer.pk), rows.get(relative.pk)
    if theirs is not None and (own is None or own.household_id != theirs.household_id):
        raise InAnotherHousehold(name=relative.name)
    if theirs is not None:
        theirs.relation = relation
        theirs.save(update_fields=["relation"])
        return theirs
    if own is None:
        home = Household.objects.create(store_id=customer.store_id, name=customer.name, created_at=at, created_by=by)
        own = HouseholdMember.objects.create(household=home, customer=customer)
    try:
        with transaction.atomic():
            row = HouseholdMember.objects.create(household_id=own.household_id, customer=relative, relation=relation)
    except IntegrityError:
        raise InAnotherHousehold(name=relative.name) from None
    for one, other in ((customer, relative), (relative, customer)):
        data = {"with": other.pk, "relation": relation, "household": own.household_id}
        record_event(code="household.linked", subject=one, by=by, at=at, data=data)
    return row


@transaction.atomic
def unlink_relative(*, member: HouseholdMember, by: Staff, at: dt.datetime) -> None:
    """Take a customer out of the household; one who would be left alone in it is out of it too. Audited."""
    household = member.household_id
    Household.objects.select_for_update().filter(pk=household).first()
    record_event(code="household.unlinked", subject=member.customer, by=by, at=at, data={"household": household})
    HouseholdMember.objects.filter(pk=member.pk).delete()
    if HouseholdMember.objects.filter(household=household).count() < 2:
        Household.objects.filter(pk=household).delete()
