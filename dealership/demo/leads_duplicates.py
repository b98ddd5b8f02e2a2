"""Leads of the demo that came twice, one that was joined, a family, and a customer who brings others."""

import datetime as dt
import random

from customers.models import Customer
from customers.services.phones import replace_phone
from dealership.demo.people import Team
from inventory.models import VehicleModel
from leads.enums import Channel
from leads.models import Lead
from leads.services.classes import sweep_classes
from leads.services.households import link_relatives
from leads.services.merging import merge_leads
from leads.services.registering import NewLead, register_lead
from staffing.enums import Role
from staffing.models import Staff

#: The consultant whose customers these are.
SELLER = "D021"


def bring_duplicates(team: Team, *, as_of: dt.date, dice: random.Random) -> None:
    """Two likely pairs, a joined one, a household, a VIP; then the classes of the whole store, as of that night."""
    seller = next(person for person in team.consultants if person.employee_no == SELLER)
    model = VehicleModel.objects.order_by("pk")[0]

    def lead(nth: int, name: str, days_ago: int, **details: object) -> Lead:
        day = as_of - dt.timedelta(days=days_ago)
        at = dt.datetime.combine(day, dt.time(10, dice.randrange(60)), tzinfo=team.store.tz)
        channel = Channel.REFERRAL if "introducer" in details else Channel.MOTOR_SHOW
        new = NewLead(name, f"139002{nth:05d}", channel, at, grade="A", models=[model], details=details)
        pool = Role.SALES_CONSULTANT
        return register_lead(store=team.store, new=new, owner=seller, pool=pool, by=seller, at=at).lead

    def evening(days_ago: int) -> dt.datetime:
        return dt.datetime.combine(as_of - dt.timedelta(days=days_ago), dt.time(18), tzinfo=team.store.tz)

    lead(1, "秦重例", 9, colour="白", need="七座", note="车展留资")
    lead(2, "秦重例", 4, colour="黑", city="示例市", note="官网又来询价")
    first, second = lead(3, "孟父例", 8), lead(4, "孟母例", 6)
    replace_phone(customer=second.customer, old=None, number="13900200003", by=seller, at=evening(6))
    kept, dropped = lead(5, "尤佳例", 9), lead(6, "尤佳例", 7)
    merge_leads(kept=kept, dropped=dropped, sides={}, by=seller, at=evening(6))
    link_relatives(customer=first.customer, relative=second.customer, relation="妻", by=seller, at=evening(5))
    giver = _buyer_of(seller)
    for nth, name in enumerate(("钱友例", "孙友例", "李友例"), start=7):
        lead(nth, name, 25 - 2 * nth, introducer=giver, introducer_name=giver.name, introducer_relation="朋友")
    sweep_classes(at=evening(1))


def _buyer_of(seller: Staff) -> Customer:
    return Customer.objects.filter(owner=seller, deliveries__isnull=False).order_by("pk")[0]
