"""What is typed into a call and not yet saved."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dealership.kernel.errors import N_, Refusal
from followups.models import CallDraft, CallTask
from followups.services.claims import extend_claim
from staffing.models import Staff

#: More than any call fills; what is sent beyond is no draft of a person.
MOST_FIELDS = 200
LONGEST_FIELD = 5000


class DraftTooLarge(Refusal):
    """No person types this much into a call."""

    message = N_("This is too much text for one call. Shorten the note; it has not been saved.")


@dataclass(frozen=True)
class SavedDraft:
    """``claimed``: whether the call is still in work with its agent. The draft is kept in either case."""

    draft: CallDraft
    claimed: bool


@transaction.atomic
def save_draft(*, task: CallTask, by: Staff, at: dt.datetime, data: Mapping[str, Any]) -> SavedDraft:
    """Keep what ``by`` has typed so far, and take it as a sign of life of the claim. Refuses DraftTooLarge."""
    if len(data) > MOST_FIELDS or any(len(str(value)) > LONGEST_FIELD for value in data.values()):
        raise DraftTooLarge
    draft, _created = CallDraft.objects.update_or_create(
        task=task, by=by, defaults={"data": dict(data), "saved_at": at}
    )
    return SavedDraft(draft=draft, claimed=extend_claim(task=task, by=by, at=at))


def drop_draft(*, task: CallTask, by: Staff) -> None:
    """The call was saved: what was typed stands in its rows now."""
    CallDraft.objects.filter(task=task, by=by).delete()
