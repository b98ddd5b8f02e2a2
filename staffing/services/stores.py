"""Stores."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from staffing.models import Staff, Store


@transaction.atomic
def create_store(*, code: str, name: str, by: Staff | None, at: dt.datetime) -> Store:
    """Make a store. ``code`` is what commands call it by; an IntegrityError when another store has it."""
    store = Store.objects.create(code=code, name=name)
    record_event(code="store.created", subject=store, by=by, at=at, data={"code": code, "name": name})
    return store
