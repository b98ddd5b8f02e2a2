"""Writing the yellow card: its front, its channel, the supervisor's marks (CC-09, CC-13, CC-17)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from customers.models import Customer
from customers.selectors.cards import CARD_FIELDS
from customers.services.cards import complete_card
from dealership.audit.services import record_event, record_events
from dealership.kernel import names
from dealership.kernel.errors import N_, Refusal
from dealership.web.masking import masked_phone
from inventory.models import VehicleModel
from leads.enums import FOLLOWED, Channel, LeadState
from leads.models import Contact, Interest, Lead
from leads.rules.cards import CUSTOMER_FIELDS, LEAD_FIELDS, MANDATORY, missing
from leads.selectors.cards import card_version, front_values
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import plan_next
from leads.signals import lead_planned
from staffing.enums import Capability
from staffing.models import Staff


class CardIncomplete(Refusal):
    """A mandatory field is empty (CC-17). ``fields`` names them."""

    message = N_("The starred fields must be filled before the card is saved.")

    @property
    def fields(self) -> tuple[str, ...]:
        found = self.params.get("fields", ())
        return tuple(found) if isinstance(found, list | tuple) else ()


class CardChanged(Refusal):
    """Somebody else saved the card after this form was opened."""

    message = N_("Somebody else has changed this card meanwhile. Look at it again; what you typed is still here.")


class NotYoursToChange(CardIncomplete):
    """What is known of a customer is changed after a supervisor's review and not otherwise (CC-13)."""

    message = N_("What is already known of the customer is changed by a supervisor.")


class JoinedCard(Refusal):
    message = N_("This card was joined with another. Write on that one.")


class NoReasonOfCorrection(Refusal):
    message = N_("Write why the channel is corrected: it stands on the card for good.")


class SameChannel(Refusal):
    message = N_("The card says this channel already.")


class OwnCard(Refusal):
    """A card is reviewed by somebody else than its owner."""

    message = N_("You do not review your own card.")


@dataclass(frozen=True)
class CardValues:
    """The front as typed: fields of LEAD_FIELDS and CUSTOMER_FIELDS by name; the models, the main one first."""

    lead: Mapping[str, Any] = field(default_factory=dict)
    customer: Mapping[str, Any] = field(default_factory=dict)
    models: Sequence[VehicleModel] = ()


@transaction.atomic
def save_card(*, lead: Lead, values: CardValues, version: str, by: Staff, at: dt.datetime) -> tuple[str, ...]:
    """Save the front of the card; returns the names of the fields that changed.

    ``version`` is that of the card the form was filled from. Empty fields of the customer are filled by whoever works
    the lead, filled ones are changed by supervisors alone (CC-13); all is audited. The first save opens the card
    (CC-01). Fleet customers have intervals of their own: who becomes one is planned anew, and announced (LG-27).
    Refuses JoinedCard, CardChanged, CardIncomplete, NotYoursToChange.
    """
    Lead.objects.filter(pk=lead.pk).update(number=F("number"))  # one writer at a time, until the end
    lead = Lead.objects.select_related("store", "customer").get(pk=lead.pk)
    if lead.state == LeadState.MERGED:
        raise JoinedCard
    if card_version(lead) != version:
        raise CardChanged
    typed = {name: values.lead[name] for name in LEAD_FIELDS if name in values.lead}
    known = {name: values.customer[name] for name in CUSTOMER_FIELDS if name in values.customer}
    before = front_values(lead)
    after = {**before, **typed, **known, "main_model": values.models[0].name if values.models else ""}
    if empty := missing(after, MANDATORY):
        raise CardIncomplete(fields=empty)
    changed = {name: value for name, value in typed.items() if before[name] != value}
    told = {name: value for name, value in known.items() if before[name] != value}
    _keep_customer(lead.customer, before, told, by, at)
    if lead.card_opened_on is None:
        lead.card_opened_on = at.astimezone(lead.store.tz).date()
    for name, value in changed.items():
        setattr(lead, name, value)
    lead.save(update_fields=["card_opened_on", *changed])
    if "is_fleet" in changed and lead.state in FOLLOWED and lead.next_contact_at is None:
        on = at.astimezone(lead.store.tz).date()
        plan_next(lead=lead, policy=cadence_policy(lead.store, on), rule=lead_policy(lead.store, on), on=on)
        lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    models = _keep_models(lead, values.models)
    data = {name: [_told(name, before[name]), _told(name, value)] for name, value in changed.items()}
    if models:
        data["models"] = models
    if data:
        record_event(code="lead.card_saved", subject=lead, by=by, at=at, data=data)
    return (*changed, *told, *(["models"] if models else []))


