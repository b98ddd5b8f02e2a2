"""What the gallery shows: every component, with invented people and figures."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealership import clock
from dealership.web.charts import Chart, Series
from dealership.web.icons import ICONS

PAGES = 12


class GalleryForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As on the identity card."))
    plate = forms.CharField(label=gettext_lazy("Plate"), required=False, disabled=True)
    on = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    model = forms.ChoiceField(
        label=gettext_lazy("Model"), choices=[("", "–"), ("star", "星途 1.5T"), ("wind", "风行 EV")]
    )
    satisfied = forms.ChoiceField(
        label=gettext_lazy("Satisfaction"),
        widget=forms.RadioSelect,
        choices=[
            ("5", gettext_lazy("Very satisfied")),
            ("4", gettext_lazy("Satisfied")),
            ("3", gettext_lazy("Neutral")),
            ("2", gettext_lazy("Dissatisfied")),
        ],
    )
    consent = forms.BooleanField(label=gettext_lazy("May be called about the service"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    workbook = forms.FileField(label=gettext_lazy("Workbook"), required=False)


def gallery_context(request: HttpRequest) -> dict[str, Any]:
    """Everything the gallery template needs."""
    at = clock.now()
    months = [f"{month}月" for month in range(1, 13)]
    people = ["王小明", "李静", "张伟", "陈晓丽"]
    return {
        "form": GalleryForm(initial={"name": "王小明", "plate": "粤A·D12345", "satisfied": "4"}),
        "wrong_form": _wrong_form(),
        "page": Paginator(range(PAGES * 50), 50).get_page(request.GET.get("page", 3)),
        "rows": [
            {
                "name": name,
                "phone": f"1380013{index}00{index}",
                "plate": f"粤A·D1234{index}",
                "due_at": at + offset,
                "tone": tone,
                "state": state,
            }
            for index, (name, offset, tone, state) in enumerate(
                zip(
                    people,
                    (dt.timedelta(days=-1), dt.timedelta(minutes=-20), dt.timedelta(hours=2), dt.timedelta(days=1)),
                    ("danger", "warn", "info", "neutral"),
                    (_("Overdue"), _("Due today"), _("Open"), _("Planned")),
                    strict=True,
                )
            )
        ],
        "earlier": at - dt.timedelta(minutes=4),
        "icons": ICONS,
        "spark": [3, 5, 4, None, 6, 8, 7, 9],
        "bar_chart": Chart(
            "bar",
            _("Calls by consultant"),
            people,
            [Series(_("Due"), [48, 39, 52, 31]), Series(_("Successful"), [44, 30, 40, None], "ok")],
        ),
        "trend_chart": Chart(
            "trend",
            _("Success rate of the 3DC calls"),
            months,
            [Series(_("Success rate"), [0.82, 0.85, 0.83, 0.88, None, 0.9, 0.91, 0.89, 0.93, 0.95, 0.94, 0.96])],
            unit="percent",
            target=0.9,
            note=_("Successful calls divided by the calls that were due in the month."),
        ),
        "distribution_chart": Chart(
            "distribution",
            _("Satisfaction"),
            [_("Car"), _("Dealership")],
            [
                Series(_("Very satisfied"), [61, 48], "ok"),
                Series(_("Satisfied"), [30, 33], "info"),
                Series(_("Neutral"), [7, 10], "neutral"),
                Series(_("Dissatisfied"), [2, 9], "danger"),
            ],
        ),
        "empty_chart": Chart("bar", _("Calls by consultant"), [], []),
    }


def _wrong_form() -> GalleryForm:
    form = GalleryForm(
        {"name": "", "on": "31.02.2026", "model": "moon", "note": _("Typed text stays.")}, prefix="wrong"
    )
    form.data = {f"wrong-{name}": value for name, value in form.data.items()}
    form.full_clean()
    form.add_error(None, _("This phone number belongs to a customer of a colleague."))
    return form
