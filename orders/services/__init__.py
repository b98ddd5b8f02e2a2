"""Writes of orders: handing a car over, and keeping the files of what was handed over."""

from orders.services.deliveries import AlreadyDelivered, DeliveryInFuture, OtherStore, record_delivery

__all__ = ["AlreadyDelivered", "DeliveryInFuture", "OtherStore", "record_delivery"]
