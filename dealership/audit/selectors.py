"""Who took customer data out of the house, when, what and how much (CC-15)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dealership.audit.models import AuditEvent
from dealership.audit.tables import TableAdmin

#: What leaves the house, by the code of the audit.
KINDS: dict[str, "str | Promise"] = {
    "report.exported": _("Report as a workbook"),
    "hand_overs.exported": _("Hand-over sheet as a workbook"),
    "event.exported": _("List of an event as a workbook"),
    "cards.exported": _("Addresses for cards as a workbook"),
    "stocktake.exported": _("Stock-take as a workbook"),
    "import.exported": _("Rejected rows of an import as a workbook"),
    "lead_card.printed": _("Yellow card printed"),
    "retained_card.printed": _("Retained-customer card printed"),
    "first_service_sheet.printed": _("Sheet of first services printed"),
    "first_service.printed": _("First service of a car printed"),
    "appointments.printed": _("Appointments of the workshop printed"),
    "register_7dc.printed": _("Register of the 7DC printed"),
    "vehicle_file.printed": _("File of a car printed"),
    "card_labels.printed": _("Labels of cards printed"),
    "event.printed": _("List of an event printed"),
}


@dataclass(frozen=True)
class PersonsShare:
    """What one person took in a month: how often, and rows in all. ``name`` "" is the command line."""

    name: str
    times: int
    rows: int


def kinds() -> dict[str, "str | Promise"]:
    """All codes of the audit that tell of data leaving, with what they are called: KINDS and the tables of the
    administration."""
    tables = {
        f"{model._meta.model_name}.exported": str(capfirst(model._meta.verbose_name_plural))
        for model, editor in admin.site._registry.items()
        if isinstance(editor, TableAdmin)
    }
    return {**KINDS, **tables}


def taken_out(
    user: Any, *, since: dt.datetime, until: dt.datetime, by: int | None = None, kind: str = ""
) -> QuerySet[AuditEvent]:
    """What left between ``since`` and before ``until`` in what the viewer sees, latest first; of one person, of one
    kind."""
    rows = AuditEvent.objects.visible_to(user).filter(code__in=kinds(), at__gte=since, at__lt=until)
    if by is not None:
        rows = rows.filter(by_id=by)
    if kind:
        rows = rows.filter(code=kind)
    return rows.select_related("by").order_by("-at", "-pk")


def shares(events: Iterable[AuditEvent]) -> list[PersonsShare]:
    """The same by person, who took most rows first."""
    found: dict[str, list[int]] = {}
    for event in events:
        found.setdefault(event.by.name if event.by else "", []).append(event.data.get("rows") or 0)
    counted = [PersonsShare(name, len(rows), sum(rows)) for name, rows in found.items()]
    return sorted(counted, key=lambda share: (-share.rows, -share.times, share.name))
