"""Undoing an import: what it created goes, what it changed becomes what it was, unless somebody built upon it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ManyToOneRel

from dealership.kernel.errors import N_, Refusal
from dealership.workbooks import signals
from dealership.workbooks.enums import BatchState, EntryAction
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.models import BatchEntry, ImportBatch, ImportLock
from dealership.workbooks.writing import delete_rows, ids_in, insert_rows, restored, update_rows


class NotUndoable(Refusal):
    message = N_("Only an import that was carried out can be undone.")


class HasDependants(Refusal):
    message = N_("This import cannot be undone: %(count)s × “%(what)s” depend on what it created.")


class WorkedWithSince(Refusal):
    message = N_("This import cannot be undone: somebody has worked with rows that it created or changed.")


class ChangedSince(Refusal):
    message = N_("This import cannot be undone: a later import (%(file)s) changed the same rows. Undo that one first.")


@transaction.atomic
def undo_batch(*, batch_id: int, by: Any, at: dt.datetime) -> ImportBatch:
    """Undo an import as a whole. Announces ``batch_undo_begun``, ``batch_undoing`` and
    ``batch_undone``.

    Rows that it created are deleted. Rows that it changed get their former values back, field by field, where the value
    is still the one it wrote: a newer entry stays. Raises NotUndoable, HasDependants (rows of others point to what it
    created), ChangedSince or WorkedWithSince; nothing is undone then.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    ImportLock.objects.filter(store_ref=batch.store_ref).update(batch_ref=batch.pk, taken_at=at)
    moved = ImportBatch.objects.filter(pk=batch_id, state=BatchState.COMMITTED).update(
        state=BatchState.UNDONE, undone_at=at, undone_by=by
    )
    if moved != 1:
        raise NotUndoable
    entries = list(BatchEntry.objects.filter(batch=batch).order_by("-position", "-pk"))
    created = _created(entries)
    _refuse_later_changes(batch, entries, created)
    links = _links_written(entries)
    announced = {model._meta.label_lower: ids for model, ids in created.items()}
    signals.batch_undo_begun.send(sender=ImportBatch, batch=batch, created=announced, by=by, at=at)
    for model, ids in created.items():
        _refuse_dependants(model, ids, created, links)
    signals.batch_undoing.send(sender=ImportBatch, batch=batch, created=announced, by=by, at=at)
    try:
        with transaction.atomic():
            for entry in entries:
                model = apps.get_model(entry.model)
                if entry.action == EntryAction.UPDATED:
                    _restore(model, entry.data)
                elif entry.action == EntryAction.DELETED:
                    _bring_back(model, entry.data)
                else:
                    delete_rows(model, ids_in(entry.data["ranges"]))
            if connection.vendor == "postgresql":  # its foreign keys are looked at only at the end otherwise
                connection.check_constraints()
    except IntegrityError as error:  # somebody linked to a row since we looked, or moved it to where it cannot go back
        raise WorkedWithSince from error
    batch.refresh_from_db()
    signals.batch_undone.send(sender=ImportBatch, batch=batch, by=by, at=at)
    return batch


def _created(entries: Sequence[BatchEntry]) -> dict[type[models.Model], set[int]]:
    created: dict[type[models.Model], set[int]] = {}
    for entry in entries:
        if entry.action == EntryAction.CREATED:
            created.setdefault(apps.get_model(entry.model), set()).update(ids_in(entry.data["ranges"]))
    return created


def _refuse_later_changes(
    batch: ImportBatch, entries: Sequence[BatchEntry], created: dict[type[models.Model], set[int]]
) -> None:
    """A later import that changed rows of this one, or the same fields of the same rows, must be undone first."""
    whole = {model._meta.label_lower: ids for model, ids in created.items()}
    fields: dict[tuple[str, str], set[int]] = {}
    for entry in entries:
        if entry.action == EntryAction.UPDATED:
            for name in entry.data["fields"]:
                fields.setdefault((entry.model, name), set()).update(row[0] for row in entry.data["rows"])
    later = (
        BatchEntry.objects.filter(
            batch__store_ref=batch.store_ref,
            batch__state=BatchState.COMMITTED,
            batch__committed_at__gte=batch.committed_at,
            action__in=[EntryAction.UPDATED, EntryAction.DELETED],
            model__in={*whole, *(model for model, _name in fields)},
        )
        .exclude(batch=batch)
        .select_related("batch")
        .order_by("pk")
    )
    for entry in later.iterator(chunk_size=20):
        touched = whole.get(entry.model, set()).union(
            *(fields.get((entry.model, name), ()) for name in entry.data["fields"])
        )
        if any(row[0] in touched for row in entry.data["rows"]):
            raise ChangedSince(file=entry.batch.file_name)


def _links_written(entries: Sequence[BatchEntry]) -> dict[tuple[str, str], set[tuple[int, Any]]]:
    """By table and field the (row, value) pairs that this import wrote into rows of others: they go back with it."""
    links: dict[tuple[str, str], set[tuple[int, Any]]] = {}
    for entry in entries:
        if entry.action != EntryAction.UPDATED:
            continue
        for place, name in enumerate(entry.data["fields"]):
            if name.endswith("_id"):
                pairs = ((pk, after[place]) for pk, _before, after in entry.data["rows"])
                links.setdefault((entry.model, name), set()).update(pairs)
    return links


def _refuse_dependants(
    model: type[models.Model],
    ids: set[int],
    created: dict[type[models.Model], set[int]],
    links: dict[tuple[str, str], set[tuple[int, Any]]],
) -> None:
    """Refuse when a row that this import did not create points to one that it did, unless the import itself pointed it
    there."""
    ordered = sorted(ids)
    # The hidden ones too: a foreign key without a way back (related_name="+") holds its row just as fast.
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        other = relation.related_model
        assert not isinstance(other, str)
        ours = created.get(other, set())
        name = relation.field.attname
        own_links = links.get((other._meta.label_lower, name), set())
        pointing = rows_in(other._base_manager.all(), name, ordered, "pk", name)
        strangers = sum(1 for pk, value in pointing if pk not in ours and (pk, value) not in own_links)
        if strangers:
            raise HasDependants(count=strangers, what=other._meta.verbose_name)


def _restore(model: type[models.Model], data: dict[str, Any]) -> None:
    """Give changed rows their former values back, each field for itself, where the value is still the imported one."""
    fields = data["fields"]
    current = {
        pk: values
        for pk, *values in rows_in(model._base_manager.all(), "pk", (row[0] for row in data["rows"]), "pk", *fields)
    }
    groups: dict[tuple[str, ...], list[tuple[int, dict[str, Any], dict[str, Any]]]] = {}
    for pk, before, after in data["rows"]:
        if pk not in current:
            continue
        now: dict[str, Any] = {}
        then: dict[str, Any] = {}
        for name, was, became, present in zip(fields, before, after, current[pk], strict=True):
            if was != became and present == _value(model, name, became):
                now[name], then[name] = present, _value(model, name, was)
        if then:
            groups.setdefault(tuple(then), []).append((pk, now, then))
    for names, changes in groups.items():
        update_rows(model, names, changes)


def _bring_back(model: type[models.Model], data: dict[str, Any]) -> None:
    """Insert removed rows as they were, with their ids."""
    fields = data["fields"]
    rows = [[_value(model, name, value) for name, value in zip(fields, row[1:], strict=True)] for row in data["rows"]]
    insert_rows(model, fields, rows, [row[0] for row in data["rows"]])


def _value(model: type[models.Model], name: str, value: Any) -> Any:
    if value is None or name.endswith("_id"):
        return value
    return restored(model, name, value)
