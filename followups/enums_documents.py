"""Words about monthly reports as documents, their measures, and the CHPR self-check."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """Which monthly report a document freezes; the names are those that `manage.py monthly_report` knows."""

    THREE_DAY = "3dc", _("3DC")
    SEVEN_DAY = "7dc", _("7DC")
    SERVICE_VISITS = "service_visits", _("Calls after workshop visits")
    FIRST_SERVICE = "first_service", _("First service")


class DocumentState(models.TextChoices):
    """The life of a monthly report (AF-10): whose turn it is."""

    MADE = "made", _("Waits for the analysis")
    COMMENTED = "commented", _("Measures are planned")
    SUBMITTED = "submitted", _("Waits for approval")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Measures under way")
    CLOSED = "closed", _("Closed")

    @property
    def tone(self) -> str:
        return {"made": "warn", "commented": "info", "submitted": "warn", "returned": "danger", "approved": "info"}.get(
            self.value, "ok"
        )


class MeasureType(models.TextChoices):
    """A measure against what happened, or against what may (AF-12)."""

    CORRECTIVE = "corrective", _("Corrective measure")
    PREVENTIVE = "preventive", _("Preventive measure")


class MeasureState(models.TextChoices):
    """The life of a measure (AF-11)."""

    DRAFT = "draft", _("Planned")
    APPROVED = "approved", _("Under way")
    DONE = "done", _("Carried out")
    EFFECTIVE = "effective", _("Effective")
    INEFFECTIVE = "ineffective", _("Without effect")

    @property
    def tone(self) -> str:
        return {"draft": "neutral", "approved": "info", "done": "warn", "effective": "ok"}.get(self.value, "danger")


class DocumentStep(models.TextChoices):
    """What happened to a document, for its timeline."""

    MADE = "made", _("Report made")
    COMMENTED = "commented", _("Analysis written")
    SUBMITTED = "submitted", _("Sent to the general manager")
    RETURNED = "returned", _("Returned by the general manager")
    APPROVED = "approved", _("Approved by the general manager")
    DONE = "done", _("Measure carried out")
    EFFECTIVE = "effective", _("Measure found effective")
    INEFFECTIVE = "ineffective", _("Measure found without effect")
    CLOSED = "closed", _("Report closed")


class CheckResult(models.TextChoices):
    """好 / 中 / 差."""

    GOOD = "good", _("Good")
    MEDIUM = "medium", _("Medium")
    POOR = "poor", _("Poor")

    @property
    def tone(self) -> str:
        return {"good": "ok", "medium": "warn"}.get(self.value, "danger")


class CheckSource(models.TextChoices):
    """Who judged; the two are never counted together."""

    SUPERVISOR = "supervisor", _("Supervisor's check")
    OWN = "own", _("Self-check")
