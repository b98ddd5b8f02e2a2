"""Who keeps a customer's file when the consultant's two years are over (PF-04, PF-05)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.enums import KeepingState, KeepReason
from followups.models.tasks import OfConsultantQuerySet
from orders.models import Delivery
from staffing.models import Store


class FileKeeping(models.Model):
    """An exception from the hand-over after two years: a consultant asks to keep a file, a supervisor decides (PF-05).

    Without a row in state ``kept`` the file is the customer service centre's from two years after the delivery on
    (PF-04). A delivery has one row that is asked for or kept; refused ones and those given back stay as the history.
    """

    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="keepings", verbose_name=_("delivery"))
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("consultant")
    )
    reason = models.CharField(_("reason"), max_length=16, choices=KeepReason)
    note = models.CharField(_("what speaks for it"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=KeepingState, default=KeepingState.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = OfConsultantQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(state__in=["asked", "kept"]), name="file_keeping_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="file_keeping_decided",
            ),
        ]
        indexes = [models.Index(fields=["store", "state", "asked_at"], name="file_keeping_store")]

    def __str__(self) -> str:
        return self.get_state_display()
