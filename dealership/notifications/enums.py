"""States of alerts on their way to a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Not known whether it was sent")


class Tone(models.TextChoices):
    INFO = "info", _("For information")
    WARN = "warn", _("Warning")
    DANGER = "danger", _("Urgent")
