"""What the import pages show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from dealership.workbooks.enums import BatchState, IssueLevel, Reason
from dealership.workbooks.kinds import Kind, kind_by_code, kinds
from dealership.workbooks.models import ImportBatch, ImportIssue

#: A worker that has given no sign of life for so long has probably died; the user may have the import taken up again.
SILENCE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows a reason has rejected, or warned of."""

    code: str
    label: str
    count: int


def imports_of(user: Any) -> QuerySet[ImportBatch]:
    """The imports that ``user`` may see, latest first."""
    return ImportBatch.objects.visible_to(user).select_related("received_by").order_by("-received_at", "-pk")


def issues_of(batch: ImportBatch, user: Any, *, reason: str = "", level: str = "") -> QuerySet[ImportIssue]:
    """The faults and warnings of an import, by row."""
    issues = ImportIssue.objects.visible_to(user).filter(batch=batch)
    if reason in Reason.values:
        issues = issues.filter(reason=reason)
    if level in IssueLevel.values:
        issues = issues.filter(level=level)
    return issues.order_by("row", "pk")


def reasons_of(batch: ImportBatch, user: Any) -> list[ReasonCount]:
    """The reasons that occur, the most frequent first."""
    rows = (
        ImportIssue.objects.visible_to(user)
        .filter(batch=batch)
        .values("reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason")
    )
    return [ReasonCount(row["reason"], str(Reason(row["reason"]).label), row["count"]) for row in rows]


def kind_of(batch: ImportBatch) -> Kind | None:
    return kind_by_code(batch.kind or batch.asked_kind)


def readable_kinds() -> Sequence[Kind]:
    """The kinds that can be imported, in the order in which they should be loaded."""
    return kinds()


def is_silent(batch: ImportBatch, at: dt.datetime) -> bool:
    """Whether a busy import has been left by its worker."""
    return batch.is_busy and at - (batch.worked_at or batch.received_at) > SILENCE


def step_of(batch: ImportBatch) -> int:
    """The step of the long job that is shown: 1 upload, 2 check, 3 import."""
    if batch.state in (BatchState.RECEIVED, BatchState.CHECKING, BatchState.CHECKED, BatchState.REFUSED):
        return 2
    return 3
