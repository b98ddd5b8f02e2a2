"""Which exports and prints are asked for."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealership.audit.selectors import kinds
from dealership.kernel.errors import BadValue
from dealership.web.months import parse_month


class TakenForm(forms.Form):
    """A month, a kind and a person, all optional."""

    use_required_attribute = False

    month = forms.CharField(
        label=_("Month"), required=False, max_length=7, widget=forms.TextInput(attrs={"type": "month"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    by = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All kinds")), *kinds().items()]  # type: ignore[attr-defined]

    def clean_month(self) -> dt.date | None:
        text = self.cleaned_data["month"]
        try:
            return parse_month(text) if text else None
        except BadValue as refused:
            raise forms.ValidationError(str(refused)) from refused
