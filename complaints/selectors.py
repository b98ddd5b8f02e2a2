"""Reading complaints, and who is to handle one."""

from collections.abc import Iterable

from django.db.models import Case, QuerySet, Value, When

from complaints.enums import ComplaintState
from complaints.models import Complaint
from customers.models import Customer
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store


def escalation_order(*, store: Store, first: Iterable[Staff | None], roles: Iterable[Role]) -> list[int]:
    """Ids of the people who may handle a complaint, nearest first: ``first`` (the superiors concerned), then the
    holders of ``roles`` in their order (主管 → 部门经理 → 总经理, CP-20). Only people of the store who may sign in.
    """
    wanted = list(roles)
    held = (
        StaffRole.objects.filter(role__in=wanted, staff__in=Staff.objects.filter(store=store).working())
        .order_by("staff_id")
        .values_list("role", "staff_id")
    )
    by_role: dict[str, list[int]] = {role: [] for role in wanted}
    for role, staff_id in held:
        by_role[role].append(staff_id)
    ids = [person.pk for person in first if person is not None and person.is_working]
    return list(dict.fromkeys([*ids, *(staff_id for role in wanted for staff_id in by_role[role])]))


def complaints_of(customer: Customer, *, limit: int = 5) -> QuerySet[Complaint]:
    """What the customer complained of, the unsettled first, then the newest: read before every call (D3-04, D7-03)."""
    settled = Case(When(state=ComplaintState.CLOSED, then=Value(1)), default=Value(0))
    rows = Complaint.objects.filter(customer=customer).select_related("handler", "answer_by")
    return rows.order_by(settled, "-received_at", "-pk")[:limit]
