"""Imports: receive a workbook, check it, import it, undo it."""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files import File
from django.db import IntegrityError, transaction

from dealership.kernel.errors import N_, Refusal
from dealership.workbooks import signals
from dealership.workbooks.checking import (
    Counts,
    Progress,
    Table,
    further_faults,
    judge_table,
    read_table,
    rejections,
    uncollected,
    warnings,
)
from dealership.workbooks.enums import TRANSITIONS, BatchState, IssueLevel, Verdict
from dealership.workbooks.issues import Issue, jsonable
from dealership.workbooks.keeping import forget_table, keep_table, kept_table
from dealership.workbooks.kinds import Context
from dealership.workbooks.models import ImportBatch, ImportIssue, ImportLock
from dealership.workbooks.package import WorkbookRefused
from dealership.workbooks.writing import BatchWriter, ChangedMeanwhile, insert_rows, take_ids

log = logging.getLogger(__name__)


class NotInThisState(Refusal):
    message = N_("This import has moved on meanwhile; look at it again.")


class FileChanged(Refusal):
    message = N_("The stored file is no longer the one that was handed in. Hand it in again.")


class DatabaseChanged(Refusal):
    message = N_(
        "The records were changed by somebody else at the same moment. Nothing was imported; please try again."
    )


def receive_workbook(
    *,
    content: BinaryIO,
    file_name: str,
    store_id: int,
    as_of: dt.date,
    by: Any,
    at: dt.datetime,
    kind: str = "",
) -> ImportBatch:
    """Keep the file and open an import for it in state ``received``. Nothing of it has been read yet."""
    digest = hashlib.sha256()
    size = 0
    content.seek(0)
    while piece := content.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    content.seek(0)
    batch = ImportBatch(
        store_ref=store_id,
        asked_kind=kind,
        file_name=Path(file_name.replace("\\", "/")).name[-200:] or "workbook.xlsx",
        sha256=digest.hexdigest(),
        size_bytes=size,
        as_of=as_of,
        received_at=at,
        received_by=by,
    )
    # The name on disk is ours: what a browser sends as a name is only shown.
    batch.file.save(f"{batch.sha256[:16]}.xlsx", File(content), save=False)
    try:
        batch.save(force_insert=True)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


@uncollected()
def check_batch(*, batch_id: int, at: dt.datetime, tick: Callable[[], dt.datetime] | None = None) -> ImportBatch:
    """The dry run: read the workbook, keep its counts and faults; state ``checked`` or ``refused``.

    ``tick`` gives the moment of each sign of life on the way (without it: ``at``); a worker hands in its clock.

    Safe to run again: a run that was killed leaves the import in ``checking``, and the next one starts afresh.
    """
    batch = _enter(batch_id, BatchState.CHECKING, at)
    context = _context(batch, at)
    progress = _progress_of(batch, tick or (lambda: at))
    try:
        _verify(batch)
        table = read_table(Path(batch.file.path), context, kind=batch.asked_kind, progress=progress)
        keep_table(batch, table, at=at)
        with transaction.atomic():
            counts = judge_table(table, context)
            _keep_result(batch, table, counts)
            _move(batch, BatchState.CHECKED, refusal_code="", refusal="", refusal_params={}, checked_at=at)
    except (WorkbookRefused, FileChanged) as error:
        _refuse(batch, error)
    batch.refresh_from_db()
    return batch


