"""Reading what was typed of an event for owners."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import MomentField
from followups.models import OwnerEvent
from followups.services.events import EventPlan

#: A hall for more is no event of a dealership, and a slip of the pen.
MOST_PLACES = 2000


class EventForm(forms.Form):
    """An event: what, when, where, for how many, and until when one can sign up."""

    use_required_attribute = False

    title = forms.CharField(label=_("Title"), max_length=64)
    starts_at = MomentField(label=_("Starts at"))
    place = forms.CharField(label=_("Place"), max_length=64)
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=MOST_PLACES)
    sign_up_until = MomentField(label=_("Sign-up until"), required=False, help_text=_("Empty: until it begins."))
    invitation = forms.CharField(
        label=_("What to say in the call"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands on the call screen beside the event."),
    )

    def __init__(self, data: Any = None, *, event: OwnerEvent | None = None) -> None:
        names = ("title", "starts_at", "place", "places", "sign_up_until", "invitation")
        super().__init__(data, initial={name: getattr(event, name) for name in names} if event is not None else None)

    def plan(self) -> EventPlan:
        """The event of a valid form."""
        read = self.cleaned_data
        return EventPlan(
            title=read["title"],
            starts_at=read["starts_at"],
            place=read["place"],
            places=read["places"],
            sign_up_until=read["sign_up_until"] or read["starts_at"],
            invitation=read["invitation"],
        )
