"""Giving leads out: by the policy, from the pool, by a supervisor, and the whole portfolio of somebody who leaves."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import LeadState, MoveReason, Stage
from leads.models import Lead
from leads.rules.assigning import Candidate, give_out, share_out
from leads.selectors.assigning import (
    TURNS,
    candidates,
    last_turns,
    loads,
    portfolio,
    roles_that_may_own,
    turn_series,
)
from leads.selectors.policies import lead_policy
from leads.services.locks import hold_customers_of, hold_leads
from leads.services.owners import AlreadyMoved, move_lead
from staffing.enums import Role
from staffing.models import NumberSequence, Staff, Store

#: Leads that can change hands: neither ended nor joined with another.
CURRENT = (LeadState.OPEN, LeadState.DEFEAT_APPLIED, LeadState.ORDERED)


class AlreadyTaken(Refusal):
    """Of two who take one lead from the pool the second gets this."""

    message = N_("Somebody else has just taken this lead.")


class NotYourPool(Refusal):
    """Only people of the pool's role take from it."""

    message = N_("This lead waits for people of another role.")


class NoReason(Refusal):
    """A change of owner says why."""

    message = N_("Write why the leads go to somebody else.")


class NotOfTheRole(Refusal):
    """Telesales leads stay with telesales until the customer has arrived and was handed over (LI-09, HO-05)."""

    message = N_("%(name)s does not hold the role these leads belong to. A hand-over needs its sheet.")


class LeadEnded(Refusal):
    """Ended leads belong to nobody new; they are taken up again first."""

    message = N_("Lead %(number)s has ended. Take it up again first.")


class NothingHeld(Refusal):
    """A portfolio without leads and without customers cannot be handed over."""

    message = N_("%(name)s holds no leads and keeps no customers.")


class NotYourTeam(Refusal):
    """A portfolio is handed over as a whole, by somebody who sees all of it."""

    message = N_("%(name)s holds leads or customers that you do not see. Ask the manager to hand them over.")


class NoHeirs(Refusal):
    """Somebody must get the leads."""

    message = N_("Choose who gets the leads.")


@transaction.atomic
def hold_intake(*, store: Store) -> int:
    """Let one intake after the other into a store, until the caller's transaction ends; returns the last turn so far.

    What makes two enquiries from one telephone find each other (LI-22) and gives no two people the same turn.
    """
    rows = NumberSequence.objects.filter(store=store, series=TURNS)
    NumberSequence.objects.bulk_create([NumberSequence(store=store, series=TURNS)], ignore_conflicts=True)
    rows.update(last=F("last"))  # locks the row on PostgreSQL; SQLite has one writer anyway
    return rows.get().last


@transaction.atomic
def choose_owners(*, store: Store, role: str, count: int, at: dt.datetime) -> list[int | None]:
    """The owners of ``count`` new leads of a role by the policy of the day, in order; None: the pool.

    Whoever gets one has had a turn. Called by an intake, in whose transaction the turns are kept.
    """
    turn = hold_intake(store=store) + 1
    rule = lead_policy(store, at.astimezone(store.tz).date())
    chosen = give_out(
        candidates(store, role, at=at), count=count, assign_by=rule.assign_by, behind=rule.behind_tasks, turn=turn
    )
    turns = {turn_series(pk): number for number, pk in enumerate(chosen, start=turn) if pk is not None}
    if turns:
        NumberSequence.objects.bulk_create(
            [
                NumberSequence(store=store, series=series, last=last)
                for series, last in {**turns, TURNS: turn + count - 1}.items()
            ],
            update_conflicts=True,
            unique_fields=["store", "series"],
            update_fields=["last"],
        )
    return chosen


@transaction.atomic
def take_from_pool(*, lead: Lead, by: Staff, at: dt.datetime) -> Lead:
    """Make a lead of the pool one's own. Of many who try one succeeds. Refuses AlreadyTaken, LeadEnded, NotYourPool."""
    _refuse_ended(lead)
    if lead.owner_id is not None:
        raise AlreadyTaken
    if by.store_id != lead.store_id or not by.roles.intersection(roles_that_may_own(lead.pool)):
        raise NotYourPool
    try:
        move_lead(lead=lead, owner=by, pool=lead.pool, stage=Stage(lead.stage), reason=MoveReason.TAKEN, by=by, at=at)
    except AlreadyMoved as rival:
        raise AlreadyTaken from rival
    return lead


