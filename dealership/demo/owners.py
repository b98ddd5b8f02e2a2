"""Events for owners in the demo, who signed up for them, and the draft of the next questionnaire."""

import datetime as dt

from dealership.demo.people import Team
from dealership.kernel.errors import Refusal
from followups.enums import TaskKind
from followups.models import CallTask
from followups.rules.questionnaires import next_quarter
from followups.selectors.monthly.satisfaction import weak_item_of_last_quarter
from followups.selectors.policies import questionnaire_for
from followups.services.events import EventPlan, SignUpWish, plan_event, sign_up
from followups.services.questionnaires import copy_questionnaire
from staffing.enums import Role

#: Title, days from the day of the demo, hour, place, places, what to say.
EVENTS = (
    ("新车主讲堂", -9, 14, "二楼培训室", 24, "技师讲解用车和保养，有茶歇，可带家人。"),
    ("冬季用车课堂", 11, 14, "二楼培训室", 24, "讲冬季轮胎、电瓶和玻璃水，现场免费检测，可带家人。"),
    ("车主亲子自驾日", 18, 9, "本店集合", 12, "半日自驾采摘，每家最多四人，午餐由本店准备。"),
)
#: Every so many of the reached owners says yes.
EVERY = 6


def hold_events(team: Team, *, as_of: dt.date) -> None:
    """Three events, one of them over; owners who were reached by the call centre lately say yes now and then."""
    keeper = team.by_role[Role.CALL_CENTRE_SUPERVISOR][0]
    planned = dt.datetime.combine(as_of - dt.timedelta(days=21), dt.time(9, 30), tzinfo=team.store.tz)
    events = []
    for title, days, hour, place, places, invitation in EVENTS:
        starts = dt.datetime.combine(as_of + dt.timedelta(days=days), dt.time(hour), tzinfo=team.store.tz)
        plan = EventPlan(title, starts, place, places, starts - dt.timedelta(days=2), invitation)
        events.append(plan_event(store=team.store, plan=plan, by=keeper, at=planned))
    reached = CallTask.objects.filter(
        store=team.store, kind__in=[TaskKind.SEVEN_DAY, TaskKind.N_PLUS_1], is_successful=True, closed_at__gte=planned
    )
    for turn, task in enumerate(reached.select_related("customer", "closed_by").order_by("closed_at", "pk")):
        if turn % EVERY or task.closed_by is None or task.closed_at is None:
            continue
        wish = SignUpWish(events[turn // EVERY % len(events)].pk, 1 + turn // EVERY % 2)
        try:
            sign_up(wish=wish, customer=task.customer, task=task, by=task.closed_by, at=task.closed_at)
        except Refusal:
            continue  # the event had closed by then, or was full


def draft_next_questionnaire(team: Team, *, as_of: dt.date) -> None:
    """The sales manager began the next version of the 7DC from last quarter's weak item, and has not finished."""
    current = questionnaire_for(team.store, TaskKind.SEVEN_DAY, as_of)
    if current is None:
        return
    weak = weak_item_of_last_quarter(stores=[team.store], on=as_of)
    copy_questionnaire(
        questionnaire=current,
        store=current.store,
        by=team.by_role[Role.SALES_MANAGER][0],
        at=dt.datetime.combine(as_of - dt.timedelta(days=3), dt.time(16), tzinfo=team.store.tz),
        effective_from=next_quarter(as_of),
        weak_code=weak.code if weak else "",
    )
