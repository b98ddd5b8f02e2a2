"""Signing in and out, as far as it is written down. Password and lock-out are Django's and axes'."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_act, record_event
from staffing.models import Staff


@transaction.atomic
def note_session_started(*, by: Staff, address: str, at: dt.datetime) -> None:
    """Write ``session.started`` into the audit."""
    record_event(code="session.started", subject=by, by=by, at=at, data={"address": address})


@transaction.atomic
def note_session_ended(*, by: Staff, at: dt.datetime) -> None:
    """Write ``session.ended`` into the audit."""
    record_event(code="session.ended", subject=by, by=by, at=at)


@transaction.atomic
def note_session_refused(*, username: str, address: str, reason: str, at: dt.datetime) -> None:
    """Write ``session.refused`` into the audit. ``reason``: wrong_password, locked_out or too_many_attempts.

    A name that nobody has is not kept: people type passwords into that field.
    """
    staff = Staff.objects.filter(username=username).first()
    data = {"address": address, "reason": reason}
    if staff is None:
        record_act(code="session.refused", store_ref=None, by=None, at=at, data=data)
    else:
        record_event(code="session.refused", subject=staff, by=None, at=at, data=data)
