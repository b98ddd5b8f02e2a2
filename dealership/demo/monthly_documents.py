"""Monthly reports of the demo in every state, their measures, and CHPR checks of three months."""

import datetime as dt
from dataclasses import dataclass

from dealership.demo.people import Team
from dealership.web.months import month_start, months_after
from followups.models import Measure, MonthlyDocument
from followups.rules.chpr import Mark
from followups.services.chpr import sign_check
from followups.services.documents import (
    add_measure,
    approve_document,
    check_effect,
    comment_document,
    finish_measure,
    make_document,
    return_document,
    submit_document,
)
from followups.services.documents.measures import MeasureDraft
from staffing.enums import Role
from staffing.models import Staff

_POINTS = 13
#: Points judged below good, by how good a caller is: (poor, medium).
_JUDGED = (((), (7,)), ((4,), (5, 9)), ((), (1, 9)), ((1, 4), (8, 9, 13)))
_IMPROVEMENTS = {
    1: "拨打前先看客户档案和未结投诉，把要点写在便签上。",
    4: "开口先报店名、姓名和职务，再问是否方便。",
}


@dataclass(frozen=True)
class _Office:
    """Who answers, approves and carries out, and the day of the demo."""

    team: Team
    as_of: dt.date

    def one(self, role: Role) -> Staff:
        return self.team.by_role[role][0]

    def at(self, day: dt.date, hour: int) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(hour), tzinfo=self.team.store.tz)

    def make(self, kind: str, month: dt.date) -> tuple[MonthlyDocument, dt.date]:
        """The report as the schedule made it, and the day after."""
        first = months_after(month, 1)
        document, _new = make_document(store=self.team.store, month=month, kind=kind, at=self.at(first, 5))
        return document, first + dt.timedelta(days=1)

    def measure(self, document: MonthlyDocument, by: Staff, on: dt.date, days: int, **words: str) -> None:
        """A measure due so many days after the day on which it is written."""
        facts = {"type": "preventive", "who": Role.SERVICE_ADVISER, **words}
        draft = MeasureDraft(
            problem=facts["problem"],
            action=facts["action"],
            type=facts["type"],
            responsible=self.one(Role(facts["who"])),
            due_on=on + dt.timedelta(days=days),
        )
        add_measure(document=document, draft=draft, by=by, at=self.at(on, 10))


def answer_reports(team: Team, *, as_of: dt.date) -> None:
    """The reports of the last two months as far as they got by the day of the demo, through the services."""
    office = _Office(team, as_of)
    last = months_after(_this_month(as_of), -1)
    _settled(office, months_after(last, -1))
    _under_way(office, last)
    _waiting(office, last)


def check_callers(team: Team, *, as_of: dt.date) -> None:
    """Supervisors' checks and self-checks of three months, one of them corrected."""
    office = _Office(team, as_of)
    this = _this_month(as_of)
    for back in (2, 1):
        month = months_after(this, -back)
        signed = office.at(months_after(month, 1) + dt.timedelta(days=1), 15)
        for place, person in enumerate(team.consultants[1:5]):
            leader = person.superior
            if leader is None:
                continue
            judged = _marks(max(0, place - (2 - back)))
            sign_check(person=person, month=month, marks=judged, after_version=0, by=leader, at=signed)
            if place < 3:
                sign_check(person=person, month=month, marks=_marks(0), after_version=0, by=person, at=signed)
        supervisor = office.one(Role.CALL_CENTRE_SUPERVISOR)
        for place, agent in enumerate(team.agents[:2]):
            sign_check(person=agent, month=month, marks=_marks(place), after_version=0, by=supervisor, at=signed)
    corrected = team.consultants[2]
    if corrected.superior is not None:
        sign_check(
            person=corrected,
            month=months_after(this, -1),
            marks=_marks(2),
            after_version=1,
            by=corrected.superior,
            at=office.at(this + dt.timedelta(days=3), 9),
            remark="复听录音后更正第 4 项。",
        )


def _this_month(as_of: dt.date) -> dt.date:
    """The month whose first days, in which reports are answered, are over by the evening before ``as_of``."""
    return month_start(as_of - dt.timedelta(days=4))


