"""The only readers of the system clock.

Everything below the edge receives the moment as an argument: ``at`` for datetimes, ``on`` for dates.
"""

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today(tz: dt.tzinfo | None = None) -> dt.date:
    """The present date in ``tz`` (default: the zone of the installation)."""
    return timezone.localdate(timezone=tz)
