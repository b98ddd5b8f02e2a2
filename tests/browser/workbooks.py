"""Small workbooks as a dealership keeps them, for the journeys. All people, numbers and cars are invented."""

import datetime as dt
from pathlib import Path
from typing import Any

from dealership.kernel.vins import check_digit
from tests.workbooks.books import LEDGER_HEADER, MODELS_HEADER, ROSTER_HEADER, table

MODEL, OTHER_MODEL = "示范一号", "示范二号"
MANAGER, SUPERVISOR, SELLER, CALLER = "周经理例", "吴主管例", "李顾问例", "赵顾问例"
#: Buyers of the ledger, in its order. The first three took their cars on the same Saturday.
SATISFIED_NOT, NOT_HOME, EMPTY_NUMBER, ON_SEVENTH_DAY, DAY_AFTER = "钱一例", "孙二例", "李三例", "周四例", "吴五例"
#: The row of the ledger, as Excel counts, whose telephone number is short of digits.
BAD_ROW, BAD_NAME = 9, "郑六例"


def vin(number: int) -> str:
    """A made-up VIN whose check digit is right."""
    plain = f"LGBH52E0_AY{number:06d}"
    return plain.replace("_", check_digit(plain.replace("_", "0")))


def catalogue(folder: Path, *, name: str = "车型目录.xlsx", models: tuple[str, ...] = (MODEL, OTHER_MODEL)) -> Path:
    rows = [["示范汽车", model, "5,000公里", "3个月", "10万公里", "36"] for model in models]
    return table(folder / name, MODELS_HEADER, rows, title="星河汽车车型目录")


def roster(folder: Path) -> Path:
    """A manager, the supervisor who reports to him, and two consultants of hers."""
    people = (
        ("S001", MANAGER, "男", "销售经理", "138-0000-1001", "2019.3.5", None),
        ("S002", SUPERVISOR, "女", "销售主管", "13800001002", "2021年6月1日", "S001"),
        ("S003", SELLER, "男", "直销员", 13800001003, dt.datetime(2023, 2, 1), "S002"),
        ("S004", CALLER, "女", "销售顾问", "+86 138 0000 1004", "20240305", "s002"),
    )
    rows = [
        [number, name, sex, "销售部", role, phone, f"{number.lower()}@dealer.example", joined, superior, "在职"]
        for number, name, sex, role, phone, joined, superior in people
    ]
    return table(folder / "员工名册.xlsx", ROSTER_HEADER, rows, title="星河汽车员工名册")


def rota(folder: Path) -> Path:
    """November 2026: the seller rests on the 23rd and the 24th, and the colleague is on duty then."""
    days = list(range(1, 31))
    seller = ["休" if day in (23, 24) else "班" for day in days]
    caller = ["值" if day in (23, 24) else "班" for day in days]
    rows = [["S003", SELLER, *seller], ["S004", CALLER, *caller]]
    header = ["工号", "姓名", *(str(day) for day in days)]
    return table(folder / "值班轮休表.xlsx", header, rows, title="星河汽车2026年11月值班轮休表", total=False)


def ledger(folder: Path, *, seller: str = SELLER, number: str = "S003", caller: str = CALLER) -> Path:
    """Five good deliveries with dates as people type them, and one with a bad number. A consultant stands there once
    with the staff number instead of the name."""
    lines = (
        ("2026-11-21", SATISFIED_NOT, "138 0000 2001", seller),
        ("2026.11.21", NOT_HOME, "13800002002", seller),
        ("20261121", EMPTY_NUMBER, "+86-138-0000-2003", number),
        ("2026年11月17日", ON_SEVENTH_DAY, 13800002004, seller),
        (dt.datetime(2026, 11, 22), DAY_AFTER, "13800002005", caller),
        ("2026/11/10", BAD_NAME, "1380000206", seller),
    )
    rows: list[list[Any]] = []
    for line, (day, name, phone, consultant) in enumerate(lines, start=1):
        values = {
            "序号": line,
            "交车日期*": day,
            "客户姓名*": name,
            "联系电话*": phone,
            "车型*": f"{MODEL} ",
            "颜色": "珠光白",
            "车架号*": vin(line).lower() if line == 2 else vin(line),
            "销售顾问*": consultant,
            "购买方式": "全款",
        }
        rows.append([values.get(column) for column in LEDGER_HEADER])
    return table(folder / "交车台账.xlsx", LEDGER_HEADER, rows, title="星河汽车交车台账")
