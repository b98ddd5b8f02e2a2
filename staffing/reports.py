"""The question that the address of a monthly report asks: month, store, person; as far as the reader may see it."""

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import urlencode

from django import forms
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealership.kernel.errors import BadValue
from dealership.web.months import month_of, month_start, parse_month
from dealership.web.request import AuthenticatedRequest
from dealership.web.wording import enumeration
from staffing.models import Staff, Store

#: In the address: the line of what belongs to no consultant.
NO_CONSULTANT = "none"


class ReportForm(forms.Form):
    """Which month of which store."""

    month = forms.CharField(
        label=gettext_lazy("Report month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2026-11"}),
    )
    store: "forms.ModelChoiceField[Store]" = forms.ModelChoiceField(
        label=gettext_lazy("Store"),
        queryset=None,
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All stores"),
    )

    def __init__(self, data: object, *, user: Staff, today: dt.date) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.today = today
        self.fields["store"].queryset = Store.objects.visible_to(user).order_by("code")  # type: ignore[attr-defined]

    def clean_month(self) -> dt.date:
        text = self.cleaned_data["month"]
        if not text:
            return month_start(self.today)
        try:
            return parse_month(text)
        except BadValue as refused:
            raise forms.ValidationError(refused.sentence(_), code=refused.code) from refused


class Scope(TypedDict):
    """What the selectors of the statistics are asked with."""

    stores: tuple[Store, ...]
    month: dt.date
    consultant: Staff | None
    viewer: Staff


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as this person may see it."""

    month: dt.date
    stores: tuple[Store, ...]
    store: Store | None
    consultant: Staff | None
    without_consultant: bool
    viewer: Staff

    @property
    def query(self) -> dict[str, str]:
        """The address parameters of the same question."""
        parts = {"month": month_of(self.month)}
        if self.store is not None:
            parts["store"] = self.store.code
        if self.consultant is not None:
            parts["consultant"] = str(self.consultant.pk)
        elif self.without_consultant:
            parts["consultant"] = NO_CONSULTANT
        return parts

    def at(self, name: str, /, *args: object, **changes: object) -> str:
        """The address of a page about the same question, with some parameters changed; None takes one away. ``args``
        fill the places of the address."""
        parts = {key: value for key, value in {**self.query, **changes}.items() if value is not None}
        return f"{reverse(name, args=args)}?{urlencode(parts)}"

    @property
    def scope(self) -> Scope:
        """The same question as the selectors take it."""
        return {"stores": self.stores, "month": self.month, "consultant": self.consultant, "viewer": self.viewer}

    @property
    def store_name(self) -> str:
        return self.store.name if self.store else enumeration(store.name for store in self.stores)


def report_form(request: AuthenticatedRequest, *, today: dt.date) -> ReportForm:
    """The form of the address; without a month the one of ``today``."""
    data = {"month": request.GET.get("month", ""), "store": request.GET.get("store", "")}
    return ReportForm(data, user=request.user, today=today)


def asked_by(request: AuthenticatedRequest, form: ReportForm) -> Asked:
    """The question in the address of a valid form. A consultant whom this person may not see is not found (Http404)."""
    store = form.cleaned_data["store"]
    stores = (store,) if store else tuple(form.fields["store"].queryset)  # type: ignore[attr-defined]
    wanted = request.GET.get("consultant", "")
    consultant = None
    if wanted and wanted != NO_CONSULTANT:
        people = Staff.objects.visible_to(request.user)
        consultant = people.filter(pk=int(wanted)).first() if _is_id(wanted) else None
        if consultant is None:
            raise Http404(_("There is no such consultant."))
    return Asked(
        month=form.cleaned_data["month"],
        stores=stores,
        store=store or (stores[0] if len(stores) == 1 else None),
        consultant=consultant,
        without_consultant=wanted == NO_CONSULTANT,
        viewer=request.user,
    )


def address_of(name: str, pk: int | None) -> str:
    """The page of a row; empty while that page is not installed."""
    if pk is None:
        return ""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
