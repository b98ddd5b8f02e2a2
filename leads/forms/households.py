"""Linking a relative: somebody proposed, or named by telephone or whole name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from dealership.kernel import phones
from leads.selectors.households import member_named
from staffing.models import Staff


class RelativeForm(forms.Form):
    """``relative`` is the customer meant, in ``cleaned_data``."""

    who = forms.CharField(
        label=_("Telephone or name of the relative"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.CharField(
        label=_("Relation"), max_length=32, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, user: Staff, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.customer = user, customer

    def clean_who(self) -> Customer:
        typed = self.cleaned_data["who"].strip()
        if typed.startswith("#") and typed[1:].isdecimal() and len(typed) < 18:
            found = list(Customer.objects.visible_to(self.user).filter(pk=int(typed[1:])))
        else:
            try:
                found = member_named(self.user, self.customer, number=phones.normalise(typed))
            except ValueError:
                found = member_named(self.user, self.customer, name=typed)
        if not found:
            raise forms.ValidationError(_("Among your customers there is nobody with this telephone or name."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several customers have this name or number. Name the other."))
        return found[0]