def start_commit(*, batch_id: int, by: Any, at: dt.datetime) -> ImportBatch:
    """Mark a checked import as being imported, so that it is done once. Raises NotInThisState."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != BatchState.CHECKED:
        raise NotInThisState
    return _enter(batch_id, BatchState.COMMITTING, at, only_from=(BatchState.CHECKED,), committed_by=by, tries=0)


@uncollected()
def commit_batch(*, batch_id: int, at: dt.datetime) -> ImportBatch:
    """Import the good rows of an import in state ``committing``, all in one transaction; announces ``batch_committed``.

    The rows are judged again against the database as it is now, under the lock of the store, so that a dry run of
    yesterday does no harm; what the dry run read in the same file is used when it is still there (see ``keeping``). A
    run that was killed leaves nothing, and the next one does it all. Raises DatabaseChanged when somebody else wrote
    the same rows at the same moment; the import is ``checked`` again then.
    """
    batch = _enter(batch_id, BatchState.COMMITTING, at, only_from=(BatchState.COMMITTING,))
    context = _context(batch, at)
    try:
        _verify(batch)
        table = kept_table(batch, at=at) or read_table(
            Path(batch.file.path), context, kind=batch.kind or batch.asked_kind
        )
        with transaction.atomic():
            _lock_store(batch, at)
            still = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.COMMITTING).exists()
            if not still:
                raise NotInThisState
            counts = judge_table(table, context)
            accepted = [record for record in table.records if record.verdict in (Verdict.CREATED, Verdict.UPDATED)]
            table.kind.write(accepted, context, BatchWriter(batch))
            _keep_result(batch, table, counts)
            _move(batch, BatchState.COMMITTED, refusal_code="", refusal="", refusal_params={}, committed_at=at)
            signals.batch_committed.send(sender=ImportBatch, batch=batch, by=batch.committed_by, at=at)
            transaction.on_commit(lambda: forget_table(batch), robust=True)
    except (WorkbookRefused, FileChanged) as error:
        _refuse(batch, error)
    except (ChangedMeanwhile, IntegrityError) as error:
        # The first line names the constraint; the next would show the row, with its telephone number.
        log.warning("Import %s met a change by somebody else: %s", batch.pk, str(error).partition("\n")[0])
        refusal = DatabaseChanged()
        _move(batch, BatchState.CHECKED, **_refusal_fields(refusal))
        raise refusal from error
    except NotInThisState:
        raise
    except Exception:
        # A fault of ours: nothing was kept, the import can be tried again, and the fault goes to the log as it is.
        _move(batch, BatchState.CHECKED, **_refusal_fields(Refusal(N_("The import failed. Nothing was imported."))))
        raise
    batch.refresh_from_db()
    return batch


def import_now(
    *,
    content: BinaryIO,
    file_name: str,
    store_id: int,
    as_of: dt.date,
    by: Any,
    at: dt.datetime,
    kind: str = "",
) -> ImportBatch:
    """Receive, and import at once what is good, in one pass: for programs that have decided already.

    Raises the WorkbookRefused of a bad file, of which then nothing is kept, and DatabaseChanged.
    """
    batch = receive_workbook(
        content=content, file_name=file_name, store_id=store_id, as_of=as_of, by=by, at=at, kind=kind
    )
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.COMMITTING, committed_by=by)
    try:
        done = commit_batch(batch_id=batch.pk, at=at)
    except BaseException:
        _forget(batch)
        raise
    if done.state == BatchState.REFUSED:
        refusal = WorkbookRefused(done.refusal, **done.refusal_params)
        _forget(batch)
        raise refusal
    return done


def discard_batch(*, batch_id: int, at: dt.datetime) -> ImportBatch:
    """Put an import that was not carried out aside, and delete its file. Raises NotInThisState."""
    batch = ImportBatch.objects.get(pk=batch_id)
    _move(batch, BatchState.DISCARDED, worked_at=at)
    batch.refresh_from_db()
    transaction.on_commit(lambda: _delete_files(batch))
    return batch


@uncollected()
def dry_run(path: Path, context: Context, *, kind: str = "") -> tuple[Table, Counts]:
    """What an import of the file would do; nothing is kept anywhere. Raises a WorkbookRefused."""
    table = read_table(path, context, kind=kind)
    return table, judge_table(table, context)


# --- the parts ---------------------------------------------------------------------------------------------------
def _context(batch: ImportBatch, at: dt.datetime) -> Context:
    return Context(
        store_id=batch.store_ref, as_of=batch.as_of, at=at, by_id=batch.committed_by_id or batch.received_by_id
    )


def _enter(
    batch_id: int, state: str, at: dt.datetime, *, only_from: Iterable[str] | None = None, **fields: Any
) -> ImportBatch:
    allowed = TRANSITIONS[state] if only_from is None else tuple(only_from)
    changed = ImportBatch.objects.filter(pk=batch_id, state__in=allowed).update(
        state=state, worked_at=at, progress_done=0, progress_total=0, **fields
    )
    if changed != 1:
        raise NotInThisState
    return ImportBatch.objects.get(pk=batch_id)


def _move(batch: ImportBatch, state: str, **fields: Any) -> None:
    if ImportBatch.objects.filter(pk=batch.pk, state__in=TRANSITIONS[state]).update(state=state, **fields) != 1:
        raise NotInThisState


def _refuse(batch: ImportBatch, error: Refusal) -> None:
    _move(batch, BatchState.REFUSED, **_refusal_fields(error))


def _refusal_fields(error: Refusal) -> dict[str, Any]:
    return {
        "refusal_code": error.code,
        "refusal": error.message,
        "refusal_params": {name: jsonable(value) for name, value in error.params.items()},
    }


def _verify(batch: ImportBatch) -> None:
    """The file is still the one that was checked."""
    digest = hashlib.sha256()
    try:
        with batch.file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    except FileNotFoundError as error:
        raise FileChanged from error
    if digest.hexdigest() != batch.sha256:
        raise FileChanged


def _progress_of(batch: ImportBatch, tick: Callable[[], dt.datetime]) -> Progress:
    def report(done: int, total: int) -> None:
        ImportBatch.objects.filter(pk=batch.pk).update(progress_done=done, progress_total=total, worked_at=tick())

    return report


def _lock_store(batch: ImportBatch, at: dt.datetime) -> None:
    """Hold the store's imports until the end of the transaction; a second one waits here (PostgreSQL) or at its
    BEGIN IMMEDIATE (SQLite)."""
    ImportLock.objects.bulk_create(
        [ImportLock(store_ref=batch.store_ref, batch_ref=batch.pk, taken_at=at)], ignore_conflicts=True
    )
    ImportLock.objects.filter(store_ref=batch.store_ref).update(batch_ref=batch.pk, taken_at=at)


def _keep_result(batch: ImportBatch, table: Table, counts: Counts) -> None:
    warned = warnings(table)
    rows = [
        *_issue_rows(batch, rejections(table), IssueLevel.REJECTED),
        *_issue_rows(batch, further_faults(table), IssueLevel.FURTHER),
        *_issue_rows(batch, warned, IssueLevel.WARNED),
    ]
    ImportIssue.objects.filter(batch=batch).delete()
    insert_rows(
        ImportIssue,
        ("batch_id", "row", "column", "reason", "level", "message", "params"),
        rows,
        take_ids(ImportIssue, len(rows)),
    )
    ImportBatch.objects.filter(pk=batch.pk).update(
        kind=table.kind.code,
        layout=table.layout,
        rows=counts.rows,
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        warned=len(warned),
    )
    for name in ("created", "updated", "unchanged", "rejected", "rows"):
        setattr(batch, name, getattr(counts, name))
    batch.kind = table.kind.code


def _issue_rows(batch: ImportBatch, issues: Iterable[Issue], level: str) -> Iterable[tuple[Any, ...]]:
    return (
        (batch.pk, issue.row, issue.column[:64], issue.reason, level, issue.message, dict(issue.params))
        for issue in issues
    )


def _delete_files(batch: ImportBatch) -> None:
    forget_table(batch)
    batch.file.delete(save=False)


def _forget(batch: ImportBatch) -> None:
    _delete_files(batch)
    ImportBatch.objects.filter(pk=batch.pk).delete()
