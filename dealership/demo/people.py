"""The store of the demo, who works there, and their rota."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from dealership.kernel.names import initials
from staffing.enums import DutyKind, Role
from staffing.models import DutyDay, Staff, StaffRole, Store

STORE_CODE = "DEMO"
STORE_NAME = "示例·东湖专营店"

#: Staff number, name, sex, department, roles, and whose report (staff number). The higher ones come first.
STAFF = (
    ("D001", "程总例", "male", "总经办", (Role.GENERAL_MANAGER,), ""),
    ("D002", "管理员例", "female", "总经办", (Role.ADMIN,), "D001"),
    ("D010", "周经理例", "male", "销售部", (Role.SALES_MANAGER,), "D001"),
    ("D011", "吴主管例", "female", "销售部", (Role.SALES_SUPERVISOR, Role.SALES_CONSULTANT), "D010"),
    ("D012", "郑主管例", "male", "销售部", (Role.SALES_SUPERVISOR,), "D010"),
    ("D021", "李静例", "female", "销售部", (Role.SALES_CONSULTANT,), "D011"),
    ("D022", "王强例", "male", "销售部", (Role.SALES_CONSULTANT,), "D011"),
    ("D023", "张敏例", "female", "销售部", (Role.SALES_CONSULTANT,), "D011"),
    ("D024", "刘洋例", "male", "销售部", (Role.SALES_CONSULTANT,), "D011"),
    ("D025", "陈晨例", "female", "销售部", (Role.SALES_CONSULTANT,), "D012"),
    ("D026", "杨帆例", "male", "销售部", (Role.SALES_CONSULTANT,), "D012"),
    ("D027", "赵磊例", "male", "销售部", (Role.SALES_CONSULTANT,), "D012"),
    ("D028", "黄莉例", "female", "销售部", (Role.SALES_CONSULTANT,), "D012"),
    ("D030", "孙主管例", "female", "电销部", (Role.TELESALES_SUPERVISOR,), "D010"),
    ("D031", "马悦例", "female", "电销部", (Role.TELESALES,), "D030"),
    ("D032", "胡凯例", "male", "电销部", (Role.TELESALES,), "D030"),
    ("D033", "朱琳例", "female", "电销部", (Role.TELESALES,), "D030"),
    ("D040", "林主管例", "female", "客服中心", (Role.CALL_CENTRE_SUPERVISOR,), "D001"),
    ("D041", "何欣例", "female", "客服中心", (Role.CALL_CENTRE_AGENT,), "D040"),
    ("D042", "高洁例", "female", "客服中心", (Role.CALL_CENTRE_AGENT,), "D040"),
    ("D043", "罗丹例", "female", "客服中心", (Role.CALL_CENTRE_AGENT,), "D040"),
    ("D044", "梁宇例", "male", "客服中心", (Role.CALL_CENTRE_AGENT,), "D040"),
    ("D050", "宋前台例", "female", "销售部", (Role.RECEPTION,), "D010"),
    ("D051", "唐前台例", "female", "销售部", (Role.RECEPTION,), "D010"),
    ("D060", "许经理例", "male", "售后部", (Role.SERVICE_MANAGER,), "D001"),
    ("D061", "韩顾问例", "male", "售后部", (Role.SERVICE_ADVISER,), "D060"),
    ("D062", "冯顾问例", "female", "售后部", (Role.SERVICE_ADVISER,), "D060"),
    ("D063", "邓顾问例", "male", "售后部", (Role.SERVICE_ADVISER,), "D060"),
    ("D070", "曹库管例", "male", "销售部", (Role.STOCK_KEEPER,), "D010"),
)
#: Sees all stores: no report of anybody here.
GROUP_MANAGER = ("D090", "彭集团例", "male", "集团", (Role.GROUP_MANAGER,), "")
#: The rota is drawn up so many days before and after the day of the demo.
ROTA_DAYS = 21


@dataclass(frozen=True)
class Team:
    """Everybody of the store, by role where that is how they are needed."""

    store: Store
    everybody: tuple[Staff, ...]
    by_role: dict[str, list[Staff]]

    @property
    def consultants(self) -> list[Staff]:
        return self.by_role[Role.SALES_CONSULTANT]

    @property
    def agents(self) -> list[Staff]:
        return self.by_role[Role.CALL_CENTRE_AGENT]

    @property
    def advisers(self) -> list[Staff]:
        return self.by_role[Role.SERVICE_ADVISER]

    @property
    def administrator(self) -> Staff:
        return self.by_role[Role.ADMIN][0]


def take_in_staff(*, as_of: dt.date, password: str) -> Team:
    """The store and its people, all with the one password of the demo."""
    store = Store.objects.create(
        code=STORE_CODE,
        name=STORE_NAME,
        phone="027-88880000",
        service_phone="027-88880001",
        address="示例市东湖示例大道 1 号",
    )
    hashed = make_password(password)  # one for all: hashing thirty times would take longer than all the rest
    people: dict[str, Staff] = {}
    for number, name, gender, department, _roles, _superior in (*STAFF, GROUP_MANAGER):
        people[number] = Staff(
            username=number,
            employee_no=number,
            store=store,
            name=name,
            initials=initials(name),
            gender=gender,
            department=department,
            email=f"{number.lower()}@demo.example",
            joined_on=as_of - dt.timedelta(days=900 + 13 * len(people)),
            password=hashed,
        )
    Staff.objects.bulk_create(people.values())
    for number, *_rest, superior in STAFF:
        people[number].superior = people.get(superior)
    Staff.objects.bulk_update(people.values(), ["superior"])
    roles = [(number, role) for number, *_middle, held, _superior in (*STAFF, GROUP_MANAGER) for role in held]
    StaffRole.objects.bulk_create([StaffRole(staff=people[number], role=role) for number, role in roles])
    by_role: dict[str, list[Staff]] = defaultdict(list)
    for number, role in roles:
        by_role[role].append(people[number])
    team = Team(store=store, everybody=tuple(people.values()), by_role=dict(by_role))
    _draw_up_rota(team, as_of)
    return team


def rests_on(person: Staff, day: dt.date) -> bool:
    """Everybody rests one day a week, Monday to Thursday, by staff number: the showroom is full at the weekend."""
    return day.weekday() == int(person.employee_no[1:]) % 4


def _draw_up_rota(team: Team, as_of: dt.date) -> None:
    callers = [*team.consultants, *team.agents]
    days = [as_of + dt.timedelta(days=offset) for offset in range(-ROTA_DAYS, ROTA_DAYS + 1)]
    rows = [
        DutyDay(store=team.store, staff=person, on=day, kind=DutyKind.REST)
        for person in dict.fromkeys(callers)
        for day in days
        if rests_on(person, day)
    ]
    for place, day in enumerate(days):
        on_duty = team.consultants[place % len(team.consultants)]
        if not rests_on(on_duty, day):
            rows.append(DutyDay(store=team.store, staff=on_duty, on=day, kind=DutyKind.DUTY))
    DutyDay.objects.bulk_create(rows)
