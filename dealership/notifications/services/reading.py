"""Taking note of alerts."""

import datetime as dt
from typing import Any

from django.db import transaction

from dealership.notifications.models import Alert


@transaction.atomic
def mark_read(*, alert: Alert, at: dt.datetime) -> bool:
    """The recipient has seen the alert. Returns False when that was known already; the first moment stays."""
    return bool(Alert.objects.filter(pk=alert.pk, read_at__isnull=True).update(read_at=at))


@transaction.atomic
def mark_all_read(*, by: Any, at: dt.datetime) -> int:
    """The person has seen every alert raised until now. Returns how many were unread."""
    return Alert.objects.filter(recipient_id=by.pk, read_at__isnull=True, created_at__lte=at).update(read_at=at)
