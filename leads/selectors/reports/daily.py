"""The daily report of the sales department (营业日报表, F24): a consultant's day, planned and done."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from dealership.kernel.figures import Addable
from leads.enums import FOLLOWED, Stage, Way
from leads.models import Contact, Interest, Lead
from leads.selectors.as_of import held_at
from leads.selectors.reports.scope import LeadScope, first_owner, new_cards, people_named
from staffing.models import Staff, Store


@dataclass(frozen=True)
class DayFigures(Addable):
    """Counts of a day, or of the month to date.

    ``planned`` contacts that the cards plan for the days; ``made`` lines written; ``reached`` those at which the
    customer was spoken to. ``cards``, ``orders`` and ``deliveries`` as in the funnel.
    """

    planned: int = 0
    made: int = 0
    reached: int = 0
    cards: int = 0
    orders: int = 0
    deliveries: int = 0


@dataclass(frozen=True)
class DayLine:
    """A contact of the day, or one that was planned for it and not made on it (``contact`` None)."""

    lead: Lead
    contact: Contact | None
    planned: bool
    planned_way: str
    reason: str

    @property
    def planned_way_label(self) -> str:
        return str(dict(Way.choices).get(self.planned_way, ""))

    @property
    def model(self) -> str:
        found = getattr(self.lead, "main_interests", [])
        return str(found[0].model) if found else ""


@dataclass(frozen=True)
class ConsultantDay:
    """One person's sheet. ``ways``: lines written by way; ``held``: leads held at the end of the day by grade."""

    key: int | None
    name: str
    employee_no: str
    lines: tuple[DayLine, ...]
    today: DayFigures
    to_date: DayFigures
    ways: tuple[tuple[str, int], ...]
    held: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class DailyReport:
    """The sheets of a day; the figures add up to ``today`` and ``to_date``."""

    on: dt.date
    store_codes: tuple[str, ...]
    people: tuple[ConsultantDay, ...]
    today: DayFigures
    to_date: DayFigures
    held: tuple[tuple[str, int], ...]


#: Columns of the head and of the workbook.
GRADES = ("H", "A", "B", "C")


def daily_report(
    *, stores: Iterable[Store], on: dt.date, viewer: Staff | None = None, consultant: int | None = None
) -> DailyReport:
    """The sheets of a day (F24). What was planned is read from the lines written since and from the plans that stand;
    a plan that was moved without a contact is no longer there. The same statements for any number of rows."""
    listed = tuple(stores)
    day = LeadScope(listed, on, on, viewer)
    month = replace(day, first=on.replace(day=1))
    lines = _lines(day)
    figures = {"today": _figures(day), "to_date": _figures(month)}
    held = _held(day)
    pks: set[int | None] = {*lines, *figures["today"], *figures["to_date"], *held}
    pks = pks if consultant is None else pks & {consultant}
    names = people_named(list(pks))
    people = [
        ConsultantDay(
            key=pk,
            name=names[pk].name if pk is not None else _("Pool"),
            employee_no=names[pk].employee_no if pk is not None else "",
            lines=tuple(lines.get(pk, ())),
            today=figures["today"].get(pk, DayFigures()),
            to_date=figures["to_date"].get(pk, DayFigures()),
            ways=_ways(lines.get(pk, ())),
            held=_grades(held.get(pk, Counter())),
        )
        for pk in pks
    ]
    people.sort(key=lambda row: (row.key is None, row.employee_no, row.key or 0))
    return DailyReport(
        on=on,
        store_codes=tuple(store.code for store in listed),
        people=tuple(people),
        today=DayFigures.sum(row.today for row in people),
        to_date=DayFigures.sum(row.to_date for row in people),
        held=_grades(sum((held.get(pk, Counter()) for pk in pks), Counter())),
    )


