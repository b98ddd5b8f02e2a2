"""Writing what sellers have to know."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField, MomentField
from leads.enums import BulletinKind
from leads.services.bulletins import BulletinText


class BulletinForm(forms.Form):
    """A price policy, a campaign, a meeting."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Kind"), choices=BulletinKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Empty: until further notice."))
    meets_at = MomentField(label=_("Meeting at"), required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"kind": BulletinKind.PRICE, "starts_on": today, **self.initial}

    def bulletin(self) -> BulletinText:
        return BulletinText(**self.cleaned_data)
