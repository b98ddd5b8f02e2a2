"""Reading a lead that a web site or a manufacturer's system sends. Every fault has its field and its code."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.kernel import dates, phones
from dealership.kernel.errors import BadValue
from dealership.kernel.text import squeezed
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.models import LeadSource
from leads.rules.cadence import grade_for_horizon
from leads.rules.policies import CadencePolicy
from leads.services.registering import NewLead
from staffing.enums import Gender

#: So much later than our own a source's clock may be.
CLOCKS_DIFFER = dt.timedelta(minutes=5)


class EnquiryForm(forms.Form):
    """The members of the JSON object. All are texts; unknown ones are refused, so that a typing error is noticed."""

    name = forms.CharField(max_length=64)
    phone = forms.CharField(max_length=40)
    gender = forms.ChoiceField(required=False, choices=Gender.choices)
    model = forms.CharField(required=False, max_length=64)
    city = forms.CharField(required=False, max_length=32)
    origin = forms.CharField(required=False, max_length=64)
    message = forms.CharField(required=False, max_length=500)
    buys_on = forms.CharField(required=False, max_length=10)
    registered_at = forms.CharField(required=False, max_length=40)

    def __init__(self, sent: dict[str, Any], *, source: LeadSource, policy: CadencePolicy, at: dt.datetime) -> None:
        self.sent, self.source, self.policy, self.at = sent, source, policy, at
        texts = {name: value for name, value in sent.items() if isinstance(value, str)}
        super().__init__(texts)

    def clean(self) -> None:
        for name, value in self.sent.items():
            if name not in self.fields:
                self.add_error(None, forms.ValidationError(_("There is no such field."), code=f"unknown:{name}"))
            elif value is not None and not isinstance(value, str):
                self.errors.pop(name, None)
                self.add_error(name, forms.ValidationError(_("This must be a text."), code="not_a_text"))

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext), code=error.code) from None

    def clean_model(self) -> VehicleModel | None:
        """A model by its name, or by brand and name, without case and spaces."""
        word = squeezed(self.cleaned_data["model"]).lower()
        if not word:
            return None
        found = [
            model
            for model in VehicleModel.objects.order_by("pk")
            if word in (squeezed(model.name).lower(), squeezed(model.brand + model.name).lower())
        ]
        if len(found) != 1:
            raise forms.ValidationError(_("The catalogue has no such model."), code="unknown_value")
        return found[0]

    def clean_buys_on(self) -> dt.date | None:
        text = self.cleaned_data["buys_on"]
        if not text:
            return None
        try:
            buys_on = dt.date.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(_("Write the date as 2026-11-30."), code="bad_date") from None
        if buys_on < self.at.astimezone(self.source.store.tz).date():
            raise forms.ValidationError(_("The plan to buy lies in the past."), code="past_date")
        return buys_on

    def clean_registered_at(self) -> dt.datetime:
        text = self.cleaned_data["registered_at"]
        if not text:
            return self.at
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not dates.FIRST_YEAR < moment.year < dates.LAST_YEAR:
            raise forms.ValidationError(
                _("Write the time with its offset, as 2026-11-24T10:00:00+08:00."), code="bad_date"
            )
        if moment > self.at + CLOCKS_DIFFER:
            raise forms.ValidationError(_("The time lies in the future."), code="future_date")
        return min(moment, self.at)

    def faults(self) -> dict[str, list[dict[str, str]]]:
        """The faults by field: code and sentence."""
        found: dict[str, list[dict[str, str]]] = {}
        for name, errors in self.errors.as_data().items():
            for error in errors:
                code, _colon, unknown = str(error.code or "invalid").partition(":")
                field = unknown if code == "unknown" else name
                said = {"code": f"{code}_field" if unknown else code, "message": " ".join(error.messages)}
                found.setdefault(field, []).append(said)
        return found

    def new_lead(self) -> NewLead:
        read = self.cleaned_data
        today = self.at.astimezone(self.source.store.tz).date()
        buys_on = read["buys_on"]
        return NewLead(
            name=read["name"],
            number=read["phone"],
            channel=Channel(self.source.channel),
            registered_at=read["registered_at"],
            source=read["origin"] or self.source.name,
            grade=(grade_for_horizon((buys_on - today).days, self.policy) or "") if buys_on else "",
            models=[read["model"]] if read["model"] is not None else [],
            gender=read["gender"],
            details={"city": read["city"], "note": read["message"], "buys_on": buys_on},
        )
