"""Words about imports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    """Where an import stands."""

    RECEIVED = "received", _("Received")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, not yet imported")
    REFUSED = "refused", _("Refused")
    COMMITTING = "committing", _("Being imported")
    COMMITTED = "committed", _("Imported")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")


#: From which states each state may be entered. Checking and committing may be entered again: a worker may have died.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    BatchState.CHECKING: (BatchState.RECEIVED, BatchState.CHECKING, BatchState.CHECKED),
    BatchState.CHECKED: (BatchState.CHECKING, BatchState.COMMITTING),
    BatchState.REFUSED: (BatchState.RECEIVED, BatchState.CHECKING, BatchState.COMMITTING),
    BatchState.COMMITTING: (BatchState.CHECKED, BatchState.COMMITTING),
    BatchState.COMMITTED: (BatchState.COMMITTING,),
    BatchState.UNDONE: (BatchState.COMMITTED,),
    BatchState.DISCARDED: (BatchState.RECEIVED, BatchState.CHECKED, BatchState.REFUSED),
}

#: A worker is busy with the import; the page asks again.
BUSY = (BatchState.RECEIVED, BatchState.CHECKING, BatchState.COMMITTING)

TONES: dict[str, str] = {
    BatchState.RECEIVED: "info",
    BatchState.CHECKING: "info",
    BatchState.CHECKED: "warn",
    BatchState.REFUSED: "danger",
    BatchState.COMMITTING: "info",
    BatchState.COMMITTED: "ok",
    BatchState.UNDONE: "neutral",
    BatchState.DISCARDED: "neutral",
}


class IssueLevel(models.TextChoices):
    """What an issue means for its row."""

    REJECTED = "rejected", _("Rejected")
    WARNED = "warned", _("Warning")
    FURTHER = "further", _("Further fault of a rejected row")


class EntryAction(models.TextChoices):
    """What an import did to rows of the database."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Changed")
    DELETED = "deleted", _("Removed")


class Verdict(models.TextChoices):
    """What a line of the workbook comes to."""

    CREATED = "created", _("New")
    UPDATED = "updated", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REJECTED = "rejected", _("Rejected")


class Reason(models.TextChoices):
    """Why a row is rejected, or (``vin_check_digit``) accepted with a warning."""

    REQUIRED = "required", _("Missing")
    BAD_PHONE = "bad_phone", _("Not a telephone number")
    BAD_DATE = "bad_date", _("Not a date")
    FUTURE_DATE = "future_date", _("Date in the future")
    BAD_VIN = "bad_vin", _("Not a VIN")
    BAD_NUMBER = "bad_number", _("Not a number")
    BAD_AMOUNT = "bad_amount", _("Not an amount")
    UNKNOWN_VALUE = "unknown_value", _("Unknown value")
    UNKNOWN_REFERENCE = "unknown_reference", _("Unknown reference")
    AMBIGUOUS_REFERENCE = "ambiguous_reference", _("Ambiguous reference")
    DUPLICATE_IN_FILE = "duplicate_in_file", _("Twice in the file")
    ENDS_BEFORE_START = "ends_before_start", _("Ends before it starts")
    PHONE_NAME_MISMATCH = "phone_name_mismatch", _("Number and name do not fit")
    VIN_CHECK_DIGIT = "vin_check_digit", _("VIN check digit")
