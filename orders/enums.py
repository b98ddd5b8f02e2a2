"""Words about orders and deliveries."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PayMethod(models.TextChoices):
    CASH = "cash", _("Paid in full")
    LOAN = "loan", _("Loan")