@transaction.atomic
def take_by_calling(*, lead: Lead, by: Staff, at: dt.datetime) -> bool:
    """Make a lead of the pool the own one of whoever has called it, unless the policy says otherwise.

    ``lead`` is the row as it is now. False when nothing moved: it has an owner, or waits for people of another role.
    """
    if lead.owner_id is not None or lead.state not in CURRENT or by.store_id != lead.store_id:
        return False
    if not by.roles.intersection(roles_that_may_own(lead.pool)):
        return False
    if not lead_policy(lead.store, at.astimezone(lead.store.tz).date()).calling_takes:
        return False
    try:
        move_lead(lead=lead, owner=by, pool=lead.pool, stage=Stage(lead.stage), reason=MoveReason.CALLED, by=by, at=at)
    except AlreadyMoved:
        lead.refresh_from_db()
        return False
    return True


@transaction.atomic
def reassign_leads(*, leads: Sequence[Lead], owner: Staff | None, note: str, by: Staff, at: dt.datetime) -> int:
    """Give leads to a person of their role, or back into their pools (``owner`` None). Returns how many moved.

    All or none. What the owner holds already stays. Refuses NoReason, LeadEnded, NotOfTheRole, OwnerOfAnotherStore and
    AlreadyMoved.
    """
    if not note.strip():
        raise NoReason
    moving = sorted((lead for lead in leads if lead.owner_id != (owner.pk if owner else None)), key=lambda row: row.pk)
    hold_leads([lead.pk for lead in moving])
    hold_customers_of(moving)
    for lead in moving:
        _refuse_ended(lead)
        _give(lead, owner, MoveReason.REASSIGNED, note.strip(), by, at)
    return len(moving)


@transaction.atomic
def hand_over_portfolio(
    *, leaver: Staff, heirs: Sequence[Staff], note: str, by: Staff, at: dt.datetime
) -> dict[Staff, int]:
    """Hand everything that a person holds to others, each lead to whoever of them then has least, and the customers
    whom the leaver kept without a lead in turn (PF-10). One act, one entry.

    Who holds no leads may still keep customers. Returns how many leads each got. Refuses NoReason, NoHeirs,
    NothingHeld, NotYourTeam, NotOfTheRole, OwnerOfAnotherStore and AlreadyMoved.
    """
    if not note.strip():
        raise NoReason
    people = {heir.pk: heir for heir in heirs if heir.pk != leaver.pk}
    if not people:
        raise NoHeirs
    hold_leads([lead.pk for lead in portfolio(leaver)])
    held = portfolio(leaver)  # as it is under the lock
    kept = Customer.objects.filter(store=leaver.store_id, owner=leaver)
    if not held and not kept.exists():
        raise NothingHeld(name=leaver.name)
    if not held and kept.exclude(pk__in=Customer.objects.visible_to(by).values("pk")).exists():
        raise NotYourTeam(name=leaver.name)
    hold_customers_of(held)
    if Lead.objects.assignable_by(by).filter(pk__in=[lead.pk for lead in held]).count() != len(held):
        raise NotYourTeam(name=leaver.name)
    store = held[0].store if held else kept.select_related("store").order_by("pk")[0].store
    work, turns = loads(people, at=at, on=at.astimezone(store.tz).date()), last_turns(store, people)
    shares = share_out(
        [lead.pk for lead in held],
        [Candidate(pk, load=work.get(pk, (0, 0))[0], last_turn=turns.get(pk, 0)) for pk in people],
    )
    got = dict.fromkeys(people.values(), 0)
    for lead in held:
        heir = people[shares[lead.pk]]
        _give(lead, heir, MoveReason.LEAVER, note.strip(), by, at)
        got[heir] += 1
    record_event(
        code="leads.portfolio_handed_over",
        subject=leaver,
        by=by,
        at=at,
        data={
            "leads": len(held),
            "customers": _hand_over_kept(leaver, list(people.values())),
            "to": [[heir.pk, count] for heir, count in got.items()],
            "note": note.strip(),
        },
    )
    return got


def _hand_over_kept(leaver: Staff, heirs: Sequence[Staff]) -> int:
    """The customers whom the leaver still keeps, in turn to those who may keep them. Returns how many."""
    keepers = [heir for heir in heirs if heir.roles.intersection(roles_that_may_own(Role.SALES_CONSULTANT))] or heirs
    rows = Customer.objects.select_for_update(no_key=True).filter(store=leaver.store_id, owner=leaver).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    for place, heir in enumerate(keepers):
        Customer.objects.filter(pk__in=ids[place :: len(keepers)]).update(owner=heir)
    return len(ids)


def _give(lead: Lead, owner: Staff | None, reason: MoveReason, note: str, by: Staff, at: dt.datetime) -> None:
    if owner is not None and not owner.roles.intersection(roles_that_may_own(lead.pool)):
        raise NotOfTheRole(name=owner.name)
    move_lead(lead=lead, owner=owner, pool=lead.pool, stage=Stage(lead.stage), reason=reason, by=by, at=at, note=note)


def _refuse_ended(lead: Lead) -> None:
    if lead.state not in CURRENT:
        raise LeadEnded(number=lead.number)
