"""Reading a new lead as somebody types it while the customer is on the line. Cleans and warns; never saves."""

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.kernel import phones
from dealership.kernel.errors import BadValue
from dealership.web.fields import DayField
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.rules.cadence import grade_for_horizon
from leads.rules.policies import CadencePolicy
from leads.selectors.intake import KnownNumber
from leads.services.registering import NewLead
from staffing.enums import Gender

#: Leads of the LMS come by workbook, walk-ins by the visit register.
CHANNELS = [choice for choice in Channel.choices if choice[0] not in (Channel.LMS, Channel.WALK_IN)]
ME, POLICY = "me", "policy"


class TelephoneField(forms.CharField):
    """A telephone as people type it; E.164."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": 40})

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        try:
            return phones.normalise(typed)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext), code=error.code) from None


class NewLeadForm(forms.Form):
    """A new lead. ``known`` (after cleaning) is what is known of its telephone."""

    use_required_attribute = False

    number = TelephoneField(label=_("Telephone"), error_messages={"required": _("A lead needs a telephone.")})
    name = forms.CharField(
        label=_("Name"), max_length=64, error_messages={"required": _("Ask for the name, if only the surname.")}
    )
    gender = forms.ChoiceField(label=_("Sex"), required=False, choices=[("", _("Not said")), *Gender.choices])
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS)
    source = forms.CharField(
        label=_("Heard of us from"), required=False, max_length=64, help_text=_("Web site, portal, advertisement")
    )
    model = forms.ModelChoiceField(
        label=_("Main model"), required=False, queryset=VehicleModel.objects.none(), empty_label=_("Not said")
    )
    other_model = forms.ModelChoiceField(
        label=_("Second model"), required=False, queryset=VehicleModel.objects.none(), empty_label=_("None")
    )
    buys_on = DayField(label=_("Plans to buy on"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), required=False)
    city = forms.CharField(label=_("City"), required=False, max_length=32)
    whose = forms.ChoiceField(label=_("Who follows it up"), choices=[(ME, _("I do")), (POLICY, _("By the policy"))])
    note = forms.CharField(
        label=_("What the customer asked"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, policy: CadencePolicy, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy, self.on = policy, on
        models = VehicleModel.objects.order_by("brand", "name", "pk")
        for name in ("model", "other_model"):
            self.fields[name].queryset = models  # type: ignore[attr-defined]
        ask = {
            "hx-post": reverse("lead_look_up"),
            "hx-target": "#known",
            "hx-swap": "outerHTML",
            "hx-include": "closest form",
        }
        for name, moment in (("number", "input changed delay:300ms"), ("buys_on", "change"), ("grade", "change")):
            self.fields[name].widget.attrs.update(ask, **{"hx-trigger": moment})
        self.fields["number"].widget.attrs["autofocus"] = True
        grades = [(rule.code, rule.code) for rule in policy if rule.standing == "open"]
        self.fields["grade"].choices = [("", _("By the planned date")), *grades]  # type: ignore[attr-defined]

    def clean_buys_on(self) -> dt.date | None:
        buys_on: dt.date | None = self.cleaned_data["buys_on"]
        if buys_on is not None and buys_on < self.on:
            raise forms.ValidationError(_("The plan to buy lies in the past."), code="past")
        return buys_on

    def proposed_grade(self) -> str:
        """The grade that was chosen, or the one that the planned date means (LG-01..04); empty without either."""
        read = self.cleaned_data
        if read.get("grade"):
            return str(read["grade"])
        buys_on = read.get("buys_on")
        return (grade_for_horizon((buys_on - self.on).days, self.policy) or "") if buys_on else ""

    def must_confirm(self, known: KnownNumber) -> bool:
        """Whether what is known of the number was not yet confirmed (LI-21). The form then carries the warning's code
        and the number, so that sending it again confirms exactly what was shown."""
        if not known.code:
            return False
        shown = f"{known.code} {self.cleaned_data['number']}"
        if self.cleaned_data["confirmed"] == shown:
            return False
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("confirmed")] = shown
        self.data = data
        return True

    def new_lead(self, *, at: dt.datetime) -> NewLead:
        read = self.cleaned_data
        return NewLead(
            name=read["name"],
            number=read["number"],
            channel=Channel(read["channel"]),
            registered_at=at,
            source=read["source"],
            grade=self.proposed_grade(),
            models=[model for model in (read["model"], read["other_model"]) if model is not None],
            gender=read["gender"],
            details={"buys_on": read["buys_on"], "city": read["city"], "note": read["note"]},
        )
