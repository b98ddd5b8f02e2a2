"""Which side of two leads counts, field by field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from leads.rules.merging import BOTH, CHOOSABLE, DROPPED, KEPT, columns_of, proposed


class MergeForm(forms.Form):
    """One choice a field on which the two leads differ; what the same page shows of the lines goes along by itself."""

    def __init__(self, *args: Any, kept: Lead, dropped: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours, theirs = ({name: getattr(lead, name) for name in _COLUMNS} for lead in (kept, dropped))
        for name, side in proposed(ours, theirs).items():
            label = Lead._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            choices: list[tuple[str, Any]] = [(KEPT, shown(kept, name)), (DROPPED, shown(dropped, name))]
            if name == "note":
                choices.append((BOTH, _("Both")))
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, initial=side, widget=forms.RadioSelect, required=False
            )

    def sides(self) -> dict[str, str]:
        """The chosen side of each field that was offered."""
        return {name: value for name, value in self.cleaned_data.items() if value}


_COLUMNS = tuple(column for name in CHOOSABLE for column in columns_of(name))


def shown(lead: Lead, name: str) -> str:
    """A value of the card as the page of the lead shows it."""
    if name == "introducer":
        return str(lead.introducer_name or lead.introducer or "–")
    if name == "budget_fen":
        return f"{lead.budget_fen / 100:,.0f}" if lead.budget_fen is not None else "–"
    if name == "is_fleet":
        return str(_("yes") if lead.is_fleet else _("no"))
    display = getattr(lead, f"get_{name}_display", None)
    value = display() if display else getattr(lead, name)
    return str(value) if value not in (None, "") else "–"
