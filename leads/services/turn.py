"""Calling the next consultant, or passing one over."""

import datetime as dt

from django.db import IntegrityError, transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import TurnStep
from leads.models import Turn, Visit
from leads.selectors.turn import turn_board
from staffing.models import Staff, Store

#: Whoever takes a step that somebody else has just taken looks again; more rivals at one door there are not.
TRIES = 10


class NotNext(Refusal):
    """Somebody has called the next one meanwhile."""

    message = N_("%(name)s is no longer next. Look at the turn again.")


class NoReasonToSkip(Refusal):
    """Nobody is passed over without a reason."""

    message = N_("Say why %(name)s is passed over.")


class GivenBackAlready(Refusal):
    message = N_("This turn is given back already.")


class TurnOfAnotherDay(Refusal):
    """The order of the morning rests on the days before."""

    message = N_("Only a turn of today can be given back.")


@transaction.atomic
def take_turn(*, store: Store, visit: Visit, by: Staff | None, at: dt.datetime) -> Staff | None:
    """Give the visit to whoever is next, who goes to the end of the line (ST-05, ST-07). None when nobody is at work.

    Two desks that receive two visitors at once get two different consultants: the step's number is unique, and whoever
    comes second looks again.
    """
    name = ""
    for _try in range(TRIES):
        board = turn_board(store, visit.visited_on)
        if board.next is None:
            return None
        if _step(store, visit.visited_on, board.steps, board.next, TurnStep.TAKEN, by, at, visit):
            return board.next
        name = board.next.name
    raise NotNext(name=name)


@transaction.atomic
def skip_turn(*, store: Store, on: dt.date, consultant: Staff, reason: str, by: Staff, at: dt.datetime) -> Turn:
    """Pass over the next one, with the reason; see leads.rules.turn for what each does to the place in the line.

    Refuses NoReasonToSkip, and NotNext when the page was older than the turn.
    """
    if reason not in (TurnStep.BUSY, TurnStep.AWAY):
        raise NoReasonToSkip(name=consultant.name)
    board = turn_board(store, on)
    step = None
    if board.next == consultant:
        step = _step(store, on, board.steps, consultant, TurnStep(reason), by, at, None)
    if step is None:
        raise NotNext(name=consultant.name)
    record_event(code="turn.skipped", subject=step, by=by, at=at, data={"who": consultant.pk, "reason": reason})
    return step


@transaction.atomic
def give_back_turn(*, step: Turn, by: Staff, at: dt.datetime) -> Turn:
    """Undo a step that was taken by mistake: the turn runs on as if it had not been. The row stays, and says who gave
    it back; who received the visitor does not change. Refuses TurnOfAnotherDay, GivenBackAlready."""
    if step.on != at.astimezone(step.store.tz).date():
        raise TurnOfAnotherDay
    rows = Turn.objects.filter(pk=step.pk, given_back_at__isnull=True)
    if not rows.update(given_back_at=at, given_back_by=by):
        raise GivenBackAlready
    step.given_back_at, step.given_back_by = at, by
    data = {"who": step.consultant_id, "step": step.step, "visit": step.visit_id}
    record_event(code="turn.given_back", subject=step, by=by, at=at, data=data)
    return step


def _step(
    store: Store,
    on: dt.date,
    steps: int,
    consultant: Staff,
    step: TurnStep,
    by: Staff | None,
    at: dt.datetime,
    visit: Visit | None,
) -> Turn | None:
    """The next step of the day, or None when somebody else has just taken it."""
    try:
        with transaction.atomic():
            return Turn.objects.create(
                store=store, on=on, number=steps + 1, consultant=consultant, step=step, visit=visit, at=at, by=by
            )
    except IntegrityError:
        return None
