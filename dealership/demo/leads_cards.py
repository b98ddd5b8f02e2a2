"""Cards of the demo: well kept ones, defeats that wait and that were decided, lost contact, the month end before."""

import datetime as dt
from dataclasses import dataclass

from dealership.demo.people import Team
from inventory.models import VehicleModel
from leads.enums import Channel, GradedBy, Way
from leads.models import Lead, MonthEnd
from leads.rules.defeats import DefeatClaim
from leads.rules.month_end import last_day
from leads.selectors.cards import card_version
from leads.services.cards import CardValues, remark_line, review_card, save_card
from leads.services.contacts import ContactFacts, record_contact
from leads.services.defeats import apply_for_defeat, decide_defeat
from leads.services.grading import grade_lead
from leads.services.lost import lose_contact
from leads.services.month_end import confirm_month_end, freeze_opening, prepare_month_end
from leads.services.month_end_run import carry_out
from leads.services.registering import NewLead, register_lead
from staffing.enums import Role
from staffing.models import Staff

_FRONT = {
    "current_car": "2016 年紧凑型轿车，11 万公里",
    "trade_in": "yes",
    "colour": "珍珠白",
    "configuration": "豪华版",
    "competitors": "同级合资 SUV",
    "budget_fen": 18_000_000,
    "purchase_method": "loan",
    "use": "家用，周末自驾",
    "decision_maker": "夫妻共同决定",
    "plate_region": "示例市",
    "confidence": "认可品牌和空间，试驾后更有把握。",
    "need": "二胎后旧车坐不下，年前要换。",
    "purchasing_power": "首付已备好，月供可承受。",
    "reason_to_follow": "二胎换车，年前必买，已试驾，只差价格。",
    "objections": "嫌优惠少，在等年底活动。",
    "city": "示例市",
}
#: Lines of one card, days before the day of the demo: what came of it, the grade, and the reason of the next one.
_LINES = (
    (13, Way.SHOWROOM, "首次到店，看中豪华版，嫌后排座椅偏硬。", "A", "邀请试驾，体验长途舒适性"),
    (9, Way.PHONE, "已向家人说明，周末可来试驾。", "", "周末试驾，安排专车"),
    (6, Way.SHOWROOM, "试驾满意，座椅顾虑打消；提出价格高于竞品。", "H", "带金融方案比较月供"),
    (3, Way.WECHAT, "看过金融方案，认可月供，希望赠送脚垫。", "", "请示赠品后答复"),
)
BOUGHT = DefeatClaim(
    kind="bought_other",
    lost_to="other_brand",
    reasons=("budget_new", "new_model"),
    main_reason="竞品新车上市优惠 1.2 万，我方无现车。",
    competitor_model="同级合资 SUV 舒适版",
    competitor_price_fen=15_680_000,
    competitor_finance="两年免息",
    proof="客户发来购车发票照片",
)
SPECIAL = DefeatClaim(
    kind="special",
    lost_to="nobody",
    reasons=("other",),
    main_reason="外派国外三年，暂不购车。",
    proof="客户本人电话说明，附单位外派通知",
    special_reason="三年内不回国，继续回访只会打扰客户。",
)


@dataclass
class _Desk:
    """Whoever keeps the cards, and the next free number."""

    team: Team
    as_of: dt.date
    models: list[VehicleModel]
    number: int = 0

    def at(self, days: int, hour: int, minute: int = 0) -> dt.datetime:
        """A moment so many days before the day of the demo."""
        day = self.as_of - dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=self.team.store.tz)

    def lead(self, owner: Staff, name: str, at: dt.datetime, grade: str, channel: Channel = Channel.WALK_IN) -> Lead:
        self.number += 1
        new = NewLead(
            name=name,
            number=f"139006{self.number:05d}",
            channel=channel,
            registered_at=at,
            grade=grade,
            models=self.models[:2],
            gender="female" if self.number % 2 else "male",
        )
        pool = Role.SALES_CONSULTANT
        return register_lead(store=self.team.store, new=new, owner=owner, pool=pool, by=owner, at=at).lead

    def talk(self, lead: Lead, by: Staff, at: dt.datetime, result: str, reason: str, next_in: int) -> None:
        next_on = at.date() + dt.timedelta(days=next_in)
        facts = ContactFacts(way=Way.SHOWROOM, reached=True, result=result, next_on=next_on, next_reason=reason)
        record_contact(lead=lead, facts=facts, by=by, at=at)


def keep_cards(team: Team, *, as_of: dt.date) -> None:
    """Write the cards, through the services. Nothing of it falls due before ``as_of``."""
    desk = _Desk(team, as_of, list(VehicleModel.objects.order_by("pk")))
    _well_kept(desk)
    _much_the_same(desk)
    _defeats(desk)
    _lost(desk)


