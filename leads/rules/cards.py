"""The yellow card (黄卡): what must be filled, how full it is, and what the next line answers (CC-03, CC-07, CC-17)."""

from collections.abc import Mapping

#: The fields of the customer and of the lead on the front, in the order of the paper (§6.1). No field of both is called
#: the same. The channel is not among them: it is never typed anew (CC-17).
CUSTOMER_FIELDS = (
    "name",
    "gender",
    "birthday",
    "occupation",
    "company",
    "address",
    "email",
    "wechat",
    "preferred_way",
)
LEAD_FIELDS = (
    "city",
    "current_car",
    "trade_in",
    "colour",
    "configuration",
    "competitors",
    "budget_fen",
    "purchase_method",
    "buys_on",
    "use",
    "decision_maker",
    "plate_region",
    "companions",
    "confidence",
    "need",
    "purchasing_power",
    "reason_to_follow",
    "objections",
    "help_needed",
    "introducer_name",
    "introducer_relation",
    "note",
)
MODEL = "main_model"
#: Starred on the paper: without them nothing is saved (CC-17).
MANDATORY = ("name", "gender", "occupation", MODEL, "budget_fen", "reason_to_follow")
#: What not every customer has: it does not make a card less full.
OPTIONAL = ("company", "email", "introducer_name", "introducer_relation", "companions", "help_needed", "note")
#: What the meter counts.
COUNTED = tuple(name for name in (*CUSTOMER_FIELDS, MODEL, *LEAD_FIELDS) if name not in OPTIONAL)


def missing(values: Mapping[str, object], names: tuple[str, ...] = COUNTED) -> tuple[str, ...]:
    """Those of ``names`` that are empty, in their order. A budget of nothing is no budget."""
    return tuple(name for name in names if _is_empty(values.get(name)))


def fullness(values: Mapping[str, object]) -> tuple[int, int]:
    """(filled, counted) of the front, for the meter of missing fields."""
    return len(COUNTED) - len(missing(values)), len(COUNTED)


def _is_empty(value: object) -> bool:
    return not (value.strip() if isinstance(value, str) else value)
