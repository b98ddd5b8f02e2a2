"""Making the list of a day: everything that fell due, once, however often it is asked for."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Q

from customers.models import ContactBan
from dealership.audit.services import record_event
from followups.enums import CARD_KINDS, LEAD_KINDS, SkipReason
from followups.models import CallTask, ListRun, SkippedCall
from followups.rules import KindRule, OverdueRung, first_alert_at, overdue_at, planned_calls
from followups.selectors.policies import kind_policies, overdue_steps
from followups.services.first_service import close_served_reminders
from followups.services.greetings import make_cards
from followups.services.lead_calls import follow_stale_plans
from followups.services.lists.joining import join_purposes, let_go, put_off
from followups.services.lists.leads import insert_lead_calls
from followups.services.lists.statements import (
    SOURCES,
    DatedCall,
    DutyTurn,
    asks_for_consent,
    drop_skipped_that_were_made,
    insert_calls,
    insert_skipped,
    plan_tables,
)
from followups.services.referrals import free_words_of_leavers
from staffing.enums import DutyKind, StaffState
from staffing.models import DutyDay, Staff, Store

logger = logging.getLogger(__name__)
#: Leads are caught up from ever.
_LONG_AGO = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class ListResult:
    """Calls by kind that are new (``created``) and that wait on the list of the day (``open``); by reason, the calls of
    the days caught up that may not be made (``skipped``). Every kind in use and every reason has a number."""

    created: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "ListResult") -> "ListResult":
        return ListResult(
            _sum(self.created, other.created), _sum(self.open, other.open), _sum(self.skipped, other.skipped)
        )


@transaction.atomic
def make_call_list(*, store: Store, on: dt.date, at: dt.datetime, by: Staff | None = None) -> ListResult:
    """Make the store's list of a day: for every kind in use, what fell due in (on − catch-up, on] (D3-02, D3-19, D7-01,
    N1-01, SV-05, SV-08, SV-09, AF-01, PF-01), and every lead that waits for its call (LI-02, LG-20..26).

    Safe when run twice, late or side by side: a call exists once per (kind, subject, occurrence), and the whole list is
    one transaction. Customers who do not wish to be called are left out and counted (X25); when the ban is lifted while
    the day is still caught up, the call is made. Two purposes that wait for one customer and car become one call, and
    nobody is called twice in a few days where the policy guards against it. The cards of the day are made with it
    (BD-01, BD-02).

    Reminders of cars that already came in are closed. Audited when a person asked for it; every run leaves a ListRun.
    """
    close_served_reminders(store=store, at=at)
    free_words_of_leavers(store=store, at=at)
    follow_stale_plans(store=store, at=at)
    known = {*SOURCES, *LEAD_KINDS}
    enabled = {kind: rule for kind, rule in kind_policies(store, on).items() if rule.enabled}
    in_use = {kind: rule for kind, rule in enabled.items() if kind in known}
    for_cards = {kind: rule for kind, rule in enabled.items() if kind in CARD_KINDS}
    rules = {kind: rule for kind, rule in in_use.items() if kind in SOURCES}
    rungs = overdue_steps(store, on)
    # Where nobody has refused a kind there is nobody to leave out: half of the statements need not be asked.
    bans = ContactBan.objects.standing().filter(customer__store=store)
    banned_purposes = frozenset(bans.order_by().values_list("purpose", flat=True).distinct())
    leads = insert_lead_calls(store=store, rules=in_use, on=on, rungs=rungs, purposes=banned_purposes, at=at)
    created, left_out = dict(leads.created), leads.left_out
    for kind, rule in rules.items():
        plan = _dated_plan(store, rule, on, rungs, at)
        if not plan:
            created[kind] = 0
            continue
        duty = _duty_turns(store, rule, plan)
        tables = plan_tables(rule=rule, plan=plan, duty=duty)
        created[kind] = insert_calls(store=store, rule=rule, tables=tables, at=at)
        if asks_for_consent(kind) or not banned_purposes.isdisjoint(("", kind)):
            left_out += insert_skipped(store=store, rule=rule, tables=tables, at=at)
    let_go(store=store, rungs=rungs, at=at)
    put_off(store=store, rules=in_use, on=on)
    join_purposes(store=store, rules=in_use, on=on)
    earliest = on - dt.timedelta(days=max((rule.catch_up_days for rule in rules.values()), default=0))
    if any(leads.created.values()):
        earliest = _LONG_AGO
    if any(created.values()):
        drop_skipped_that_were_made(store=store, after=earliest, until=on)
    cards = make_cards(store=store, rules=for_cards, on=on, purposes=banned_purposes, at=at)
    created |= cards.created
    left_out += cards.left_out
    skipped = _skipped_calls(store, on, {**rules, **for_cards})
    skipped[SkipReason.CONTACT_BAN.value] += leads.banned
    result = ListResult(created, _open_calls(store, on, in_use), skipped)
    ListRun.objects.create(
        store=store, on=on, finished_at=at, created=dict(result.created), skipped={**result.skipped, "new": left_out}
    )
    if by is not None:
        record_event(
            code="list.made", subject=store, by=by, at=at, data={"on": on.isoformat(), "created": dict(created)}
        )
    return result


@transaction.atomic
def list_new_leads(*, store: Store, at: dt.datetime) -> int:
    """Leads that came in sets after today's list was made: their calls join it at once (LI-02). Returns how many.

    Before the list of the day there is nothing to do: it will have them.
    """
    on = at.astimezone(store.tz).date()
    if not ListRun.objects.filter(store=store, on=on).exists():
        return 0
    rules = {kind: rule for kind, rule in kind_policies(store, on).items() if rule.enabled}
    bans = ContactBan.objects.standing().filter(customer__store=store)
    purposes = frozenset(bans.order_by().values_list("purpose", flat=True).distinct())
    rungs = overdue_steps(store, on)
    leads = insert_lead_calls(store=store, rules=rules, on=on, rungs=rungs, purposes=purposes, at=at)
    return sum(leads.created.values())


def make_call_lists(
    *, on: dt.date | None = None, days_ahead: int = 0, at: dt.datetime, stores: Sequence[Store] | None = None
) -> ListResult:
    """Make the lists of all active stores (or of ``stores``), each in a transaction of its own, and add them up.

    Without ``on`` each store's own date ``days_ahead`` days after its local day of ``at``. A store whose list fails
    keeps no other's back: its error goes to the log, and the first one is raised when all the others are made.
    """
    total = ListResult()
    failures = []
    for store in Store.objects.active().order_by("pk") if stores is None else stores:
        try:
            day = at.astimezone(store.tz).date() + dt.timedelta(days=days_ahead) if on is None else on
            total = total.plus(make_call_list(store=store, on=day, at=at))
        except Exception as failure:
            logger.exception("The call list of the store %s was not made", store.code)
            failures.append(failure)
    if failures:
        raise failures[0]
    return total


def _dated_plan(
    store: Store, rule: KindRule, on: dt.date, rungs: Sequence[OverdueRung], at: dt.datetime
) -> list[DatedCall]:
    late = {}
    plan = []
    for call in planned_calls(rule, on=on):
        if call.due_on not in late:
            from_ = overdue_at(call.due_on, None, store.tz)
            late[call.due_on] = from_, first_alert_at(from_, rungs, store.tz, at=at)
        plan.append(DatedCall(call, *late[call.due_on]))
    return plan


def _duty_turns(store: Store, rule: KindRule, plan: Sequence[DatedCall]) -> list[DutyTurn]:
    """Who of the kind's role is on duty on the days of the plan, in the order of their rows."""
    if not (rule.to_consultant and rule.shift_before_rest):
        return []
    days = sorted({dated.call.base_on for dated in plan})
    rows = DutyDay.objects.filter(
        store=store,
        kind=DutyKind.DUTY,
        on__range=(days[0], days[-1]),
        staff__state=StaffState.ACTIVE,
        staff__role_rows__role=rule.role,
    )
    found = list(rows.order_by("on", "staff_id").values_list("on", "staff_id"))
    places = Counter(on for on, _staff in found)
    seen: Counter[dt.date] = Counter()
    turns = []
    for on, staff_id in found:
        turns.append(DutyTurn(on, seen[on], places[on], staff_id))
        seen[on] += 1
    return turns


