"""Words about customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Private person")
    COMPANY = "company", _("Company")


class ContactWay(models.TextChoices):
    """How a customer wishes to be contacted (首选联系方式)."""

    PHONE = "phone", _("Telephone")
    WECHAT = "wechat", _("WeChat")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class NumberState(models.TextChoices):
    """What is known of a telephone number."""

    GOOD = "good", _("In use")
    EMPTY = "empty", _("Empty number")
    WRONG = "wrong", _("Wrong number")
