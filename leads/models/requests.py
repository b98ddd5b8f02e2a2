"""What the interface was asked, so that a request that is repeated gets the same answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.models.leads import Lead
from leads.models.policies import LeadSource


class LeadRequest(models.Model):
    """An answer that a source was given for its key. Of the request only the SHA-256 is kept: it holds personal data.

    ``status`` and ``answer`` are what is answered again to the same key and body.
    """

    source = models.ForeignKey(
        LeadSource,
        models.CASCADE,
        related_name="requests",
        verbose_name=_("lead source"),
        db_index=False,  # lead_request_once
    )
    key = models.CharField(_("key"), max_length=64)
    body_hash = models.CharField(_("request"), max_length=64)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", verbose_name=_("lead"))
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("request of a lead source")
        verbose_name_plural = _("requests of lead sources")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="lead_request_once")]
        indexes = [models.Index(fields=["source", "at"], name="lead_request_at")]

    def __str__(self) -> str:
        return self.key
