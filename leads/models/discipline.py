"""Discipline of the register and of the cards (CC-18): the measures there are, and those that were taken."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.enums import DisciplineKind
from leads.models.contacts import Contact
from leads.models.visits import Visit
from staffing.enums import Capability
from staffing.models import Policy, Staff, Store


class DisciplineMeasure(Policy):
    """What a manager may do about lines that are incomplete or invented (处理措施), from a date on: the words, and the
    points that are deducted. A later row of the same ``code`` replaces an earlier one."""

    code = models.CharField(_("code"), max_length=16)
    label_zh = models.CharField(_("label, Chinese"), max_length=32)
    label_en = models.CharField(_("label, English"), max_length=64)
    points = models.PositiveSmallIntegerField(_("points deducted"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("disciplinary measure")
        verbose_name_plural = _("disciplinary measures")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "effective_from"], name="discipline_measure_once"),
            models.UniqueConstraint(
                fields=["code", "effective_from"],
                condition=Q(store__isnull=True),
                name="discipline_measure_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return self.label_zh


class DisciplinePolicy(Policy):
    """Until when a line of the register must be complete, from a date on."""

    fill_hours = models.PositiveSmallIntegerField(_("a line of the register is complete within hours"), default=24)

    class Meta:
        verbose_name = _("discipline policy")
        verbose_name_plural = _("discipline policies")
        constraints = [
            models.UniqueConstraint(fields=["store", "effective_from"], name="discipline_policy_once"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(store__isnull=True), name="discipline_policy_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"


class DisciplineNoteQuerySet(models.QuerySet["DisciplineNote"]):
    def visible_to(self, user: Staff) -> Self:
        """One's own, those of the people one leads, and the store's for those who see the store."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE) and user.may(Capability.SEE_BOARD):
            return rows
        mine = Q(person_id=user.pk)
        if user.may(Capability.SEE_BOARD):
            led = user.led_roles
            mine |= Q(person__superior_id=user.pk)
            mine |= Q(person__superior__isnull=True, person__role_rows__role__in=led)
        return rows.filter(pk__in=DisciplineNote.objects.filter(mine).values("pk"))


class DisciplineNote(models.Model):
    """A measure that was taken about lines of one person (CC-18). ``points``: what it deducted that day. Rows are kept
    for good."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=12, choices=DisciplineKind)
    measure = models.ForeignKey(DisciplineMeasure, models.PROTECT, related_name="+", verbose_name=_("measure"))
    points = models.PositiveSmallIntegerField(_("points deducted"), default=0)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = DisciplineNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("discipline note")
        verbose_name_plural = _("discipline notes")
        indexes = [models.Index(fields=["store", "at"], name="discipline_note_month")]
        constraints = [
            models.CheckConstraint(condition=~Q(person=models.F("by")), name="discipline_note_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class DisciplineSubject(models.Model):
    """A line that a note is about: of the register or of a card; each line is dealt with once."""

    note = models.ForeignKey(DisciplineNote, models.CASCADE, related_name="subjects", verbose_name=_("discipline note"))
    visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="discipline_subject", verbose_name=_("visit")
    )
    contact = models.OneToOneField(
        Contact, models.PROTECT, null=True, blank=True, related_name="discipline_subject", verbose_name=_("line")
    )

    class Meta:
        verbose_name = _("line of a discipline note")
        verbose_name_plural = _("lines of discipline notes")
        constraints = [
            models.CheckConstraint(
                condition=Q(visit__isnull=False, contact__isnull=True) | Q(visit__isnull=True, contact__isnull=False),
                name="discipline_subject_one_line",
            )
        ]

    def __str__(self) -> str:
        return f"{self.note_id}"
