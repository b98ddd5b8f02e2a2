"""Models, customers, deliveries and workshop visits of the demo."""

import datetime as dt
import random
from dataclasses import dataclass

from customers.enums import ContactWay, CustomerKind
from customers.models import ContactBan, ContactWindow, Customer, CustomerPhone
from customers.services.phones import digits_reversed
from dealership.demo.people import Team
from dealership.kernel.dates import add_months
from dealership.kernel.names import initials
from dealership.kernel.vins import check_digit
from followups.enums import TaskKind, VisitKind
from followups.models import ServiceVisit
from inventory.enums import CertificateState, StockState
from inventory.models import FirstServicePolicy, Vehicle, VehicleModel, VehicleOwnership
from orders.enums import PayMethod
from orders.models import Delivery

MONTHS = 26
DELIVERIES = 300
BRAND = "示范汽车"
#: Model, trims, kilometres and months of the first service, list price.
MODELS = (
    ("示范 远行", ("1.5T 舒适版", "1.5T 豪华版"), 5000, 3, 129_800),
    ("示范 山海", ("2.0T 两驱", "2.0T 四驱"), 5000, 3, 189_800),
    ("示范 轻舟", ("1.6L 手动", "1.6L 自动"), 5000, 3, 89_800),
    ("示范 云途", ("纯电 510", "纯电 620"), 7500, 6, 169_800),
    ("示范 启明", ("混动 标准版", "混动 长续航"), 5000, 6, 149_800),
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    *("小明", "小红", "志强", "丽华", "建国", "秀英", "伟", "芳", "娜", "敏", "静", "磊", "洋", "勇", "军"),
    *("杰", "涛", "超", "明", "霞", "平", "刚", "桂兰", "文博", "子涵", "雨桐", "浩然", "思远", "佳怡", "晨曦"),
)
COMPANIES = ("示例商贸有限公司", "示例物流有限公司", "示例科技有限公司", "示例建材有限公司")
COLOURS = ("珠光白", "曜石黑", "星空灰", "湖水蓝", "枫叶红")
INSURERS = ("示例财险", "样本保险", "范例人保")
OCCUPATIONS = ("教师", "工程师", "个体经营", "公务员", "医生", "会计", "司机", "设计师")
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS_IN_VIN = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True)
class Handover:
    """A delivery of the demo, with how much its owner drives."""

    delivery: Delivery
    daily_km: int


