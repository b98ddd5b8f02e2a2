"""The fields of a call after a workshop visit: which number was called, a landline for later (AF-03, AF-05)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.services import NothingSaid
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.fields import MomentField
from followups.enums import Consequence, TaskKind
from followups.services.calls.visits import PromiseIncomplete, VisitFacts, read_landline
from staffing.enums import Role
from staffing.models import Staff

if TYPE_CHECKING:
    from followups.forms import CallForm

#: The choice among the numbers called that is no number of the customer's.
VISITOR = "visitor"
#: Who calls a customer back about a visit.
ANSWERERS = (Role.SERVICE_MANAGER, Role.SERVICE_ADVISER, Role.CALL_CENTRE_SUPERVISOR, Role.GENERAL_MANAGER)


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
    form.fields["answer_at"] = MomentField(label=_("Promised call at"), required=False)
    form.fields["answer_by"] = forms.ModelChoiceField(
        label=_("Promised call from"),
        required=False,
        queryset=Staff.objects.filter(store=screen.task.store).working().holding(*ANSWERERS).order_by("name", "pk"),
        empty_label="–",
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
    if cleaned.get("answer_at") or cleaned.get("answer_by"):
        if not (cleaned.get("complaint", "").strip() or cleaned.get("complaint_kinds")):
            form.add_error("complaint", NothingSaid().sentence(gettext))
        for name in ("answer_at", "answer_by"):
            if not cleaned.get(name) and name not in form.errors:
                form.add_error(name, PromiseIncomplete().sentence(gettext))
    if consequence == Consequence.CALL_BACK and "landline" in form.fields:
        try:
            read_landline(cleaned.get("landline", ""))
        except (BadValue, SentenceError) as error:
            form.add_error("landline", error.sentence(gettext))


def visit_facts(cleaned: dict[str, Any]) -> VisitFacts | None:
    """What was said in a call after a workshop visit; None in others."""
    if "landline" not in cleaned:
        return None
    return VisitFacts(cleaned["landline"], cleaned.get("answer_at"), cleaned.get("answer_by"))
