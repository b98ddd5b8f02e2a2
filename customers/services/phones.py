"""Telephones of customers: their state, a better number, and who looked at one."""

import datetime as dt

from django.db import transaction

from customers.enums import NumberState
from customers.models import Customer, CustomerPhone
from dealership.audit.services import record_event
from dealership.kernel import phones
from dealership.kernel.errors import N_, Refusal
from staffing.models import Staff


class SameNumber(Refusal):
    """The corrected number is the one that does not work."""

    message = N_("This is the number that does not work. Enter the corrected number.")


@transaction.atomic
def mark_number(*, phone: CustomerPhone, state: NumberState, by: Staff, at: dt.datetime) -> None:
    """Record what a call told about the number (SV-14). The same news twice is recorded once."""
    if CustomerPhone.objects.filter(pk=phone.pk).exclude(state=state).update(state=state):
        record_event(code="phone.marked", subject=phone, by=by, at=at, data={"state": [phone.state, state]})
        phone.state = state


@transaction.atomic
def replace_phone(
    *, customer: Customer, old: CustomerPhone | None, number: str, by: Staff, at: dt.datetime
) -> CustomerPhone:
    """Make ``number`` (as typed) the customer's main number. The old one stays on file as not working.

    Of two that are found at the same moment both stay on file, and the one that is saved last is the main one.

    Raises BadPhone for what is no telephone number, SameNumber when it is the old one.
    """
    e164 = phones.normalise(number)
    if old is not None and old.number == e164:
        raise SameNumber
    _one_at_a_time(customer)
    # The old main number first: the constraint allows one at any moment.
    customer.phones.filter(is_primary=True).update(is_primary=False)
    if old is not None:
        customer.phones.filter(pk=old.pk, state=NumberState.GOOD).update(state=NumberState.WRONG)
    CustomerPhone.objects.bulk_create(
        [CustomerPhone(store_id=customer.store_id, customer=customer, number=e164, reversed=digits_reversed(e164))],
        ignore_conflicts=True,
    )
    customer.phones.filter(number=e164).update(is_primary=True, state=NumberState.GOOD)
    fresh = customer.phones.get(number=e164)
    record_event(
        code="phone.replaced",
        subject=fresh,
        by=by,
        at=at,
        data={"number": [phones.mask(old.number) if old is not None else "", phones.mask(e164)]},
    )
    return fresh


@transaction.atomic
def add_phone(*, customer: Customer, number: str, by: Staff, at: dt.datetime) -> CustomerPhone:
    """Put a further number (as typed) on file; the main one stays the main one. One that is on file stays as it is.

    Raises BadPhone for what is no telephone number.
    """
    e164 = phones.normalise(number)
    phone, is_new = CustomerPhone.objects.get_or_create(
        customer=customer,
        number=e164,
        defaults={"store_id": customer.store_id, "reversed": digits_reversed(e164)},
    )
    if is_new:
        record_event(code="phone.added", subject=phone, by=by, at=at, data={"number": phones.mask(e164)})
    return phone


def reveal_phone(*, phone: CustomerPhone, by: Staff, at: dt.datetime, why: str = "revealed") -> str:
    """The full number, read out in groups; that ``by`` saw it is written to the audit.

    ``why`` is ``revealed`` for a click, ``shown`` for the number of the call one is working on.
    """
    record_event(code=f"phone.{why}", subject=phone, by=by, at=at, data={"number": phones.mask(phone.number)})
    return phones.display(phone.number)


def _one_at_a_time(customer: Customer) -> None:
    """Whoever gives this customer another main number meanwhile is waited for.

    The row of the former main number is no such lock: when it comes free, the statement that waited for it still does
    not see the number that has just become the main one, and the constraint refuses a second.
    """
    Customer.objects.select_for_update(no_key=True).only("pk").get(pk=customer.pk)


def digits_reversed(e164: str) -> str:
    """The digits back to front, so that a search by the last digits uses an index."""
    return e164.lstrip("+")[::-1]
