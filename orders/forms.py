"""What was found of the chosen files of a stock-take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.enums import StocktakeResult


class ResultForm(forms.Form):
    """One result for all chosen files."""

    use_required_attribute = False

    result = forms.ChoiceField(label=_("Result"), choices=StocktakeResult.choices)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("Needed for what is wrong or missing.")
    )
