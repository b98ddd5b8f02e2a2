"""Policy rows of leads as the frozen values that rules take."""

import datetime as dt

from leads.models import Grade, LeadPolicy
from leads.rules.policies import CadencePolicy, GradeRule, LeadRule
from staffing.models import Store
from staffing.selectors.policies import in_force


def cadence_policy(store: Store | None, on: dt.date) -> CadencePolicy:
    """The grades in force on a day, in their order. A cadence that is switched off is none (LG-23). One query."""
    rows = sorted(in_force(Grade.objects.all(), store, on, "code").values(), key=lambda row: (row.position, row.pk))
    return CadencePolicy(
        tuple(
            GradeRule(
                code=row.code,
                horizon_days=row.horizon_days,
                cadence_days=row.cadence_days if row.cadence_on else None,
                fleet_days=row.fleet_days if row.cadence_on else None,
                standing=row.standing,
                seller_keeps=row.seller_keeps,
            )
            for row in rows
        )
    )


def lead_policy(store: Store | None, on: dt.date) -> LeadRule:
    """The other numbers in force on a day; the product's defaults without a row. One query."""
    row = in_force(LeadPolicy.objects.all(), store, on).get(())
    if row is None:
        return LeadRule()
    return LeadRule(**{name: getattr(row, name) for name in LeadRule.__dataclass_fields__})
