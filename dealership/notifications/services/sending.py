"""Sending alerts by e-mail: never twice, and never inside a transaction.

A sender first takes rows by one conditional UPDATE (``queued`` becomes ``sending``, with its own claim), commits, and
only then talks to the mail server. Of two senders side by side each row belongs to one. A sender that dies leaves its
rows in ``sending``; whether their mail went out cannot be known, so they become ``uncertain`` and are not sent again.
"""

import datetime as dt
import logging
import smtplib
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation

from dealership.notifications.enums import Channel, DeliveryState, Tone
from dealership.notifications.models import AlertDelivery
from dealership.notifications.rules import SILENCE, next_try_at

logger = logging.getLogger(__name__)

URGENT_FIRST = (Tone.DANGER, Tone.WARN, Tone.INFO)
#: One mail tells at most so many alerts; the rest goes into the next one.
ALERTS_PER_MAIL = 100
#: One call writes to at most so many people, so that a sweep ends within its minute.
PEOPLE_PER_RUN = 200
#: A run that lost so many connections ends: the mail server is in trouble.
CONNECTIONS_LOST = 2


class ConnectionLost(Exception):
    """The connection to the mail server broke; its mail is ``uncertain``, and nothing more can be sent through it."""


def send_due_alerts(*, at: dt.datetime) -> int:
    """Send what is due by e-mail, one mail a recipient, in the recipient's language. Returns how many alerts went out.

    Recipients without an address, and people who may no longer sign in, get none: the delivery fails with its reason.
    A refusal, or a mail server that cannot be reached, delays by the back-off of the rules; a connection that breaks
    after the mail was handed over makes the deliveries of that mail ``uncertain``.
    """
    note_lost_senders(at=at)
    sent = lost = 0
    with_connection: BaseEmailBackend | None = None
    try:
        for recipient_id in _recipients_due(at):
            claim = claim_deliveries(recipient_id=recipient_id, at=at)
            deliveries = _claimed(claim)
            if not deliveries:
                continue
            if with_connection is None:
                with_connection = _opened(deliveries, at=at)
                if with_connection is None:
                    break
            try:
                sent += _send(deliveries, connection=with_connection, at=at)
            except ConnectionLost:
                # The mail of this person alone is in doubt: the next one gets a new connection. A server that hangs up
                # again is left in peace until the next run; what is queued stays queued.
                lost += 1
                _close(with_connection)
                with_connection = None
                if lost == CONNECTIONS_LOST:
                    break
    finally:
        if with_connection is not None:
            _close(with_connection)
    return sent


def note_lost_senders(*, at: dt.datetime) -> int:
    """Deliveries whose sender has been silent too long become ``uncertain``. Returns how many."""
    lost = AlertDelivery.objects.filter(state=DeliveryState.SENDING, claimed_at__lte=at - SILENCE).update(
        state=DeliveryState.UNCERTAIN, error="the sender did not come back"
    )
    if lost:
        logger.warning("%d alert deliveries are uncertain: their sender did not come back", lost)
    return lost


def claim_deliveries(*, recipient_id: int, at: dt.datetime) -> str:
    """Take a recipient's due e-mail deliveries; returns the claim, which may have got none.

    Durable: committed when this returns, so that nobody else takes them while the mail is on its way.
    """
    claim = str(uuid.uuid4())
    wanted = AlertDelivery.objects.due(at).filter(channel=Channel.EMAIL, alert__recipient_id=recipient_id)
    # The ids first: an UPDATE with the condition in a subquery would not see that a rival has changed the state since.
    ids = list(wanted.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:ALERTS_PER_MAIL])
    with transaction.atomic(durable=True):
        AlertDelivery.objects.filter(pk__in=ids, state=DeliveryState.QUEUED).update(
            state=DeliveryState.SENDING, claim=claim, claimed_at=at, attempts=F("attempts") + 1
        )
    return claim


def _recipients_due(at: dt.datetime) -> list[int]:
    rows = AlertDelivery.objects.due(at).filter(channel=Channel.EMAIL)
    return list(
        rows.order_by("alert__recipient_id").values_list("alert__recipient_id", flat=True).distinct()[:PEOPLE_PER_RUN]
    )


def _claimed(claim: str) -> list[AlertDelivery]:
    rows = AlertDelivery.objects.filter(claim=claim, state=DeliveryState.SENDING)
    found = rows.select_related("alert__recipient").order_by("alert__happened_at", "pk")
    return sorted(found, key=lambda delivery: URGENT_FIRST.index(delivery.alert.tone))


