"""Narrowing the list of leads."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.enums import Channel, LeadState
from leads.rules.policies import CadencePolicy
from leads.selectors.list import LeadFilter
from staffing.models import Staff


class LeadFilterForm(forms.Form):
    """What is no choice is left out rather than refused: the address may be an old one."""

    grade = forms.ChoiceField(label=_("Grade"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("All channels")), *Channel.choices])
    owner = forms.ChoiceField(label=_("Whose"), required=False)
    late = forms.BooleanField(label=_("Only late ones"), required=False)
    recycled = forms.BooleanField(label=_("Only recycled ones"), required=False)

    def __init__(self, *args: Any, policy: CadencePolicy, people: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [choice for choice in LeadState.choices if choice[0] != LeadState.MERGED]
        for name, choices in {
            "grade": [("", _("All grades")), *((rule.code, rule.code) for rule in policy)],
            "state": [("", _("All states")), *states],
            "owner": [("", _("Everybody")), *((str(person.pk), person.name) for person in people)],
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not people:
            del self.fields["owner"]

    def narrowed(self, tab: str) -> LeadFilter:
        """What the list is narrowed to."""
        self.is_valid()
        read = self.cleaned_data
        return LeadFilter(
            tab=tab,
            grade=read.get("grade", ""),
            state=read.get("state", ""),
            channel=read.get("channel", ""),
            owner_id=int(read["owner"]) if read.get("owner") else None,
            late=bool(read.get("late")),
            recycled=bool(read.get("recycled")),
        )
