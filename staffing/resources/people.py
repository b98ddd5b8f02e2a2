"""The people of a store as workbooks name them, by staff number or by name."""

from dealership.kernel.errors import N_
from dealership.kernel.text import squeezed
from dealership.workbooks.enums import Reason
from dealership.workbooks.kinds import Record
from staffing.enums import Gender, StaffState
from staffing.models import Staff

GENDERS = {"男": Gender.MALE.value, "女": Gender.FEMALE.value, "先生": Gender.MALE.value, "女士": Gender.FEMALE.value}
PERSON_UNKNOWN = N_("Nobody in this store is called “%(value)s” or has that staff number.")
PERSON_AMBIGUOUS = N_("More than one person in this store is called “%(value)s”. Write the staff number instead.")


class StaffIndex:
    """The people of a store by staff number and by name. People who left count too: old ledgers name them."""

    def __init__(self, store_id: int) -> None:
        self._by_number: dict[str, int] = {}
        self._by_name: dict[str, list[tuple[bool, int]]] = {}
        rows = Staff.objects.filter(store_id=store_id).order_by("pk").values_list("pk", "employee_no", "name", "state")
        for pk, number, name, state in rows:
            self._by_number[squeezed(number).upper()] = pk
            self._by_name.setdefault(squeezed(name), []).append((state == StaffState.ACTIVE, pk))
        self._known: dict[str, int] = {}

    def look_up(self, record: Record, column: str, text: str) -> int | None:
        """The person's id; rejects the record when nobody or more than one is meant.

        A staff number goes before a name; of people of one name the only one who still works here is meant.
        """
        if (pk := self._known.get(text)) is not None:
            return pk
        pk = self._by_number.get(squeezed(text).upper())
        if pk is None:
            named = self._by_name.get(squeezed(text), [])
            employed = [person for person in named if person[0]] or named
            if len(employed) > 1:
                record.reject(column, Reason.AMBIGUOUS_REFERENCE, text, PERSON_AMBIGUOUS)
                return None
            if not employed:
                record.reject(column, Reason.UNKNOWN_REFERENCE, text, PERSON_UNKNOWN)
                return None
            pk = employed[0][1]
        self._known[text] = pk
        return pk
