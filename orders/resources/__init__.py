"""The workbook of deliveries (交车台账)."""

from orders.resources.ledger import DeliveryLedger

__all__ = ["DeliveryLedger"]
