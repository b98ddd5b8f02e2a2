"""Handing a car over."""

import datetime as dt

from django.db import IntegrityError, transaction

from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from inventory.enums import StockState
from inventory.models import Vehicle, VehicleOwnership
from orders.models import Delivery
from orders.signals import delivery_recorded
from staffing.models import Staff


class AlreadyDelivered(Refusal):
    """A car is delivered once."""

    message = N_("The car with VIN %(vin)s has already been delivered.")


class DeliveryInFuture(Refusal):
    """A delivery is recorded when it has happened."""

    message = N_("%(on)s is still to come: record the delivery when the car has been handed over.")


class OtherStore(Refusal):
    """Car, customer and consultant belong to one store."""

    message = N_("Car, customer and sales consultant must belong to the same store.")


@transaction.atomic
def record_delivery(
    *,
    vehicle: Vehicle,
    customer: Customer,
    consultant: Staff,
    delivered_on: dt.date,
    by: Staff,
    at: dt.datetime,
    pay_method: str = "",
    insurer: str = "",
    note: str = "",
) -> Delivery:
    """Record that a new car was handed over: the car leaves the stock, the buyer becomes its owner, and every follow-up
    starts (``delivery_recorded``). A buyer without an owner of the relation gets the consultant. Audited.

    Refuses DeliveryInFuture, OtherStore, AlreadyDelivered.
    """
    store = vehicle.store
    if delivered_on > at.astimezone(store.tz).date():
        raise DeliveryInFuture(on=delivered_on.isoformat())
    if customer.store_id != store.pk or consultant.store_id != store.pk:
        raise OtherStore
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(
                store=store,
                vehicle=vehicle,
                customer=customer,
                consultant=consultant,
                delivered_on=delivered_on,
                pay_method=pay_method,
                insurer=insurer,
                note=note,
                created_at=at,
            )
    except IntegrityError:  # one delivery per car is a constraint: of two people at once, one is told
        raise AlreadyDelivered(vin=vehicle.vin) from None
    _hand_over(vehicle, customer, delivered_on)
    Customer.objects.filter(pk=customer.pk, owner__isnull=True).update(owner=consultant)
    record_event(
        code="delivery.recorded", subject=delivery, by=by, at=at, data={"delivered_on": delivered_on.isoformat()}
    )
    delivery_recorded.send(sender=Delivery, delivery=delivery, by=by, at=at)
    return delivery


def _hand_over(vehicle: Vehicle, customer: Customer, on: dt.date) -> None:
    Vehicle.objects.filter(pk=vehicle.pk).update(stock_state=StockState.DELIVERED)
    vehicle.stock_state = StockState.DELIVERED
    current = VehicleOwnership.objects.filter(vehicle=vehicle, until_on__isnull=True)
    if current.filter(customer=customer).exists():
        return
    current.filter(from_on__lte=on).update(until_on=on)
    VehicleOwnership.objects.create(store=vehicle.store, vehicle=vehicle, customer=customer, from_on=on)
