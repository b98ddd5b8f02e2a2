"""The letters of the sources in the monthly level table."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.enums import Channel
from staffing.models import Policy


class SourceLetter(Policy):
    """The letter under which a channel stands in the level table (F25) from a date on (LI-13): R, B, S, I, P.

    E, an employee, and R, a VIP, follow from who the customer is. A channel without a letter is shown as “–”.
    """

    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    letter = models.CharField(_("letter"), max_length=2)

    class Meta:
        verbose_name = _("letter of a source")
        verbose_name_plural = _("letters of sources")
        constraints = [
            models.UniqueConstraint(fields=["store", "channel", "effective_from"], name="source_letter_once"),
            models.UniqueConstraint(
                fields=["channel", "effective_from"],
                condition=Q(store__isnull=True),
                name="source_letter_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.letter}"
