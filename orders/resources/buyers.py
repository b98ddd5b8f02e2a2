"""The customers of the delivery ledger: one for all lines with the same number and name."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from customers.enums import CustomerKind
from customers.models import ContactWindow, Customer, CustomerPhone
from customers.resources import Window
from customers.services.phones import digits_reversed
from dealership.kernel.errors import N_
from dealership.kernel.names import initials
from dealership.kernel.text import squeezed
from dealership.workbooks.comparing import differences, known_rows
from dealership.workbooks.enums import Reason
from dealership.workbooks.kinds import Context, Record
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter

_COMPANY = re.compile(r"公司$|集团$|中心$|合作社$|厂$|事务所$")
OTHER_NAME = N_(
    "%(value)s is the main number of a customer with another name. Check the name; a number that a household shares "
    "goes into “备用电话” of the second person."
)
OTHER_NAME_IN_FILE = N_(
    "%(value)s stands in row %(first_row)s of this file with another name. Check the name; a number that a household "
    "shares goes into “备用电话” of the second person."
)
OTHER_BUYER = N_("This car is recorded as delivered to a customer with another name or number.")
OTHER_OWNER = N_("This car belongs to another customer in the records.")


class Buyer:
    """A customer of the ledger: one for all lines with the same number and name. ``pk`` is None for a new one.

    The first line that fills in a field counts, so that the order of the lines and loading twice change nothing.
    """

    __slots__ = (
        "birthday",
        "first_row",
        "former",
        "gender",
        "name",
        "number",
        "owner",
        "pk",
        "preferred_way",
        "spare",
        "windows",
        "wish",
    )

    def __init__(self, pk: int | None, name: str, number: str, first_row: int) -> None:
        self.pk, self.name, self.number, self.first_row = pk, name, number, first_row
        self.gender = self.birthday = self.preferred_way = None
        self.windows: tuple[Window, ...] = ()
        self.wish = ""
        self.spare: list[str] = []
        self.owner: tuple[dt.date, int] | None = None
        self.former: dict[str, Any] = {}

    def learn(self, record: Record) -> None:
        values = record.values
        self.gender = self.gender or values["gender"]
        self.birthday = self.birthday or values["birthday"]
        self.preferred_way = self.preferred_way or values["preferred_way"]
        wish = values["windows"]
        if isinstance(wish, str):
            self.wish = self.wish or wish
        elif wish:
            self.windows = self.windows or wish
        spare = values["spare_phone"]
        if spare and spare != self.number and spare not in self.spare:
            self.spare.append(spare)
        consultant = (values["delivered_on"], record.found["consultant_id"])
        if self.owner is None or consultant[0] > self.owner[0]:
            self.owner = consultant


def find_buyers(sound: Sequence[Record], cars: dict[str, dict[str, Any]], context: Context) -> list[Buyer]:
    """Give every record its buyer; reject those whose number and name do not fit together."""
    holders = _holders(context.store_id, sound)
    buyers: dict[tuple[str, str] | int, Buyer] = {}
    names_in_file: dict[str, tuple[str, int]] = {}
    for record in sound:
        name, number = record.values["name"], record.values["phone"]
        word = squeezed(name)
        known = holders.get(number)
        pk, is_stranger = _holder_called(word, known) if known else (None, False)
        car = cars.get(record.values["vin"])
        if pk is None and car is not None and car["buyer_id"] is not None and squeezed(car["buyer_name"]) == word:
            pk = car["buyer_id"]  # the same person with a new number
        first = names_in_file.get(number)
        if is_stranger and not any(holder[0] == pk for holder in known or ()):
            record.reject("联系电话", Reason.PHONE_NAME_MISMATCH, number, OTHER_NAME)
        elif first is not None and first[0] != word:
            record.reject("联系电话", Reason.PHONE_NAME_MISMATCH, number, OTHER_NAME_IN_FILE, first_row=first[1])
        elif car is not None and car["buyer_id"] not in (None, pk):
            record.reject("客户姓名", Reason.PHONE_NAME_MISMATCH, name, OTHER_BUYER)
        elif car is not None and car["owner_id"] not in (None, pk):
            record.reject("客户姓名", Reason.PHONE_NAME_MISMATCH, name, OTHER_OWNER)
        if record.issues:
            continue
        if first is None:
            names_in_file[number] = (word, record.row)
        key: tuple[str, str] | int = (number, word) if pk is None else pk
        buyer = buyers.get(key)
        if buyer is None:
            buyer = buyers[key] = Buyer(pk, name, number, record.row)
        buyer.learn(record)
        record.found["buyer"] = buyer
    known_buyers = {buyer.pk: buyer for buyer in buyers.values() if buyer.pk is not None}
    _load_former(known_buyers)
    return list(buyers.values())


def compare_buyer(buyer: Buyer) -> bool:
    """What the file says differently of a known customer. An empty cell changes nothing; whose customer it is and
    windows that somebody agreed with the customer are left alone."""
    former = buyer.former
    wanted = {name: getattr(buyer, name) for name in ("gender", "birthday", "preferred_way")}
    before, after = differences(former, wanted)
    new_numbers = [number for number in (buyer.number, *buyer.spare) if number not in former["numbers"]]
    former["change"] = (before, after, new_numbers)
    former["new_windows"] = buyer.windows if buyer.windows and not former["has_windows"] else ()
    return bool(after or new_numbers or former["new_windows"])


def write_buyers(records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
    buyers = list({id(record.found["buyer"]): record.found["buyer"] for record in records}.values())
    new = [buyer for buyer in buyers if buyer.pk is None]
    for buyer, pk in zip(new, writer.new_ids(Customer, len(new)), strict=True):
        buyer.pk = pk
    store = context.store_id
    writer.insert(
        Customer,
        (
            "store_id",
            "name",
            "initials",
            "kind",
            "gender",
            "birthday",
            "preferred_way",
            "owner_id",
            "note",
            "created_at",
        ),
        [
            (
                store,
                buyer.name,
                initials(buyer.name)[:32],
                CustomerKind.COMPANY.value if _COMPANY.search(buyer.name) else CustomerKind.PERSON.value,
                buyer.gender or "",
                buyer.birthday,
                buyer.preferred_way or "",
                buyer.owner[1],
                f"方便联系时间: {buyer.wish}" if buyer.wish else "",
                context.at,
            )
            for buyer in new
        ],
        ids=[buyer.pk for buyer in new],
    )
    known = [buyer for buyer in buyers if buyer.former]
    numbers = [
        *((buyer.pk, number, number == buyer.number) for buyer in new for number in (buyer.number, *buyer.spare)),
        *((buyer.pk, number, False) for buyer in known for number in buyer.former["change"][2]),
    ]
    writer.insert(
        CustomerPhone,
        ("store_id", "customer_id", "number", "reversed", "is_primary"),
        [(store, pk, number, digits_reversed(number), is_primary) for pk, number, is_primary in numbers],
    )
    windows = [(buyer.pk, *window) for buyer in new for window in buyer.windows]
    windows += [(buyer.pk, *window) for buyer in known for window in buyer.former["new_windows"]]
    writer.insert(ContactWindow, ("customer_id", "weekdays", "starts", "ends"), windows)
    writer.update(
        Customer,
        [(buyer.pk, *buyer.former["change"][:2]) for buyer in known if buyer.former["change"][1]],
    )


def _holders(store_id: int, sound: Sequence[Record]) -> dict[str, list[tuple[int, str, bool]]]:
    """Number → [(customer, name, whether it is the main number)], oldest customer first."""
    holders: dict[str, list[tuple[int, str, bool]]] = {}
    phones = CustomerPhone.objects.filter(store_id=store_id)
    numbers = (record.values["phone"] for record in sound)
    for number, pk, name, is_primary in rows_in(
        phones, "number", numbers, "number", "customer_id", "customer__name", "is_primary"
    ):
        holders.setdefault(number, []).append((pk, name, is_primary))
    for rows in holders.values():
        rows.sort()
    return holders


def _holder_called(word: str, holders: Sequence[tuple[int, str, bool]]) -> tuple[int | None, bool]:
    """Who of those with a number has this name (squeezed), and whether it is the main number of another name."""
    named = [(pk, squeezed(name) == word, is_primary) for pk, name, is_primary in holders]
    return (
        next((pk for pk, is_same, _is_primary in named if is_same), None),
        any(is_primary and not is_same for _pk, is_same, is_primary in named),
    )


def _load_former(buyers: dict[int, Buyer]) -> None:
    """What the records say of known customers: fields, numbers, whether they have windows."""
    known = known_rows(Customer.objects.all(), "pk", buyers, "gender", "birthday", "preferred_way")
    for pk, former in known.items():
        buyers[pk].former = {**former, "numbers": set(), "has_windows": False}
    for pk, number in rows_in(CustomerPhone.objects.all(), "customer_id", buyers, "customer_id", "number"):
        buyers[pk].former["numbers"].add(number)
    windows: Iterable[tuple[Any, ...]] = rows_in(ContactWindow.objects.all(), "customer_id", buyers, "customer_id")
    for (pk,) in windows:
        buyers[pk].former["has_windows"] = True
