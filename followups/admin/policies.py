"""The numbers of the rule book, each with a preview of what the rule does with them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.template.defaultfilters import linebreaks_filter
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DateWidget, ForeignKeyWidget

from dealership.audit.previews import PolicyAdmin, PreviewedAdmin, day_in_words, table
from dealership.audit.tables import TableAdmin
from dealership.web.wording import enumeration
from followups.enums import CALL_KINDS, LEAD_KINDS, Consequence, TaskKind
from followups.models import CallingHours, CallingPolicy, CallScript, KindPolicy, OutcomePolicy, OverdueStep
from followups.rules import HoursSpan, KindRule, due_on_for, estimate_first_service, next_try, rung_at
from followups.rules.due_dates import occurrences
from followups.rules.policies import OverdueRung
from followups.rules.questionnaires import asks_for_full_marks
from followups.rules.tasks import end_of_day
from followups.selectors.policies import calling_hours_of_week, is_offered, kind_policies
from inventory.models import FirstServicePolicy
from staffing.models import Store

#: Worked examples of the first service: days since delivery, and kilometres driven.
EXAMPLES = ((31, 2000), (31, 1200), (10, 900), (60, 0))
#: So many further tries are listed one by one.
MOST_TRIES = 10


class KindPolicyResource(ModelResource):
    """The call policies as a small table."""

    store = Field("store", "store", ForeignKeyWidget(Store, "code"))
    effective_from = Field("effective_from", "effective_from", DateWidget("%Y-%m-%d"))

    class Meta:
        model = KindPolicy
        fields = (
            "store",
            "kind",
            "effective_from",
            "enabled",
            "offset_days",
            "every_months",
            "from_months",
            "until_months",
            "role",
            "to_consultant",
            "shift_before_rest",
            "gather_weekday",
            "catch_up_days",
            "try_days",
            "expires_days",
            "budget_minutes",
            "takes_along",
            "guard_days",
        )
        export_order = fields
        import_id_fields = ("store", "kind", "effective_from")
        skip_unchanged = True
        clean_model_instances = True


@admin.register(KindPolicy)
class KindPolicyAdmin(TableAdmin, PolicyAdmin):
    resource_classes = (KindPolicyResource,)
    list_display = (
        "kind",
        "store_name",
        "effective_from",
        "enabled",
        "offset_days",
        "role",
        "catch_up_days",
        "try_days",
    )
    list_filter = ("kind", "store")
    same_policy = ("store", "kind")
    ordering = ("kind", "store_id", "-effective_from")

    def example(self, row: KindPolicy, at: dt.datetime) -> str:
        """The due dates for an anchor of the day, and the day from which a call would be missed."""
        if row.kind == TaskKind.NUMBER_TRACE:
            return gettext("Made at once by the call that finds the number wrong.")
        if row.kind in LEAD_KINDS:
            return gettext("Follows the plan of each lead, however long ago its day was; of the row counts “in use”.")
        rule = KindRule(
            kind=row.kind,
            role=row.role,
            enabled=row.enabled,
            offset_days=row.offset_days,
            every_months=row.every_months,
            from_months=row.from_months,
            until_months=row.until_months,
            gather_weekday=row.gather_weekday,
            expires_days=row.expires_days,
        )
        on = at.date()
        dues = [day_in_words(due_on_for(rule, anchor_on=on, occurrence=each)) for each in occurrences(rule)]
        missed = day_in_words(on + dt.timedelta(days=row.expires_days)) if row.expires_days is not None else "–"
        heads = (_("Counted from"), _("Due on"), _("Missed from"))
        return table(heads, [(day_in_words(on), due, missed) for due in dues])


@admin.register(FirstServicePolicy)
class FirstServicePolicyAdmin(PreviewedAdmin):
    list_display = ("model_name", "effective_from", "km", "months", "rounding")
    list_filter = ("rounding",)
    list_select_related = ("model",)
    same_policy = ("model",)
    ordering = ("model_id", "-effective_from")

    @admin.display(description=_("vehicle model"))
    def model_name(self, row: FirstServicePolicy) -> str:
        return str(row.model) if row.model else gettext("all other models")

    def example(self, row: FirstServicePolicy, at: dt.datetime) -> str:
        """Worked examples for a car whose odometer is read on the day."""
        on = at.date()
        lines = []
        for days, driven in EXAMPLES:
            delivered = on - dt.timedelta(days=days)
            found = estimate_first_service(delivered_on=delivered, read_on=on, odometer_km=driven, policy=row)
            by = gettext("by the months") if found.capped else gettext("by the distance")
            due, remind = day_in_words(found.due_on), day_in_words(found.remind_on)
            lines.append((day_in_words(delivered), driven, f"{found.daily_km:f}", due, remind, by))
        heads = (_("Delivered"), _("km on that day"), _("km a day"), _("First service"), _("Reminder"), _("Decided"))
        return table(heads, lines)


@admin.register(CallingPolicy)
class CallingPolicyAdmin(PolicyAdmin):
    list_display = ("store_name", "effective_from", "claim_minutes", "promise_grace_minutes")
    same_policy = ("store",)
    ordering = ("store_id", "-effective_from")

    def example(self, row: CallingPolicy, at: dt.datetime) -> str:
        """What becomes of a call that is taken, and of one that is agreed, at the moment."""
        idle, grace = dt.timedelta(minutes=row.claim_minutes), dt.timedelta(minutes=row.promise_grace_minutes)
        return gettext(
            "A call taken at %(at)s goes back at %(back)s without a sign of life. A call agreed for %(at)s stays with "
            "its agent until %(until)s."
        ) % {"at": f"{at:%H:%M}", "back": f"{at + idle:%H:%M}", "until": f"{at + grace:%H:%M}"}


@admin.register(CallingHours)
class CallingHoursAdmin(PolicyAdmin):
    list_display = ("store_name", "weekday", "effective_from", "starts", "ends")
    same_policy = ("store", "weekday")
    ordering = ("store_id", "weekday", "-effective_from", "starts")

    def example(self, row: CallingHours, at: dt.datetime) -> str:
        """What all rows together mean: the hours of the seven days from the moment on, and whether it lies in them."""
        week = calling_hours_of_week(row.store, at.date())
        open_now = any(span.contains(at.time()) for span in week[at.weekday()])
        answer = gettext("Customers may be called at this moment.") if open_now else gettext("Nobody is called now.")
        days = [at.date() + dt.timedelta(days=ahead) for ahead in range(7)]
        lines = [(day_in_words(day), _spans_in_words(week[day.weekday()])) for day in days]
        return format_html("<p>{}</p>{}", answer, table((_("Day"), _("Hours")), lines))


def _spans_in_words(spans: Iterable[HoursSpan]) -> str:
    return enumeration(f"{span.starts:%H:%M}–{span.ends:%H:%M}" for span in spans) or "–"


class OutcomePolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """An outcome; the kinds are chosen, and stored as the policy wants them."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds"),
        required=False,
        choices=[(kind.value, kind.label) for kind in CALL_KINDS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: offered for every kind but number tracing."),
    )

    class Meta:
        model = OutcomePolicy
        fields = (
            "code",
            "effective_from",
            "label_zh",
            "label_en",
            "key",
            "kinds",
            "consequence",
            "reached",
            "successful",
            "position",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["kinds"] = [code for code in (self.initial.get("kinds") or "").split(",") if code]

    def clean_code(self) -> str:
        """Calls made in the past name their outcome by its code."""
        code: str = self.cleaned_data["code"]
        if self.instance.pk is not None and code != self.instance.code:
            raise forms.ValidationError(_("The code stays: calls made in the past are named by it."))
        return code

    def clean_kinds(self) -> str:
        return ",".join(self.cleaned_data["kinds"])


@admin.register(OutcomePolicy)
class OutcomePolicyAdmin(PreviewedAdmin):
    form = OutcomePolicyForm
    list_display = (
        "key",
        "label_zh",
        "label_en",
        "effective_from",
        "consequence",
        "reached",
        "successful",
        "position",
        "is_active",
    )
    same_policy = ("code",)
    list_display_links = ("label_zh",)
    list_filter = ("consequence", "is_active")
    ordering = ("position", "code", "-effective_from")

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Calls made in the past name their outcome by its code: it is switched off, not deleted."""
        return False

    def example(self, row: OutcomePolicy, at: dt.datetime) -> str:
        """What follows, kind by kind, when a call of the day ends like this, and each later one too."""
        if not row.is_active:
            return gettext("Switched off: it cannot be chosen.")
        kinds = kind_policies(None, at.date())
        offered = [kind for kind in kinds if is_offered(row, kind)]
        lines = [(TaskKind(kind).label, _what_follows(row, kinds[kind], at.date())) for kind in offered]
        return table((_("Kind"), _("What follows")), lines)


def _what_follows(row: OutcomePolicy, kind: KindRule, on: dt.date) -> str:
    if row.consequence != Consequence.RETRY:
        return str(Consequence(row.consequence).label)
    if kind.kind in LEAD_KINDS and not row.reached:
        return gettext("Tried again the next day, until the lead ends.")
    if kind.kind in LEAD_KINDS:
        return gettext("Done; the next call is planned for the next day.")
    again: list[str] = []
    plan = next_try(on=on, failed_days=0, last_failed_on=None, try_days=kind.try_days)
    while plan.due_on is not None and len(again) < MOST_TRIES:
        again.append(day_in_words(plan.due_on))
        plan = next_try(on=plan.due_on, failed_days=plan.failed_days, last_failed_on=None, try_days=kind.try_days)
    if not again:
        return gettext("Missed and listed at once.")
    return gettext("Tried again on %(days)s; then missed and listed.") % {"days": enumeration(again)}


@admin.register(OverdueStep)
class OverdueStepAdmin(PolicyAdmin):
    list_display = ("level", "after_days", "audience", "store_name", "effective_from")
    same_policy = ("store", "level")
    ordering = ("store_id", "level", "-effective_from")

    def example(self, row: OverdueStep, at: dt.datetime) -> str:
        """When this rung is told of a call that was due on the day."""
        tz = at.tzinfo or dt.UTC
        rung = OverdueRung(row.level, row.after_days, row.audience)
        moment = rung_at(end_of_day(at.date(), tz), rung, tz).astimezone(tz)
        return gettext("A call due on %(due)s and not made is told on %(on)s.") % {
            "due": day_in_words(at.date()),
            "on": f"{moment:%Y-%m-%d %H:%M}",
        }


@admin.register(CallScript)
class CallScriptAdmin(PolicyAdmin):
    list_display = ("kind", "store_name", "effective_from")
    list_filter = ("kind", "store")
    same_policy = ("store", "kind")
    ordering = ("kind", "store_id", "-effective_from")

    def save_model(self, request: Any, obj: CallScript, form: Any, change: bool) -> None:
        """A script that begs for full marks is kept, and told what it does (D7-12)."""
        super().save_model(request, obj, form, change)
        if asks_for_full_marks(obj.text_zh) or asks_for_full_marks(obj.text_en):
            hint = _("This text asks for full marks. That falsifies the survey: ask for the customer's honest view.")
            messages.warning(request, hint)

    def example(self, row: CallScript, at: dt.datetime) -> str:
        """The text itself, as it is told in the language in use."""
        text = row.text_en if get_language() == "en" else row.text_zh
        return linebreaks_filter(text)
