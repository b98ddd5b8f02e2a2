"""The sources of customers of the yellow card."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staffing.models import Policy


class CardSource(Policy):
    """A source of customers (客户来源) on the yellow card from a date on (LI-11); the register has its own (LI-10).

    A later row of the same ``code`` replaces an earlier one. ``asks_introducer``: somebody sent the customer, and the
    card counts the introducer's name, relation and telephone as its fields.
    """

    code = models.CharField(_("code"), max_length=8)
    label_zh = models.CharField(_("label, Chinese"), max_length=32)
    label_en = models.CharField(_("label, English"), max_length=64)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    asks_introducer = models.BooleanField(_("somebody introduced the customer"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("source of customers")
        verbose_name_plural = _("sources of customers")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "effective_from"], name="card_source_once"),
            models.UniqueConstraint(
                fields=["code", "effective_from"], condition=Q(store__isnull=True), name="card_source_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label_zh}"
