"""The roster (员工名册)."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import N_
from dealership.kernel.names import initials
from dealership.kernel.text import squeezed
from dealership.workbooks import cleaners
from dealership.workbooks.cleaners import as_text
from dealership.workbooks.comparing import differences
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.issues import BadCell
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.reading import Cell
from dealership.workbooks.writing import BatchWriter
from staffing.enums import Role, StaffState
from staffing.models import Staff, StaffRole, Store
from staffing.resources.people import GENDERS, PERSON_UNKNOWN

#: The words of the roster for roles. 集团经理 sees every store and is given in the administration only.
ROLES = {
    "销售顾问": Role.SALES_CONSULTANT,
    "直销员": Role.SALES_CONSULTANT,
    "电销员": Role.TELESALES,
    "电话营销员": Role.TELESALES,
    "客服专员": Role.CALL_CENTRE_AGENT,
    "回访员": Role.CALL_CENTRE_AGENT,
    "前台": Role.RECEPTION,
    "前台接待": Role.RECEPTION,
    "服务顾问": Role.SERVICE_ADVISER,
    "销售主管": Role.SALES_SUPERVISOR,
    "电销主管": Role.TELESALES_SUPERVISOR,
    "客服主管": Role.CALL_CENTRE_SUPERVISOR,
    "销售经理": Role.SALES_MANAGER,
    "服务经理": Role.SERVICE_MANAGER,
    "售后经理": Role.SERVICE_MANAGER,
    "总经理": Role.GENERAL_MANAGER,
    "库管": Role.STOCK_KEEPER,
    "库管员": Role.STOCK_KEEPER,
    "系统管理员": Role.ADMIN,
}
_SEPARATOR = re.compile(r"[、,;/+]|和|兼")
OWN_SUPERIOR = N_("“%(value)s” would be the own superior, directly or in a circle.")


def _roles(value: Cell) -> tuple[str, ...]:
    """One role or several (销售顾问、前台), in the order of the enumeration."""
    found = set()
    for word in _SEPARATOR.split(squeezed(as_text(value))):
        if word not in ROLES:
            raise BadCell(
                Reason.UNKNOWN_VALUE,
                N_("“%(role)s” is no role. Known are: %(known)s."),
                role=word,
                known="、".join(ROLES),
            )
        found.add(ROLES[word].value)
    return tuple(role for role in Role.values if role in found)


def _email(value: Cell) -> str:
    text = squeezed(as_text(value))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) or len(text) > 254:
        raise BadCell(Reason.UNKNOWN_VALUE, N_("“%(value)s” is not an e-mail address."))
    return text


@register
class StaffRoster(Kind):
    """员工名册: the people, their roles and who leads whom. New people get an account without a password."""

    code = "staff_roster"
    title = _("Staff roster")
    form_name = "员工名册"
    order = 20
    key = ("employee_no",)
    key_column = "工号"
    columns = (
        Column(
            "工号", "employee_no", cleaners.code(32), required=True, aliases=("员工编号", "人员编号"), example="S001"
        ),
        Column("姓名", "name", cleaners.text(64), required=True, aliases=("员工姓名",), example="张示范"),
        Column("性别", "gender", cleaners.choice(GENDERS), example="男"),
        Column("部门", "department", cleaners.text(64), required=True, example="销售部"),
        Column("岗位", "roles", _roles, required=True, aliases=("职务", "岗位名称"), example="销售顾问"),
        Column(
            "手机",
            "phone",
            cleaners.phone,
            required=True,
            aliases=("手机号", "电话", "联系电话"),
            example="13800000000",
        ),
        Column(
            "邮箱", "email", _email, aliases=("电子邮箱", "E-mail", "Email"), width=24, example="s001@dealer.example"
        ),
        Column("入职日期", "joined_on", cleaners.date, aliases=("入职时间",), example="2024-03-05"),
        Column("直属上级工号", "superior_no", cleaners.code(32), aliases=("上级工号", "主管工号"), example=""),
        Column(
            "状态",
            "state",
            cleaners.choice(
                {
                    "在职": StaffState.ACTIVE.value,
                    "试用": StaffState.ACTIVE.value,
                    "试用期": StaffState.ACTIVE.value,
                    "离职": StaffState.LEFT.value,
                    "已离职": StaffState.LEFT.value,
                }
            ),
            aliases=("在职状态", "员工状态"),
            example="在职",
        ),
    )
    FIELDS = ("name", "gender", "department", "phone", "email", "joined_on")

    def judge(self, records: list[Record], context: Context) -> None:
        known = {
            squeezed(row["employee_no"]).upper(): row
            for row in Staff.objects.filter(store_id=context.store_id)
            .order_by("pk")
            .values("pk", "employee_no", "state", "is_active", "left_on", "superior_id", "initials", *self.FIELDS)
        }
        held: dict[int, dict[str, int]] = {}
        for pk, staff_id, role in StaffRole.objects.filter(staff__store_id=context.store_id).values_list(
            "pk", "staff_id", "role"
        ):
            held.setdefault(staff_id, {})[role] = pk
        self._find_superiors(records, known)
        numbers = {row["pk"]: number for number, row in known.items()}
        for record in records:
            if record.issues:
                continue
            former = known.get(record.values["employee_no"])
            if former is None:
                record.verdict = Verdict.CREATED
                continue
            self._compare(record, former, held.get(former["pk"], {}), numbers, context)

    def _find_superiors(self, records: Sequence[Record], known: dict[str, dict[str, Any]]) -> None:
        """Reject lines whose superior exists neither in the store nor among the good lines, and circles."""
        numbers = {row["pk"]: number for number, row in known.items()}
        leads = {number: numbers.get(row["superior_id"]) for number, row in known.items()}
        sound = {record.values["employee_no"]: record for record in records if not record.issues}
        while True:
            lost = [
                record
                for record in sound.values()
                if (superior := record.values["superior_no"]) and superior not in known and superior not in sound
            ]
            if not lost:
                break
            for record in lost:
                record.reject(
                    self.column("superior_no"), Reason.UNKNOWN_REFERENCE, record.values["superior_no"], PERSON_UNKNOWN
                )
                del sound[record.values["employee_no"]]
        for number, record in sound.items():
            if record.values["superior_no"]:
                leads[number] = record.values["superior_no"]
        for number, record in sound.items():
            passed = {number}
            above = leads.get(number)
            while above and above not in passed:
                passed.add(above)
                above = leads.get(above)
            if above == number and record.values["superior_no"]:
                record.reject(
                    self.column("superior_no"), Reason.UNKNOWN_REFERENCE, record.values["superior_no"], OWN_SUPERIOR
                )
                leads[number] = None

    def _compare(
        self,
        record: Record,
        former: dict[str, Any],
        held: dict[str, int],
        numbers: dict[int, str],
        context: Context,
    ) -> None:
        values, found = record.values, record.found
        before, after = differences(former, {name: values[name] for name in self.FIELDS})
        if "name" in after:
            before["initials"], after["initials"] = former["initials"], initials(after["name"])[:32]
        state = values["state"] or former["state"]
        if state != former["state"]:
            left = state == StaffState.LEFT
            after |= {"state": state, "is_active": not left, "left_on": context.as_of if left else None}
            before |= {name: former[name] for name in ("state", "is_active", "left_on")}
        found["pk"], found["before"], found["after"] = former["pk"], before, after
        found["superior_changed"] = bool(values["superior_no"]) and values["superior_no"] != numbers.get(
            former["superior_id"]
        )
        found["superior_before"] = former["superior_id"]
        expressible = {role.value for role in ROLES.values()}
        found["roles_gone"] = [pk for role, pk in held.items() if role in expressible and role not in values["roles"]]
        found["roles_new"] = [role for role in values["roles"] if role not in held]
        changed = after or found["superior_changed"] or found["roles_gone"] or found["roles_new"]
        record.verdict = Verdict.UPDATED if changed else Verdict.UNCHANGED

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        new = [record for record in records if record.verdict == Verdict.CREATED]
        changed = [record for record in records if record.verdict == Verdict.UPDATED]
        ids = dict(zip((record.values["employee_no"] for record in new), writer.new_ids(Staff, len(new)), strict=True))
        people = {
            squeezed(number).upper(): pk
            for pk, number in Staff.objects.filter(store_id=context.store_id).values_list("pk", "employee_no")
        } | ids
        names = self._sign_in_names(new, context)
        writer.insert(
            Staff,
            (
                "username", "store_id", "employee_no", "name", "initials", "gender", "department", "phone", "email",
                "joined_on", "state", "is_active", "left_on", "superior_id", "password", "must_change_password",
            ),
            [
                (
                    names[values["employee_no"]],
                    context.store_id,
                    values["employee_no"],
                    values["name"],
                    initials(values["name"])[:32],
                    values["gender"] or "",
                    values["department"],
                    values["phone"],
                    values["email"] or "",
                    values["joined_on"],
                    values["state"] or StaffState.ACTIVE.value,
                    values["state"] != StaffState.LEFT,
                    context.as_of if values["state"] == StaffState.LEFT else None,
                    people.get(values["superior_no"] or ""),
                    make_password(None),
                    True,
                )
                for values in (record.values for record in new)
            ],
            ids=list(ids.values()),
        )  # fmt: skip
        updates = []
        for record in changed:
            found = record.found
            if found["superior_changed"]:
                found["before"]["superior_id"] = found["superior_before"]
                found["after"]["superior_id"] = people[record.values["superior_no"]]
            if found["after"]:
                updates.append((found["pk"], found["before"], found["after"]))
        writer.update(Staff, updates)
        writer.delete(StaffRole, [pk for record in changed for pk in record.found["roles_gone"]])
        writer.insert(
            StaffRole,
            ("staff_id", "role"),
            [(ids[record.values["employee_no"]], role) for record in new for role in record.values["roles"]]
            + [(record.found["pk"], role) for record in changed for role in record.found["roles_new"]],
        )

    @staticmethod
    def _sign_in_names(new: Sequence[Record], context: Context) -> dict[str, str]:
        """The sign-in name is the staff number; if another store has it, the store's code stands in front."""
        numbers = [record.values["employee_no"] for record in new]
        taken = {name for (name,) in rows_in(Staff.objects.all(), "username", numbers, "username")}
        code = Store.objects.values_list("code", flat=True).get(pk=context.store_id) if taken else ""
        return {number: f"{code}-{number}"[:64] if number in taken else number for number in numbers}
