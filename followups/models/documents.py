"""Monthly reports as documents with a state, their measures, and the policies around them (AF-10..AF-12)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from followups.enums_documents import DocumentKind, DocumentState, DocumentStep, MeasureState, MeasureType
from staffing.enums import Capability, Role
from staffing.models import Policy, Staff, Store


class MonthlyReportPolicy(Policy):
    """Who answers a monthly report, and who is told of it (月报策略). The general manager always is, and approves.

    ``comment_role`` writes the analysis, plans measures and checks their effect; ``copy_roles`` lists the roles that
    get a copy, comma separated. A kind that is not in use is made by hand only.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=DocumentKind)
    enabled = models.BooleanField(_("made by itself every month"), default=True)
    comment_role = models.CharField(_("answered by"), max_length=32, choices=Role)
    copy_roles = models.CharField(_("copy to"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("policy of a monthly report")
        verbose_name_plural = _("policies of monthly reports")
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "effective_from"], name="report_policy_once"),
            models.UniqueConstraint(
                fields=["kind", "effective_from"], condition=Q(store__isnull=True), name="report_policy_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ProblemClass(Policy):
    """A class of problems (问题类别: 质量, 服务, 价格, 配件 …) and what belongs to it.

    ``complaint_kinds``, ``topics`` and ``questions`` are codes, comma separated; a question that is named belongs here
    whatever its topic.
    """

    code = models.CharField(_("code"), max_length=32)
    label_zh = models.CharField(_("label, Chinese"), max_length=64)
    label_en = models.CharField(_("label, English"), max_length=64)
    complaint_kinds = models.CharField(_("kinds of complaint"), max_length=200, blank=True)
    topics = models.CharField(_("topics of questions"), max_length=200, blank=True)
    questions = models.CharField(_("codes of questions"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("class of problems")
        verbose_name_plural = _("classes of problems")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "effective_from"], name="problem_class_once"),
            models.UniqueConstraint(
                fields=["code", "effective_from"], condition=Q(store__isnull=True), name="problem_class_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return self.label_zh

    @property
    def label(self) -> str:
        return self.label_en if get_language() == "en" else self.label_zh


class MonthlyDocumentQuerySet(models.QuerySet["MonthlyDocument"]):
    def visible_to(self, user: Staff) -> Self:
        """The whole month of a store: for those who may see its monthly reports, and nobody else."""
        if not user.may(Capability.SEE_MONTHLY_REPORTS):
            return self.none()
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)


class MonthlyDocument(models.Model):
    """A monthly report of a store as a document (用户电话回访月报表): frozen figures, and what was made of them.

    ``figures`` is the report's JSON at the moment ``made_at``; it never changes. ``made_by`` is empty when the
    schedule made it. ``comment_role`` is copied from the policy: a later edit moves no running report. One per store,
    month and kind.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=16, choices=DocumentKind)
    state = models.CharField(_("state"), max_length=12, choices=DocumentState, default=DocumentState.MADE)
    comment_role = models.CharField(_("answered by"), max_length=32, choices=Role)
    figures = models.JSONField(_("figures"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    comment = models.TextField(_("analysis"), blank=True)
    commented_at = models.DateTimeField(_("commented at"), null=True, blank=True)
    commented_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commented by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    objects = MonthlyDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        constraints = [models.UniqueConstraint(fields=["store", "month", "kind"], name="monthly_document_once")]
        indexes = [models.Index(fields=["store", "state"], name="monthly_document_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.month:%Y-%m}"

    @property
    def state_shown(self) -> DocumentState:
        """The state with its label and tone."""
        return DocumentState(self.state)


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, user: Staff) -> Self:
        """Those of reports that one may see, and the approved ones that one is responsible for."""
        seen = Q(document__in=MonthlyDocument.objects.visible_to(user))
        return self.filter(seen | (Q(responsible_id=user.pk) & ~Q(state=MeasureState.DRAFT)))

    def under_way(self) -> Self:
        return self.filter(state=MeasureState.APPROVED)


class Measure(models.Model):
    """A measure that a month led to (整改措施 / 预防措施, F19): problem, measure, person, day, approval, effect.

    ``alert_due_at`` is the moment from which it is late, stored at its approval and emptied when that was told.
    ``replaces`` is the measure without effect in whose place it stands.
    """

    document = models.ForeignKey(
        MonthlyDocument, models.PROTECT, related_name="measures", verbose_name=_("monthly report")
    )
    problem = models.CharField(_("problem"), max_length=300)
    action = models.CharField(_("measure"), max_length=500)
    type = models.CharField(_("type"), max_length=12, choices=MeasureType)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("responsible person")
    )
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=12, choices=MeasureState, default=MeasureState.DRAFT)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("in place of")
    )
    written_at = models.DateTimeField(_("written at"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    alert_due_at = models.DateTimeField(_("late from"), null=True, blank=True)
    done_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    done_note = models.CharField(_("what was done"), max_length=500, blank=True)
    checked_on = models.DateField(_("effect checked on"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    effect_note = models.CharField(_("effect"), max_length=500, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MeasureState.DRAFT, approved_at__isnull=True)
                | (~Q(state=MeasureState.DRAFT) & Q(approved_at__isnull=False, approved_by__isnull=False)),
                name="measure_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["effective", "ineffective"], checked_on__isnull=False, checked_by__isnull=False)
                | (~Q(state__in=["effective", "ineffective"]) & Q(checked_on__isnull=True, checked_by__isnull=True)),
                name="measure_effect_has_its_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["alert_due_at"],
                condition=Q(state=MeasureState.APPROVED, alert_due_at__isnull=False),
                name="measure_late",
            ),
            models.Index(fields=["responsible", "state"], name="measure_responsible"),
        ]

    def __str__(self) -> str:
        return self.action


class DocumentEvent(models.Model):
    """One line of a document's timeline. ``note`` is the reason of a return, or the words on a measure."""

    document = models.ForeignKey(
        MonthlyDocument, models.CASCADE, related_name="events", verbose_name=_("monthly report")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    step = models.CharField(_("what"), max_length=12, choices=DocumentStep)
    note = models.CharField(_("note"), max_length=600, blank=True)

    class Meta:
        verbose_name = _("step of a monthly report")
        verbose_name_plural = _("steps of monthly reports")
        indexes = [models.Index(fields=["document", "at"], name="document_event_line")]

    def __str__(self) -> str:
        return self.get_step_display()
