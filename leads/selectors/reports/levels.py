"""The monthly level table (意向客户级别状况表, F25): a customer a row, the days as columns."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, DateTimeField, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from customers.models import CustomerPhone
from dealership.web.months import month_label, months_after
from leads.enums import DefeatState, LeadState, Stage
from leads.models import Contact, Defeat, GradeChange, Interest, Lead, Ownership, StateChange
from leads.rules.reports import CardLine, day_marks, rolls_over
from leads.selectors.openings import Letters
from leads.selectors.reports.funnel import frozen_opening
from leads.selectors.reports.scope import LeadScope, opening_leads, people_named
from staffing.models import Staff

#: How many customers a page shows; the workbook holds all.
ROWS = 60


@dataclass(frozen=True)
class LevelRow:
    """A customer of the month. ``marks`` has one text a day of the month, empty where nothing was planned or done.

    ``opening`` is the grade at 00:00 on the 1st, empty for who came later. ``result`` is what stands at the end of the
    month (for the current month: now), ``note`` the reason of a loss, or where the customer rolls on to (LG-32).
    """

    lead: Lead
    customer: str
    phone: str
    source: str
    model: str
    consultant: str
    opened_on: dt.date
    opening: str
    marks: tuple[str, ...]
    result: str
    tone: str
    note: str
    rolls: bool


@dataclass(frozen=True)
class LevelCounts:
    """How many leads by grade: at the opening, and at the end of the month, or now. ``sources`` is the opening by the
    letter of the source (LI-13). ``is_frozen``: the opening is the one that the month end froze (LG-33), else it is
    reckoned from the histories; ``corrections`` are then what the histories say today, less what was frozen."""

    opening: tuple[tuple[str, int], ...]
    closing: tuple[tuple[str, int], ...]
    is_frozen: bool
    sources: tuple[tuple[str, int], ...] = ()
    corrections: tuple[tuple[str, int], ...] = ()

    @property
    def opening_total(self) -> int:
        return sum(count for _grade, count in self.opening)

    @property
    def closing_total(self) -> int:
        return sum(count for _grade, count in self.closing)


def level_leads(scope: LeadScope, *, consultant: int | None = None) -> "QuerySet[Any]":
    """The customers of the month's table: those held at 00:00 on the 1st, and those whom a consultant got in it.

    With ``end_state``, ``end_grade`` and ``end_owner`` as of the end of the month, ``holder`` the consultant who had
    the lead last in it, ``opening_grade`` at the opening and ``showroom_at``. In a full order.
    """
    rows = scope.leads().annotate(opens=scope.moment_of(scope.starts), closes=scope.moment_of(scope.ends))
    owned = Ownership.objects.filter(lead=OuterRef("pk"), at__lt=OuterRef("closes")).order_by("-at", "-pk")
    consultants = owned.filter(stage=Stage.SHOWROOM, owner__isnull=False)
    came = Ownership.objects.filter(lead=OuterRef("pk"), stage=Stage.SHOWROOM, owner__isnull=False).order_by("at", "pk")
    later = StateChange.objects.filter(lead=OuterRef("pk"), at__gte=OuterRef("closes")).order_by("at", "pk")
    graded = GradeChange.objects.filter(lead=OuterRef("pk"), at__gte=OuterRef("closes")).order_by("at", "pk")
    graded_since = GradeChange.objects.filter(lead=OuterRef("pk"), at__gte=OuterRef("opens")).order_by("at", "pk")
    rows = rows.annotate(
        holder=Subquery(consultants.values("owner")[:1]),
        end_owner=Subquery(owned.values("owner")[:1]),
        end_stage=Subquery(owned.values("stage")[:1]),
        showroom_at=Subquery(came.values("at")[:1], output_field=DateTimeField()),
        end_state=Coalesce(Subquery(later.values("before")[:1]), F("state"), output_field=CharField()),
        end_grade=Coalesce(Subquery(graded.values("before")[:1]), F("grade"), output_field=CharField()),
        opening_grade=Coalesce(Subquery(graded_since.values("before")[:1]), F("grade"), output_field=CharField()),
    )
    rows = rows.filter(Q(pk__in=opening_leads(scope).values("pk")) | scope.within("showroom_at"))
    rows = rows if consultant is None else rows.filter(holder=consultant)
    return rows.order_by("holder", "showroom_at", "pk")


def with_card(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """With what ``level_rows`` reads of each customer: four statements more."""
    main = Interest.objects.filter(is_main=True).select_related("model")
    numbers = CustomerPhone.objects.filter(is_primary=True)
    lines = Contact.objects.only("lead_id", "at", "reached", "grade_after", "planned_on", "number").order_by("number")
    decided = Defeat.objects.filter(state=DefeatState.APPROVED).order_by("decided_at", "pk")
    return rows.select_related("store", "customer").prefetch_related(
        Prefetch("interests", queryset=main, to_attr="main_interests"),
        Prefetch("customer__phones", queryset=numbers, to_attr="main_numbers"),
        Prefetch("contact_rows", queryset=lines, to_attr="card_lines"),
        Prefetch("defeat_rows", queryset=decided, to_attr="approved"),
    )


def level_rows(leads: Sequence[Lead], *, scope: LeadScope) -> list[LevelRow]:
    """Lines for leads that came with their cards. One statement: the names."""
    names = people_named([getattr(lead, "holder", None) for lead in leads])
    return [_level_row(lead, names, scope.letters[lead.store_id], scope) for lead in leads]


def level_counts(scope: LeadScope, *, consultant: int | None = None) -> LevelCounts:
    """The heads of the table by grade and by source. Three statements."""
    frozen = frozen_opening(scope)
    rows = opening_leads(scope)
    rows = rows if consultant is None else rows.filter(owner_then=consultant)
    held = list(rows.order_by().values_list("grade_then", "channel", "customer_id", "store_id"))
    reckoned = Counter(grade for grade, *_rest in held)
    if frozen is None:
        opening, corrections = reckoned, Counter[str]()
        sources = Counter(scope.letters[store].of(channel, customer) for _grade, channel, customer, store in held)
    else:
        opening = _of_person(frozen.grades, consultant)
        sources = _of_person(frozen.letters or {}, consultant)
        corrections = Counter({grade or "–": number for grade, number in reckoned.items()})
        corrections.subtract(opening)
    ends = level_leads(scope, consultant=consultant).order_by()
    closing = Counter(
        grade
        for state, grade, owner, stage in ends.values_list("end_state", "end_grade", "end_owner", "end_stage")
        if rolls_over(state, has_owner=owner is not None and stage == Stage.SHOWROOM)
    )
    return LevelCounts(
        _by_grade(opening),
        _by_grade(closing),
        frozen is not None,
        sources=tuple(sorted(sources.items())),
        corrections=tuple(item for item in _by_grade(corrections) if item[1]),
    )


def _of_person(frozen: dict[int, Counter[str]], consultant: int | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for person, counts in frozen.items():
        if consultant in (None, person):
            found.update(counts)
    return found


def _by_grade(counts: "Counter[str]") -> tuple[tuple[str, int], ...]:
    order = {code: place for place, code in enumerate("HABC")}
    merged: Counter[str] = Counter()
    for grade, count in counts.items():
        merged[grade or "–"] += count
    return tuple(sorted(merged.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def _level_row(lead: Lead, names: dict[int, Staff], letters: Letters, scope: LeadScope) -> LevelRow:
    zone = lead.store.tz
    numbers = [phone.number for phone in getattr(lead.customer, "main_numbers", [])]
    models = [interest.model for interest in getattr(lead, "main_interests", [])]
    showroom_at, holder = lead.showroom_at, lead.holder  # type: ignore[attr-defined]
    lines = [
        CardLine(
            on=line.at.astimezone(zone).date(),
            reached=line.reached,
            grade_after=line.grade_after,
            planned_on=line.planned_on,
        )
        for line in getattr(lead, "card_lines", [])
    ]
    marks = day_marks(lines, plan=_plan(lead), month=scope.first)
    came = showroom_at.astimezone(zone).date() if showroom_at else lead.registered_at.astimezone(zone).date()
    result, tone, note, rolls = _result(lead, scope)
    return LevelRow(
        lead=lead,
        customer=lead.customer.name,
        phone=numbers[0] if numbers else "",
        source=letters.of(lead.channel, lead.customer_id),
        model=str(models[0]) if models else "",
        consultant=names[holder].name if holder in names else "",
        opened_on=lead.card_opened_on or came,
        opening=lead.opening_grade if came < scope.first else "",  # type: ignore[attr-defined]
        marks=tuple(marks.get(day, "") for day in range(1, scope.last.day + 1)),
        result=result,
        tone=tone,
        note=note,
        rolls=rolls,
    )


def _plan(lead: Lead) -> dt.date | None:
    """The day of the next contact: the plan of the card, else that of the first one."""
    if lead.state not in (LeadState.OPEN, LeadState.ORDERED):
        return None
    if lead.next_contact_on is None and lead.first_contact_at is None:
        return lead.first_due_at.astimezone(lead.store.tz).date()
    return lead.next_contact_on


def _result(lead: Lead, scope: LeadScope) -> tuple[str, str, str, bool]:
    """(result, tone, note, rolls over) at the end of the month."""
    state, grade = lead.end_state, lead.end_grade  # type: ignore[attr-defined]
    end = scope.ends(lead.store)
    held = lead.end_owner is not None and lead.end_stage == Stage.SHOWROOM  # type: ignore[attr-defined]
    if state == LeadState.DELIVERED:
        return _("Delivered"), "ok", lead.delivered_on.isoformat() if lead.delivered_on else "", False
    if state == LeadState.ORDERED:
        return _("Ordered"), "ok", lead.ordered_on.isoformat() if lead.ordered_on else "", False
    if state == LeadState.DEFEATED:
        cards = [card for card in getattr(lead, "approved", []) if card.decided_at and card.decided_at < end]
        return _("Defeated"), "danger", (loss_text(cards[-1]) if cards else lead.close_reason), False
    if state == LeadState.LOST:
        return _("Lost contact"), "danger", lead.close_reason, False
    if rolls_over(state, has_owner=held):
        after = month_label(months_after(scope.first, 1))
        return grade or "–", "info", _("Rolls over into %(month)s") % {"month": after}, True
    return grade or "–", "neutral", _("Back to telesales"), False


def loss_text(defeat: Defeat) -> str:
    """Why the customer was lost: reasons, model bought, in the words of the card."""
    parts = [*defeat.reason_labels, defeat.competitor_model, defeat.main_reason or defeat.proof]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def source_legend() -> list[tuple[str, str]]:
    """The letters with what they stand for."""
    return [
        ("R", _("VIP or recommendation")),
        ("B", _("Base customer")),
        ("S", _("Walked in or rang")),
        ("I", _("Our own or the manufacturer's information")),
        ("E", _("Employee")),
        ("P", _("Show or outside")),
    ]
