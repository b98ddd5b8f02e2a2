"""The fields by which an owner recommends somebody, in a call or on the customer's page (RF-01, RF-03, RF-04)."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.kernel import phones
from dealership.kernel.errors import BadValue
from followups.selectors.referrals import ReferralPanel
from followups.services.referrals import Recommended
from inventory.models import VehicleModel

if TYPE_CHECKING:
    from followups.forms import CallForm

#: Prefix of the fields in a call.
REFERRAL = "referral_"


def _fields(prefix: str = "") -> dict[str, forms.Field]:
    rows = VehicleModel.objects.order_by("brand", "name", "pk")
    models = [("", _("Not said")), *((str(row.pk), str(row)) for row in rows)]
    return {
        f"{prefix}name": forms.CharField(label=_("Whom"), required=False, max_length=64),
        f"{prefix}number": forms.CharField(
            label=_("Telephone"),
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": 40}),
        ),
        f"{prefix}relation": forms.CharField(
            label=_("Relation"), required=False, max_length=32, help_text=_("Friend, colleague, relative")
        ),
        f"{prefix}model": forms.ChoiceField(label=_("Thinks of"), required=False, choices=models),
    }


def add_referral_fields(form: "CallForm", panel: ReferralPanel) -> None:
    """Ask for a recommendation where it is asked for; a word to the referrer begins with how it is with the friend."""
    if panel.asks:
        form.fields.update(_fields(REFERRAL))
    if panel.word:
        form.initial.setdefault("note", panel.word)


def clean_referral_fields(form: "CallForm", cleaned: dict[str, Any]) -> None:
    """Name and telephone go together, and somebody was spoken to."""
    if REFERRAL + "name" not in form.fields or not _is_told(cleaned, REFERRAL):
        return
    reached = {rule.code for rule in form.screen.outcomes if rule.reached}
    if cleaned.get("outcome") and cleaned["outcome"] not in reached:
        form.add_error(
            REFERRAL + "name", _("Nobody was spoken to: choose another result, or leave out the recommendation.")
        )
    _clean(form, cleaned, REFERRAL)


def recommended(cleaned: dict[str, Any], prefix: str = REFERRAL) -> Recommended | None:
    """Whom the customer recommended; None for nobody."""
    if not _is_told(cleaned, prefix):
        return None
    return Recommended(
        name=cleaned[f"{prefix}name"],
        number=cleaned[f"{prefix}number"],
        relation=cleaned.get(f"{prefix}relation", ""),
        model=VehicleModel.objects.get(pk=model) if (model := cleaned.get(f"{prefix}model")) else None,
        note=cleaned.get(f"{prefix}note", ""),
    )


class ReferralForm(forms.Form):
    """A recommendation that came otherwise than in a call of ours."""

    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields.update(_fields())
        self.fields["note"] = forms.CharField(label=_("What was said"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _clean(self, cleaned, "")
        return cleaned


def _is_told(cleaned: dict[str, Any], prefix: str) -> bool:
    return any(cleaned.get(f"{prefix}{name}") for name in ("name", "number", "relation", "model"))


def _clean(form: forms.Form, cleaned: dict[str, Any], prefix: str) -> None:
    name, number = f"{prefix}name", f"{prefix}number"
    if not cleaned.get(name, "").strip() and name not in form.errors:
        form.add_error(name, _("Ask for the name, if only the surname."))
    if not cleaned.get(number, "").strip():
        form.add_error(number, _("A recommendation needs a telephone."))
        return
    try:
        cleaned[number] = phones.normalise(cleaned[number])
    except BadValue as error:
        form.add_error(number, error.sentence(gettext))
