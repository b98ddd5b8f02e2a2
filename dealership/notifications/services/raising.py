"""Raising alerts: each exactly once, however many notice the reason."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dealership.notifications.enums import Channel, Tone
from dealership.notifications.models import Alert, AlertDelivery


@dataclass(frozen=True)
class AlertDraft:
    """An alert to be raised. ``message`` is an English msgid with named places, ``params`` fills them (no full
    telephone numbers), ``key`` names the reason once and for all, ``happened_at`` is when it arose."""

    recipient_id: int
    key: str
    code: str
    message: str
    happened_at: dt.datetime
    params: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    tone: str = Tone.INFO
    store_ref: int | None = None
    by_email: bool = True


@transaction.atomic
def raise_alerts(*, drafts: Sequence[AlertDraft], at: dt.datetime) -> int:
    """Put the alerts into their recipients' lists, and into the outbox of e-mail where the recipient is to get one.

    An alert whose (recipient, key) exists already is not raised again. Returns how many are new.
    """
    if not drafts:
        return 0
    wanted = {(draft.recipient_id, draft.key): draft for draft in drafts}
    known = set(
        Alert.objects.filter(
            recipient_id__in={recipient for recipient, _key in wanted}, key__in={key for _recipient, key in wanted}
        ).values_list("recipient_id", "key")
    )
    fresh = [draft for identity, draft in wanted.items() if identity not in known]
    # A rival may insert between the look and here: the constraint decides, and only rows of ours get a delivery.
    Alert.objects.bulk_create(
        [
            Alert(
                recipient_id=draft.recipient_id,
                store_ref=draft.store_ref,
                key=draft.key,
                code=draft.code,
                tone=draft.tone,
                message=draft.message,
                params=draft.params,
                url=draft.url,
                happened_at=draft.happened_at,
                created_at=at,
            )
            for draft in fresh
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    stored = Alert.objects.filter(
        recipient_id__in={draft.recipient_id for draft in fresh}, key__in={draft.key for draft in fresh}
    ).in_bulk()
    by_identity = {(alert.recipient_id, alert.key): alert for alert in stored.values()}
    AlertDelivery.objects.bulk_create(
        [
            AlertDelivery(alert=by_identity[draft.recipient_id, draft.key], channel=Channel.EMAIL, next_attempt_at=at)
            for draft in fresh
            if draft.by_email
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    return len(fresh)
