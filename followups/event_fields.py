"""The fields by which a call invites an owner to an event: which one, and how many people come (D7-09)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.selectors.owner_panel import OwnerPanel
from followups.services.events import SignUpWish

if TYPE_CHECKING:
    from followups.forms import CallForm

#: One customer does not fill a hall.
MOST_PEOPLE = 20


def add_event_fields(form: "CallForm", panel: OwnerPanel) -> None:
    """Put the invitation into the form while there is anything to invite to."""
    if not panel.events:
        return
    form.fields["event"] = forms.ChoiceField(
        label=_("Signs up for"),
        required=False,
        choices=[("", "–"), *((str(event.row.pk), event.label) for event in panel.events)],
    )
    form.fields["event_people"] = forms.IntegerField(
        label=_("How many people"), required=False, min_value=1, max_value=MOST_PEOPLE, initial=1
    )


def clean_event_fields(form: "CallForm", cleaned: dict[str, Any]) -> None:
    """Nobody says yes on a line that nobody answered."""
    reached = {rule.code for rule in form.screen.outcomes if rule.reached}
    if cleaned.get("event") and cleaned.get("outcome") and cleaned["outcome"] not in reached:
        form.add_error("event", _("Nobody was spoken to: choose another result, or no event."))


def sign_up_wish(cleaned: dict[str, Any]) -> SignUpWish | None:
    """What the customer said yes to."""
    if not cleaned.get("event"):
        return None
    return SignUpWish(int(cleaned["event"]), cleaned.get("event_people") or 1)
