"""Cards of the day, of the week and of a festival, with the text for each; and how far a festival's batch is."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import get_language

from followups.enums import TaskKind
from followups.models import CallScript, Festival, GreetingCard, SkippedCall
from followups.rules.scripts import filled_script
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from followups.models.cards import GreetingCardQuerySet

VIEWS = ("today", "week", "festival")
#: Batches stay on the page for so long after their festival.
SHOWN_FOR = dt.timedelta(days=60)


@dataclass(frozen=True)
class Scope:
    """Which cards: birthdays of the day (waiting, late ones too) or of the week, or the batch of one festival."""

    view: str
    on: dt.date
    festival: Festival | None = None

    @property
    def query(self) -> dict[str, str]:
        """The address parameters of the same question."""
        return {"view": self.view} | ({"festival": str(self.festival.pk)} if self.festival else {})


@dataclass(frozen=True)
class Batch:
    """A festival's cards in one store: ``due`` = ``sent`` + ``waiting`` + ``banned``; ``without_address`` of those that
    wait. ``banned`` are customers who do not wish it, whether before or after their card was made (BD-02, X25)."""

    festival: Festival
    store: Store
    due: int
    sent: int
    waiting: int
    without_address: int
    banned: int


@dataclass(frozen=True)
class CardRow:
    """A card with its text in the language in use; without text where the customer does not wish it."""

    card: GreetingCard
    text: str
    is_banned: bool


def scope_of(given: Mapping[str, str], *, on: dt.date) -> Scope:
    """What an address asks for; nonsense is the birthdays of today."""
    view = given.get("view", "")
    if view == "festival":
        known = {str(festival.pk): festival for festival in _festivals(on)}
        festival = known.get(given.get("festival", ""))
        return Scope(view, on, festival)
    return Scope(view if view in VIEWS else "today", on)


def cards_of(user: Staff, scope: Scope) -> "GreetingCardQuerySet":
    """The cards that the person may see, with ``is_banned``, in the order of their days."""
    rows = GreetingCard.objects.visible_to(user).with_bans()
    rows = rows.select_related("store", "customer", "owner", "festival", "sent_by")
    if scope.view == "festival":
        rows = rows.filter(festival=scope.festival) if scope.festival else rows.none()
        return rows.order_by("sent_at", "customer__name", "pk")
    rows = rows.filter(kind=TaskKind.BIRTHDAY)
    if scope.view == "week":
        monday = scope.on - dt.timedelta(days=scope.on.weekday())
        rows = rows.filter(due_on__gte=monday, due_on__lt=monday + dt.timedelta(days=7))
    else:
        rows = rows.filter(Q(due_on=scope.on) | Q(sent_at__isnull=True, due_on__lt=scope.on))
    return rows.order_by("falls_on", "customer__name", "pk")


def sendable(rows: "GreetingCardQuerySet") -> "GreetingCardQuerySet":
    """Those that wait and whose customers have not refused them since."""
    return rows.wanted().filter(sent_at__isnull=True)


def batches(user: Staff, *, on: dt.date) -> list[Batch]:
    """The batches of the last festivals, one a store, the latest first. Two queries and that of the festivals."""
    festivals = {festival.pk: festival for festival in _festivals(on)}
    cards = GreetingCard.objects.visible_to(user).filter(festival__in=festivals).with_bans()
    open_ = Q(sent_at__isnull=True, is_banned=False)
    counted = cards.order_by().values("store", "festival").annotate(
        made=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        waiting=Count("pk", filter=open_),
        without=Count("pk", filter=open_ & Q(customer__address="")),
    )  # fmt: skip
    found: dict[tuple[int, int], dict[str, Any]] = {(row["store"], row["festival"]): dict(row) for row in counted}
    keys = [str(pk) for pk in festivals]
    skipped = SkippedCall.objects.visible_to(user).filter(kind=TaskKind.FESTIVAL, occurrence__in=keys)
    left_out = {
        (row["store"], int(row["occurrence"])): row["number"]
        for row in skipped.order_by().values("store", "occurrence").annotate(number=Count("pk"))
    }
    stores = Store.objects.in_bulk({store for store, _festival in [*found, *left_out]})
    lines = []
    for key in {*found, *left_out}:
        row = found.get(key, {"made": 0, "sent": 0, "waiting": 0, "without": 0})
        never = left_out.get(key, 0)
        lines.append(
            Batch(
                festivals[key[1]],
                stores[key[0]],
                due=row["made"] + never,
                sent=row["sent"],
                waiting=row["waiting"],
                without_address=row["without"],
                banned=row["made"] - row["sent"] - row["waiting"] + never,
            )
        )
    return sorted(lines, key=lambda line: (-line.festival.on.toordinal(), line.store.pk, line.festival.pk))


def card_rows(cards: Iterable[GreetingCard], *, user: Staff, on: dt.date) -> list[CardRow]:
    """The cards with their texts. One query a store and kind."""
    texts: dict[tuple[int, str], str] = {}
    rows = []
    for card in cards:
        key = (card.store_id, card.kind)
        if key not in texts:
            texts[key] = _template(card.store, card.kind, on)
        is_banned = bool(card.is_banned)  # type: ignore[attr-defined]
        places = {
            "customer": card.customer.name,
            "dealership": card.store.name,
            "caller": user.name,
            "festival": card.festival.name if card.festival else "",
        }
        rows.append(CardRow(card, "" if is_banned else filled_script(texts[key], places), is_banned))
    return rows


def _template(store: Store, kind: str, on: dt.date) -> str:
    row = in_force(CallScript.objects.filter(kind=kind), store, on).get(())
    if row is None:
        return ""
    return str(row.text_en if get_language() == "en" else row.text_zh)


def _festivals(on: dt.date) -> "QuerySet[Festival]":
    near = Festival.objects.filter(on__gt=on - SHOWN_FOR, on__lte=on + SHOWN_FOR)
    return near.order_by("on", "pk")
