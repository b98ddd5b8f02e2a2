"""The fields of a call after a workshop visit: which number was called, a landline for later (AF-03, AF-05)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import BadValue, SentenceError
from followups.enums import Consequence, TaskKind
from followups.services.calls.visits import VisitFacts, read_landline

if TYPE_CHECKING:
    from followups.forms import CallForm

#: The choice among the numbers called that is no number of the customer's.
VISITOR = "visitor"


def add_visit_fields(form: "CallForm") -> None:
    """Ask for a landline, and which number was called when somebody else than the owner came."""
    screen = form.screen
    if screen.task.kind != TaskKind.SERVICE_VISIT:
        return
    form.fields["landline"] = forms.CharField(
        label=_("Landline"),
        required=False,
        max_length=40,
        help_text=_("On a mobile? Ask for a landline for the agreed time."),
    )
    if screen.visitor is not None:
        form.fields["phone"] = forms.ChoiceField(
            label=_("Number that was called"),
            required=False,
            choices=[
                (VISITOR, f"{screen.visitor.name} {screen.visitor.text}".strip()),
                *((str(line.row.pk), line.text) for line in screen.phones),
            ],
        )


def clean_visit_fields(form: "CallForm", cleaned: dict[str, Any], consequence: str | None) -> None:
    """A number of somebody else is not traced, and the owner's is not marked for it."""
    if consequence == Consequence.TRACE_NUMBER and cleaned.get("phone") == VISITOR:
        form.add_error("phone", _("This is the number of the person who came. Call the owner before you save."))
    if consequence == Consequence.CALL_BACK and "landline" in form.fields:
        try:
            read_landline(cleaned.get("landline", ""))
        except (BadValue, SentenceError) as error:
            form.add_error("landline", error.sentence(gettext))


def visit_facts(cleaned: dict[str, Any]) -> VisitFacts | None:
    """What was said in a call after a workshop visit; None in others."""
    return VisitFacts(cleaned["landline"]) if "landline" in cleaned else None
