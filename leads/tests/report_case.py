"""A month of leads for the tests of the tables, made row by row and the same every time."""

import datetime as dt
import itertools
from typing import Any

from customers.models import Customer, CustomerPhone
from inventory.models import VehicleModel
from leads.enums import Stage
from leads.models import Contact, Defeat, GradeChange, Interest, Lead, Ownership, StateChange, Visit
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store


class LeadMonth:
    """Builds the rows of one store. Every lead has its own customer; histories are written as the services write
    them."""

    def __init__(self, code: str = "T01", *, timezone: str = "Asia/Shanghai") -> None:
        self.store = Store.objects.create(code=code, name=f"测试专营店{code}", timezone=timezone)
        self.model, _ = VehicleModel.objects.get_or_create(brand="测试", name="样车")
        self._count = itertools.count(1)

    def at(self, month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> dt.datetime:
        """A moment by the store's clock."""
        return dt.datetime(year, month, day, hour, minute, tzinfo=self.store.tz)

    def person(self, number: str, name: str, *roles: str, superior: Staff | None = None) -> Staff:
        person = Staff.objects.create(
            username=f"{self.store.code}-{number}", employee_no=number, name=name, store=self.store, superior=superior
        )
        StaffRole.objects.bulk_create([StaffRole(staff=person, role=role) for role in roles])
        return person

    def seller(self, number: str = "X001", name: str = "陈例", superior: Staff | None = None) -> Staff:
        return self.person(number, name, Role.SALES_CONSULTANT, superior=superior)

    def lead(
        self,
        at: dt.datetime,
        owner: Staff | None,
        *,
        grade: str = "A",
        stage: str = Stage.SHOWROOM,
        first: dt.datetime | None = None,
        **fields: Any,
    ) -> Lead:
        """A lead registered and owned from ``at`` on; ``first`` is its first try."""
        number = next(self._count)
        customer = Customer.objects.create(store=self.store, name=f"客户例{number:03d}", owner=owner, created_at=at)
        digits = f"139{number:08d}"
        CustomerPhone.objects.create(
            store=self.store, customer=customer, number=f"+86{digits}", reversed=digits[::-1], is_primary=True
        )
        pool = Role.SALES_CONSULTANT if stage == Stage.SHOWROOM else Role.TELESALES
        values = {"channel": "walk_in", "first_due_at": at + dt.timedelta(hours=24), "next_contact_on": None}
        lead = Lead.objects.create(
            store=self.store, customer=customer, number=f"L{number:05d}", registered_at=at, created_at=at, owner=owner,
            stage=stage, pool=pool, grade=grade, first_contact_at=first, **{**values, **fields},
        )  # fmt: skip
        Interest.objects.create(lead=lead, model=self.model, is_main=True)
        Ownership.objects.create(lead=lead, at=at, owner=owner, pool=pool, stage=stage, reason="assigned")
        return lead

    def move(self, lead: Lead, at: dt.datetime, owner: Staff | None, *, stage: str = Stage.TELESALES) -> None:
        Ownership.objects.create(
            lead=lead, at=at, before=lead.owner, owner=owner, pool="telesales", stage=stage, reason="month_end"
        )
        lead.owner, lead.stage = owner, stage
        lead.save(update_fields=["owner", "stage"])

    def step(self, lead: Lead, at: dt.datetime, state: str, *, by: Staff | None = None, **fields: Any) -> None:
        """A change of state, with further fields of the lead."""
        StateChange.objects.create(lead=lead, at=at, by=by, before=lead.state, state=state)
        for name, value in {"state": state, **fields}.items():
            setattr(lead, name, value)
        lead.save()

    def grade(self, lead: Lead, at: dt.datetime, grade: str) -> None:
        GradeChange.objects.create(lead=lead, at=at, before=lead.grade, grade=grade, graded_by="consultant")
        lead.grade = grade
        lead.save(update_fields=["grade"])

    def contact(self, lead: Lead, at: dt.datetime, by: Staff, **fields: Any) -> Contact:
        number = lead.contact_rows.count() + 1
        values = {"way": "phone", "reached": True, "result": "有意向", "grade_before": lead.grade}
        values |= {"grade_after": lead.grade}
        return Contact.objects.create(lead=lead, at=at, by=by, number=number, **{**values, **fields})

    def visit(self, at: dt.datetime, seller: Staff | None, **fields: Any) -> Visit:
        values = {"name": "来客例", "number": "+8613900000000", "grade": "A", "model": self.model}
        on = at.astimezone(self.store.tz).date()
        return Visit.objects.create(
            store=self.store, visited_on=on, arrived_at=at, consultant=seller, created_at=at, **{**values, **fields}
        )

    def defeat(self, lead: Lead, at: dt.datetime, by: Staff, *, state: str = "approved", **fields: Any) -> Defeat:
        values = {
            "kind": "bought_other", "lost_to": "other_brand", "reasons": ["car"], "main_reason": "空间不足",
            "competitor_model": "竞品甲", "competitor_price_fen": 12_980_000, "paid_cash": True, "proof": "发票",
            "grade_before": lead.grade, "decided_at": at if state != "pending" else None,
        }  # fmt: skip
        return Defeat.objects.create(lead=lead, at=at, by=by, state=state, **{**values, **fields})
