"""Amounts of yuan as people type them, kept in fen; a telephone that is shown masked."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from dealership.kernel import money, phones
from dealership.kernel.errors import BadValue
from dealership.web.masking import masked_phone
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


class KnownTelephoneField(forms.Field):
    """A telephone beside another person's name, kept in E.164. The ``known`` one is shown masked and stays as long as
    the mask is not typed over; an emptied field has none."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": 40})

    def __init__(self, *, known: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def to_python(self, value: Any) -> str:
        typed = str(value or "").strip()
        if not typed or typed == masked_phone(self.known):
            return self.known if typed else ""
        try:
            return phones.normalise(typed)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None

    def prepare_value(self, value: Any) -> Any:
        return masked_phone(value) if value and value == self.known else value
