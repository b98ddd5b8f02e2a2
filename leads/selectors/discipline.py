"""Lines of the register and of the cards that somebody must answer for, and what was done about them (CC-18)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import get_language

from customers.enums import NumberState
from customers.models import CustomerPhone
from leads.enums import DisciplineKind, VisitPurpose
from leads.models import Contact, DisciplineMeasure, DisciplineNote, DisciplinePolicy, DisciplineSubject, Visit
from leads.rules.discipline import FilledLine, is_due, lacking
from leads.selectors.spot_check import DAYS, findings_for
from staffing.enums import Capability
from staffing.models import Staff, StaffQuerySet, Store
from staffing.selectors.policies import in_force

#: The fixed number of the product, until a store edits its own.
FILL_HOURS = 24


@dataclass(frozen=True)
class Line:
    """A line to answer for: of the register (``visit``) or of a card (``contact``). ``lacks``: labels of columns."""

    at: dt.datetime
    visit: Visit | None = None
    contact: Contact | None = None
    lacks: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Case:
    """Lines of one person that belong together. ``why``: incomplete, bad_number, same_text or burst."""

    kind: str
    why: str
    person: Staff
    lines: tuple[Line, ...]


@dataclass
class PersonCount:
    """A person's month: notes by the code of the measure, lines they were about, points deducted."""

    person: Staff
    measures: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    points: int = 0

    @property
    def notes(self) -> int:
        return self.measures.total()


def fill_hours(store: Store | None, on: dt.date) -> int:
    """Within so many hours a line of the register is complete. One query."""
    row = in_force(DisciplinePolicy.objects.all(), store, on).get(())
    return FILL_HOURS if row is None else row.fill_hours


def measures(store: Store | None, on: dt.date) -> list[DisciplineMeasure]:
    """The measures in use on a day, in their order. One query."""
    rows = in_force(DisciplineMeasure.objects.all(), store, on, "code").values()
    return sorted((row for row in rows if row.is_active), key=lambda row: (row.position, row.pk))


def words_of(measure: DisciplineMeasure) -> str:
    """The measure in the language of the reader."""
    return measure.label_en if (get_language() or "").startswith("en") else measure.label_zh


def people_led_by(user: Staff) -> StaffQuerySet:
    """Whom one may take a measure against: the people one leads, for a manager the store's; never oneself."""
    rows: StaffQuerySet = Staff.objects.filter(store=user.store_id).exclude(pk=user.pk)
    if not user.may(Capability.ASSIGN_LEADS):
        rows = rows.none()
    if user.may(Capability.SEE_STORE) or not user.may(Capability.ASSIGN_LEADS):
        return rows
    led = user.led_roles
    mine = Q(superior_id=user.pk) | Q(superior__isnull=True, role_rows__role__in=led)
    return rows.filter(pk__in=Staff.objects.filter(mine).values("pk"))


def incomplete_cases(user: Staff, *, at: dt.datetime, on: dt.date) -> list[Case]:
    """Lines of the register of the last days that lack something though their hours are over, by whom they are to be
    filled: the consultant, without one whoever wrote them. Three queries."""
    hours = fill_hours(user.store, on)
    empty = Q(consultant=None) | Q(no_data="") & (
        Q(grade="") | Q(heard_from="", is_again=False) | Q(lead=None) & (Q(name="") | Q(number="") | Q(model=None))
    )
    rows = _register(user, at).filter(empty, purpose=VisitPurpose.NEW_CAR)
    people = set(people_led_by(user))
    found: dict[Staff, list[Line]] = {}
    for visit in rows:
        person = visit.consultant or visit.registered_by
        lacks = lacking(_filled(visit))
        if person in people and lacks and is_due(visit.began_at, at=at, fill_hours=hours):
            labels = tuple(capfirst(str(Visit._meta.get_field(name).verbose_name)) for name in lacks)  # type: ignore[union-attr]
            found.setdefault(person, []).append(Line(at=visit.began_at, visit=visit, lacks=labels))
    return [Case(DisciplineKind.INCOMPLETE, "incomplete", person, tuple(found[person])) for person in _by_name(found)]


def suspect_cases(user: Staff, *, at: dt.datetime, on: dt.date) -> list[Case]:
    """Lines that may be invented: findings of the spot check that nobody has looked at, and lines of the register whose
    telephone proved to be empty or wrong. Six queries."""
    people = set(people_led_by(user))
    dealt = set(
        DisciplineSubject.objects.filter(contact__at__gt=at - dt.timedelta(days=DAYS)).values_list("contact", flat=True)
    )
    cases = []
    for finding in findings_for(user, at=at, on=on):
        lines = tuple(Line(at=row.at, contact=row) for row in finding.lines if row.pk not in dealt)
        if not finding.is_seen and lines and finding.writer in people:
            cases.append(Case(DisciplineKind.SUSPECT, finding.kind, finding.writer, lines))
    proved = CustomerPhone.objects.filter(
        store=OuterRef("store"), number=OuterRef("number"), state__in=[NumberState.EMPTY, NumberState.WRONG]
    )
    found: dict[Staff, list[Line]] = {}
    for visit in _register(user, at).filter(Exists(proved), ~Q(number="")):
        person = visit.consultant or visit.registered_by
        if person in people:
            found.setdefault(person, []).append(Line(at=visit.began_at, visit=visit))
    return [
        *(Case(DisciplineKind.SUSPECT, "bad_number", person, tuple(found[person])) for person in _by_name(found)),
        *cases,
    ]


def notes_of_month(user: Staff, month: dt.date) -> QuerySet[DisciplineNote]:
    """The measures of a month that one may see, the latest first."""
    assert user.store is not None
    start = dt.datetime.combine(month, dt.time(), user.store.tz)
    end = dt.datetime.combine((month + dt.timedelta(days=31)).replace(day=1), dt.time(), user.store.tz)
    rows = DisciplineNote.objects.visible_to(user).filter(at__gte=start, at__lt=end)
    shown = rows.select_related("person", "measure", "by").prefetch_related(
        "subjects__visit", "subjects__contact__lead__customer"
    )
    return shown.order_by("-at", "-pk")


def month_table(notes: Iterable[DisciplineNote]) -> list[PersonCount]:
    """The month's count per person, who has most points first."""
    counts: dict[int, PersonCount] = {}
    for note in notes:
        count = counts.setdefault(note.person_id, PersonCount(note.person))
        count.measures[note.measure.code] += 1
        count.lines += len(note.subjects.all())
        count.points += note.points
    return sorted(counts.values(), key=lambda count: (-count.points, -count.notes, count.person.name))


def _register(user: Staff, at: dt.datetime) -> QuerySet[Any]:
    """The lines of the last days that no measure was taken about."""
    rows = Visit.objects.visible_to(user).annotate(began_at=Coalesce("arrived_at", "created_at"))
    recent = rows.filter(began_at__gt=at - dt.timedelta(days=DAYS), discipline_subject__isnull=True)
    return recent.select_related("consultant", "registered_by", "lead__customer").order_by("began_at", "pk")


def _filled(visit: Visit) -> FilledLine:
    return FilledLine(
        purpose=visit.purpose,
        no_data=visit.no_data,
        is_again=visit.is_again,
        has_card=visit.lead_id is not None,
        name=bool(visit.name),
        number=bool(visit.number),
        heard_from=bool(visit.heard_from),
        model=visit.model_id is not None,
        grade=bool(visit.grade),
        consultant=visit.consultant_id is not None,
    )


def _by_name(people: Iterable[Staff]) -> list[Staff]:
    return sorted(people, key=lambda person: (person.name, person.pk))
