"""The form of cards: what to do with the chosen ones."""

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.models.cards import CardWay

#: A page shows fewer cards than this.
_AT_MOST = 500


def chosen_ids(given: "list[str]") -> list[int]:
    """The ids that an address or a form names; nonsense is left out."""
    return [int(text) for text in given[:_AT_MOST] if text.isascii() and text.isdecimal() and len(text) < 19]


class BatchForm(forms.Form):
    """How the chosen cards go out. ``whole``: the whole list and not those chosen alone."""

    way = forms.ChoiceField(label=_("Sent"), choices=CardWay)
    whole = forms.BooleanField(label=_("The whole list"), required=False)
