"""Words about cars."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StockState(models.TextChoices):
    """Where a car stands: 在途, 在库, 已订, 试驾, 已交车; a car sold elsewhere and served here is 他销."""

    IN_TRANSIT = "in_transit", _("In transit")
    IN_STOCK = "in_stock", _("In stock")
    RESERVED = "reserved", _("Reserved")
    TEST_DRIVE = "test_drive", _("Test-drive car")
    DELIVERED = "delivered", _("Delivered")
    SOLD_ELSEWHERE = "sold_elsewhere", _("Sold elsewhere")


class CertificateState(models.TextChoices):
    """The certificate of conformity (合格证)."""

    HERE = "here", _("Here")
    MISSING = "missing", _("Not here")
    PLEDGED = "pledged", _("Pledged")


class Rounding(models.TextChoices):
    """How the daily distance is rounded in the first-service estimate (SV-03)."""

    CEIL10 = "ceil10", _("Up to the next 10 km")
    EXACT = "exact", _("Exact")
