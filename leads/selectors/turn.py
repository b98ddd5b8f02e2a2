"""Who is next in turn at the door."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max

from leads.models import Turn, Visit
from leads.rules.turn import turn_order
from staffing.enums import ABSENT, Role
from staffing.models import DutyDay, Staff, Store

#: A morning begins with whoever has waited longest for a visitor; who had none for so long waits longest.
LOOK_BACK_DAYS = 30


@dataclass(frozen=True)
class TurnBoard:
    """The consultants at work in their order, the next one first; ``receiving``: those with a visitor in the house;
    ``steps``: how many steps the day has, those given back among them."""

    order: tuple[Staff, ...]
    receiving: frozenset[int]
    steps: int

    @property
    def next(self) -> Staff | None:
        return self.order[0] if self.order else None

    @property
    def following(self) -> tuple[tuple[Staff, bool], ...]:
        """Those behind the next one, and whether each has a visitor."""
        return tuple((person, person.pk in self.receiving) for person in self.order[1:])


def consultants_at_work(store: Store, on: dt.date) -> list[Staff]:
    """The store's sales consultants who neither rest nor are on leave that day, by staff number. One query."""
    absent = DutyDay.objects.filter(store=store, on=on, kind__in=ABSENT).values("staff_id")
    people = Staff.objects.employed().filter(store=store).holding(Role.SALES_CONSULTANT).exclude(pk__in=absent)
    return list(people.order_by("employee_no", "pk"))


def turn_board(store: Store, on: dt.date) -> TurnBoard:
    """The turn as it stands. Four queries."""
    people = consultants_at_work(store, on)
    taken = Turn.objects.filter(store=store, on=on).order_by("number")
    rows = list(taken.values_list("consultant_id", "step", "given_back_at"))
    steps = [(person, step) for person, step, given_back_at in rows if given_back_at is None]
    former = Turn.objects.filter(store=store, on__lt=on, on__gte=on - dt.timedelta(days=LOOK_BACK_DAYS))
    former = former.filter(given_back_at__isnull=True)
    last = dict(former.order_by().values("consultant_id").annotate(last=Max("at")).values_list("consultant_id", "last"))
    morning = sorted(people, key=lambda person: last[person.pk].timestamp() if person.pk in last else 0.0)
    by_pk = {person.pk: person for person in people}
    order = turn_order([person.pk for person in morning], steps)
    in_house = Visit.objects.filter(store=store, visited_on=on, left_at__isnull=True, by_phone=False)
    receiving = frozenset(in_house.filter(consultant__isnull=False).values_list("consultant_id", flat=True))
    return TurnBoard(order=tuple(by_pk[pk] for pk in order), receiving=receiving, steps=len(rows))


def steps_of(user: Staff, store: Store, on: dt.date) -> list[Turn]:
    """The steps of a day, the latest first, those that were given back too. One query."""
    rows = Turn.objects.visible_to(user).filter(store=store, on=on)
    return list(rows.select_related("consultant", "by", "given_back_by").order_by("-number"))