def _lines(day: LeadScope) -> dict[int | None, list[DayLine]]:
    """By person: the lines written on the day by whoever wrote them, then what was planned and not done on it."""
    main = Interest.objects.filter(is_main=True).select_related("model")
    written = day.contacts().filter(day.within("at", prefix="lead__")).select_related("lead__customer", "lead__store")
    written = written.prefetch_related(Prefetch("lead__interests", queryset=main, to_attr="main_interests"))
    found: dict[int | None, list[DayLine]] = {}
    done = set()
    for contact in written.order_by("at", "pk"):
        done.add(contact.lead_id)
        line = DayLine(contact.lead, contact, contact.planned_on == day.first, contact.planned_way, contact.reason)
        found.setdefault(contact.by_id, []).append(line)
    waiting = _planned(day).exclude(pk__in=done).select_related("customer", "store").order_by("pk")
    waiting = waiting.prefetch_related(Prefetch("interests", queryset=main, to_attr="main_interests"))
    late = Prefetch("contact_rows", queryset=Contact.objects.filter(planned_on=day.first), to_attr="made_later")
    for lead in waiting.prefetch_related(late):
        plan = next(iter(getattr(lead, "made_later", [])), None)
        person = plan.by_id if plan is not None else lead.owner_id
        way, reason = (plan.planned_way, plan.reason) if plan is not None else (lead.next_way, lead.next_reason)
        found.setdefault(person, []).append(DayLine(lead, None, True, way, reason))
    return found


def _planned(days: LeadScope) -> "QuerySet[Lead]":
    """The leads with a plan for one of the days: kept, made another day, or still standing."""
    lines = Contact.objects.filter(days.days("planned_on"))
    return days.leads().filter(Q(pk__in=lines.values("lead")) | _standing_plan(days))


def _standing_plan(days: LeadScope) -> Q:
    """A plan for one of the days that still waits: of the next contact, or of the first."""
    first = Q(next_contact_on__isnull=True, first_contact_at__isnull=True) & days.within("first_due_at")
    return Q(state__in=FOLLOWED) & (days.days("next_contact_on") | first)


def _figures(days: LeadScope) -> dict[int | None, DayFigures]:
    """The counts by person. Five statements."""
    counts: dict[int | None, Counter[str]] = {}

    def add(rows: "QuerySet[Any]", person: str, **wanted: Q) -> None:
        numbers = {f"n_{name}": Count("pk", filter=condition or None) for name, condition in wanted.items()}
        for key, *found in rows.order_by().values_list(person).annotate(**numbers):
            counts.setdefault(key, Counter()).update(dict(zip(wanted, found, strict=True)))

    contacts = days.contacts()
    written = days.within("at", prefix="lead__")
    add(contacts.filter(written), "by_id", made=Q(), reached=Q(reached=True))
    add(contacts.filter(days.days("planned_on")), "by_id", planned=Q())
    add(days.leads().filter(_standing_plan(days)), "owner_id", planned=Q())
    add(new_cards(days).annotate(person=first_owner(stage=Stage.SHOWROOM)), "person", cards=Q())
    deals = days.leads().filter(days.days("ordered_on") | days.days("delivered_on"))
    add(deals, "owner_id", orders=days.days("ordered_on"), deliveries=days.days("delivered_on"))
    return {key: DayFigures(**line) for key, line in counts.items() if any(line.values())}


def _held(day: LeadScope) -> "dict[int | None, Counter[str]]":
    """What consultants hold at the end of the day by grade."""
    rows = held_at(day.leads().annotate(moment=day.moment_of(day.ends)), OuterRef("moment"))
    found: dict[int | None, Counter[str]] = {}
    grouped = rows.order_by().values_list("owner_then", "grade_then").annotate(n=Count("pk"))
    for person, grade, count in grouped:
        found.setdefault(person, Counter())[grade] += count
    return found


def _grades(counts: "Counter[str]") -> tuple[tuple[str, int], ...]:
    """H, A, B, C always, then what else is held."""
    others = sorted(grade for grade in counts if grade not in GRADES)
    return tuple((grade or "–", counts[grade]) for grade in (*GRADES, *others))


def _ways(lines: Iterable[DayLine]) -> tuple[tuple[str, int], ...]:
    labels = dict(Way.choices)
    counts = Counter(line.contact.way for line in lines if line.contact is not None)
    return tuple((str(labels.get(way, way)), count) for way, count in sorted(counts.items()))
