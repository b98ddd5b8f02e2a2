"""Cards: made with the daily lists, and marked as sent (BD-01, BD-02)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast

from customers.models import ContactBan, Customer
from dealership.audit.services import record_events
from dealership.kernel.dates import add_months
from followups.enums import CARD_KINDS, KeepingState, SkipReason, TaskKind
from followups.models import FileKeeping, SkippedCall
from followups.models.cards import CardWay, Festival, GreetingCard
from followups.rules.greetings import CardDay, birthdays_kept_on, card_days
from followups.rules.policies import KindRule
from orders.models import Delivery
from staffing.enums import Role, StaffState
from staffing.models import Staff, Store

#: After two years the relation is the customer service centre's (PF-04).
_CONSULTANTS_MONTHS = 24


@dataclass(frozen=True)
class CardsMade:
    """By kind, the cards that are new; how many customers were newly left out because they do not wish them."""

    created: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class _Batch:
    """The cards of one day or one festival, and whom they are for."""

    kind: str
    occurrence: str
    day: CardDay
    whom: Q
    festival_id: int | None = None


def make_cards(
    *, store: Store, rules: Mapping[str, KindRule], on: dt.date, purposes: frozenset[str], at: dt.datetime
) -> CardsMade:
    """The cards that fell due in (on - catch-up, on], for every retained customer of the store (BD-01, BD-02, BD-03),
    in the transaction of the list.

    Once per customer and year or festival, however often and by however many at once it is asked for. Who refused all
    contact or the kind is left out and counted (BD-01, X25); ``purposes`` are those that anybody of the store refused.
    """
    created: dict[str, int] = {}
    left_out = 0
    for kind in CARD_KINDS:
        rule = rules.get(kind)
        if rule is None or not rule.enabled:
            continue
        created[kind.value] = 0
        for batch in _batches(rule, on):
            people = _people(store, batch)
            created[kind.value] += _insert_cards(batch, people.filter(~_banned(kind)), store, rule, at)
            if not purposes.isdisjoint(("", kind.value)):
                left_out += _insert_skipped(batch, people.filter(_banned(kind)), store, at)
    if any(created.values()):
        cards = GreetingCard.objects.filter(
            kind=OuterRef("kind"), customer=OuterRef("customer"), occurrence=OuterRef("occurrence")
        )
        SkippedCall.objects.filter(Exists(cards), store=store, kind__in=CARD_KINDS).delete()
    return CardsMade(created, left_out)


@transaction.atomic
def mark_sent(*, cards: "models.QuerySet[GreetingCard]", way: CardWay, by: Staff, at: dt.datetime) -> int:
    """The cards went out. Those already sent, and of customers who do not wish them, stay as they are. Returns how many
    are newly sent; audited each."""
    ids = list(cards.order_by().values_list("pk", flat=True))
    rows = GreetingCard.objects.select_for_update(of=("self",)).filter(pk__in=ids, sent_at__isnull=True)
    waiting = list(rows.wanted().order_by("pk"))
    GreetingCard.objects.filter(pk__in=[card.pk for card in waiting]).update(way=way, sent_at=at, sent_by=by)
    record_events(code="card.sent", subjects=waiting, by=by, at=at, data={"way": way.value})
    return len(waiting)


def _batches(rule: KindRule, on: dt.date) -> Iterable[_Batch]:
    days = {day.falls_on: day for day in card_days(rule, on=on)}
    if rule.kind == TaskKind.BIRTHDAY:
        for falls_on, day in days.items():
            whom = Q()
            for month, number in birthdays_kept_on(falls_on):
                whom |= Q(birthday__month=month, birthday__day=number)
            yield _Batch(rule.kind, str(falls_on.year), day, whom & Q(birthday__lt=falls_on))
    elif days:
        # A list of a store and its makers beside it write in the same order.
        for festival in Festival.objects.filter(is_active=True, on__in=days).order_by("on", "pk"):
            yield _Batch(rule.kind, str(festival.pk), days[festival.on], Q(), festival.pk)


def _people(store: Store, batch: _Batch) -> "models.QuerySet[Customer]":
    """Who bought a car, with the one who keeps the relation: nobody where it is the centre's (BD-03)."""
    own = Delivery.objects.filter(customer=OuterRef("pk"))
    young = own.filter(delivered_on__gt=add_months(batch.day.due_on, -_CONSULTANTS_MONTHS))
    kept = FileKeeping.objects.filter(delivery__customer=OuterRef("pk"), state=KeepingState.KEPT)
    works = Q(owner__state=StaffState.ACTIVE, owner__store_id=store.pk)
    rows = Customer.objects.filter(batch.whom, Exists(own.filter(delivered_on__lte=batch.day.due_on)), store=store)
    keeper = When(works & (Exists(young) | Exists(kept)), then=F("owner_id"))
    return rows.annotate(keeper=Case(keeper, default=Value(None), output_field=BigIntegerField()))


def _banned(kind: str) -> Exists:
    return Exists(ContactBan.objects.standing().filter(Q(purpose="") | Q(purpose=kind), customer=OuterRef("pk")))


def _insert_cards(
    batch: _Batch, people: "models.QuerySet[Customer]", store: Store, rule: KindRule, at: dt.datetime
) -> int:
    pool = Case(
        When(keeper__isnull=True, then=Value(Role.CALL_CENTRE_AGENT.value)),
        default=Value(str(rule.role)),
        output_field=CharField(),
    )
    columns = {
        "store_id": Value(store.pk, BigIntegerField()),
        "kind": _text(batch.kind),
        "customer_id": F("pk"),
        "occurrence": _text(batch.occurrence),
        "festival_id": Cast(Value(batch.festival_id), BigIntegerField()),
        "falls_on": Cast(Value(batch.day.falls_on, DateField()), DateField()),
        "due_on": Cast(Value(batch.day.due_on, DateField()), DateField()),
        "owner_id": F("keeper") if rule.to_consultant else Cast(Value(None), BigIntegerField()),
        "pool": pool,
        "way": _text(""),
        "created_at": Value(at, DateTimeField()),
    }
    return _insert_from(GreetingCard, columns, people)


def _insert_skipped(batch: _Batch, people: "models.QuerySet[Customer]", store: Store, at: dt.datetime) -> int:
    """Who does not wish the card, each once; a card that was made before the ban is no card left out."""
    made = GreetingCard.objects.filter(kind=batch.kind, customer=OuterRef("pk"), occurrence=batch.occurrence)
    columns = {
        "store_id": Value(store.pk, BigIntegerField()),
        "kind": _text(batch.kind),
        "subject_id": F("pk"),
        "occurrence": _text(batch.occurrence),
        "customer_id": F("pk"),
        "consultant_id": F("keeper"),
        "reason": _text(SkipReason.CONTACT_BAN.value),
        "due_on": Cast(Value(batch.day.due_on, DateField()), DateField()),
        "noticed_at": Value(at, DateTimeField()),
    }
    return _insert_from(SkippedCall, columns, people.filter(~Exists(made)))


def _text(value: str) -> Value:
    return Value(value, CharField())


def _insert_from(model: type[models.Model], columns: Mapping[str, Any], rows: "models.QuerySet[Any]") -> int:
    """INSERT … SELECT of a query, in the order of its rows; what is there already stays. Returns how many are new."""
    named = {f"put_{number}": value for number, value in enumerate(columns.values())}
    select, params = rows.annotate(**named).order_by("pk").values_list(*named).query.sql_with_params()
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        # Names of our own; every value is a parameter.
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) {select} ON CONFLICT DO NOTHING",
            params,
        )
        return int(cursor.rowcount)
