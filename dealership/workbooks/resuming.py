"""Imports whose worker fell silent: taken up again, a few times, and then given up with a sentence."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q

from dealership.kernel.errors import N_
from dealership.workbooks.enums import BUSY, BatchState
from dealership.workbooks.models import ImportBatch

#: A worker at work gives a sign of life every thousand rows; only while it writes it is silent, for a minute or two.
SILENCE = dt.timedelta(minutes=5)
MOST_TRIES = 3
GIVEN_UP_CHECKING = N_(
    "Checking this workbook was broken off %(count)s times. Hand it in again; if that does not help, tell whoever runs "
    "the server."
)
GIVEN_UP_IMPORTING = N_("The import was broken off %(count)s times. Nothing was imported; please try again.")


@transaction.atomic
def claim_silent_imports(*, at: dt.datetime) -> list[tuple[int, str]]:
    """(id, state) of the busy imports that gave no sign of life for ``SILENCE``; whoever asks has them to hand over.

    Each counts as tried once more and as alive ``at``, so that nobody else takes it. What was tried ``MOST_TRIES``
    times is given up: a check is refused, an import is back where its user can start it again. A worker that was only
    slow notices, and keeps nothing.
    """
    silent = ImportBatch.objects.filter(
        Q(worked_at__lt=at - SILENCE) | Q(worked_at__isnull=True, received_at__lt=at - SILENCE), state__in=BUSY
    ).order_by("pk")
    claimed = []
    for pk, state, worked_at, tries in silent.values_list("pk", "state", "worked_at", "tries"):
        same = ImportBatch.objects.filter(pk=pk, state=state, worked_at=worked_at, tries=tries)
        if tries >= MOST_TRIES:
            same.update(**_given_up(state, tries))
        elif same.update(worked_at=at, tries=F("tries") + 1):
            claimed.append((pk, state))
    return claimed


def release_import(*, batch_id: int, at: dt.datetime) -> None:
    """It could not be handed over: that was no try."""
    ImportBatch.objects.filter(pk=batch_id, worked_at=at, tries__gt=0).update(tries=F("tries") - 1)


def _given_up(state: str, tries: int) -> dict[str, object]:
    is_commit = state == BatchState.COMMITTING
    return {
        "state": BatchState.CHECKED if is_commit else BatchState.REFUSED,
        "tries": 0,
        "refusal_code": "given_up",
        "refusal": GIVEN_UP_IMPORTING if is_commit else GIVEN_UP_CHECKING,
        "refusal_params": {"count": tries},
    }
