"""Defeats (战败): applied for with proof, decided by the manager, and back to telesales (DF-01..DF-12)."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import DefeatKind, DefeatState, LeadState, LostTo, MoveReason, Standing
from leads.models import Defeat, Lead
from leads.rules.defeats import DefeatClaim, contradictions_on, missing_on
from leads.selectors.endings import buys_too_late, unanswered_tries
from leads.selectors.policies import lead_policy
from leads.services.locks import hold_leads
from leads.services.recycling import send_back
from leads.services.states import change_state
from leads.signals import lead_planned
from staffing.enums import Capability, Role
from staffing.models import Staff, Store


class DefeatIncomplete(Refusal):
    """Fields of the defeat card are empty or contradict each other (DF-04). ``fields`` names them."""

    message = N_("The defeat card is not filled truthfully and completely.")

    @property
    def fields(self) -> tuple[str, ...]:
        found = self.params.get("fields", ())
        return tuple(found) if isinstance(found, list | tuple) else ()


class NoMainModel(Refusal):
    """Without the model the customer thought of nothing can be learnt from the defeat (DF-11)."""

    message = N_("The card names no main model. Fill it in before you apply for a defeat.")


class NumberNotTried(Refusal):
    """A wrong or empty number is found by dialling it (DF-02)."""

    message = N_("No unanswered try stands on the card since the last conversation. Call the number first.")


class NotTooFarAway(Refusal):
    """Only who plans to buy beyond the policy's year is an invalid customer (DF-05)."""

    message = N_(
        "The card does not say that the customer buys more than %(days)s days after the registration. Write down the "
        "planned day of purchase first."
    )


class AlreadyApplied(Refusal):
    message = N_("A defeat has been applied for already.")


class AlreadyDecided(Refusal):
    message = N_("This application has been decided already.")


class OwnApplication(Refusal):
    """Nobody decides what he applied for."""

    message = N_("You applied for this defeat yourself. Somebody else decides it.")


class NoReasonGiven(Refusal):
    message = N_("Say why the defeat is rejected: the owner goes on from there.")


@transaction.atomic
def apply_for_defeat(*, lead: Lead, claim: DefeatClaim, by: Staff, at: dt.datetime) -> Defeat:
    """Put a defeat before the manager: the lead waits as F0, its grade and its plan are kept (DF-10).

    From an open lead alone. The managers are alerted. Announced. Refuses DefeatIncomplete, NoMainModel, NumberNotTried,
    NotTooFarAway (DF-05), AlreadyApplied, IllegalTransition, LeadChanged.
    """
    faulty = (*missing_on(claim), *contradictions_on(claim))
    if faulty:
        raise DefeatIncomplete(fields=faulty)
    if not lead.interests.filter(is_main=True).exists():
        raise NoMainModel
    if claim.kind == DefeatKind.BAD_NUMBER and not unanswered_tries(lead):
        raise NumberNotTried
    if claim.kind == DefeatKind.BUYS_LATE and not buys_too_late(lead, on=at.astimezone(lead.store.tz).date()):
        rule = lead_policy(lead.store, at.astimezone(lead.store.tz).date())
        raise NotTooFarAway(days=rule.invalid_after_days)
    change_state(lead=lead, state=LeadState.DEFEAT_APPLIED, by=by, at=at, note=claim.main_reason or claim.proof)
    try:
        with transaction.atomic():
            defeat = Defeat.objects.create(
                lead=lead,
                at=at,
                by=by,
                kind=claim.kind,
                lost_to=claim.lost_to or LostTo.NOBODY,
                reasons=list(claim.reasons),
                main_reason=claim.main_reason.strip(),
                competitor_model=claim.competitor_model.strip(),
                competitor_price_fen=claim.competitor_price_fen,
                competitor_finance=claim.competitor_finance.strip(),
                paid_cash=claim.paid_cash,
                proof=claim.proof.strip(),
                special_reason=claim.special_reason.strip(),
                note=claim.note.strip(),
                grade_before=lead.grade,
            )
    except IntegrityError as error:
        raise AlreadyApplied from error
    record_event(code="defeat.applied", subject=lead, by=by, at=at, data={"defeat": defeat.pk, "kind": defeat.kind})
    raise_alerts(
        drafts=[
            _alert(
                defeat,
                recipient,
                "applied",
                N_("%(who)s applies for the defeat of %(customer)s."),
                at,
                {"who": by.name, "customer": lead.customer.name},
                reverse("defeat_list"),
            )
            for recipient in _deciders(lead.store, but=by)
        ],
        at=at,
    )
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return defeat


