"""Versioned questionnaires, and the answers given to them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from followups.enums import QuestionnaireState, QuestionType, TaskKind, Topic, VisitKind
from followups.models.tasks import CallTask
from staffing.models import Staff, Store


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visible_to(self, user: Staff) -> Self:
        """The own store's, and those for all stores."""
        return self if user.sees_all_stores() else self.filter(Q(store__isnull=True) | Q(store_id=user.store_id))


class Questionnaire(models.Model):
    """A version of the questions of one kind of call (问卷). Answers keep the version they were given to (D7-07).

    A draft is edited; from its activation on it stays as it was asked, and is replaced by the next version.
    """

    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=24, choices=TaskKind)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=128)
    state = models.CharField(_("state"), max_length=8, choices=QuestionnaireState, default=QuestionnaireState.DRAFT)
    effective_from = models.DateField(_("effective from"))
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("copied from")
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "version"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["kind", "version"], condition=Q(store__isnull=True), name="questionnaire_version_once_for_all"
            ),
            models.UniqueConstraint(
                fields=["store", "kind", "effective_from"],
                condition=Q(state=QuestionnaireState.ACTIVE),
                name="questionnaire_one_from_a_day",
            ),
            models.UniqueConstraint(
                fields=["kind", "effective_from"],
                condition=Q(state=QuestionnaireState.ACTIVE, store__isnull=True),
                name="questionnaire_one_from_a_day_for_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Question(models.Model):
    """One question. ``options`` are the choices ["code|中文|English", …]; an answer in ``alert_values`` or a score of
    ``alert_below`` or less is an alert. ``is_stressed`` marks the weak item of the quarter before (D7-07).
    ``situation``: asked only after a workshop visit of this kind; empty: in every call (AF-07)."""

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, related_name="questions", verbose_name=_("questionnaire")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=32)
    text_zh = models.CharField(_("text, Chinese"), max_length=200)
    text_en = models.CharField(_("text, English"), max_length=200)
    type = models.CharField(_("type"), max_length=16, choices=QuestionType)
    topic = models.CharField(_("topic"), max_length=16, choices=Topic, default=Topic.OTHER)
    options = models.JSONField(_("choices"), default=list, blank=True)
    minimum = models.IntegerField(_("lowest"), null=True, blank=True)
    maximum = models.IntegerField(_("highest"), null=True, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=True)
    alert_values = models.JSONField(_("answers that raise an alert"), default=list, blank=True)
    alert_below = models.IntegerField(_("scores up to this raise an alert"), null=True, blank=True)
    is_stressed = models.BooleanField(_("stressed in this version"), default=False)
    situation = models.CharField(_("only after a visit for"), max_length=16, choices=VisitKind, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once")]

    def __str__(self) -> str:
        return self.text_zh

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_zh


class Response(models.Model):
    """The answers to one call (问卷答卷), to one version."""

    task = models.OneToOneField(CallTask, models.PROTECT, related_name="response", verbose_name=_("call task"))
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="responses", verbose_name=_("questionnaire")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self) -> str:
        return f"{self.at}"


class Answer(models.Model):
    """One answer: ``value`` as a code or text, ``number`` where it is one."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers", verbose_name=_("response"))
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name=_("question"))
    value = models.CharField(_("answer"), max_length=500)
    number = models.DecimalField(_("number"), max_digits=12, decimal_places=2, null=True, blank=True)
    is_alert = models.BooleanField(_("raises an alert"), default=False)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["response", "question"], name="answer_once")]

    def __str__(self) -> str:
        return self.value
