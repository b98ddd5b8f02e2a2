"""Fields of forms as people type them: days and moments."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext

from dealership.kernel import dates
from dealership.kernel.errors import BadValue


class DayField(forms.DateField):
    """A day as people type it (2026-3-5, 2026年3月5日) or choose it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        try:
            return dates.parse_date(value)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None


class MomentField(forms.DateTimeField):
    """A date and time in the store's zone, as people type or choose them."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> dt.datetime | None:
        if value in self.empty_values:
            return None
        try:
            return dates.parse_datetime(value, timezone.get_current_timezone())
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None
