"""Who could take leads, and how much each has on hand."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from customers.models import Customer
from leads.enums import LeadState
from leads.models import Lead
from leads.rules.assigning import Candidate
from staffing.enums import SUPERVISOR_ROLE, Capability, Role, StaffState
from staffing.models import DutyDay, NumberSequence, Staff, Store

#: The series of the store's turns; a person's last turn stands in a series of its own.
TURNS = "lead_turn"


@dataclass(frozen=True)
class LeadRights:
    """What a person may do with a lead: write on its card, change its front, give it to others, take it up again."""

    may_work: bool = False
    may_edit: bool = False
    may_give: bool = False
    may_revive: bool = False


def rights_on(user: Staff, lead: Lead) -> LeadRights:
    """One query."""
    rows, same = Lead.objects.all(), {"pk": OuterRef("pk")}
    asked = {
        "may_work": Exists(rows.workable_by(user).filter(**same)),
        "may_edit": Exists(rows.editable_by(user).filter(**same)),
        "may_give": Exists(rows.assignable_by(user).filter(**same)),
        "may_revive": Exists(rows.revivable_by(user).filter(**same)),
    }
    found = Lead.objects.visible_to(user).filter(pk=lead.pk).annotate(**asked).values(*asked).first()
    return LeadRights(**found) if found is not None else LeadRights()


def turn_series(pk: int) -> str:
    """The series that holds a person's last turn."""
    return f"{TURNS}:{pk}"


def candidates(store: Store, role: str, *, at: dt.datetime) -> list[Candidate]:
    """The employed people of a role with shift, arrears, load and last turn, by their ids. Four queries.

    Arrears are first contacts past their 24 hours (LI-02) and contacts planned for a day that is over (LG-25).
    """
    people = list(
        Staff.objects.filter(store=store).employed().holding(role).order_by("pk").values_list("pk", flat=True)
    )
    today = at.astimezone(store.tz).date()
    absent = set(DutyDay.objects.absent().filter(staff__in=people, on=today).values_list("staff_id", flat=True))
    turns = last_turns(store, people)
    work = loads(people, at=at, on=today)
    return [
        Candidate(
            pk=pk,
            on_shift=pk not in absent,
            overdue=work.get(pk, (0, 0))[1],
            load=work.get(pk, (0, 0))[0],
            last_turn=turns.get(pk, 0),
        )
        for pk in people
    ]


def last_turns(store: Store, people: Iterable[int]) -> dict[int, int]:
    """The last turn of each person who ever had one. One query."""
    by_series = {turn_series(pk): pk for pk in people}
    rows = NumberSequence.objects.filter(store=store, series__in=by_series)
    return {by_series[series]: last for series, last in rows.values_list("series", "last")}


def loads(people: Iterable[int], *, at: dt.datetime, on: dt.date) -> dict[int, tuple[int, int]]:
    """Person → (leads followed up, overdue ones among them). One query."""
    late = Q(state=LeadState.OPEN, first_contact_at__isnull=True, first_due_at__lt=at) | Q(next_contact_on__lt=on)
    rows = (
        Lead.objects.followed()
        .filter(owner__in=list(people))
        .order_by()
        .values_list("owner_id")
        .annotate(held=Count("pk"), overdue=Count("pk", filter=late))
    )
    return {owner: (held, overdue) for owner, held, overdue in rows}


def roles_that_may_own(pool: str) -> tuple[str, ...]:
    """The roles whose people may own a lead of a pool: the pool's own, and the one that leads it."""
    leading = SUPERVISOR_ROLE.get(Role(pool))
    return (pool,) if leading is None else (pool, leading)


def portfolio(leaver: Staff) -> "list[Lead]":
    """All that a person holds and that has not ended, the earliest next contact first."""
    rows = Lead.objects.current().filter(owner=leaver).select_related("store")
    return list(rows.order_by("next_contact_on", "first_due_at", "pk"))


def receivers_for(user: Staff) -> "list[Staff]":
    """The employed people to whom ``user`` may give leads: of the roles whose leads one may give, by name, each with
    the roles read. Two queries."""
    pools = [Role.TELESALES, Role.SALES_CONSULTANT]
    if not user.may(Capability.SEE_STORE):
        pools = [pool for pool in pools if user.roles.intersection(roles_that_may_own(pool))]
    roles = {role for pool in pools for role in roles_that_may_own(pool)}
    rows = Staff.objects.visible_to(user).filter(store=user.store_id).employed().holding(*roles)
    return list(rows.prefetch_related("role_rows").order_by("name", "pk"))


@dataclass(frozen=True)
class Holder:
    """Whose portfolio can be handed over: how many leads that have not ended, how many customers the person keeps."""

    person: Staff
    leads: int
    customers: int


def holders(user: Staff) -> list[Holder]:
    """Who holds leads that ``user`` may give to others, or keeps customers whom ``user`` sees (PF-10); people who left
    first, then by name. Three queries."""
    leads = _by_owner(Lead.objects.assignable_by(user).current().filter(store=user.store_id))
    customers = _by_owner(Customer.objects.visible_to(user).filter(store=user.store_id))
    people = Staff.objects.filter(pk__in={*leads, *customers}).order_by("state", "name", "pk")
    found = [Holder(person, leads.get(person.pk, 0), customers.get(person.pk, 0)) for person in people]
    return sorted(found, key=lambda holder: holder.person.state != StaffState.LEFT)


def _by_owner(rows: "QuerySet[Any]") -> dict[int, int]:
    """Owner → number of rows. One query."""
    held = rows.filter(owner__isnull=False).order_by().values_list("owner_id").annotate(held=Count("pk"))
    return dict(held)
