"""What the audit hears from imports: that one was carried out or undone, and that rejected rows left as a file."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from dealership.audit.models import AuditEvent
from dealership.audit.services import record_act
from dealership.kernel.errors import N_
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.signals import batch_committed, batch_undoing, batch_undone, rejected_rows_downloaded
from dealership.workbooks.undoing import HasDependants

WORKED_WITH = N_("This import cannot be undone: %(count)s of the rows that it created were worked with since.")
#: Looking is no reason against undoing.
_LOOKS = ("phone.revealed", "phone.shown")


@receiver(batch_committed, dispatch_uid="audit.batch_committed")
def import_committed(batch: ImportBatch, by: Any, at: dt.datetime, **_kwargs: Any) -> None:
    _record("import.committed", batch, by, at, {"created": batch.created, "updated": batch.updated})


@receiver(batch_undone, dispatch_uid="audit.batch_undone")
def import_undone(batch: ImportBatch, by: Any, at: dt.datetime, **_kwargs: Any) -> None:
    _record("import.undone", batch, by, at, {"created": batch.created, "updated": batch.updated})


@receiver(rejected_rows_downloaded, dispatch_uid="audit.rejected_rows_downloaded")
def rejected_rows_exported(batch: ImportBatch, by: Any, at: dt.datetime, **_kwargs: Any) -> None:
    _record("import.exported", batch, by, at, {"rejected": batch.rejected, "rows": batch.rejected})


@receiver(batch_undoing, dispatch_uid="audit.batch_undoing")
def refuse_to_lose_work(batch: ImportBatch, created: dict[str, set[int]], **_kwargs: Any) -> None:
    """What somebody has done to an imported row since stands in the audit; undoing the import would lose it."""
    worked_with = 0
    since = AuditEvent.objects.filter(at__gt=batch.committed_at).exclude(code__in=_LOOKS)
    for label, ids in created.items():
        worked_with += len(set(rows_in(since.filter(subject_type=label), "subject_id", ids, "subject_id")))
    if worked_with:
        raise HasDependants(WORKED_WITH, count=worked_with)


def _record(code: str, batch: ImportBatch, by: Any, at: dt.datetime, data: dict[str, Any]) -> None:
    facts = {"import": batch.pk, "kind": batch.kind, "file": batch.file_name, "sha256": batch.sha256, **data}
    record_act(code=code, store_ref=batch.store_ref, by=by, at=at, data=facts)
