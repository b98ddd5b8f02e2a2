"""Filling the demo store."""

import datetime as dt
import random
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from complaints.enums import ComplaintState
from complaints.models import Complaint
from dealership.audit.services import record_act
from dealership.demo.cars import Handover, come_to_the_workshop, hand_over_cars
from dealership.demo.history import Historian
from dealership.demo.leads_calls import follow_leads
from dealership.demo.leads_cards import clean_up_last_month, keep_cards
from dealership.demo.leads_duplicates import bring_duplicates
from dealership.demo.leads_intake import fill_the_pool
from dealership.demo.leads_visits import come_to_the_showroom
from dealership.demo.monthly_documents import answer_reports, check_callers
from dealership.demo.owners import draft_next_questionnaire, hold_events
from dealership.demo.people import STORE_CODE, STORE_NAME, Team, take_in_staff
from dealership.demo.recent import Weeks
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import DeliveryState
from dealership.notifications.models import Alert, AlertDelivery
from followups.models import CallingHours, ServiceVisit
from followups.services.first_service import record_first_service_visits, start_follow_ups
from followups.services.overdue import sweep_overdue
from staffing.models import Store

#: The password of every person of the demo unless another is given. It opens made-up rows only.
PASSWORD = "donghu-demo-2026"  # noqa: S105
RECENT_DAYS = 28


class DemoInTheWay(Refusal):
    """A real store stands in this database."""

    message = N_(
        "This database already has a store (%(store)s). The demo is for an empty database only; nothing was changed."
    )


@dataclass(frozen=True)
class Demo:
    """What was filled: counts, and whether it was there before (then nothing was changed)."""

    store: Store
    deliveries: int
    calls: int
    was_there: bool


@transaction.atomic
def seed_demo(*, as_of: dt.date, scale: int = 1, password: str = PASSWORD) -> Demo:
    """Fill the demo store as it stands on the morning of ``as_of``, ``scale`` times 300 deliveries large.

    The same arguments give the same rows (but for the salt of the passwords). Nothing is dated after the evening before
    ``as_of`` but what is due. Where the demo stands already nothing is changed. Refuses DemoInTheWay.
    """
    other = Store.objects.exclude(code=STORE_CODE, name=STORE_NAME).order_by("pk").first()
    if other is not None:
        raise DemoInTheWay(store=other.name)
    known = Store.objects.filter(code=STORE_CODE).first()
    if known is not None:
        return Demo(store=known, deliveries=known.deliveries.count(), calls=0, was_there=True)
    dice = random.Random(f"{as_of.isoformat()}:{scale}")
    team = take_in_staff(as_of=as_of, password=password)
    handovers = hand_over_cars(team, as_of=as_of, scale=scale, dice=dice)
    morning = dt.datetime.combine(as_of, dt.time.min, tzinfo=team.store.tz)
    visits = come_to_the_workshop(team, handovers, as_of=as_of, dice=dice)
    calls = _tell_the_past(team, handovers, visits, as_of=as_of, dice=dice)
    clean_up_last_month(team, as_of=as_of)
    calls += follow_leads(team, as_of=as_of, dice=dice)
    keep_cards(team, as_of=as_of)
    come_to_the_showroom(team, as_of=as_of, dice=dice)
    bring_duplicates(team, as_of=as_of, dice=dice)
    fill_the_pool(team, as_of=as_of)
    hold_events(team, as_of=as_of)
    draft_next_questionnaire(team, as_of=as_of)
    sweep_overdue(at=morning)
    _settle_complaints(morning)
    answer_reports(team, as_of=as_of)
    check_callers(team, as_of=as_of)
    _forget_old_alerts(morning)
    # Whoever tries the demo in the evening shall get a call too; a real store keeps the hours of the policy (D3-06).
    CallingHours.objects.create(
        store=team.store, effective_from=dt.date(2000, 1, 1), starts=dt.time.min, ends=dt.time(23, 59, 59)
    )
    record_act(code="demo.seeded", store_ref=team.store.pk, by=None, at=morning, data={"scale": scale})
    return Demo(store=team.store, deliveries=len(handovers), calls=calls, was_there=False)


def _tell_the_past(
    team: Team, handovers: list[Handover], visits: list[ServiceVisit], *, as_of: dt.date, dice: random.Random
) -> int:
    """What is long ago in sets, the last weeks day by day."""
    first = as_of - dt.timedelta(days=RECENT_DAYS)
    dawn = dt.datetime.combine(first, dt.time.min, tzinfo=team.store.tz)
    start_follow_ups(store=team.store, delivery_ids=[handover.delivery.pk for handover in handovers], at=dawn)
    past = [visit for visit in visits if visit.visited_on < first]
    ServiceVisit.objects.bulk_create(past, batch_size=500)
    calls = Historian(team, until=first, dice=dice).write(handovers, past)
    record_first_service_visits(store=team.store, at=dawn)
    recent = [visit for visit in visits if visit.visited_on >= first]
    return calls + Weeks(team, handovers, recent, dice=dice).live(first, as_of)


def _settle_complaints(morning: dt.datetime) -> None:
    """What customers complained of more than five days ago has been settled, but for the latest two."""
    latest = list(Complaint.objects.unsettled().order_by("-received_at", "-pk").values_list("pk", flat=True)[:2])
    old = Complaint.objects.unsettled().filter(received_at__lt=morning - dt.timedelta(days=5)).exclude(pk__in=latest)
    old.update(state=ComplaintState.CLOSED, closed_at=F("received_at") + dt.timedelta(days=2))


def _forget_old_alerts(morning: dt.datetime) -> None:
    """Whoever was told something before the last two days has read it, and no mail goes out for it now."""
    lately = morning - dt.timedelta(days=2)
    Alert.objects.filter(happened_at__lt=lately).update(read_at=F("happened_at"))
    AlertDelivery.objects.filter(alert__happened_at__lt=lately).update(
        state=DeliveryState.SENT, attempts=1, sent_at=F("next_attempt_at")
    )
