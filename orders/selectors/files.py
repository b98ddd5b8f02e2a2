"""Reads for customer files (CC-11, CC-12)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.enums import CustomerKind, NumberState
from customers.models import Customer
from inventory.models import Vehicle, VehicleOwnership
from orders.enums import FileState
from orders.models import CustomerFile, Delivery, FileDocument, FilePolicy
from orders.rules import Paper, counted_fields, lacking_fields, lacking_papers
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

_LABELS = {"phone": _("Telephone")}


@dataclass(frozen=True)
class FileView:
    """A file as its page shows it. ``file`` is None before anybody opened it; ``is_stale``: the car changed hands."""

    vehicle: Vehicle
    owner: Customer
    file: CustomerFile | None
    papers: tuple[tuple[Paper, bool], ...]
    missing: tuple[str, ...]
    filled: int
    counted: int
    is_stale: bool

    @property
    def is_complete(self) -> bool:
        return not self.missing


def one_person_may(store: Store | None, on: dt.date) -> bool:
    """Whether one person may take several of the three steps. One query."""
    row = in_force(FilePolicy.objects.all(), store, on).get(())
    return bool(row and row.one_person_may)


def papers(store: Store | None, on: dt.date) -> tuple[Paper, ...]:
    """The papers of a file in force, in their order and the language of the reader. One query."""
    english = (get_language() or "").startswith("en")
    rows = in_force(FileDocument.objects.all(), store, on, "code").values()
    return tuple(
        Paper(row.code, row.label_en if english else row.label_zh, row.is_mandatory)
        for row in sorted(rows, key=lambda row: (row.position, row.pk))
        if row.is_active
    )


def file_of(vehicle: Vehicle, on: dt.date) -> FileView | None:
    """The file of a car and its present owner, and what it lacks; None for a car without owner. Five queries."""
    present = VehicleOwnership.objects.filter(vehicle=vehicle, until_on__isnull=True).select_related("customer").first()
    if present is None:
        return None
    owner = present.customer
    steps = ("opened_by", "verified_by", "archived_by")
    found = CustomerFile.objects.filter(vehicle=vehicle).select_related(*steps).first()
    is_stale = found is not None and found.customer_id != owner.pk
    is_company = owner.kind == CustomerKind.COMPANY
    delivery = Delivery.objects.filter(vehicle=vehicle).first()
    values = {
        **{name: getattr(owner, name) for name in ("name", "gender", "birthday", "occupation", "company", "address")},
        **{name: getattr(vehicle, name) for name in ("vin", "plate", "engine_no")},
        "phone": owner.phones.filter(state=NumberState.GOOD).exists(),
        "insurer": delivery.insurer if delivery else "",
    }
    there = set(found.documents) if found and not is_stale else set()
    offered = papers(vehicle.store, on)
    fields = lacking_fields(values, is_company=is_company)
    lacks = lacking_papers(offered, there)
    return FileView(
        vehicle=vehicle,
        owner=owner,
        file=found,
        papers=tuple((paper, paper.code in there) for paper in offered),
        missing=(*(_label(name) for name in fields), *(paper.label for paper in lacks)),
        filled=len(counted_fields(is_company=is_company)) - len(fields) + _mandatory(offered) - len(lacks),
        counted=len(counted_fields(is_company=is_company)) + _mandatory(offered),
        is_stale=is_stale,
    )


def cars_without_file(user: Staff) -> QuerySet[VehicleOwnership]:
    """The present owners of cars one sees whose file nobody opened, the latest delivered first."""
    rows = VehicleOwnership.objects.filter(until_on__isnull=True, vehicle__in=Vehicle.objects.visible_to(user))
    rows = rows.filter(vehicle__customer_file__isnull=True)
    return rows.select_related("customer", "vehicle__model").order_by("-from_on", "-pk")


def files_in(user: Staff, state: FileState) -> QuerySet[CustomerFile]:
    """The files one sees in a state: those that wait by their age, archived ones the latest first."""
    rows = CustomerFile.objects.visible_to(user).filter(state=state)
    shown: QuerySet[CustomerFile] = rows.select_related(
        "customer", "vehicle__model", "opened_by", "verified_by", "archived_by"
    )
    return shown.order_by("-archived_at", "-pk") if state == FileState.ARCHIVED else shown.order_by("opened_at", "pk")


def _mandatory(offered: tuple[Paper, ...]) -> int:
    return sum(paper.is_mandatory for paper in offered)


def _label(name: str) -> Any:
    if name in _LABELS:
        return str(_LABELS[name])
    for model in (Vehicle, Delivery, Customer):
        if any(field.name == name for field in model._meta.fields):
            return capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    raise LookupError(name)
