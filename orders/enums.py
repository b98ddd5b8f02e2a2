"""Words about orders and deliveries."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PayMethod(models.TextChoices):
    CASH = "cash", _("Paid in full")
    LOAN = "loan", _("Loan")


class StocktakeResult(models.TextChoices):
    """What was found of a file in the stock-take (CC-14)."""

    CONFIRMED = "confirmed", _("Confirmed")
    WRONG = "wrong", _("Wrong")
    MISSING = "missing", _("File is missing")


class FileState(models.TextChoices):
    """How far a customer file is (CC-12)."""

    OPENED = "opened", _("File to be verified")
    VERIFIED = "verified", _("File to be archived")
    ARCHIVED = "archived", _("File archived")
