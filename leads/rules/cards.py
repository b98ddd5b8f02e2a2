"""The yellow card (黄卡): what stands where on it, what must be filled, how full it is (CC-07, CC-17, LI-11)."""

from collections.abc import Mapping
from dataclasses import dataclass

CUSTOMER, LEAD, INTEREST = "customer", "lead", "interest"
MODEL = "main_model"
INTRODUCER = ("introducer_name", "introducer_relation", "introducer_phone")


@dataclass(frozen=True)
class Field:
    """A field of the front: of the customer, of the lead, or the model of interest. ``is_mandatory``: starred on the
    paper, without it nothing is saved (CC-17). ``counts``: not every customer has the others; they do not make a card
    less full."""

    name: str
    of: str = LEAD
    is_mandatory: bool = False
    counts: bool = True


@dataclass(frozen=True)
class SourceRule:
    """A source of customers on the card (LI-11). ``asks_introducer``: somebody sent the customer."""

    code: str
    label: str
    asks_introducer: bool = False


#: The parts of the front in the order of the paper (§6.1). No field of the customer is called like one of the lead. The
#: channel is not among them: it is never typed anew (CC-17).
FRONT: Mapping[str, tuple[Field, ...]] = {
    "customer": (
        Field("name", CUSTOMER, is_mandatory=True),
        Field("gender", CUSTOMER, is_mandatory=True),
        Field("birthday", CUSTOMER),
        Field("occupation", CUSTOMER, is_mandatory=True),
        Field("company", CUSTOMER, counts=False),
        Field("is_fleet", counts=False),
        Field("address", CUSTOMER),
        Field("city"),
        Field("email", CUSTOMER, counts=False),
        Field("wechat", CUSTOMER),
        Field("preferred_way", CUSTOMER),
    ),
    "source": (Field("card_source"), *(Field(name, counts=False) for name in INTRODUCER)),
    "present_car": (Field("current_car"), Field("trade_in")),
    "need": (
        Field(MODEL, INTEREST, is_mandatory=True),
        Field("colour"),
        Field("configuration"),
        Field("competitors"),
        Field("budget_fen", is_mandatory=True),
        Field("purchase_method"),
        Field("buys_on"),
        Field("use"),
        Field("decision_maker"),
        Field("plate_region"),
        Field("companions", counts=False),
    ),
    "will": (
        Field("confidence"),
        Field("need"),
        Field("purchasing_power"),
        Field("reason_to_follow", is_mandatory=True),
    ),
    "deal": (Field("objections"), Field("help_needed", counts=False), Field("note", counts=False)),
}
FIELDS = tuple(field for fields in FRONT.values() for field in fields)
CUSTOMER_FIELDS = tuple(field.name for field in FIELDS if field.of == CUSTOMER)
LEAD_FIELDS = tuple(field.name for field in FIELDS if field.of == LEAD)
MANDATORY = tuple(field.name for field in FIELDS if field.is_mandatory)
#: What the meter counts.
COUNTED = tuple(field.name for field in FIELDS if field.counts)


def counted(*, introduced: bool) -> tuple[str, ...]:
    """What the meter counts: of a customer whom somebody introduced the introducer's particulars too (LI-11)."""
    return tuple(field.name for field in FIELDS if field.counts or (introduced and field.name in INTRODUCER))


def missing(values: Mapping[str, object], names: tuple[str, ...] = COUNTED) -> tuple[str, ...]:
    """Those of ``names`` that are empty, in their order. A budget of nothing is no budget."""
    return tuple(name for name in names if _is_empty(values.get(name)))


def fullness(values: Mapping[str, object], names: tuple[str, ...] = COUNTED) -> tuple[int, int]:
    """(filled, counted) of the front, for the meter of missing fields."""
    return len(names) - len(missing(values, names)), len(names)


def _is_empty(value: object) -> bool:
    return not (value.strip() if isinstance(value, str) else value)
