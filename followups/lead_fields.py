"""The fields that a call to a lead adds to the call screen: the facts of the card's line and the plan of the next."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField, MomentField
from followups.enums import Consequence
from followups.selectors.lead_panel import LeadPanel
from followups.services.calls import LeadLine
from leads.enums import Way
from leads.forms.fields import FenField
from leads.models import Lead

if TYPE_CHECKING:
    from followups.forms import CallForm

#: Prefix of the card's fields.
LEAD = "lead_"


def add_lead_fields(form: "CallForm", panel: LeadPanel) -> None:
    """Put the fields of the line, and of what the card still lacks, into the form."""
    note = form.fields["note"]
    note.label, note.widget.attrs["rows"] = _("What came of it"), 3
    form.fields["grade"] = forms.ChoiceField(
        label=_("Grade"), required=False, choices=[(code, code) for code in panel.grades], widget=forms.RadioSelect
    )
    form.fields["next_reason"] = forms.CharField(label=_("Reason of the next contact"), required=False, max_length=300)
    form.fields["next_on"] = DayField(label=_("Next contact on"), required=False)
    form.fields["next_way"] = forms.ChoiceField(label=_("Next way"), required=False, choices=Way.choices)
    form.fields["way"] = forms.ChoiceField(label=_("This way"), required=False, choices=Way.choices)
    form.fields["expected_at"] = MomentField(label=_("Comes to the showroom at"), required=False)
    for name in panel.missing:
        form.fields[LEAD + name] = _card_field(name)
    form.initial.setdefault("grade", panel.lead.grade)
    form.initial.setdefault("next_way", panel.lead.next_way or Way.PHONE)
    form.initial.setdefault("way", panel.lead.next_way or Way.PHONE)
    if panel.appointment is not None:
        form.initial.setdefault("expected_at", panel.appointment.expected_at)


def clean_lead_fields(form: "CallForm", cleaned: dict[str, Any], consequence: str | None) -> None:
    """A finished conversation says what came of it (CC-05) and why to call again (CC-08), and after the first week what
    the customer is judged to be (LG-07). Who refuses, or is not there, is not judged."""
    panel = form.screen.lead
    is_finished = consequence in (Consequence.DONE, Consequence.APPOINTMENT)
    wants_grade = is_finished and panel is not None and panel.wants_grade
    if wants_grade and not cleaned.get("grade") and "grade" not in form.errors:
        form.add_error("grade", _("Choose the grade: the first week is over with this conversation."))
    if consequence == Consequence.DONE:
        if not cleaned.get("note", "").strip():
            form.add_error("note", _("Write what came of it: the next contact is planned from it."))
        if not cleaned.get("next_reason", "").strip():
            form.add_error("next_reason", _("Write the reason for the next contact: it answers what came of this one."))
    if consequence == Consequence.APPOINTMENT and not cleaned.get("expected_at") and "expected_at" not in form.errors:
        form.add_error("expected_at", _("Enter the date and time of the appointment."))


def lead_line(cleaned: dict[str, Any]) -> LeadLine:
    """What was said of the line beyond its result."""
    return LeadLine(
        grade=cleaned.get("grade") or "",
        way=cleaned.get("way") or "",
        next_reason=cleaned.get("next_reason") or "",
        next_on=cleaned.get("next_on"),
        next_way=cleaned.get("next_way") or "",
        appointment_at=cleaned.get("expected_at"),
        card={name.removeprefix(LEAD): value for name, value in cleaned.items() if name.startswith(LEAD)},
    )


def _card_field(name: str) -> forms.Field:
    field = Lead._meta.get_field(name)
    label = capfirst(field.verbose_name)  # type: ignore[union-attr]
    if name == "budget_fen":
        return FenField(label=_("Budget, yuan"), required=False)
    if name == "buys_on":
        return DayField(label=label, required=False)
    if field.choices:  # type: ignore[union-attr]
        choices = [("", "–"), *field.choices]  # type: ignore[union-attr]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    made = field.formfield(required=False)  # type: ignore[union-attr]
    assert made is not None
    return made
