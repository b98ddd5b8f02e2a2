"""Which measure is taken, and the month of the notes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.enums import DisciplineKind
from leads.models import DisciplineMeasure
from leads.selectors.discipline import words_of


class MeasureForm(forms.Form):
    """A measure in force, and why. ``measure`` is its row, in ``cleaned_data``."""

    use_required_attribute = False

    kind = forms.ChoiceField(choices=DisciplineKind.choices, widget=forms.HiddenInput)
    measure = forms.ChoiceField(label=_("Measure"))
    note = forms.CharField(label=_("What was said"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, measures: list[DisciplineMeasure], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.rows = {str(row.pk): row for row in measures}
        choice: Any = self.fields["measure"]
        choice.choices = [
            (pk, f"{words_of(row)} −{row.points}" if row.points else words_of(row)) for pk, row in self.rows.items()
        ]

    def clean_measure(self) -> DisciplineMeasure:
        return self.rows[self.cleaned_data["measure"]]
