"""Confirming the preview, and changing one lead of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.forms.defeats import open_grades
from leads.rules.policies import CadencePolicy


class ConfirmForm(forms.Form):
    """``seen``: the highest key of the moves on the list as it was seen."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """Except a lead, take the exception back, or judge it anew."""

    use_required_attribute = False

    act = forms.ChoiceField(choices=[("except", ""), ("include", ""), ("regrade", "")])
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
    grade = forms.ChoiceField(label=_("Grade now"), required=False)

    def __init__(self, data: Any = None, *, policy: CadencePolicy) -> None:
        super().__init__(data)
        grade: Any = self.fields["grade"]
        grade.choices = open_grades(policy)
