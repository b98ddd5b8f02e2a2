"""Forms of monthly reports and of the CHPR self-check. They clean; what is allowed is decided by the services."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import BadValue
from dealership.web.fields import DayField
from dealership.web.months import month_start, parse_month
from followups.enums_documents import CheckResult, DocumentKind, MeasureType
from followups.models import CheckMark, CheckPoint, Measure
from followups.rules.chpr import Mark
from followups.services.documents.measures import MeasureDraft
from staffing.models import Staff

_MONTH = {"type": "month", "pattern": r"\d{4}-\d{2}", "placeholder": "2026-11"}


class MonthField(forms.CharField):
    """A month as people type or choose it; its first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=_MONTH), **{"label": _("Report month"), **kwargs})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_month(text)
        except BadValue as refused:
            raise forms.ValidationError(refused.message % refused.params, code=refused.code) from refused


class DocumentFilterForm(forms.Form):
    """Which monthly reports are listed."""

    month = MonthField(required=False)
    kind = forms.ChoiceField(label=_("Report"), required=False, choices=[("", _("All reports")), *DocumentKind.choices])


class MakeForm(forms.Form):
    """Making a report by hand."""

    use_required_attribute = False

    month = MonthField()
    kind = forms.ChoiceField(label=_("Report"), choices=DocumentKind.choices)


class CommentForm(forms.Form):
    """The analysis (质量分析报告)."""

    use_required_attribute = False

    comment = forms.CharField(
        label=_("Analysis"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What do the figures say, where do the problems come from, what is to become better?"),
    )


class DecisionForm(forms.Form):
    """Approve, or return with a reason."""

    use_required_attribute = False

    decision = forms.ChoiceField(choices=[("approve", ""), ("return", "")])
    reason = forms.CharField(label=_("Why it is returned"), required=False, max_length=500)


class MeasureForm(forms.Form):
    """One measure (整改措施 / 预防措施, F19)."""

    use_required_attribute = False

    problem = forms.CharField(label=_("Problem"), max_length=300)
    action = forms.CharField(label=_("Measure"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    type = forms.ChoiceField(label=_("Type"), choices=MeasureType.choices, widget=forms.RadioSelect)
    responsible = forms.ModelChoiceField(
        label=_("Responsible person"), queryset=Staff.objects.none(), empty_label=_("Choose a person")
    )
    due_on = DayField(label=_("To be done by"))
    replaces = forms.ModelChoiceField(
        label=_("In place of a measure without effect"),
        queryset=Measure.objects.none(),
        required=False,
        empty_label="–",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: "QuerySet[Staff]",
        replaceable: "QuerySet[Measure] | None" = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        fields: Any = self.fields
        fields["responsible"].queryset = people
        if replaceable is None:
            del self.fields["replaces"]
        else:
            fields["replaces"].queryset = replaceable

    def draft(self) -> MeasureDraft:
        read = self.cleaned_data
        return MeasureDraft(
            problem=read["problem"],
            action=read["action"],
            type=read["type"],
            responsible=read["responsible"],
            due_on=read["due_on"],
        )


class DoneForm(forms.Form):
    """What was done."""

    use_required_attribute = False

    note = forms.CharField(label=_("What was done"), required=False, max_length=500)


class EffectForm(forms.Form):
    """Whether a measure worked."""

    use_required_attribute = False

    on = DayField(label=_("Checked on"))
    effect = forms.ChoiceField(choices=[("effective", ""), ("ineffective", "")])
    note = forms.CharField(label=_("Result of the measure"), required=False, max_length=500)


# --- CHPR --------------------------------------------------------------------------------------------------------
class CheckMonthForm(forms.Form):
    """Which month of checks is shown."""

    month = MonthField(required=False)

    def chosen(self, today: dt.date) -> dt.date:
        """The month asked for; that of today without one or for nonsense."""
        found = self.cleaned_data.get("month") if self.is_valid() else None
        return found or month_start(today)


class CheckForm(forms.Form):
    """The CHPR sheet (CHPR自检表, F10): a result for each point, an improvement where it is poor."""

    use_required_attribute = False

    after_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        points: Sequence[CheckPoint],
        known: Sequence[CheckMark] = (),
        after_version: int = 0,
        remark: str = "",
    ) -> None:
        super().__init__(data, initial={"after_version": after_version, "remark": remark})
        self.points = points
        before = {mark.number: mark for mark in known}
        for point in points:
            mark = before.get(point.number)
            self.fields[f"result_{point.number}"] = forms.ChoiceField(
                label=point.text,
                required=False,
                choices=CheckResult.choices,
                widget=forms.RadioSelect,
                initial=mark.result if mark else "",
            )
            self.fields[f"improvement_{point.number}"] = forms.CharField(
                label=_("Improvement"), required=False, max_length=300, initial=mark.improvement if mark else ""
            )

    def marks(self) -> dict[int, Mark]:
        read = self.cleaned_data
        return {
            point.number: Mark(read.get(f"result_{point.number}", ""), read.get(f"improvement_{point.number}", ""))
            for point in self.points
        }

    def rows(self) -> list[dict[str, Any]]:
        """The sheet as it is drawn: (point, result, improvement), a stage's first point with its name."""
        rows: list[dict[str, Any]] = []
        for point in self.points:
            first = not rows or rows[-1]["point"].stage != point.stage
            rows.append(
                {
                    "point": point,
                    "is_first": first,
                    "result": self[f"result_{point.number}"],
                    "improvement": self[f"improvement_{point.number}"],
                }
            )
        return rows

    def mark_faults(self, numbers: Sequence[int], field: str, sentence: str) -> None:
        """Put a fault of the rules to the points that it names."""
        for number in numbers:
            self.add_error(f"{field}_{number}", sentence)
