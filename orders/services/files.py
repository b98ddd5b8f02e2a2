"""The three steps of a customer file: opened, verified, archived, by different people (CC-12)."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from inventory.models import Vehicle, VehicleOwnership
from orders.enums import FileState
from orders.models import CustomerFile
from orders.rules import may_take_step
from orders.selectors.files import file_of, one_person_may, papers
from staffing.models import Staff


class NoOwner(Refusal):
    message = N_("This car has no owner on file: there is no customer file to open.")


class FileExists(Refusal):
    """One car, one file (CC-11)."""

    message = N_("This car has its file already. One car has one file.")


class WrongStep(Refusal):
    message = N_("The file is further or not so far by now. Look at it again.")


class FileIncomplete(Refusal):
    message = N_("The file is not complete: %(missing)s.")


class SamePerson(Refusal):
    message = N_("Opening, verifying and archiving are three people's: you took an earlier step yourself.")


class NoReasonOfReturn(Refusal):
    message = N_("Write what is wrong with the file.")


@transaction.atomic
def open_file(*, vehicle: Vehicle, by: Staff, at: dt.datetime) -> CustomerFile:
    """Open the file of a car and its present owner; of a car that changed hands the file begins anew. Audited. Refuses
    NoOwner and FileExists."""
    owned = VehicleOwnership.objects.filter(vehicle=vehicle, until_on__isnull=True).first()
    if owned is None:
        raise NoOwner
    values: dict[str, Any] = {"customer_id": owned.customer_id, "opened_at": at, "opened_by": by}
    fresh: dict[str, Any] = {"state": FileState.OPENED, "documents": [], "returned_note": ""}
    fresh |= dict.fromkeys(("verified_at", "verified_by", "archived_at", "archived_by"))
    stale = CustomerFile.objects.filter(vehicle=vehicle).exclude(customer_id=owned.customer_id)
    if not stale.update(**values, **fresh):
        try:
            with transaction.atomic():
                CustomerFile.objects.create(store_id=vehicle.store_id, vehicle=vehicle, **values)
        except IntegrityError:
            raise FileExists from None
    found = CustomerFile.objects.get(vehicle=vehicle)
    record_event(code="file.opened", subject=found, by=by, at=at, data={"customer": owned.customer_id})
    return found


@transaction.atomic
def tick_papers(*, file: CustomerFile, codes: Collection[str], by: Staff, at: dt.datetime) -> tuple[str, ...]:
    """Say which papers are in the file; returns the codes. Once the file is verified papers are added, never taken out.
    Audited."""
    found = CustomerFile.objects.select_for_update().select_related("store").get(pk=file.pk)
    known = [paper.code for paper in papers(found.store, at.astimezone(found.store.tz).date())]
    kept = set(codes) if found.state == FileState.OPENED else {*codes, *found.documents}
    there = [code for code in known if code in kept]
    if there != found.documents:
        record_event(code="file.papers", subject=found, by=by, at=at, data={"papers": [found.documents, there]})
        CustomerFile.objects.filter(pk=found.pk).update(documents=there)
    return tuple(there)


@transaction.atomic
def verify_file(*, file: CustomerFile, by: Staff, at: dt.datetime) -> None:
    """The second step: somebody else finds the file complete and right. Refuses FileIncomplete, SamePerson and
    WrongStep."""
    on = at.astimezone(file.store.tz).date()
    view = file_of(file.vehicle, on)
    if view is None or view.is_stale or view.file is None:
        raise WrongStep
    if view.missing:
        raise FileIncomplete(missing="、".join(str(label) for label in view.missing))
    _another_person(view.file, by, on)
    values = {"state": FileState.VERIFIED, "verified_at": at, "verified_by": by, "returned_note": ""}
    if not CustomerFile.objects.filter(pk=file.pk, state=FileState.OPENED).update(**values):
        raise WrongStep
    record_event(code="file.verified", subject=file, by=by, at=at)


@transaction.atomic
def return_file(*, file: CustomerFile, note: str, by: Staff, at: dt.datetime) -> None:
    """Give a file back that is not right, with the reason; it is verified anew. Refuses NoReasonOfReturn, WrongStep."""
    if not note.strip():
        raise NoReasonOfReturn
    waiting = CustomerFile.objects.filter(pk=file.pk, state__in=[FileState.OPENED, FileState.VERIFIED])
    values = {"state": FileState.OPENED, "verified_at": None, "verified_by": None, "returned_note": note.strip()}
    if not waiting.update(**values):
        raise WrongStep
    record_event(code="file.returned", subject=file, by=by, at=at, data={"note": note.strip()})


@transaction.atomic
def archive_file(*, file: CustomerFile, by: Staff, at: dt.datetime) -> None:
    """The third step: the file enters the books; names and times stay for good. Refuses SamePerson, WrongStep."""
    found = CustomerFile.objects.select_related("store").get(pk=file.pk)
    _another_person(found, by, at.astimezone(found.store.tz).date())
    values = {"state": FileState.ARCHIVED, "archived_at": at, "archived_by": by}
    if not CustomerFile.objects.filter(pk=file.pk, state=FileState.VERIFIED).update(**values):
        raise WrongStep
    record_event(code="file.archived", subject=found, by=by, at=at)


def _another_person(file: CustomerFile, by: Staff, on: dt.date) -> None:
    earlier = (file.opened_by_id, file.verified_by_id)
    if not may_take_step(by.pk, earlier, one_person_may=one_person_may(file.store, on)):
        raise SamePerson
