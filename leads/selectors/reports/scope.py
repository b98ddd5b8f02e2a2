"""Which rows a report counts: stores, a month, if given one person, if given only what somebody may see."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Case, DateTimeField, OuterRef, Q, QuerySet, Subquery, Value, When

from dealership.web.months import months_after
from leads.enums import LeadState, Stage
from leads.models import Contact, Defeat, Lead, Ownership, Recycling, StateChange, Visit
from leads.selectors.as_of import held_at
from leads.selectors.openings import Letters, letters_in
from staffing.enums import Capability
from staffing.models import Staff, Store


@dataclass(frozen=True)
class LeadScope:
    """``first`` and ``last`` are days of the stores, both included; ``viewer`` None is the system."""

    stores: tuple[Store, ...]
    first: dt.date
    last: dt.date
    viewer: Staff | None = None

    @classmethod
    def of_month(cls, *, stores: Iterable[Store], month: dt.date, viewer: Staff | None = None) -> "LeadScope":
        first = month.replace(day=1)
        return cls(tuple(stores), first, months_after(first, 1) - dt.timedelta(days=1), viewer)

    def since(self, first: dt.date) -> "LeadScope":
        """The same from an earlier day on."""
        return replace(self, first=first)

    @property
    def store_ids(self) -> list[int]:
        return [store.pk for store in self.stores]

    @cached_property
    def team(self) -> list[int] | None:
        """The people whose work the viewer sees; None for all of the stores."""
        viewer = self.viewer
        if viewer is None or viewer.sees_all_stores() or viewer.may(Capability.SEE_STORE):
            return None
        led = viewer.led_roles
        mine = Q(pk=viewer.pk) | Q(superior_id=viewer.pk) | Q(superior__isnull=True, role_rows__role__in=led)
        return list(Staff.objects.filter(mine, store_id__in=self.store_ids).distinct().values_list("pk", flat=True))

    @cached_property
    def letters(self) -> dict[int, Letters]:
        """What the letters of the sources follow from, by store (LI-13). Four queries a store, once."""
        return {store.pk: letters_in(store, self.first) for store in self.stores}

    def starts(self, store: Store) -> dt.datetime:
        """00:00 of the first day."""
        return dt.datetime.combine(self.first, dt.time.min, tzinfo=store.tz)

    def ends(self, store: Store) -> dt.datetime:
        """00:00 of the day after the last."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time.min, tzinfo=store.tz)

    def moment_of(self, edge: Callable[[Store], dt.datetime]) -> Case:
        """``starts`` or ``ends`` as a value of each row with a store."""
        return Case(
            *(
                When(store_id__in=[store.pk for store in members], then=Value(edge(members[0])))
                for members in _by_zone(self.stores)
            ),
            output_field=DateTimeField(),
        )

    def within(self, field: str, *, prefix: str = "") -> Q:
        """The moments of ``field`` that lie in the days, each by the clock of its store. ``prefix`` leads to the
        lead."""
        found = Q(pk__in=[])
        for members in _by_zone(self.stores):
            ids, start, end = [store.pk for store in members], self.starts(members[0]), self.ends(members[0])
            found |= Q(**{f"{prefix}store_id__in": ids, f"{field}__gte": start, f"{field}__lt": end})
        return found

    def days(self, field: str) -> Q:
        """The dates of ``field`` that lie in the days."""
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})

    def leads(self) -> "QuerySet[Lead]":
        """All leads one may see, but those that were joined with another."""
        rows = Lead.objects.all() if self.viewer is None else Lead.objects.visible_to(self.viewer)
        return rows.filter(store_id__in=self.store_ids).exclude(state=LeadState.MERGED)

    def _of_leads(self, model: Any) -> "QuerySet[Any]":
        rows: QuerySet[Any] = model.objects.filter(lead__store_id__in=self.store_ids)
        return rows if self.viewer is None else rows.filter(lead__in=Lead.objects.visible_to(self.viewer))

    def contacts(self) -> "QuerySet[Contact]":
        return self._of_leads(Contact)

    def defeats(self) -> "QuerySet[Defeat]":
        return self._of_leads(Defeat)

    def steps(self) -> "QuerySet[StateChange]":
        return self._of_leads(StateChange)

    def recyclings(self) -> "QuerySet[Recycling]":
        return self._of_leads(Recycling)

    def visits(self) -> "QuerySet[Visit]":
        """The visits of the days; enquiries by telephone are none. A team's visits are those its people received."""
        rows = Visit.objects.all() if self.viewer is None else Visit.objects.visible_to(self.viewer)
        rows = rows.filter(self.days("visited_on"), store_id__in=self.store_ids, by_phone=False)
        return rows if self.team is None else rows.filter(consultant_id__in=self.team)


def _by_zone(stores: Iterable[Store]) -> list[list[Store]]:
    zones: dict[str, list[Store]] = {}
    for store in stores:
        zones.setdefault(store.timezone, []).append(store)
    return list(zones.values())


def opening_leads(scope: LeadScope) -> "QuerySet[Any]":
    """What consultants held at 00:00 of the first day by the clock of each store, reckoned from the histories."""
    return held_at(scope.leads().annotate(moment=scope.moment_of(scope.starts)), OuterRef("moment"))


def first_owner(*, stage: str = "") -> Subquery:
    """Who had the lead first; with ``stage`` who had it first on that side."""
    rows = Ownership.objects.filter(lead=OuterRef("pk"), owner__isnull=False)
    rows = rows.filter(stage=stage) if stage else rows
    return Subquery(rows.order_by("at", "pk").values("owner")[:1])


def new_cards(scope: LeadScope) -> "QuerySet[Any]":
    """Leads whose card was opened in the days: on the day it names, else on the day the showroom got the lead."""
    came = Ownership.objects.filter(lead=OuterRef("pk"), stage=Stage.SHOWROOM).order_by("at", "pk")
    rows = scope.leads().annotate(showroom_at=Subquery(came.values("at")[:1]))
    return rows.filter(scope.days("card_opened_on") | Q(card_opened_on__isnull=True) & scope.within("showroom_at"))


def people_named(pks: Sequence[int | None]) -> dict[int, Staff]:
    """The people behind ids."""
    found: dict[int, Staff] = Staff.objects.in_bulk([pk for pk in set(pks) if pk is not None])
    return found
