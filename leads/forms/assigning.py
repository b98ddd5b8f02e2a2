"""Which leads go to whom, and why."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from leads.selectors.assigning import Holder
from staffing.models import Staff

#: One re-assignment moves at most so many leads.
MOVED_AT_MOST = 500
POOL = "pool"


class _ToColleagues(forms.Form):
    """What both acts need: the people who may get leads, and a reason."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        error_messages={"required": _("Write why the leads go to somebody else.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Reason")}),
    )

    use_required_attribute = False
    #: The field that names who gets the leads.
    receivers = ""

    def __init__(self, *args: Any, people: Sequence[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        named: Any = self.fields[self.receivers]
        named.choices = [(pk, person.name) for pk, person in self.people.items()]
        named.error_messages |= {
            "required": _("Choose who gets the leads."),
            "invalid_choice": _("This person cannot get leads."),
        }


class GiveForm(_ToColleagues):
    """The ticked leads, to a person or back into the pool."""

    leads = forms.ModelMultipleChoiceField(
        label=_("Leads"),
        queryset=Lead.objects.none(),
        error_messages={
            "required": _("Tick the leads that are to go to somebody else."),
            "invalid_choice": _("One of the leads has ended or is no longer yours to give. Look at the list again."),
        },
    )
    to = forms.ChoiceField(label=_("Give to"))

    receivers = "to"
    field_order = ("leads", "to", "note")

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads: Any = self.fields["leads"]
        leads.queryset = Lead.objects.visible_to(user).assignable_by(user).current().select_related("store")
        to: Any = self.fields["to"]
        to.choices = [("", _("Choose a colleague")), *to.choices, (POOL, _("Back into the pool"))]

    def clean_leads(self) -> Any:
        leads = self.cleaned_data["leads"]
        if len(leads) > MOVED_AT_MOST:
            raise forms.ValidationError(
                _("Give at most %(count)s leads to somebody else at a time."), params={"count": MOVED_AT_MOST}
            )
        return leads

    @property
    def owner(self) -> Staff | None:
        """Who gets the leads; None: the pool."""
        return self.people.get(self.cleaned_data["to"])


class PortfolioForm(_ToColleagues):
    """Who leaves, who gets the leads, and why."""

    leaver = forms.ChoiceField(
        label=_("Whose leads"),
        error_messages={
            "required": _("Choose whose leads are handed over."),
            "invalid_choice": _("This person holds no leads or customers that you see."),
        },
    )
    heirs = forms.MultipleChoiceField(
        label=_("They go to"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each lead goes to whoever of them then follows up fewest."),
    )

    receivers = "heirs"
    field_order = ("leaver", "heirs", "note")

    def __init__(self, *args: Any, leavers: Sequence[Holder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leavers = {str(holder.person.pk): holder.person for holder in leavers}
        leaver: Any = self.fields["leaver"]
        leaver.choices = [("", "–"), *((str(holder.person.pk), _held(holder)) for holder in leavers)]

    @property
    def chosen_leaver(self) -> Staff:
        return self.leavers[self.cleaned_data["leaver"]]

    @property
    def chosen_heirs(self) -> list[Staff]:
        return [self.people[pk] for pk in self.cleaned_data["heirs"]]


def _held(holder: Holder) -> str:
    text = gettext("%(name)s: %(leads)s leads, %(customers)s customers")
    return text % {"name": holder.person.name, "leads": holder.leads, "customers": holder.customers}
