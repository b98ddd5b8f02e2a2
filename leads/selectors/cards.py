"""Reads for the yellow card: its front, its back, and its histories."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerPhone
from dealership.web.masking import masked_phone
from leads.enums import AppointmentState, LeadState, Stage
from leads.models import Appointment, Contact, GradeChange, Lead, Ownership, StateChange, Visit
from leads.rules.amounts import yuan
from leads.rules.cards import CUSTOMER_FIELDS, FRONT, LEAD_FIELDS, MANDATORY, MODEL, counted, fullness, missing
from leads.rules.defeats import shown_grade
from leads.selectors.card_lines import BackLine, in_order, visits_on
from leads.selectors.card_sources import card_sources

#: The titles of the parts of the front.
_TITLES: dict[str, "str | Promise"] = {
    "customer": _("Customer"),
    "source": _("Source of the customer"),
    "present_car": _("Present car"),
    "need": _("Need"),
    "will": _("Will to buy"),
    "deal": _("For the deal"),
}
#: The parts of the front as on the paper: the title and the names of the fields.
SECTIONS: tuple[tuple["str | Promise", tuple[str, ...]], ...] = tuple(
    (_TITLES[code], tuple(field.name for field in fields)) for code, fields in FRONT.items()
)
_LABELS = {MODEL: _("Main model"), "budget_fen": _("Budget, yuan")}


@dataclass(frozen=True)
class Fact:
    """A field of the front: its label, what stands there, whether it is starred."""

    name: str
    label: "str | Promise"
    text: str
    is_mandatory: bool


@dataclass(frozen=True)
class Plan:
    """The plan half of the line that comes next (CC-06). ``is_first``: nothing has happened yet, the line stands as an
    appointment (CC-07)."""

    number: int
    on: dt.date | None
    at: dt.datetime | None
    way: str
    reason: str
    is_first: bool
    is_late: bool


@dataclass(frozen=True)
class Card:
    """Everything that the page of a card shows."""

    lead: Lead
    grade: str
    models: list[str]
    sections: list[tuple["str | Promise", list[Fact]]]
    filled: int
    counted: int
    missing: list["str | Promise"]
    lines: list[Contact]
    back: list[BackLine]
    plan: Plan | None
    phones: list[CustomerPhone]
    appointment: Appointment | None
    heard_from: str
    gradings: Sequence[GradeChange]
    owners: Sequence[Ownership]
    states: Sequence[StateChange]

    @property
    def last_line(self) -> Contact | None:
        return self.lines[-1] if self.lines else None

    @property
    def unreviewed(self) -> int:
        """How many lines came after the supervisor's check mark."""
        since = self.lead.reviewed_at
        return sum(since is None or line.at > since for line in self.lines)


def card_of(lead: Lead, *, on: dt.date) -> Card:
    """The card of a lead as it stands on a day of the store. ``lead`` comes with store, customer and its people."""
    models = models_of(lead)
    values = front_values(lead, models)
    sources = {row.code: row for row in card_sources(lead.store, on, besides=lead.card_source)}
    source = sources.get(lead.card_source)
    names = counted(introduced=source is not None and source.asks_introducer)
    filled, all_counted = fullness(values, names)
    texts = {"card_source": source.label if source else lead.card_source}
    contacts: QuerySet[Contact] = lead.contact_rows.all()
    lines = list(contacts.select_related("by", "remark_by").order_by("number"))
    appointments: QuerySet[Appointment] = lead.appointments.all()
    appointment = appointments.filter(state=AppointmentState.OPEN).select_related("made_by").first()
    return Card(
        lead=lead,
        grade=shown_grade(state=lead.state, grade=lead.grade),
        models=models,
        sections=[(title, [_fact(lead, name, values, texts) for name in part]) for title, part in SECTIONS],
        filled=filled,
        counted=all_counted,
        missing=[label_of(name) for name in missing(values, names)],
        lines=lines,
        back=in_order(lines, visits_on(lead)),
        plan=_plan(lead, lines, appointment, on),
        phones=list(lead.customer.phones.order_by("-is_primary", "state", "pk")),
        appointment=appointment,
        heard_from=_heard_from(lead),
        gradings=list(lead.gradechange_rows.select_related("by").order_by("-at", "-pk")),
        owners=list(lead.ownership_rows.select_related("by", "before", "owner").order_by("-at", "-pk")),
        states=list(lead.statechange_rows.select_related("by").order_by("-at", "-pk")),
    )


def arrived_visit(lead: Lead) -> Visit | None:
    """The visit after which a lead of telesales is handed over (HO-05): the customer has left, no sheet line yet."""
    if lead.stage != Stage.TELESALES or lead.state != LeadState.OPEN:
        return None
    rows = lead.visits.filter(by_phone=False, left_at__isnull=False, hand_over__isnull=True)
    return rows.order_by("-arrived_at", "-pk").first()


def models_of(lead: Lead) -> list[str]:
    """The names of the models of interest, the main one first. One query."""
    rows = lead.interests.order_by("-is_main", "pk")
    return list(rows.values_list("model__name", flat=True))


def front_values(lead: Lead, models: Sequence[str] | None = None) -> dict[str, Any]:
    """What stands on the front, by the name of the field."""
    named = models_of(lead) if models is None else models
    return {
        **{name: getattr(lead.customer, name) for name in CUSTOMER_FIELDS},
        **{name: getattr(lead, name) for name in LEAD_FIELDS},
        MODEL: named[0] if named else "",
    }


def card_version(lead: Lead) -> str:
    """A short word that changes with anything on the front: who saves says which card was changed."""
    stands = sorted(front_values(lead).items()), models_of(lead)
    return hashlib.sha256(repr(stands).encode()).hexdigest()[:16]


def label_of(name: str) -> Any:
    """The label of a field of the front."""
    if name in _LABELS:
        return _LABELS[name]
    source: type[Model] = Customer if name in CUSTOMER_FIELDS else Lead
    return capfirst(source._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _heard_from(lead: Lead) -> str:
    """Where the customer heard of us, as the register says it of the first visit (LI-10)."""
    row = lead.visits.exclude(heard_from="").order_by("visited_on", "pk").first()
    return str(row.get_heard_from_display()) if row else ""


def _fact(lead: Lead, name: str, values: dict[str, Any], texts: dict[str, str]) -> Fact:
    source = lead.customer if name in CUSTOMER_FIELDS else lead
    display = getattr(source, f"get_{name}_display", None)
    value = values[name]
    if name in texts:
        text = texts[name]
    elif name == "introducer_phone":
        text = masked_phone(value)
    elif name == "budget_fen" and value:
        text = yuan(value)
    elif isinstance(value, bool):
        text = str(_("yes")) if value else ""
    elif display is not None:
        text = str(display())
    else:
        text = value.isoformat() if isinstance(value, dt.date) else str(value or "")
    return Fact(name, label_of(name), text, name in MANDATORY)


def _plan(lead: Lead, lines: list[Contact], appointment: Appointment | None, on: dt.date) -> Plan | None:
    if lead.state not in (LeadState.OPEN, LeadState.ORDERED):
        return None
    at = lead.next_contact_at
    day = lead.next_contact_on
    if not lines and appointment is not None:
        at = appointment.expected_at
    if day is None and at is None and lead.first_contact_at is None:
        at = lead.first_due_at
    if at is not None:
        day = at.astimezone(lead.store.tz).date()
    return Plan(
        number=lines[-1].number + 1 if lines else 1,
        on=day,
        at=at,
        way=lead.get_next_way_display(),
        reason=lead.next_reason,
        is_first=not lines,
        is_late=day is not None and day < on,
    )