def _well_kept(desk: _Desk) -> None:
    owner, leader = desk.team.consultants[1], desk.team.by_role[Role.SALES_SUPERVISOR][0]
    lead = desk.lead(owner, "周雨薇例", desk.at(13, 9, 40), "A")
    for days, way, result, grade, reason in _LINES:
        facts = ContactFacts(
            way=way,
            reached=True,
            result=result,
            grade=grade,
            next_reason=reason,
            next_way=Way.SHOWROOM,
            next_on=desk.as_of + dt.timedelta(days=1) if days == 3 else None,
        )
        line = record_contact(lead=lead, facts=facts, by=owner, at=desk.at(days, 10, 15))
    lead = Lead.objects.select_related("store", "customer").get(pk=lead.pk)
    customer = {"name": lead.customer.name, "gender": "female", "occupation": "中学教师", "wechat": "example-yuwei"}
    values = CardValues(
        lead={**_FRONT, "buys_on": desk.as_of + dt.timedelta(days=20)}, customer=customer, models=desk.models[:2]
    )
    save_card(lead=lead, values=values, version=card_version(lead), by=owner, at=desk.at(6, 17))
    remark_line(line=line, remark="赠品可批脚垫一套，当面谈，不要先报。", by=leader, at=desk.at(2, 9, 20))
    lead.refresh_from_db()
    review_card(lead=lead, by=leader, at=desk.at(2, 9, 21))


def _much_the_same(desk: _Desk) -> None:
    """What the spot check is for: three customers who are said to have said the same."""
    owner = desk.team.consultants[3]
    for nth, name in enumerate(("贺佳例", "彭勇例", "潘蕾例")):
        lead = desk.lead(owner, name, desk.at(5, 11, nth), "A")
        desk.talk(lead, owner, desk.at(4, 16, nth * 2), "客户表示再考虑考虑，过几天联系。", "问考虑得如何", 6)


def _defeats(desk: _Desk) -> None:
    manager = desk.team.by_role[Role.SALES_MANAGER][0]
    cases = (
        (desk.team.consultants[2], "蒋涛例", BOUGHT, None),
        (desk.team.consultants[4], "沈洁例", SPECIAL, None),
        (desk.team.consultants[2], "韩冰例", BOUGHT, True),
        (desk.team.consultants[5], "杨柳例", BOUGHT, False),
    )
    for owner, name, claim, approve in cases:
        lead = desk.lead(owner, name, desk.at(16, 10), "A")
        desk.talk(lead, owner, desk.at(15, 10), "到店看车，同时在看竞品。", "发配置对比", 20)
        defeat = apply_for_defeat(lead=lead, claim=claim, by=owner, at=desk.at(1, 17))
        if approve is not None:
            note = "" if approve else "发票抬头不是该客户，请核实后再报。"
            decide_defeat(defeat=defeat, approve=approve, by=manager, at=desk.at(1, 18), note=note)


def _lost(desk: _Desk) -> None:
    owner = desk.team.consultants[6]
    lead = desk.lead(owner, "邹凯例", desk.at(8, 9), "A")
    for days, hour, way in ((7, 10, Way.PHONE), (6, 15, Way.PHONE), (5, 11, Way.WECHAT)):
        record_contact(lead=lead, facts=ContactFacts(way=way, reached=False), by=owner, at=desk.at(days, hour))
    lose_contact(lead=lead, by=owner, at=desk.at(5, 12), note="三天三次，电话和微信都没有回应。")


def clean_up_last_month(team: Team, *, as_of: dt.date) -> None:
    """The month before was cleaned up: what is below A went to telesales, the backlog was frozen. Before all other
    leads: the clean-up takes whatever is there."""
    desk = _Desk(team, as_of, list(VehicleModel.objects.order_by("pk")), number=500)
    store, leader = desk.team.store, desk.team.by_role[Role.SALES_SUPERVISOR][0]
    month = (desk.as_of.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    closing = dt.datetime.combine(last_day(month), dt.time(17, 30), tzinfo=store.tz)
    for nth, (name, grade) in enumerate(
        (("方雪例", "H"), ("石磊例", "A"), ("熊伟例", "B"), ("秦岚例", "B"), ("江波例", "C"))
    ):
        owner = desk.team.consultants[nth % 3 + 1]
        came = closing - dt.timedelta(days=9, hours=nth)
        lead = desk.lead(owner, name, came, grade)
        grade_lead(lead=lead, grade=grade, graded_by=GradedBy.CONSULTANT, by=owner, at=came + dt.timedelta(hours=1))
        away = (desk.as_of - came.date()).days + 3 + nth
        desk.talk(lead, owner, came + dt.timedelta(hours=2), "看了现车，要和家人商量。", "问家人商量的结果", away)
    prepared = prepare_month_end(store=store, month=month, at=closing)
    assert prepared is not None
    confirm_month_end(month_end=prepared, by=leader, at=closing + dt.timedelta(minutes=20))
    carry_out(month_end_id=prepared.pk, tick=lambda: closing + dt.timedelta(minutes=21))
    freeze_opening(month_end=MonthEnd.objects.get(pk=prepared.pk), at=desk.at(0, 3))
