"""Who answers to whom: the supervisor and the manager of a person, or of a pool of calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from staffing.enums import SUPERVISOR_ROLE, Role, StaffState
from staffing.models import Staff, StaffRole, Store


@dataclass(frozen=True)
class ReportingLines:
    """The employed people of a store: ``superiors`` by person (also those of people who left), ``holders`` by role."""

    employed: frozenset[int]
    superiors: Mapping[int, int] = field(default_factory=dict)
    holders: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def supervisors_of(self, staff_id: int | None, role: str) -> tuple[int, ...]:
        """The employed superior of a person; without one, or for a pool (``staff_id`` None), the holders of the role
        that leads ``role``. A vacant role is passed over to the next above it, so that somebody always hears."""
        superior = self._superior(staff_id)
        return (superior,) if superior is not None else self._holders_above(role, staff_id)

    def managers_of(self, staff_id: int | None, role: str) -> tuple[int, ...]:
        """The same one step higher."""
        superior = self._superior(staff_id)
        second = self._superior(superior)
        if second is not None and second != staff_id:
            return (second,)
        leading = SUPERVISOR_ROLE.get(Role(role))
        return self._holders_above(leading, staff_id) if leading is not None else ()

    def _superior(self, staff_id: int | None) -> int | None:
        superior = self.superiors.get(staff_id) if staff_id is not None else None
        return superior if superior in self.employed and superior != staff_id else None

    def _holders_above(self, role: str, staff_id: int | None) -> tuple[int, ...]:
        above = SUPERVISOR_ROLE.get(Role(role))
        while above is not None:
            found = tuple(holder for holder in self.holders.get(above, ()) if holder != staff_id)
            if found:
                return found
            above = SUPERVISOR_ROLE.get(above)
        return ()


def reporting_lines(store: Store) -> ReportingLines:
    """The lines of a store, in two queries. A superior may work in another store of the group."""
    people = list(Staff.objects.filter(store=store).values_list("pk", "superior_id", "superior__state", "state"))
    employed = {pk for pk, _superior, _superior_state, state in people if state == StaffState.ACTIVE}
    holders: dict[str, list[int]] = {}
    roles = StaffRole.objects.filter(staff__store=store, staff__state=StaffState.ACTIVE)
    for role, pk in roles.order_by("staff_id").values_list("role", "staff_id"):
        holders.setdefault(role, []).append(pk)
    return ReportingLines(
        employed=frozenset(
            employed | {boss for _pk, boss, state, _own in people if state == StaffState.ACTIVE and boss}
        ),
        superiors={pk: boss for pk, boss, _boss_state, _state in people if boss is not None},
        holders={role: tuple(pks) for role, pks in holders.items()},
    )
