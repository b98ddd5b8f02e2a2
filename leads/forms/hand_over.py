"""Reading the hand-over sheet, and what the consultant found."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField, MomentField
from dealership.web.months import parse_month
from inventory.models import VehicleModel
from leads.forms.visits import open_grades
from leads.models import Lead, Visit
from leads.rules.policies import CadencePolicy
from leads.selectors.policies import lead_policy
from leads.services.hand_over import Confirmation, SheetLine
from staffing.models import Staff


class HandOverForm(forms.Form):
    """A line of sheet F02: to whom, and the state of the customer in words."""

    use_required_attribute = False
    consultant = forms.ModelChoiceField(label=_("Consultant"), queryset=Staff.objects.none(), empty_label=None)
    condition = forms.CharField(
        label=_("State of the customer"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the customer needs, and how far you are."),
    )
    buys_on = DayField(label=_("Plans to buy on"), required=False)
    welcome_minutes = forms.IntegerField(label=_("Minutes of the welcome"), required=False, min_value=0, max_value=240)

    def __init__(self, *args: Any, visit: Visit, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead = visit.lead
        self.initial = {"consultant": visit.consultant_id, "buys_on": lead.buys_on if lead is not None else None}
        most = lead_policy(visit.store, visit.visited_on).welcome_minutes
        self.fields["welcome_minutes"].help_text = _(
            "Receive the customer first and learn the need, in %(most)s minutes at most; then introduce the consultant."
        ) % {"most": most}
        people = self.fields["consultant"]
        assert isinstance(people, forms.ModelChoiceField)
        employed = Staff.objects.visible_to(user).employed().filter(store_id=visit.store_id)
        people.queryset = employed.holding("sales_consultant").order_by("employee_no", "pk")

    def line(self) -> SheetLine:
        read = self.cleaned_data
        return SheetLine(read["condition"], read["buys_on"], read["welcome_minutes"])


class ConfirmForm(forms.Form):
    """The consultant repeats the need to the customer, corrects it, and judges the grade (HO-04, HO-06)."""

    use_required_attribute = False
    repeated = forms.BooleanField(label=_("I repeated the need to the customer"), required=False)
    grade = forms.ChoiceField(label=_("Your grade"))
    model = forms.ModelChoiceField(
        label=_("Model of interest"), required=False, queryset=VehicleModel.objects.none(), empty_label=_("As it was")
    )
    buys_on = DayField(label=_("Plans to buy on"), required=False)
    note = forms.CharField(
        label=_("What was different"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, lead: Lead, policy: CadencePolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"grade": lead.grade, "buys_on": lead.buys_on}
        grade, model = self.fields["grade"], self.fields["model"]
        assert isinstance(grade, forms.ChoiceField)
        assert isinstance(model, forms.ModelChoiceField)
        grade.choices = open_grades(policy)
        model.queryset = VehicleModel.objects.filter(is_active=True).order_by("brand", "name", "pk")

    def found(self) -> Confirmation:
        return Confirmation(**self.cleaned_data)


class AppointmentForm(forms.Form):
    """When the customer comes."""

    use_required_attribute = False
    expected_at = MomentField(label=_("Expected at"))
    note = forms.CharField(label=_("Note"), required=False, max_length=200)


class SheetFilterForm(forms.Form):
    """Whose sheet of the month."""

    use_required_attribute = False
    agent = forms.ChoiceField(label=_("Telesales"), required=False)

    def __init__(self, *args: Any, agents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Everybody")), *agents]


def month_read(text: str) -> dt.date | None:
    """The first day of the month of an address; None for nonsense."""
    try:
        return parse_month(text)
    except ValueError:
        return None
