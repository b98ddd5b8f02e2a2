"""Leads of the demo that nobody has taken yet, and the source that sent them."""

import datetime as dt

from dealership.demo.people import Team
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.models import LeadSource
from leads.services.registering import NewLead, register_lead
from leads.services.sources import create_source
from staffing.enums import Role

#: Who asked in the night before the day of the demo: name, what was written, and whose pool it waits in.
_ASKED = (
    ("梁先生例", "想预约周末试驾", Role.TELESALES),
    ("方女士例", "问混动版什么时候到店", Role.TELESALES),
    ("石先生例", "置换旧车，想要报价", Role.TELESALES),
    ("龚女士例", "", Role.TELESALES),
    ("邵先生例", "车展上留的电话，要全款报价", Role.SALES_CONSULTANT),
)


def fill_the_pool(team: Team, *, as_of: dt.date) -> None:
    """A lead source of a manufacturer, and leads of the evening before that wait in the pools."""
    evening = dt.datetime.combine(as_of - dt.timedelta(days=1), dt.time(19), tzinfo=team.store.tz)
    source = LeadSource(store=team.store, name="厂家官网", channel=Channel.OEM)
    create_source(source=source, by=team.administrator, at=evening - dt.timedelta(days=30))
    models = list(VehicleModel.objects.order_by("pk"))
    for nth, (name, asked, pool) in enumerate(_ASKED):
        at = evening + dt.timedelta(minutes=17 * nth)
        new = NewLead(
            name=name,
            number=f"1390030{nth:04d}",
            channel=Channel.MOTOR_SHOW if pool == Role.SALES_CONSULTANT else Channel.OEM,
            source="宁波车展" if pool == Role.SALES_CONSULTANT else source.name,
            registered_at=at,
            models=models[nth % len(models) :][:1],
            details={"note": asked},
        )
        register_lead(store=team.store, new=new, owner=None, pool=pool, by=None, at=at)
