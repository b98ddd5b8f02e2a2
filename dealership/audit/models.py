"""Who did what to which row, when, and who looked at what (审计)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: Any) -> Self:
        """The events of the viewer's store; those who see all stores see them all."""
        return self if user.sees_all_stores() else self.filter(store_ref=user.store_id)

    def about(self, subject: models.Model) -> Self:
        """Everything recorded of one row."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


class AuditEvent(models.Model):
    """One fact: ``by`` did ``code`` (noun.participle) to a row ``at`` a moment. Written once, never changed.

    ``data`` holds what changed as {"field": [before, after]} or free facts; telephone numbers go in masked.
    ``store_ref`` is the id of the store: a plain number, because stores live above this app.
    """

    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    store_ref = models.BigIntegerField(_("store"), null=True, blank=True)
    code = models.CharField(_("what"), max_length=64)
    subject_type = models.CharField(_("kind of row"), max_length=64)
    subject_id = models.BigIntegerField(_("row"), null=True, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_subject"),
            models.Index(fields=["store_ref", "code", "at"], name="audit_store_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject_type}:{self.subject_id}"
