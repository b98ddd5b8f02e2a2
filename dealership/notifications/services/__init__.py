"""Writes of the outbox: raising alerts, reading them, and sending them by e-mail."""

from dealership.notifications.services.raising import AlertDraft, raise_alerts
from dealership.notifications.services.reading import mark_all_read, mark_read
from dealership.notifications.services.sending import send_due_alerts

__all__ = ["AlertDraft", "mark_all_read", "mark_read", "raise_alerts", "send_due_alerts"]
