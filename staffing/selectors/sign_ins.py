"""What is known of failed sign-ins."""

import datetime as dt

from axes.models import AccessAttempt
from django.db.models import Sum

#: Failures from one address, over all names, after which it has to wait. A whole store may share one address.
FAILURES_PER_ADDRESS = 30
WINDOW = dt.timedelta(minutes=15)


def failures_from(address: str, *, at: dt.datetime) -> int:
    """How many sign-ins from ``address`` failed in the last fifteen minutes, whatever name was tried."""
    rows = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=at - WINDOW)
    return int(rows.aggregate(total=Sum("failures_since_start"))["total"] or 0)


def must_wait(address: str, *, at: dt.datetime) -> bool:
    """Whether too many sign-ins from ``address`` failed lately, so that none is tried now."""
    return failures_from(address, at=at) >= FAILURES_PER_ADDRESS
