"""Writing the audit."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models

from dealership.audit.models import AuditEvent


def record_event(
    *, code: str, subject: models.Model, by: Any, at: dt.datetime, data: dict[str, Any] | None = None
) -> AuditEvent:
    """Record one fact about ``subject``, in the caller's transaction. The store is read from the row."""
    return AuditEvent.objects.create(
        at=at,
        by=by,
        store_ref=_store_of(subject),
        code=code,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        data=data or {},
    )


def record_events(
    *, code: str, subjects: Iterable[models.Model], by: Any, at: dt.datetime, data: dict[str, Any] | None = None
) -> int:
    """Record the same fact about many rows in one statement. Returns how many."""
    return record_each(code=code, facts=((subject, data or {}) for subject in subjects), by=by, at=at)


def record_each(*, code: str, facts: Iterable[tuple[models.Model, dict[str, Any]]], by: Any, at: dt.datetime) -> int:
    """Record a fact of one kind about many rows, each with data of its own, in one statement. Returns how many."""
    events = [
        AuditEvent(
            at=at,
            by=by,
            store_ref=_store_of(subject),
            code=code,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            data=data,
        )
        for subject, data in facts
    ]
    AuditEvent.objects.bulk_create(events, batch_size=1000)
    return len(events)


def record_act(
    *, code: str, store_ref: int | None, by: Any, at: dt.datetime, data: dict[str, Any] | None = None
) -> AuditEvent:
    """Record an act that concerns no single row, such as an export."""
    return AuditEvent.objects.create(at=at, by=by, store_ref=store_ref, code=code, subject_type="", data=data or {})


def _store_of(subject: models.Model) -> int | None:
    store: int | None = (
        subject.pk if subject._meta.label_lower == "staffing.store" else getattr(subject, "store_id", None)
    )
    return store
