"""The sources of customers of the yellow card as the rules and forms take them."""

import datetime as dt

from django.utils.translation import get_language

from leads.models import CardSource
from leads.rules.cards import SourceRule
from staffing.models import Store
from staffing.selectors.policies import in_force


def card_sources(store: Store | None, on: dt.date, *, besides: str = "") -> tuple[SourceRule, ...]:
    """The sources of customers in use on a day, in their order, in the language of the reader (LI-11). ``besides``: a
    code that a card has and that is no longer in use stays among them. One query."""
    english = (get_language() or "").startswith("en")
    rows = in_force(CardSource.objects.all(), store, on, "code").values()
    return tuple(
        SourceRule(row.code, row.label_en if english else row.label_zh, row.asks_introducer)
        for row in sorted(rows, key=lambda row: (row.position, row.pk))
        if row.is_active or row.code == besides
    )
