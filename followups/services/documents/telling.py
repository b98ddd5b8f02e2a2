"""Who is told of what happens to a monthly report, in the app and by e-mail."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.urls import reverse

from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from followups.models import DocumentEvent, Measure, MonthlyDocument
from staffing.enums import Capability
from staffing.models import Staff


def note_step(document: MonthlyDocument, step: str, *, by: Staff | None, at: dt.datetime, note: str = "") -> None:
    """A line of the timeline."""
    DocumentEvent.objects.create(document=document, step=step, by=by, at=at, note=note[:600])


def tell(
    people: Iterable[Staff],
    document: MonthlyDocument,
    *,
    code: str,
    message: str,
    at: dt.datetime,
    key: str,
    tone: str = Tone.INFO,
    params: Mapping[str, object] | None = None,
    measure: Measure | None = None,
    happened_at: dt.datetime | None = None,
) -> int:
    """One alert each, told once a ``key``. It leads to the report for those who may see it, else to one's measures.

    Returns how many are new.
    """
    told = {person.pk: person for person in people if person.is_working}
    return raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=person.pk,
                key=key,
                code=code,
                message=message,
                params={"month": f"{document.month:%Y-%m}", "report": document.kind, **(params or {})},
                happened_at=happened_at or at,
                url=_address(person, document, measure),
                tone=tone,
                store_ref=document.store_id,
            )
            for person in told.values()
        ],
        at=at,
    )


def _address(person: Staff, document: MonthlyDocument, measure: Measure | None) -> str:
    if person.may(Capability.SEE_MONTHLY_REPORTS):
        anchor = f"#measure-{measure.pk}" if measure is not None else ""
        return reverse("monthly_document", args=[document.pk]) + anchor
    return reverse("measure_list")
