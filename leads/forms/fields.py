"""Amounts of yuan as people type them, kept in fen."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from dealership.kernel import money
from dealership.kernel.errors import BadValue
from leads.rules.amounts import yuan


class FenField(forms.Field):
    """An amount as people type it (129,800 or 12.98万), kept in fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 24})

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return int(money.parse_amount(str(value)) * 100)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None

    def prepare_value(self, value: Any) -> Any:
        return yuan(value) if isinstance(value, int) else value
