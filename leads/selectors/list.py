"""The list of leads: who has which, and which contact comes next."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from customers.models import CustomerPhone
from dealership.web.masking import masked_phone
from leads.enums import Channel, LeadState
from leads.models import Interest, Lead, Recycling
from leads.models.leads import LeadQuerySet
from leads.selectors.endings import recycled_from
from staffing.enums import Capability, Role
from staffing.models import Staff

#: The tabs, in their order; which of them somebody has is ``tabs_of``.
MINE_DUE, UNDATED, MINE, POOL, ENDED, TEAM, ALL = "due", "undated", "mine", "pool", "ended", "team", "all"
_COLUMNS = (
    "pk",
    "number",
    "customer_id",
    "customer__name",
    "channel",
    "source",
    "grade",
    "state",
    "registered_at",
    "first_due_at",
    "first_contact_at",
    "settled_at",
    "next_contact_on",
    "next_contact_at",
    "next_reason",
    "pool",
    "owner__name",
)
_TONES = {
    LeadState.ORDERED: "ok",
    LeadState.DELIVERED: "ok",
    LeadState.DEFEAT_APPLIED: "warn",
    LeadState.OPEN: "info",
}


@dataclass(frozen=True)
class LeadFilter:
    """What the list is narrowed to. ``owner_id`` is a person's id; ``late`` keeps overdue contacts alone,
    ``recycled`` those that came back from the showroom (LI-06)."""

    tab: str = MINE_DUE
    grade: str = ""
    state: str = ""
    channel: str = ""
    owner_id: int | None = None
    late: bool = False
    recycled: bool = False


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One line of the list, every text ready to be shown. ``phone`` is masked; ``recycled`` says when and from whom
    it came back from the showroom last."""

    pk: int
    href: str
    customer: str
    number: str
    phone: str
    model: str
    channel: str
    recycled: str
    grade: str
    is_provisional: bool
    due: str
    is_first: bool
    is_late: bool
    reason: str
    whose: str
    is_free: bool
    state: str
    tone: str


def tabs_of(user: Staff) -> tuple[str, ...]:
    """The lists that somebody has: the own, those of them that have no date, the pool, the lost and defeated ones that
    came back into it, the team's for those who lead one, all of the store's or of what one sees."""
    own = (MINE_DUE, UNDATED, MINE, POOL, ENDED)
    return (*own, TEAM, ALL) if user.may(Capability.SEE_BOARD) else (*own, ALL)


def due_by(on: dt.date) -> Q:
    """Contacts of a day: first contacts not yet made (LI-02), and plans for that day or an earlier one (LG-25)."""
    return Q(state=LeadState.OPEN, first_contact_at__isnull=True) | Q(next_contact_on__lte=on)


def undated() -> Q:
    """Leads that no list will call for: their grade sets no date by itself (LG-23), and none was given. The first
    contact is due by the clock and needs none."""
    is_first = Q(state=LeadState.OPEN, first_contact_at__isnull=True)
    return ~is_first & Q(next_contact_on__isnull=True)


def late_by(*, at: dt.datetime, on: dt.date) -> Q:
    """Contacts that should have been made: first ones past their 24 hours, planned ones of an earlier day."""
    return Q(state=LeadState.OPEN, first_contact_at__isnull=True, first_due_at__lt=at) | Q(next_contact_on__lt=on)


def leads_of_tab(user: Staff, tab: str, *, on: dt.date) -> LeadQuerySet:
    """The leads of a tab, unordered. Joined ones never: the lead that they joined speaks for them."""
    rows = Lead.objects.visible_to(user).exclude(state=LeadState.MERGED)
    if tab == MINE_DUE:
        return rows.followed().filter(due_by(on), owner=user)
    if tab == UNDATED:
        return rows.followed().filter(undated(), owner=user)
    if tab == MINE:
        return rows.current().filter(owner=user)
    if tab == POOL:
        return rows.current().filter(owner__isnull=True)
    if tab == ENDED:  # DF-09: not dead, whoever takes one up again owns it
        return rows.filter(owner__isnull=True, state__in=(LeadState.LOST, LeadState.DEFEATED))
    if tab == TEAM:
        return rows.current().filter(owner__isnull=False).exclude(owner=user)
    return rows