@transaction.atomic
def decide_defeat(*, defeat: Defeat, approve: bool, by: Staff, at: dt.datetime, note: str = "") -> Defeat:
    """Approve: grade F, the end of the lead, back into the pool of telesales (DF-09, DF-14). Reject: the grade and the
    plan of before come back, and the owner goes on (DF-10, DF-12).

    Of two who decide one is refused. The applicant is alerted. Announced. Refuses OwnApplication, NoReasonGiven (of a
    rejection), AlreadyDecided, LeadChanged, AlreadyMoved.
    """
    if defeat.by_id == by.pk:
        raise OwnApplication
    if not approve and not note.strip():
        raise NoReasonGiven
    hold_leads([defeat.lead_id])  # before what hangs on it, as everywhere
    state = DefeatState.APPROVED if approve else DefeatState.REJECTED
    changes = {"state": state, "decided_at": at, "decided_by": by, "decision_note": note.strip()}
    if not Defeat.objects.filter(pk=defeat.pk, state=DefeatState.PENDING).update(**changes):
        raise AlreadyDecided
    for name, value in changes.items():
        setattr(defeat, name, value)
    lead = Lead.objects.select_related("store", "customer", "owner").get(pk=defeat.lead_id)
    if approve:
        reason = defeat.main_reason or defeat.proof
        change_state(lead=lead, state=LeadState.DEFEATED, by=by, at=at, note=reason, ends=True)
        send_back(lead=lead, standing=Standing.DEFEATED, reason=MoveReason.DEFEATED, by=by, at=at, note=reason)
        message = N_("%(who)s approved the defeat of %(customer)s.")
    else:
        change_state(lead=lead, state=LeadState.OPEN, by=by, at=at, note=note.strip())
        lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
        message = N_("%(who)s rejected the defeat of %(customer)s: go on with the lead.")
    record_event(code=f"defeat.{state.value}", subject=lead, by=by, at=at, data={"defeat": defeat.pk})
    if defeat.by_id is not None:
        params = {"who": by.name, "customer": lead.customer.name}
        url = reverse("lead_card", args=[lead.pk])
        raise_alerts(drafts=[_alert(defeat, defeat.by_id, state.value, message, at, params, url)], at=at)
    return defeat


def _deciders(store: Store, *, but: Staff) -> Iterable[int]:
    """The sales managers of the store; without one, the general managers."""
    employed = Staff.objects.filter(store=store).employed().exclude(pk=but.pk).order_by("pk")
    managers = list(employed.holding(Role.SALES_MANAGER).values_list("pk", flat=True))
    return managers or list(employed.holding(Role.GENERAL_MANAGER).values_list("pk", flat=True))


def may_decide(defeat: Defeat, user: Staff) -> bool:
    return user.may(Capability.DECIDE_DEFEATS) and defeat.by_id != user.pk


def _alert(
    defeat: Defeat, recipient_id: int, what: str, message: str, at: dt.datetime, params: dict[str, str], url: str
) -> AlertDraft:
    return AlertDraft(
        recipient_id=recipient_id,
        key=f"defeat.{what}:{defeat.pk}",
        code=f"defeat.{what}",
        message=message,
        params=params,
        happened_at=at,
        url=url,
        tone=Tone.WARN if what == "rejected" else Tone.INFO,
        store_ref=defeat.lead.store_id,
    )