def _settled(office: _Office, month: dt.date) -> None:
    """Closed: one measure worked, the other was followed by one that did."""
    manager = office.one(Role.SERVICE_MANAGER)
    document, day = office.make("service_visits", month)
    comment_document(
        document=document,
        comment="实施率稳定，成功率受换号影响。客户多反映费用说明和交车时间，接车员口头报价、未留记录。",
        by=manager,
        at=office.at(day, 9),
    )
    office.measure(document, manager, day, 7, problem="维修前未说明费用", action="接车时书面报价，客户签字后开工。")
    office.measure(
        document, manager, day, 9, problem="未按约定时间交车", action="看板每两小时更新一次进度。", type="corrective"
    )
    _through(office, document, day)
    for nth, measure in enumerate(Measure.objects.filter(document=document).order_by("pk")):
        _carried_out(office, measure.pk, day + dt.timedelta(days=6), effective=nth == 0)
    failed = Measure.objects.get(document=document, state="ineffective")
    again = day + dt.timedelta(days=10)
    document.refresh_from_db()
    draft = MeasureDraft(
        problem=failed.problem,
        action="超过约定时间半小时，由服务顾问主动致电客户。",
        type="corrective",
        responsible=office.one(Role.SERVICE_ADVISER),
        due_on=again + dt.timedelta(days=6),
    )
    add_measure(document=document, draft=draft, replaces=failed, by=manager, at=office.at(again, 10))
    _through(office, document, again)
    _carried_out(
        office, Measure.objects.get(document=document, replaces=failed).pk, again + dt.timedelta(days=6), effective=True
    )


def _under_way(office: _Office, month: dt.date) -> None:
    """Approved after it had been returned: one measure carried out, one late."""
    manager, boss = office.one(Role.SERVICE_MANAGER), office.one(Role.GENERAL_MANAGER)
    document, day = office.make("service_visits", month)
    comment_document(
        document=document,
        comment="费用说明有改善；一次修好率下降，集中在异响类故障，诊断时间不足。",
        by=manager,
        at=office.at(day, 9),
    )
    office.measure(
        document, manager, day, 30, problem="车辆问题未一次修好", action="异响类故障安排技师与客户同车试驾。"
    )
    submit_document(document=document, by=manager, at=office.at(day, 11))
    return_document(document=document, reason="期限过长，并补充一条整改措施。", by=boss, at=office.at(day, 15))
    office.measure(
        document, manager, day, 10, problem="交车时车辆不干净", action="交车前由服务顾问验车拍照。", type="corrective"
    )
    _through(office, document, day, hour=16)


def _waiting(office: _Office, month: dt.date) -> None:
    """3DC waits for the general manager, 7DC for its measures, the first service for its analysis."""
    manager = office.one(Role.SALES_MANAGER)
    for kind in ("3dc", "7dc", "first_service"):
        document, day = office.make(kind, month)
        if kind == "first_service":
            continue
        comment_document(
            document=document,
            comment="按时率受轮休影响；对车辆不满意集中在异响和油耗，对专营店不满意集中在交车等待。",
            by=manager,
            at=office.at(day, 9),
        )
        if kind == "7dc":
            office.measure(
                document,
                manager,
                day,
                45,
                problem="交车时功能讲解不够清楚",
                action="交车讲解清单由客户逐项签字。",
                type="corrective",
                who=Role.SALES_SUPERVISOR,
            )
        if kind == "3dc":
            office.measure(
                document,
                manager,
                day,
                40,
                problem="交车等待时间长",
                action="交车前一天完成上牌资料和精品安装。",
                who=Role.SALES_SUPERVISOR,
            )
            submit_document(document=document, by=manager, at=office.at(day, 14))


def _through(office: _Office, document: MonthlyDocument, day: dt.date, hour: int = 11) -> None:
    """Sent up and approved on a day."""
    submit_document(document=document, by=office.one(Role.SERVICE_MANAGER), at=office.at(day, hour))
    approve_document(document=document, by=office.one(Role.GENERAL_MANAGER), at=office.at(day, hour + 1))


def _carried_out(office: _Office, pk: int, day: dt.date, *, effective: bool) -> None:
    measure = Measure.objects.select_related("document__store", "responsible").get(pk=pk)
    finish_measure(measure=measure, note="已执行并培训相关人员。", by=measure.responsible, at=office.at(day, 9))
    measure = Measure.objects.select_related("document__store", "responsible").get(pk=pk)
    check_effect(
        measure=measure,
        effective=effective,
        on=day,
        note="抽查十台车，全部合格。" if effective else "抽查十台车，四台未更新进度。",
        by=office.one(Role.SERVICE_MANAGER),
        at=office.at(day, 17),
    )


def _marks(skill: int) -> dict[int, Mark]:
    poor, medium = _JUDGED[skill % len(_JUDGED)]
    marks = {number: Mark("good") for number in range(1, _POINTS + 1)}
    marks |= {number: Mark("medium") for number in medium}
    return marks | {number: Mark("poor", _IMPROVEMENTS[number]) for number in poor}