def listed_leads(user: Staff, narrowed: LeadFilter, *, at: dt.datetime, on: dt.date) -> "QuerySet[Any]":
    """The leads of a tab as tuples of columns. The own ones and the pool's by their next contact, first contacts on
    top of revisits; the ended ones by their end; a team's and all of them the latest first, which an index answers for
    a hundred thousand."""
    rows = leads_of_tab(user, narrowed.tab, on=on)
    for name in ("grade", "state", "channel", "owner_id"):
        if value := getattr(narrowed, name):
            rows = rows.filter(**{name: value})
    if narrowed.late:
        rows = rows.followed().filter(late_by(at=at, on=on))
    if narrowed.recycled:
        rows = rows.filter(Exists(Recycling.objects.filter(lead=OuterRef("pk"))))
    if narrowed.tab == ENDED:
        return rows.order_by(Coalesce("closed_at", "registered_at").desc(), "-pk").values_list(*_COLUMNS)
    if narrowed.tab in (TEAM, ALL):
        return rows.order_by("-registered_at", "-pk").values_list(*_COLUMNS)
    is_first = Case(
        When(state=LeadState.OPEN, first_contact_at__isnull=True, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    waits = Case(When(state=LeadState.OPEN, first_contact_at__isnull=True, then=F("first_due_at")))
    ordered = rows.order_by(
        is_first.desc(),
        waits.asc(),
        F("next_contact_on").asc(nulls_last=True),
        F("next_contact_at").asc(nulls_last=True),
        "pk",
    )
    return ordered.values_list(*_COLUMNS)


def tab_counts(user: Staff, *, on: dt.date) -> dict[str, int]:
    """How many contacts are the own ones of the day, how many of the own leads have no date, and how many leads wait in
    the pool. Three queries."""
    return {tab: leads_of_tab(user, tab, on=on).order_by().count() for tab in (MINE_DUE, UNDATED, POOL)}


def lead_rows(rows: Iterable[tuple[Any, ...]], *, at: dt.datetime, tz: dt.tzinfo) -> list[LeadRow]:
    """The lines of a page. Three queries: the main telephones, the main models, and who came back."""
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    numbers = CustomerPhone.objects.filter(customer__in={row["customer_id"] for row in found}, is_primary=True)
    phones = dict(numbers.values_list("customer_id", "number"))
    mains = Interest.objects.filter(lead__in=[row["pk"] for row in found], is_main=True)
    models = dict(mains.values_list("lead_id", "model__name"))
    back = recycled_from([row["pk"] for row in found], tz=tz)
    words = _Words()
    on = at.astimezone(tz).date()
    return [_row(row, phones, models, back, words, at, on, tz) for row in found]


class _Words:
    """Addresses and words, looked up once a page."""

    def __init__(self) -> None:
        self.channels = {value: str(label) for value, label in Channel.choices}
        self.states = {value: str(label) for value, label in LeadState.choices}
        self.states[LeadState.OPEN] = gettext("Being followed up")
        self.pools = {value: gettext("Pool: %(role)s") % {"role": label} for value, label in Role.choices}
        self.prefix = reverse("lead_card", args=[0]).removesuffix("0/")


def _row(
    row: dict[str, Any],
    phones: dict[int, str],
    models: dict[int, str],
    back: dict[int, str],
    words: _Words,
    at: dt.datetime,
    on: dt.date,
    tz: dt.tzinfo,
) -> LeadRow:
    followed = row["state"] in (LeadState.OPEN, LeadState.ORDERED)
    is_first = row["state"] == LeadState.OPEN and row["first_contact_at"] is None
    if is_first:
        due, is_late = f"{row['first_due_at'].astimezone(tz):%m-%d %H:%M}", row["first_due_at"] < at
    elif followed and row["next_contact_at"] is not None:
        due, is_late = f"{row['next_contact_at'].astimezone(tz):%m-%d %H:%M}", row["next_contact_at"] < at
    elif followed and row["next_contact_on"] is not None:
        due, is_late = f"{row['next_contact_on']:%m-%d}", row["next_contact_on"] < on
    else:
        due, is_late = "–", False
    return LeadRow(
        pk=row["pk"],
        href=f"{words.prefix}{row['pk']}/",
        customer=row["customer__name"],
        number=row["number"],
        phone=masked_phone(phones.get(row["customer_id"], "")),
        model=models.get(row["pk"], ""),
        channel=row["source"] or words.channels.get(row["channel"], row["channel"]),
        recycled=back.get(row["pk"], ""),
        grade=row["grade"] or "–",
        is_provisional=bool(row["grade"]) and row["settled_at"] is None and row["state"] == LeadState.OPEN,
        due=due,
        is_first=is_first,
        is_late=is_late,
        reason=row["next_reason"],
        whose=row["owner__name"] or words.pools.get(row["pool"], row["pool"]),
        is_free=row["owner__name"] is None,
        state=words.states.get(row["state"], row["state"]),
        tone=_TONES.get(row["state"], "neutral"),
    )
