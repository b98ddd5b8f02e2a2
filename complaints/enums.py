"""Words about complaints."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComplaintKind(models.TextChoices):
    """By object (CP 16.1): staff and service, or the car."""

    SERVICE = "service", _("Service complaint")
    PRODUCT = "product", _("Product complaint")


class ComplaintOrigin(models.TextChoices):
    """Where it came in."""

    FOLLOW_UP_CALL = "follow_up_call", _("Follow-up call")
    SERVICE_VISIT_CALL = "service_visit_call", _("Call after a workshop visit")
    ON_SITE = "on_site", _("On site")
    PHONE = "phone", _("Telephone")


class ComplaintState(models.TextChoices):
    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    CLOSED = "closed", _("Closed")
