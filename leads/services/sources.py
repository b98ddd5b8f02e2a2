"""Web sites and manufacturers' systems that send leads: their tokens, their pace, and what they send."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import F

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.models import LeadRequest, LeadSource
from leads.rules.cadence import first_contact_due_at
from leads.selectors.policies import lead_policy
from leads.services.assigning import hold_intake
from leads.services.intake import take_in_lead
from leads.services.registering import NewLead, next_lead_number
from staffing.models import Staff

#: So long a key is remembered.
KEPT = dt.timedelta(days=30)
_HINT = 4
_TAKEN_IN = 201


class TooManyRequests(Refusal):
    """The source sends faster than agreed. ``retry_after``: seconds until it may go on."""

    message = N_("Too many requests. Try again in %(seconds)s seconds.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(seconds=retry_after)
        self.retry_after = retry_after


class KeyReused(Refusal):
    """One key is one request."""

    message = N_("This Idempotency-Key was sent before with another content. Use a new key for a new lead.")


@dataclass(frozen=True)
class Answer:
    """``status`` is 201, whether the telephone was known or not: that is nobody's business but the store's.
    ``is_repeated``: it was given before."""

    status: int
    body: dict[str, Any]
    is_repeated: bool = False


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256. A token is 256 random bits, so that there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_source(*, source: LeadSource, by: Staff, at: dt.datetime) -> str:
    """Keep a new source; returns its token, which is never shown again."""
    token = _new_token(source)
    source.created_at, source.created_by = at, by
    source.save()
    record_event(code="lead_source.created", subject=source, by=by, at=at, data={"ends_with": source.token_hint})
    return token


@transaction.atomic
def rotate_token(*, source: LeadSource, by: Staff, at: dt.datetime) -> str:
    """Give a source a new token and end the old one at once; returns the new one, which is never shown again."""
    token = _new_token(source)
    source.save(update_fields=["token_hash", "token_hint"])
    record_event(code="lead_source.token_rotated", subject=source, by=by, at=at, data={"ends_with": source.token_hint})
    return token


def _new_token(source: LeadSource) -> str:
    token = secrets.token_urlsafe(32)
    source.token_hash, source.token_hint = hash_of(token), token[-_HINT:]
    return token


def count_request(*, source: LeadSource, at: dt.datetime) -> None:
    """Count a request towards the minute of the clock; side by side none is lost. Refuses TooManyRequests."""
    minute = at.replace(second=0, microsecond=0)
    rows = LeadSource.objects.filter(pk=source.pk)
    within = rows.filter(minute_at=minute, minute_count__lt=source.requests_per_minute)
    if within.update(minute_count=F("minute_count") + 1, last_used_at=at):
        return
    anew = rows.exclude(minute_at=minute) if source.requests_per_minute else rows.none()
    if anew.update(minute_at=minute, minute_count=1, last_used_at=at):
        return
    # Of two that begin a minute together one comes too late for the second statement and counts on in the first.
    if within.update(minute_count=F("minute_count") + 1, last_used_at=at):
        return
    raise TooManyRequests(60 - at.second)


@transaction.atomic
def receive_lead(*, source: LeadSource, new: NewLead, key: str, body: bytes, at: dt.datetime) -> Answer:
    """Take in what a source sent (LI-01, LI-04, LI-07); a telephone with a current lead joins it, flagged inside
    (LI-22). The answer is the enquiry's own: its number, which a new lead bears, and the moments that follow from it.

    With a ``key`` the answer is kept for 30 days: the same content gets it again and changes nothing. Refuses
    KeyReused; raises BadPhone (a ValueError).
    """
    hold_intake(store=source.store)  # of two with one key the second waits here, and then finds the answer
    body_hash = hashlib.sha256(body).hexdigest()
    requests = LeadRequest.objects.filter(source=source)
    requests.filter(at__lt=at - KEPT).delete()
    if key and (known := requests.filter(key=key).first()) is not None:
        if known.body_hash != body_hash:
            raise KeyReused
        return Answer(known.status, known.answer, is_repeated=True)
    zone = source.store.tz
    new = replace(new, lead_number=next_lead_number(source.store))
    registered = take_in_lead(store=source.store, new=new, role=source.role, by=None, at=at)
    rule = lead_policy(source.store, at.astimezone(zone).date())
    answer = {
        "number": new.lead_number,
        "registered_at": new.registered_at.astimezone(zone).isoformat(),
        "first_contact_due_at": first_contact_due_at(new.registered_at, rule).astimezone(zone).isoformat(),
    }
    if key:
        LeadRequest.objects.create(
            source=source, key=key, body_hash=body_hash, lead=registered.lead, status=_TAKEN_IN, answer=answer, at=at
        )
    return Answer(_TAKEN_IN, answer)