def _open_calls(store: Store, on: dt.date, rules: Mapping[str, KindRule]) -> dict[str, int]:
    """Waiting on the list of the day, whenever they were made; those that end before the day do not wait on it."""
    rows = CallTask.objects.filter(store=store).due(on).filter(Q(expires_on__isnull=True) | Q(expires_on__gt=on))
    counts = dict(rows.order_by().values_list("kind").annotate(number=Count("pk")))
    return {**dict.fromkeys(rules, 0), **counts}


def _skipped_calls(store: Store, on: dt.date, rules: Mapping[str, KindRule]) -> dict[str, int]:
    """Left out of what this list looked at; the same however often it is made."""
    kinds_by_days: dict[int, list[str]] = {}
    for kind, rule in rules.items():
        kinds_by_days.setdefault(rule.catch_up_days, []).append(kind)
    windows = Q()
    for days, kinds in kinds_by_days.items():
        windows |= Q(kind__in=kinds, due_on__gt=on - dt.timedelta(days=days))
    rows = SkippedCall.objects.filter(windows, store=store, due_on__lte=on, kind__in=list(rules))
    counts = dict(rows.order_by().values_list("reason").annotate(number=Count("pk")))
    return {**dict.fromkeys(SkipReason.values, 0), **counts}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in [*one, *(key for key in other if key not in one)]}
