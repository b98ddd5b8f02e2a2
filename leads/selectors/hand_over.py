"""The hand-over sheet (邀约到店客户交接表, F02)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch

from dealership.kernel.dates import month_bounds
from leads.models import HandOver, Interest, Lead
from leads.selectors.policies import lead_policy
from staffing.models import Staff


@dataclass(frozen=True)
class SheetRow:
    """A line of the sheet as on paper. ``ordered_on`` and ``delivered_on`` are read from the lead: telesales keeps
    seeing what came of it (HO-07). ``is_open``: the card of the lead may be opened. ``is_long``: the welcome took
    longer than the policy has it (HO-02)."""

    number: int
    row: HandOver
    model: str
    is_open: bool
    is_long: bool = False

    @property
    def ordered_on(self) -> dt.date | None:
        return self.row.lead.ordered_on

    @property
    def delivered_on(self) -> dt.date | None:
        return self.row.lead.delivered_on


@dataclass(frozen=True)
class Sheet:
    """The sheet of a month, of one agent or of all that one may see. ``agents``: those who have lines in the month."""

    month: dt.date
    agent: Staff | None
    agents: tuple[Staff, ...]
    rows: tuple[SheetRow, ...]

    @property
    def ordered(self) -> int:
        return sum(row.ordered_on is not None for row in self.rows)

    @property
    def delivered(self) -> int:
        return sum(row.delivered_on is not None for row in self.rows)


def hand_over_sheet(user: Staff, *, month: dt.date, agent_pk: int | None = None) -> Sheet:
    """The lines of a month that one may see, by date. Four queries for one store."""
    first, last = month_bounds(month.year, month.month)
    mains = Interest.objects.filter(is_main=True).select_related("model")
    found = (
        HandOver.objects.visible_to(user)
        .filter(on__gte=first, on__lte=last)
        .select_related("lead__customer", "visit", "telesales", "consultant", "store")
        .prefetch_related(Prefetch("lead__interests", queryset=mains, to_attr="main_interests"))
        .order_by("on", "pk")
    )
    rows = list(found)
    agents = {row.telesales_id: row.telesales for row in rows if row.telesales is not None}
    chosen = [row for row in rows if agent_pk is None or row.telesales_id == agent_pk]
    cards = set(
        Lead.objects.visible_to(user).filter(pk__in=[row.lead_id for row in chosen]).values_list("pk", flat=True)
    )
    most = {
        row.store_id: lead_policy(row.store, last).welcome_minutes
        for row in {row.store_id: row for row in chosen}.values()
    }
    return Sheet(
        month=first,
        agent=agents.get(agent_pk),
        agents=tuple(sorted(agents.values(), key=lambda person: (person.employee_no, person.pk))),
        rows=tuple(
            SheetRow(
                number=number,
                row=row,
                model=_main_model(row),
                is_open=row.lead_id in cards,
                is_long=(row.welcome_minutes or 0) > most[row.store_id],
            )
            for number, row in enumerate(chosen, start=1)
        ),
    )


def _main_model(row: HandOver) -> str:
    mains: list[Interest] = row.lead.main_interests  # type: ignore[attr-defined]
    return mains[0].model.name if mains else ""
