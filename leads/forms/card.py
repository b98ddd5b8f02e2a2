"""The yellow card as typed: its front, a new line of its back, the supervisor's remark, a grade, a channel."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Field, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from dealership.web.fields import DayField, MomentField
from inventory.models import VehicleModel
from leads.enums import Channel, Way
from leads.forms.defeats import open_grades
from leads.forms.fields import FenField, KnownTelephoneField
from leads.models import Lead
from leads.rules.cards import CUSTOMER_FIELDS, LEAD_FIELDS, MANDATORY, MODEL
from leads.rules.policies import CadencePolicy
from leads.selectors.card_sources import card_sources
from leads.selectors.cards import SECTIONS, card_version, front_values, label_of
from leads.services.cards import CardValues
from leads.services.contacts import ContactFacts
from staffing.enums import Capability
from staffing.models import Staff

_LONG = ("note", "reason_to_follow", "objections")


class CardForm(forms.Form):
    """The front. What is known of the customer already is changed by supervisors alone (CC-13)."""

    use_required_attribute = False

    version = forms.CharField(widget=forms.HiddenInput, max_length=16)
    models = forms.ModelMultipleChoiceField(
        label=_("Other models of interest"),
        queryset=VehicleModel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, lead: Lead, user: Staff, on: dt.date) -> None:
        interests = list(lead.interests.order_by("-is_main", "pk").values_list("model_id", flat=True))
        values = front_values(lead)
        initial = {
            **values,
            "version": card_version(lead),
            MODEL: interests[0] if interests else None,
            "models": interests[1:],
        }
        super().__init__(data, initial=initial)
        catalogue = VehicleModel.objects.filter(Q(is_active=True) | Q(pk__in=interests)).order_by("brand", "name")
        others: Any = self.fields["models"]
        others.queryset = catalogue
        for name in (*CUSTOMER_FIELDS, *LEAD_FIELDS):
            self.fields[name] = _field_of(name)
        sources = card_sources(lead.store, on, besides=lead.card_source)
        choices = [("", "–"), *((row.code, f"{row.code} {row.label}") for row in sources)]
        self.fields["card_source"] = forms.ChoiceField(label=label_of("card_source"), required=False, choices=choices)
        self.fields["introducer_phone"] = KnownTelephoneField(
            label=label_of("introducer_phone"), required=False, known=lead.introducer_phone
        )
        self.fields[MODEL] = forms.ModelChoiceField(label=label_of(MODEL), queryset=catalogue, empty_label="–")
        if not user.may(Capability.ASSIGN_LEADS):
            for name in CUSTOMER_FIELDS:
                self.fields[name].disabled = bool(values[name]) and name != "preferred_way"
        self.has_fixed = any(field.disabled for field in self.fields.values())

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as they stand on the paper."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def values(self) -> CardValues:
        read = self.cleaned_data
        main = read[MODEL]
        return CardValues(
            lead={name: read[name] for name in LEAD_FIELDS},
            customer={name: read[name] for name in CUSTOMER_FIELDS},
            models=[main, *(model for model in read["models"] if model != main)],
        )

    def mark(self, fields: tuple[str, ...], sentence: str) -> None:
        """Put a refusal to the fields it is about."""
        for name in fields:
            self.add_error(name, sentence)


class LineForm(forms.Form):
    """A line of the back: what happened, and the plan that it makes (CC-05, CC-08)."""

    use_required_attribute = False

    way = forms.ChoiceField(label=_("Way of contact"), choices=Way.choices)
    reached = forms.BooleanField(label=_("The customer was spoken to"), required=False)
    result = forms.CharField(
        label=_("Result"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was won and lost, and what the next contact can take up."),
    )
    grade = forms.ChoiceField(label=_("Grade now"), required=False)
    next_on = DayField(label=_("Next contact on"), required=False, help_text=_("Empty: by the cadence of the grade."))
    next_at = MomentField(label=_("Or agreed for"), required=False)
    next_way = forms.ChoiceField(label=_("In which way"), required=False, choices=[("", "–"), *Way.choices])
    next_reason = forms.CharField(
        label=_("Reason of the next contact"),
        required=False,
        max_length=300,
        help_text=_("It answers this result; it need not be about the car."),
    )

    def __init__(self, data: Any = None, *, policy: CadencePolicy, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        grade: Any = self.fields["grade"]
        grade.choices = [("", _("as before")), *open_grades(policy)]

    def facts(self) -> ContactFacts:
        read = self.cleaned_data
        return ContactFacts(
            way=Way(read["way"]),
            reached=read["reached"],
            result=read["result"],
            grade=read["grade"],
            next_on=read["next_on"],
            next_at=read["next_at"],
            next_way=read["next_way"],
            next_reason=read["next_reason"],
        )


class GradeForm(forms.Form):
    """A judgement of the grade."""

    grade = forms.ChoiceField(label=_("Grade now"))
    note = forms.CharField(label=_("Why"), required=False, max_length=200)

    def __init__(self, data: Any = None, *, policy: CadencePolicy, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        grade: Any = self.fields["grade"]
        grade.choices = open_grades(policy)


class RemarkForm(forms.Form):
    """The supervisor's remark on a line."""

    remark = forms.CharField(label=_("Supervisor's remark"), max_length=300)


class ChannelForm(forms.Form):
    """The correction of a channel: which card, which channel, why (CC-17)."""

    use_required_attribute = False

    lead = forms.CharField(label=_("Number of the card"), max_length=32)
    channel = forms.ChoiceField(label=_("Right channel"), choices=Channel.choices)
    reason = forms.CharField(label=_("Reason of the correction"), max_length=300)


def _field_of(name: str) -> forms.Field:
    model: Any = Customer if name in CUSTOMER_FIELDS else Lead
    column: Field[Any, Any] = model._meta.get_field(name)
    required = name in MANDATORY
    if name == "budget_fen":
        return FenField(label=label_of(name), required=required)
    if column.get_internal_type() == "DateField":
        return DayField(label=label_of(name), required=required)
    found: Any = column.formfield(label=label_of(name), required=required)
    if column.choices:
        return forms.ChoiceField(label=label_of(name), required=required, choices=[("", "–"), *column.choices])
    if name in _LONG:
        found.widget = forms.Textarea(attrs={"rows": 2, "maxlength": column.__dict__.get("max_length") or 2000})
    return found  # type: ignore[no-any-return]