def _opened(deliveries: list[AlertDelivery], *, at: dt.datetime) -> BaseEmailBackend | None:
    """A connection to the mail server. None after delaying the deliveries: before it stands nothing has been sent."""
    connection: BaseEmailBackend = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as problem:
        logger.warning("The mail server cannot be reached: %s", type(problem).__name__)
        _delay(deliveries, error=f"mail server unreachable: {type(problem).__name__}", at=at)
        return None
    return connection


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException) as problem:
        logger.warning("The connection to the mail server did not close: %s", type(problem).__name__)


def _send(deliveries: list[AlertDelivery], *, connection: BaseEmailBackend, at: dt.datetime) -> int:
    recipient: Any = deliveries[0].alert.recipient
    address = recipient.email.strip()
    if not recipient.is_active or not address:
        _settle(deliveries, DeliveryState.FAILED, error="no address" if recipient.is_active else "may not sign in")
        return 0
    try:
        mail = composed_mail([delivery.alert for delivery in deliveries], recipient=recipient)
    except Exception:  # one person's alerts that cannot be written must not keep everybody else's from going out
        logger.exception("A mail of %d alerts cannot be written", len(deliveries))
        _delay(deliveries, error="the mail cannot be written", at=at)
        return 0
    mail.connection = connection
    try:
        mail.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        _after_refusal(deliveries, refused, at=at)
        return 0
    except (OSError, smtplib.SMTPException) as broken:
        logger.warning("A mail may or may not have gone out: %s", type(broken).__name__)
        _settle(deliveries, DeliveryState.UNCERTAIN, error=f"connection lost: {type(broken).__name__}")
        raise ConnectionLost from broken
    _settle(deliveries, DeliveryState.SENT, sent_at=at)
    return len(deliveries)


def _after_refusal(deliveries: list[AlertDelivery], refused: Exception, *, at: dt.datetime) -> None:
    """The server said no: for good with a 5xx of this address, for now with anything else."""
    codes = (
        [code for code, _text in refused.recipients.values()]
        if isinstance(refused, smtplib.SMTPRecipientsRefused)
        else [getattr(refused, "smtp_code", 0)]
    )
    error = f"refused with {', '.join(map(str, codes))}"
    if isinstance(refused, smtplib.SMTPRecipientsRefused) and all(500 <= code < 600 for code in codes):
        _settle(deliveries, DeliveryState.FAILED, error=error)
    else:
        _delay(deliveries, error=error, at=at)


def _delay(deliveries: list[AlertDelivery], *, error: str, at: dt.datetime) -> None:
    for attempts, rows in _by_attempts(deliveries):
        again_at = next_try_at(attempts=attempts, at=at)
        if again_at is None:
            _settle(rows, DeliveryState.FAILED, error=error)
        else:
            _settle(rows, DeliveryState.QUEUED, error=error, next_attempt_at=again_at, claim="", claimed_at=None)


def _by_attempts(deliveries: list[AlertDelivery]) -> Iterator[tuple[int, list[AlertDelivery]]]:
    for attempts in sorted({delivery.attempts for delivery in deliveries}):
        yield attempts, [delivery for delivery in deliveries if delivery.attempts == attempts]


def _settle(deliveries: list[AlertDelivery], state: DeliveryState, *, error: str = "", **fields: Any) -> None:
    """Write the end of a try. Only rows that are still ours: a sweep may have called them uncertain meanwhile."""
    ours = AlertDelivery.objects.filter(
        pk__in=[delivery.pk for delivery in deliveries], claim=deliveries[0].claim, state=DeliveryState.SENDING
    )
    ours.update(state=state, error=error[:255], **fields)


def composed_mail(alerts: list[Any], *, recipient: Any) -> EmailMessage:
    """One mail that tells all ``alerts``, in the language and the time zone of ``recipient``."""
    store = getattr(recipient, "store", None)
    zone = store.tz if store is not None else timezone.get_default_timezone()
    with translation.override(recipient.language or settings.LANGUAGE_CODE), timezone.override(zone):
        context = {
            "recipient": recipient,
            "alerts": alerts,
            "first": alerts[0],
            "count": len(alerts),
            "site": settings.PUBLIC_URL.rstrip("/"),
        }
        subject = " ".join(render_to_string("emails/alerts_subject.txt", context).split())
        body = render_to_string("emails/alerts_body.txt", context)
    return EmailMessage(subject=subject, body=body, to=[recipient.email])
