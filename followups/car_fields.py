"""The fields by which a call notes when the insurance runs out and the inspection is due (PF-06)."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField
from followups.selectors.prompts import PromptPanel
from inventory.services.dates import CarDates

if TYPE_CHECKING:
    from followups.forms import CallForm


def add_car_fields(form: "CallForm", panel: PromptPanel | None) -> None:
    """Ask for the dates in calls that speak of them."""
    if panel is None:
        return
    form.fields["insured_until"] = DayField(label=_("Insured until"), required=False, initial=panel.insured_until)
    form.fields["inspect_by"] = DayField(label=_("Inspection by"), required=False, initial=panel.inspect_by)


def car_dates(cleaned: dict[str, Any]) -> CarDates | None:
    """What was said of the car."""
    dates = CarDates(cleaned.get("insured_until"), cleaned.get("inspect_by"))
    return dates if dates != CarDates() else None
