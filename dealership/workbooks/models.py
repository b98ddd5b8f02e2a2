"""Imports, what was wrong in them, and what they wrote."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dealership.workbooks.enums import BUSY, TONES, BatchState, EntryAction, IssueLevel, Reason
from dealership.workbooks.issues import sentence_of


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: Any) -> Self:
        """The imports of the viewer's store; those who see all stores see them all."""
        return self if user.sees_all_stores() else self.filter(store_ref=user.store_id)

    def busy(self) -> Self:
        return self.filter(state__in=BUSY)


class ImportBatch(models.Model):
    """One workbook handed in (导入批次): checked, imported, perhaps undone.

    ``store_ref`` is the id of the store: a plain number, because stores live above this app. ``as_of`` is the date by
    which dates in the future are judged. ``layout`` is what was understood: sheet, header row, columns. ``refusal`` is
    an English msgid with ``refusal_params``, translated when it is read. ``worked_at`` is the worker's last sign of
    life.
    """

    store_ref = models.BigIntegerField(_("store"), db_index=True)
    kind = models.CharField(_("kind"), max_length=32, blank=True)
    asked_kind = models.CharField(_("kind chosen by the user"), max_length=32, blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m", max_length=200)
    sha256 = models.CharField(_("checksum"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size, bytes"))
    as_of = models.DateField(_("judged by"))
    state = models.CharField(_("state"), max_length=16, choices=BatchState, default=BatchState.RECEIVED)
    layout = models.JSONField(_("what was understood"), default=dict, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    warned = models.PositiveIntegerField(_("warnings"), default=0)
    progress_done = models.PositiveIntegerField(_("rows looked at"), default=0)
    progress_total = models.PositiveIntegerField(_("rows to look at"), default=0)
    refusal_code = models.CharField(_("refusal"), max_length=64, blank=True)
    refusal = models.CharField(_("refusal, sentence"), max_length=500, blank=True)
    refusal_params = models.JSONField(_("refusal, values"), default=dict, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("received from"),
    )
    worked_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("times taken up again"), default=0)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    committed_at = models.DateTimeField(_("imported at"), null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("imported by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("rejected")
                ),
                name="import_rows_add_up",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "undone"]) | Q(committed_at__isnull=False),
                name="import_committed_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_at__isnull=False), name="import_undone_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["store_ref", "-received_at"], name="import_latest"),
            models.Index(
                fields=["worked_at"], condition=Q(state__in=["received", "checking", "committing"]), name="import_busy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}"

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def sentence(self) -> str:
        """Why it was refused, in the reader's language; empty when it was not."""
        return sentence_of(self.refusal, self.refusal_params) if self.refusal else ""

    @property
    def accepted(self) -> int:
        return self.created + self.updated + self.unchanged


class ImportIssueQuerySet(models.QuerySet["ImportIssue"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(batch__in=ImportBatch.objects.visible_to(user))


class ImportIssue(models.Model):
    """One fault of one row of an import. ``message`` is an English msgid with ``params``."""

    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="issues", verbose_name=_("import"), db_index=False
    )
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=64)
    reason = models.CharField(_("reason"), max_length=32, choices=Reason)
    level = models.CharField(_("level"), max_length=16, choices=IssueLevel)
    message = models.CharField(_("sentence"), max_length=300)
    params = models.JSONField(_("values"), default=dict, blank=True)

    objects = ImportIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("fault of a row")
        verbose_name_plural = _("faults of rows")
        indexes = [models.Index(fields=["batch", "level", "row"], name="import_issue_row")]

    def __str__(self) -> str:
        return f"{self.row} {self.column} {self.reason}"

    @property
    def sentence(self) -> str:
        return sentence_of(self.message, self.params)


class BatchEntry(models.Model):
    """Rows that an import created (ids), changed (ids, former and new values) or removed (whole), as written."""

    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="entries", verbose_name=_("import"), db_index=False
    )
    position = models.PositiveIntegerField(_("position"))
    model = models.CharField(_("table"), max_length=64)
    action = models.CharField(_("action"), max_length=8, choices=EntryAction)
    data = models.JSONField(_("rows"))

    class Meta:
        verbose_name = _("import entry")
        verbose_name_plural = _("import entries")
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_entry_once")]

    def __str__(self) -> str:
        return f"{self.action} {self.model}"


class ImportLock(models.Model):
    """One row a store; whoever imports or undoes changes it first and so holds it until the end of the transaction."""

    store_ref = models.BigIntegerField(_("store"), unique=True)
    batch_ref = models.BigIntegerField(_("import"))
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("import lock")
        verbose_name_plural = _("import locks")

    def __str__(self) -> str:
        return f"{self.store_ref}"
