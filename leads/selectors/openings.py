"""The opening backlog of a month, held at 00:00 on the 1st (LG-33), and the letters of the sources (LI-13)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from customers.models import CustomerPhone
from dealership.kernel.errors import BadValue
from dealership.kernel.phones import normalise
from leads.enums import CustomerClass
from leads.models import CustomerClassification, Lead, SourceLetter
from leads.rules.reports import source_letter
from leads.selectors.as_of import held_at
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

#: How a frozen opening is kept: by consultant, and there by grade, by channel, by letter.
GRADES, CHANNELS, LETTERS = "consultants", "channels", "letters"
_NO_GRADE = "–"


@dataclass(frozen=True)
class Letters:
    """What the letter of a source follows from in one store: the policy's letters by channel, the customers who are
    VIPs today, and those whose number is a colleague's."""

    by_channel: dict[str, str]
    vips: frozenset[int]
    staff: frozenset[int]

    def of(self, channel: str, customer_id: int) -> str:
        return source_letter(
            channel, letters=self.by_channel, is_vip=customer_id in self.vips, is_staff=customer_id in self.staff
        )


def source_letters(store: Store | None, on: dt.date) -> dict[str, str]:
    """The letters in force on a day by channel (LI-13). One query."""
    return {str(code): row.letter for code, row in in_force(SourceLetter.objects.all(), store, on, "channel").items()}


def letters_in(store: Store, on: dt.date) -> Letters:
    """The letters of a store's leads. Four queries."""
    vips = CustomerClassification.objects.filter(customer__store=store, customer_class=CustomerClass.VIP)
    numbers = CustomerPhone.objects.filter(store=store, is_primary=True, number__in=_staff_numbers(store))
    return Letters(
        source_letters(store, on),
        frozenset(vips.values_list("customer_id", flat=True)),
        frozenset(numbers.values_list("customer_id", flat=True)),
    )


def opening_at(store: Store, moment: dt.datetime) -> dict[str, dict[str, dict[str, int]]]:
    """The leads that each consultant held at a moment, by the consultant's id: by the grade of that moment, by channel,
    and by the letter of the source (LG-33, LI-13).

    Read from the histories, so that a job that comes hours later still finds what was held at midnight. Five queries.
    """
    letters = letters_in(store, moment.astimezone(store.tz).date())
    rows = held_at(Lead.objects.filter(store=store), moment).order_by()
    found: dict[str, dict[str, Counter[str]]] = {GRADES: {}, CHANNELS: {}, LETTERS: {}}
    for owner, grade, channel, customer in rows.values_list("owner_then", "grade_then", "channel", "customer_id"):
        keys = {GRADES: grade or _NO_GRADE, CHANNELS: channel, LETTERS: letters.of(channel, customer)}
        for name, key in keys.items():
            found[name].setdefault(str(owner), Counter())[key] += 1
    return {
        name: {owner: dict(sorted(counts.items())) for owner, counts in people.items()}
        for name, people in found.items()
    }


@dataclass(frozen=True)
class Opening:
    """Frozen openings of one or more stores, by consultant. ``channels`` and ``letters`` are None when one of them was
    frozen before they were kept."""

    grades: dict[int, Counter[str]]
    channels: dict[int, Counter[str]] | None
    letters: dict[int, Counter[str]] | None

    @classmethod
    def of(cls, kept: Iterable[dict[str, Any]], *, team: Iterable[int] | None = None) -> "Opening":
        """Of what MonthEnd.opening keeps; ``team`` leaves out everybody else."""
        listed, people = list(kept), None if team is None else set(team)

        def added(name: str) -> dict[int, Counter[str]]:
            found: dict[int, Counter[str]] = {}
            for opening in listed:
                for person, counts in opening[name].items():
                    if people is None or int(person) in people:
                        found.setdefault(int(person), Counter()).update(counts)
            return found

        known = [name for name in (CHANNELS, LETTERS) if all(name in opening for opening in listed)]
        return cls(
            added(GRADES),
            added(CHANNELS) if CHANNELS in known else None,
            added(LETTERS) if LETTERS in known else None,
        )


def _staff_numbers(store: Store) -> list[str]:
    found = []
    for typed in Staff.objects.filter(store=store).exclude(phone="").values_list("phone", flat=True):
        try:
            found.append(normalise(typed))
        except BadValue:
            continue
    return found