def hand_over_cars(team: Team, *, as_of: dt.date, scale: int, dice: random.Random) -> list[Handover]:
    """Deliveries of the past 26 months until the day before ``as_of``, a few more in the recent ones."""
    models = _catalogue(as_of)
    first = add_months(as_of, -MONTHS)
    count = DELIVERIES * scale
    days = sorted(_day_of_delivery(first, as_of, dice) for _ in range(count))
    customers = _customers(team, days, dice)
    vehicles = [_vehicle(team, models, place, day, dice) for place, day in enumerate(days)]
    Vehicle.objects.bulk_create(vehicles, batch_size=500)
    VehicleOwnership.objects.bulk_create(
        [
            VehicleOwnership(store=team.store, vehicle=vehicle, customer=customer, from_on=day)
            for vehicle, customer, day in zip(vehicles, customers, days, strict=True)
        ],
        batch_size=500,
    )
    deliveries = [
        Delivery(
            store=team.store,
            vehicle=vehicle,
            customer=customer,
            consultant=customer.owner,
            delivered_on=day,
            pay_method=dice.choice([PayMethod.CASH, PayMethod.LOAN, PayMethod.LOAN]),
            insurer=dice.choice(INSURERS),
            created_at=_noon(team, day),
        )
        for vehicle, customer, day in zip(vehicles, customers, days, strict=True)
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    _put_in_stock(team, models, as_of, count, dice)
    return [Handover(delivery, dice.choice((18, 25, 32, 40, 40, 55, 70, 95))) for delivery in deliveries]


def _day_of_delivery(first: dt.date, as_of: dt.date, dice: random.Random) -> dt.date:
    """One in four within the last five weeks, so that there is work to look at."""
    if dice.random() < 0.25:
        return as_of - dt.timedelta(days=dice.randint(1, 35))
    return first + dt.timedelta(days=dice.randrange((as_of - first).days))


def come_to_the_workshop(
    team: Team, handovers: list[Handover], *, as_of: dt.date, dice: random.Random
) -> list[ServiceVisit]:
    """First services of most cars when they were due, and later visits, until the day before ``as_of``.

    The visits are not written yet, so that each can come on its day.
    """
    visits = []
    for handover in handovers:
        delivery = handover.delivery
        for due_in, kind in _visits_of(handover, dice):
            on = delivery.delivered_on + dt.timedelta(days=due_in)
            if on >= as_of:
                continue
            visits.append(
                ServiceVisit(
                    store=team.store,
                    order_no="",
                    visited_on=on,
                    vehicle=delivery.vehicle,
                    customer=delivery.customer,
                    contact_name=delivery.customer.name,
                    odometer_km=handover.daily_km * due_in,
                    kind=kind,
                    may_call=dice.random() < 0.85,
                    adviser=dice.choice(team.advisers),
                    created_at=_noon(team, on),
                )
            )
    visits.sort(key=lambda visit: (visit.visited_on, visit.vehicle_id))
    for place, visit in enumerate(visits, start=1):
        visit.order_no = f"DEMO{visit.visited_on:%y%m}{place:05d}"
    latest = {visit.vehicle_id: visit for visit in visits}
    for visit in latest.values():
        visit.vehicle.odometer_km, visit.vehicle.odometer_read_on = visit.odometer_km, visit.visited_on
    Vehicle.objects.bulk_update(
        [visit.vehicle for visit in latest.values()], ["odometer_km", "odometer_read_on"], batch_size=200
    )
    return visits


def _visits_of(handover: Handover, dice: random.Random) -> list[tuple[int, VisitKind]]:
    """Days after delivery and what the car came for."""
    visits: list[tuple[int, VisitKind]] = []
    first = min(5000 // handover.daily_km, 90)
    if dice.random() < 0.86:
        visits.append((max(first + dice.randint(-9, 12), 10), VisitKind.FIRST_SERVICE))
    every = min(7500 // handover.daily_km, 190)
    visits += [(first + every * number + dice.randint(-12, 20), VisitKind.MAINTENANCE) for number in (1, 2, 3, 4)]
    if dice.random() < 0.18:
        visits.append((dice.randint(30, 600), dice.choice((VisitKind.REPAIR, VisitKind.ACCIDENT))))
    return visits


def _catalogue(as_of: dt.date) -> list[VehicleModel]:
    models = []
    for name, _trims, km, months, _price in MODELS:
        model = VehicleModel.objects.create(brand=BRAND, name=name, warranty_km=100_000, warranty_months=36)
        FirstServicePolicy.objects.create(model=model, effective_from=add_months(as_of, -60), km=km, months=months)
        models.append(model)
    return models


def _customers(team: Team, days: list[dt.date], dice: random.Random) -> list[Customer]:
    customers = []
    for day in days:
        is_company = dice.random() < 0.08
        name = dice.choice(COMPANIES) if is_company else dice.choice(SURNAMES) + dice.choice(GIVEN)
        known = dice.random
        customers.append(
            Customer(
                store=team.store,
                name=name,
                initials=initials(name),
                kind=CustomerKind.COMPANY if is_company else CustomerKind.PERSON,
                gender="" if is_company or known() < 0.2 else dice.choice(("male", "female")),
                birthday=dt.date(dice.randint(1962, 2002), dice.randint(1, 12), dice.randint(1, 28))
                if not is_company and known() < 0.6
                else None,
                company=name if is_company else "",
                occupation=dice.choice(OCCUPATIONS) if not is_company and known() < 0.5 else "",
                address="示例市东湖区示例路" if known() < 0.6 else "",
                preferred_way=dice.choice((ContactWay.PHONE, ContactWay.WECHAT, "")),
                owner=dice.choice(team.consultants),
                created_at=_noon(team, day),
            )
        )
    Customer.objects.bulk_create(customers, batch_size=500)
    phones, windows, bans = [], [], []
    for place, customer in enumerate(customers, start=1):
        number = f"+86199{place:08d}"
        phones.append(_phone(customer, number, is_primary=True))
        if dice.random() < 0.12:
            phones.append(_phone(customer, f"+86198{place:08d}", is_primary=False))
        if dice.random() < 0.15:
            starts = dice.choice((9, 12, 15, 18))
            windows.append(
                ContactWindow(customer=customer, starts=dt.time(starts), ends=dt.time(starts + dice.choice((2, 3))))
            )
        if dice.random() < 0.02:
            bans.append(
                ContactBan(
                    customer=customer,
                    purpose=dice.choice(("", TaskKind.PERIODIC.value, TaskKind.SERVICE_VISIT.value)),
                    reason="客户表示不便接听回访",
                    banned_at=customer.created_at + dt.timedelta(days=9),
                    banned_by=team.agents[0],
                )
            )
    CustomerPhone.objects.bulk_create(phones, batch_size=500)
    ContactWindow.objects.bulk_create(windows, batch_size=500)
    ContactBan.objects.bulk_create(bans, batch_size=500)
    return customers


def _phone(customer: Customer, number: str, *, is_primary: bool) -> CustomerPhone:
    return CustomerPhone(
        store_id=customer.store_id,
        customer=customer,
        number=number,
        reversed=digits_reversed(number),
        is_primary=is_primary,
    )


def _vehicle(team: Team, models: list[VehicleModel], place: int, day: dt.date, dice: random.Random) -> Vehicle:
    """A car that was delivered on ``day``; one in ten still waits for its plate."""
    choice = dice.choices(range(len(MODELS)), weights=(30, 22, 18, 16, 14))[0]
    car = _car(team, models[choice], choice, place, dice)
    car.stock_state = StockState.DELIVERED
    car.stocked_in_on = day - dt.timedelta(days=dice.randint(5, 60))
    car.created_at = _noon(team, car.stocked_in_on)
    if dice.random() < 0.9:
        car.plate = f"鄂{dice.choice('AB')}{dice.choice(PLATE_LETTERS)}{dice.randint(0, 9999):04d}"
    return car


def _car(team: Team, model: VehicleModel, choice: int, place: int, dice: random.Random) -> Vehicle:
    bare = f"LDEM{LETTERS_IN_VIN[choice]}A1B0N{place + 1:07d}"
    vin = bare[:8] + check_digit(bare) + bare[9:]
    return Vehicle(
        store=team.store,
        vin=vin,
        vin_reversed=vin[::-1],
        model=model,
        trim=dice.choice(MODELS[choice][1]),
        colour=dice.choice(COLOURS),
        key_count=2,
        certificate=CertificateState.HERE,
        list_price=MODELS[choice][4],
    )


def _put_in_stock(team: Team, models: list[VehicleModel], as_of: dt.date, place: int, dice: random.Random) -> None:
    states = [StockState.IN_STOCK] * 18 + [StockState.IN_TRANSIT] * 5 + [StockState.RESERVED] * 4
    rows = []
    for offset, state in enumerate([*states, StockState.TEST_DRIVE, StockState.TEST_DRIVE]):
        choice = dice.randrange(len(MODELS))
        row = _car(team, models[choice], choice, place + offset, dice)
        row.stock_state = state
        row.stocked_in_on = None if state == StockState.IN_TRANSIT else as_of - dt.timedelta(days=dice.randint(1, 140))
        row.created_at = _noon(team, as_of - dt.timedelta(days=1))
        rows.append(row)
    Vehicle.objects.bulk_create(rows)


def _noon(team: Team, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=team.store.tz)
