"""Policies of monthly reports, classes of problems, CHPR check points; and the reports themselves, to look at."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintKind
from dealership.audit.previews import PolicyAdmin, table
from dealership.web.wording import enumeration
from followups.enums import Topic
from followups.models import CheckPoint, MonthlyReportPolicy, ProblemClass
from followups.selectors.chpr import check_points
from followups.selectors.documents import report_rules
from followups.selectors.monthly.problems import problem_classes
from staffing.enums import Role


class _CodesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Codes are chosen, and stored comma separated."""

    several: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.several:
            self.initial[name] = [code for code in (self.initial.get(name) or "").split(",") if code]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.several:
            cleaned[name] = ",".join(cleaned.get(name) or ())
        return cleaned


class MonthlyReportPolicyForm(_CodesForm):
    several = ("copy_roles",)
    copy_roles = forms.MultipleChoiceField(
        label=_("copy to"), required=False, choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = MonthlyReportPolicy
        fields = ("store", "kind", "effective_from", "enabled", "comment_role", "copy_roles")


class ProblemClassForm(_CodesForm):
    several = ("complaint_kinds", "topics")
    complaint_kinds = forms.MultipleChoiceField(
        label=_("kinds of complaint"),
        required=False,
        choices=ComplaintKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = forms.MultipleChoiceField(
        label=_("topics of questions"), required=False, choices=Topic.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ProblemClass
        fields = (
            "store",
            "code",
            "effective_from",
            "label_zh",
            "label_en",
            "complaint_kinds",
            "topics",
            "questions",
            "position",
            "is_active",
        )


@admin.register(MonthlyReportPolicy)
class MonthlyReportPolicyAdmin(PolicyAdmin):
    form = MonthlyReportPolicyForm
    list_display = ("kind", "store_name", "effective_from", "enabled", "comment_role")
    list_filter = ("kind", "store")
    same_policy = ("store", "kind")
    ordering = ("kind", "store_id", "-effective_from")

    def example(self, row: MonthlyReportPolicy, at: dt.datetime) -> str:
        """Who answers each report of the store on the day, and who gets a copy."""
        rules = report_rules(row.store, at.date()).values()
        kinds = dict(MonthlyReportPolicy._meta.get_field("kind").choices or ())
        lines = [
            (
                kinds[rule.kind],
                Role(rule.comment_role).label if rule.enabled else gettext("made by hand only"),
                enumeration(Role(role).label for role in rule.copy_roles) or "–",
            )
            for rule in rules
        ]
        return table((_("Report"), _("Answered by"), _("Copy to")), lines)


@admin.register(ProblemClass)
class ProblemClassAdmin(PolicyAdmin):
    form = ProblemClassForm
    list_display = ("label_zh", "label_en", "code", "store_name", "effective_from", "position", "is_active")
    list_filter = ("store", "is_active")
    same_policy = ("store", "code")
    ordering = ("position", "code", "-effective_from")

    def example(self, row: ProblemClass, at: dt.datetime) -> str:
        """All classes of the day, and what belongs to each."""
        classes = problem_classes([row.store] if row.store else [], at.date())
        topics, kinds = dict(Topic.choices), dict(ComplaintKind.choices)
        lines = [
            (
                rule.label,
                enumeration(kinds.get(code, code) for code in sorted(rule.complaint_kinds)) or "–",
                enumeration(topics.get(code, code) for code in sorted(rule.topics)) or "–",
                enumeration(sorted(rule.questions)) or "–",
            )
            for rule in classes
        ]
        return table((_("Class of problem"), _("Kinds of complaint"), _("Topics"), _("Questions")), lines)


@admin.register(CheckPoint)
class CheckPointAdmin(PolicyAdmin):
    list_display = ("number", "stage_zh", "text_zh", "manual_page", "store_name", "effective_from", "is_active")
    list_display_links = ("text_zh",)
    list_filter = ("store", "is_active")
    same_policy = ("store", "number")
    ordering = ("position", "number", "-effective_from")

    def example(self, row: CheckPoint, at: dt.datetime) -> str:
        """The whole sheet as it is on the day."""
        points = check_points(row.store, at.date())
        lines = [(point.stage, point.number, point.text, point.manual_page or "–") for point in points]
        return table((_("Stage"), _("No."), _("Check point"), _("Page of the manual")), lines)