def _keep_customer(
    customer: Customer, before: Mapping[str, Any], told: Mapping[str, Any], by: Staff, at: dt.datetime
) -> None:
    amended = {name: value for name, value in told.items() if before[name] or name not in CARD_FIELDS}
    amended.pop("preferred_way", None)  # may change any time (D3-12)
    if amended and not by.may(Capability.ASSIGN_LEADS):
        raise NotYoursToChange(fields=tuple(amended))
    complete_card(
        customer=customer, values={name: value for name, value in told.items() if name not in amended}, by=by, at=at
    )
    if amended:
        if "name" in amended:
            customer.initials = names.initials(amended["name"])[:32]
        for name, value in amended.items():
            setattr(customer, name, value)
        customer.save(update_fields=[*amended, *(["initials"] if "name" in amended else [])])
        record_event(
            code="customer.amended",
            subject=customer,
            by=by,
            at=at,
            data={name: [_plain(before[name]), _plain(value)] for name, value in amended.items()},
        )


def _keep_models(lead: Lead, models: Sequence[VehicleModel]) -> list[list[str]]:
    """Exactly these, the first as the main one (LI-23). Returns the names before and after when they differ."""
    rows = {row.model_id: row for row in lead.interests.select_related("model").order_by("-is_main", "pk")}
    had, wanted = list(rows), [model.pk for model in dict.fromkeys(models)]
    before = [row.model.name for row in rows.values()]
    if had[:1] == wanted[:1] and set(had) == set(wanted):
        return []
    lead.interests.update(is_main=False)
    lead.interests.exclude(model_id__in=wanted).delete()
    Interest.objects.bulk_create(Interest(lead=lead, model_id=pk) for pk in wanted if pk not in rows)
    lead.interests.filter(model_id__in=wanted[:1]).update(is_main=True)
    return [before, [model.name for model in dict.fromkeys(models)]]


@transaction.atomic
def correct_channel(*, lead: Lead, channel: Channel, reason: str, by: Staff, at: dt.datetime) -> None:
    """The one way in which the channel of a card changes: by an administrator, with a reason (CC-17).

    Refuses NoReasonOfCorrection, SameChannel.
    """
    if not reason.strip():
        raise NoReasonOfCorrection
    before = lead.channel
    if not Lead.objects.filter(pk=lead.pk).exclude(channel=channel).update(channel=channel):
        raise SameChannel
    lead.channel = channel
    record_event(
        code="lead.channel_corrected",
        subject=lead,
        by=by,
        at=at,
        data={"channel": [before, channel.value], "reason": reason.strip()},
    )


@transaction.atomic
def review_card(*, lead: Lead, by: Staff, at: dt.datetime) -> None:
    """The supervisor's check mark on the card (CC-09). Refuses OwnCard."""
    if lead.owner_id == by.pk:
        raise OwnCard
    lead.reviewed_at, lead.reviewed_by = at, by
    lead.save(update_fields=["reviewed_at", "reviewed_by"])
    record_event(code="lead.reviewed", subject=lead, by=by, at=at)


@transaction.atomic
def remark_line(*, line: Contact, remark: str, by: Staff, at: dt.datetime) -> None:
    """The supervisor's remark on a line; the line itself is never changed (CC-09). Refuses OwnCard."""
    if line.by_id == by.pk:
        raise OwnCard
    before = line.remark
    line.remark, line.remark_at, line.remark_by = remark.strip(), at, by
    line.save(update_fields=["remark", "remark_at", "remark_by"])
    record_event(
        code="lead.remarked",
        subject=line.lead,
        by=by,
        at=at,
        data={"line": line.number, "remark": [before, line.remark]},
    )


@transaction.atomic
def mark_seen(*, lines: Sequence[Contact], by: Staff, at: dt.datetime) -> int:
    """Mark lines of the spot check as looked at (CC-09). Returns how many were not before."""
    fresh = [line for line in lines if line.remark_at is None]
    seen: int = Contact.objects.filter(pk__in=[line.pk for line in fresh], remark_at__isnull=True).update(
        remark_at=at, remark_by=by
    )
    if seen:
        record_events(
            code="lead.spot_checked", subjects={line.lead_id: line.lead for line in fresh}.values(), by=by, at=at
        )
    return seen


def _told(name: str, value: Any) -> Any:
    """A value of the lead as the audit has it: telephones masked."""
    return masked_phone(value) if name == "introducer_phone" else _plain(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
