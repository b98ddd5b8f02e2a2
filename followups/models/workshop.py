"""When the workshop takes cars in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staffing.models import Policy


class WorkshopHours(Policy):
    """Hours in which cars are taken in for service (售后营业时间); appointments are booked within them (SV-07).

    Rows for one day (``on``) stand before those of its weekday, these before those of every day; of several dates from
    which rows hold the latest counts, and a store's own rows before those for all. Without ``starts`` and ``ends`` the
    workshop is closed.
    """

    on = models.DateField(_("on this day only"), null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), null=True, blank=True, help_text=_("0 is Monday, 6 is Sunday")
    )
    starts = models.TimeField(_("from"), null=True, blank=True, help_text=_("Both empty: closed."))
    ends = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("workshop hours")
        verbose_name_plural = _("workshop hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="workshop_hours_forward",
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="workshop_hours_weekday"
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True) | Q(on__isnull=True), name="workshop_hours_one_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}" if self.starts and self.ends else "–"
