"""Leads of the demo's last days: they come in, are called, and wait for today's calls."""

import datetime as dt
import random

from dealership.demo.people import Team, rests_on
from followups.enums import LEAD_KINDS
from followups.models import CallTask
from followups.services.calls import LeadLine, save_call
from inventory.models import VehicleModel
from leads.enums import Channel, LeadState
from leads.services.registering import NewLead, register_lead
from staffing.enums import Role
from staffing.models import Staff

#: Leads come in from so many days before the day of the demo on; so many a day, and to whom in turn.
DAYS = 12
A_DAY = 3
_FAMILY, _GIVEN = "丁于史叶卢任余汪陆姚", ("小明例", "小红例", "志强例", "美玲例", "文斌例", "雅琴例", "建国例")
_CHANNELS = (Channel.WEB, Channel.PHONE, Channel.PORTAL, Channel.OEM, Channel.WECHAT)
#: What came of a conversation, and the reason that it gives for the next one (CC-05).
_TALKS = (
    ("想看顶配，问有没有现车。", "告知现车和颜色", "H"),
    ("在和另一品牌比较油耗。", "发油耗对比并邀约试驾", "A"),
    ("预算还没定，要和家人商量。", "问家人商量的结果", "B"),
    ("关心置换价格。", "报置换评估价", "A"),
    ("下周出差，回来再看车。", "出差回来后约到店", "B"),
    ("想了解贷款方案。", "发两种贷款方案", "H"),
    ("今年不急，明年再考虑。", "告知年底活动", "B"),
)
_OUTCOMES, _WEIGHTS = ("done", "no_answer", "busy", "appointment", "call_back"), (62, 22, 6, 6, 4)
#: In hundred: how many calls of a day are left for the next one.
_LEFT_OVER = 12


def follow_leads(team: Team, *, as_of: dt.date, dice: random.Random) -> int:
    """Live through the days before ``as_of``, through the services. Returns how many calls were made."""
    models = list(VehicleModel.objects.order_by("pk"))
    owners = [*team.by_role[Role.TELESALES], *team.consultants[:6]]
    made = calls = 0
    for ahead in range(DAYS, 0, -1):
        day = as_of - dt.timedelta(days=ahead)
        for _nth in range(A_DAY):
            _come_in(team, owners[made % len(owners)], models, day, made, dice)
            made += 1
        calls += _work(team, day, is_last=ahead == 1, dice=dice)
    return calls


def _come_in(team: Team, owner: Staff, models: list[VehicleModel], day: dt.date, nth: int, dice: random.Random) -> None:
    telesales = Role.TELESALES in owner.roles
    # On the last day after closing time: the first contact is for today.
    at = _at(team, day, 8 + nth % A_DAY if nth < A_DAY * (DAYS - 1) else 18, dice.randrange(60))
    new = NewLead(
        name=_FAMILY[nth % len(_FAMILY)] + _GIVEN[nth % len(_GIVEN)],
        number=f"139000{nth:05d}",
        channel=dice.choice(_CHANNELS) if telesales else Channel.MOTOR_SHOW,
        registered_at=at,
        grade=dice.choice("HAAB"),
        models=dice.sample(models, k=min(len(models), 1 + nth % 2)),
    )
    pool = Role.TELESALES if telesales else Role.SALES_CONSULTANT
    register_lead(store=team.store, new=new, owner=owner, pool=pool, by=owner, at=at)


def _work(team: Team, day: dt.date, *, is_last: bool, dice: random.Random) -> int:
    waiting = CallTask.objects.filter(store=team.store, kind__in=LEAD_KINDS, lead__state=LeadState.OPEN).due(day)
    calls = 0
    for place, task in enumerate(waiting.select_related("owner", "lead").order_by("due_on", "pk")):
        assert task.owner is not None
        assert task.lead is not None
        fresh = is_last and task.attempts == 0 and task.lead.first_contact_at is None
        if fresh or rests_on(task.owner, day) or dice.randrange(100) < _LEFT_OVER:
            continue
        _call(team, task, task.owner, _at(team, day, 9 + place % 8, 5 + place % 50), dice)
        calls += 1
    return calls


def _call(team: Team, task: CallTask, by: Staff, at: dt.datetime, dice: random.Random) -> None:
    if task.lead is not None and at <= task.lead.registered_at:
        at = at.replace(hour=17)
    outcome = dice.choices(_OUTCOMES, weights=_WEIGHTS)[0]
    result, reason, grade = dice.choice(_TALKS)
    reached = outcome not in ("no_answer", "busy")
    next_day = _at(team, at.date() + dt.timedelta(days=1), 15, 0)
    save_call(
        task=task,
        by=by,
        at=at,
        outcome=outcome,
        note=result if reached else "",
        seconds=dice.randint(60, 260) if reached else None,
        promised_at=next_day if outcome == "call_back" else None,
        line=LeadLine(
            grade=grade,
            next_reason=reason if reached else "",
            appointment_at=next_day + dt.timedelta(days=2) if outcome == "appointment" else None,
        ),
    )


def _at(team: Team, day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=team.store.tz)
