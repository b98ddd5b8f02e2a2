"""Forms of files that are kept after two years."""

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.enums import KeepReason


class AskForm(forms.Form):
    """Why a consultant wants to go on with a customer."""

    reason = forms.ChoiceField(label=_("Reason"), choices=KeepReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("What speaks for it"), required=False, max_length=300)


class AnswerForm(forms.Form):
    """Keep it, or leave it to the centre; why not is asked for where it is needed."""

    decision = forms.ChoiceField(choices=[("keep", _("Keeps it")), ("centre", _("To the centre"))])
    answer = forms.CharField(label=_("Answer"), required=False, max_length=300)
