"""The CHPR self-check (CHPR自检表, F10, D3-21): the points, and the signed checks of a person's calls in a month."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from followups.enums_documents import CheckResult, CheckSource
from staffing.enums import Capability
from staffing.models import Policy, Staff, Store


class PointWords(models.Model):
    """A check point in words: stage (环节), number, check point (检查点), page of the manual (对应页码)."""

    number = models.PositiveSmallIntegerField(_("No."))
    stage_zh = models.CharField(_("stage, Chinese"), max_length=64)
    stage_en = models.CharField(_("stage, English"), max_length=64)
    text_zh = models.CharField(_("check point, Chinese"), max_length=200)
    text_en = models.CharField(_("check point, English"), max_length=200)
    manual_page = models.CharField(_("page of the manual"), max_length=16, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True

    @property
    def stage(self) -> str:
        return self.stage_en if get_language() == "en" else self.stage_zh

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_zh


class CheckPoint(Policy, PointWords):
    """A point of the CHPR self-check from a day on; a later row of the same number replaces it."""

    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("CHPR check point")
        verbose_name_plural = _("CHPR check points")
        constraints = [
            models.UniqueConstraint(fields=["store", "number", "effective_from"], name="check_point_once"),
            models.UniqueConstraint(
                fields=["number", "effective_from"], condition=Q(store__isnull=True), name="check_point_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text_zh}"


class CallCheckQuerySet(models.QuerySet["CallCheck"]):
    def visible_to(self, user: Staff) -> Self:
        """One's own, and for those who check calls: of the store for who sees the store, else of the people led."""
        if user.sees_all_stores():
            return self
        mine = Q(person_id=user.pk)
        if user.may(Capability.CHECK_CALLS):
            mine |= Q(person__in=people_led_by(user))
        return self.filter(mine, store_id=user.store_id)

    def counting(self) -> Self:
        """Of each person, month and source the last version: the one that counts."""
        return self.filter(is_latest=True)


class CallCheck(models.Model):
    """A signed check of one person's calls in a month. It never changes: a correction is the next ``version``.

    ``source`` keeps the supervisor's apart from the person's own.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    month = models.DateField(_("month"))
    source = models.CharField(_("source"), max_length=12, choices=CheckSource)
    version = models.PositiveSmallIntegerField(_("version"))
    is_latest = models.BooleanField(_("the version that counts"), default=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    signed_at = models.DateTimeField(_("signed at"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )

    objects = CallCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("CHPR check")
        verbose_name_plural = _("CHPR checks")
        constraints = [
            models.UniqueConstraint(fields=["person", "month", "source", "version"], name="call_check_version_once"),
            models.UniqueConstraint(
                fields=["person", "month", "source"], condition=Q(is_latest=True), name="call_check_one_counts"
            ),
        ]
        indexes = [models.Index(fields=["store", "month"], name="call_check_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} v{self.version}"


class CheckMark(PointWords):
    """The judgement of one point (检查结果), with the words that the point had, and what is to become better."""

    sheet = models.ForeignKey(CallCheck, models.CASCADE, related_name="marks", verbose_name=_("CHPR check"))
    result = models.CharField(_("result"), max_length=8, choices=CheckResult)
    improvement = models.CharField(_("improvement"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("judgement of a point")
        verbose_name_plural = _("judgements of points")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="check_mark_once"),
            models.CheckConstraint(condition=~Q(result="poor", improvement=""), name="check_mark_poor_has_improvement"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.result}"


def people_led_by(user: Staff) -> "models.QuerySet[Staff]":
    """Whose calls one may check: everybody of the store for who sees the store; else one's reports, and of the roles
    that one leads those who have no superior. Never oneself."""
    people: models.QuerySet[Staff] = Staff.objects.visible_to(user).exclude(pk=user.pk)
    if user.may(Capability.SEE_STORE):
        return people
    return people.filter(Q(superior_id=user.pk) | Q(pk__in=Staff.objects.leaderless(*user.led_roles)))
