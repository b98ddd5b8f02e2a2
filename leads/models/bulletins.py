"""What sellers have to know: price policy, campaigns, sales meetings, and who has taken note (HO-08)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.enums import BulletinKind
from staffing.models import Staff, Store


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, user: Staff) -> Self:
        """The own store's; all of them for those who see all stores."""
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)


class Bulletin(models.Model):
    """A price policy, a campaign or a sales meeting that every seller of the store takes note of (HO-08).

    It holds from ``starts_on`` to ``ends_on`` (empty: until further notice). A meeting has its moment, ``meets_at``.
    Never changed after it was published: a correction is a new one.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=BulletinKind)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    meets_at = models.DateTimeField(_("meeting at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by")
    )

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="bulletin_forward"
            ),
            models.CheckConstraint(
                condition=~Q(kind="meeting") | Q(meets_at__isnull=False), name="bulletin_meeting_has_its_moment"
            ),
        ]
        indexes = [models.Index(fields=["store", "-starts_on"], name="bulletin_store")]

    def __str__(self) -> str:
        return self.title


class BulletinReading(models.Model):
    """One seller and one bulletin: taken note of, and at a meeting or not (None: nobody has said)."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="readings", verbose_name=_("bulletin"))
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    attended = models.BooleanField(_("was at the meeting"), null=True, blank=True)

    class Meta:
        verbose_name = _("taken note of")
        verbose_name_plural = _("taken note of")
        constraints = [models.UniqueConstraint(fields=["bulletin", "reader"], name="bulletin_reading_once")]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.reader_id}"
