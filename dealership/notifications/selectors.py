"""What a person has been told."""

from typing import Any

from django.db.models import QuerySet

from dealership.notifications.models import Alert


def unread_count(user: Any) -> int:
    """How many alerts the person has not read: the figure on the bell."""
    return Alert.objects.visible_to(user).unread().count()


def alerts_of(user: Any, *, unread_only: bool = False) -> QuerySet[Alert]:
    """The person's alerts, the newest first."""
    rows = Alert.objects.visible_to(user)
    return (rows.unread() if unread_only else rows).order_by("-created_at", "-pk")
