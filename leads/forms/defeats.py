"""The defeat card, its decision, and taking up again, as typed. What must be filled is decided by the service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField
from leads.enums import DefeatKind, LossReason, LostTo, Standing
from leads.forms.fields import FenField
from leads.rules.defeats import DefeatClaim
from leads.rules.policies import CadencePolicy
from staffing.models import Staff

#: The field of the form for each field of the claim that a refusal names.
MISSING = _("Fill this in: the manager decides by it.")
CONTRADICTS = _("This contradicts what else stands on the card.")


class DefeatForm(forms.Form):
    """The defeat card (战败卡, F15)."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=_("Applied for"), choices=DefeatKind.choices, widget=forms.RadioSelect)
    lost_to = forms.ChoiceField(label=_("Lost to"), required=False, choices=[("", "–"), *LostTo.choices])
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), required=False, choices=LossReason.choices, widget=forms.CheckboxSelectMultiple
    )
    main_reason = forms.CharField(label=_("Why our car was not chosen"), required=False, max_length=300)
    competitor_model = forms.CharField(label=_("Model bought"), required=False, max_length=64)
    competitor_price = FenField(label=_("Its price, yuan"), required=False)
    competitor_finance = forms.CharField(label=_("Its finance policy"), required=False, max_length=120)
    paid_cash = forms.BooleanField(label=_("Paid in cash"), required=False)
    proof = forms.CharField(
        label=_("Proof"),
        required=False,
        max_length=300,
        help_text=_("How you know: a photograph, an invoice, who said it and when."),
    )
    special_reason = forms.CharField(
        label=_("Reason of the special case"),
        required=False,
        max_length=300,
        help_text=_("Only for a special case: why it is to count although nothing was bought elsewhere."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def claim(self) -> DefeatClaim:
        read = self.cleaned_data
        return DefeatClaim(
            kind=read["kind"],
            lost_to=read["lost_to"],
            reasons=tuple(read["reasons"]),
            main_reason=read["main_reason"],
            competitor_model=read["competitor_model"],
            competitor_price_fen=read["competitor_price"],
            competitor_finance=read["competitor_finance"],
            paid_cash=read["paid_cash"],
            proof=read["proof"],
            special_reason=read["special_reason"],
            note=read["note"],
        )

    def mark(self, fields: tuple[str, ...]) -> None:
        """Put the refusal to the fields it is about."""
        for name in fields:
            self.add_error(name, CONTRADICTS if self.cleaned_data.get(name) else MISSING)


class DecisionForm(forms.Form):
    """Approve, or reject with a reason."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")])
    note = forms.CharField(label=_("Reason of the decision"), required=False, max_length=300)


class ReactivationForm(forms.Form):
    """Taking up a lead again. Who may give leads to people chooses for whom."""

    use_required_attribute = False

    grade = forms.ChoiceField(label=_("Grade now"))
    reason = forms.CharField(label=_("Why it is taken up again"), max_length=300)
    next_on = DayField(label=_("Next contact on"), required=False)
    owner = forms.ModelChoiceField(label=_("For"), queryset=Staff.objects.none(), required=False)

    def __init__(self, data: Any = None, *, policy: CadencePolicy, owners: Any = None) -> None:
        super().__init__(data)
        grade: Any = self.fields["grade"]
        grade.choices = open_grades(policy)
        if owners is None:
            del self.fields["owner"]
        else:
            owner: Any = self.fields["owner"]
            owner.queryset, owner.empty_label = owners, _("Myself")


def open_grades(policy: CadencePolicy) -> list[tuple[str, str]]:
    """The grades that a person may choose, as choices."""
    return [(rule.code, rule.code) for rule in policy if rule.standing == Standing.OPEN]
