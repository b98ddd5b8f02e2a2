"""``{% prints "lead_card" lead %}``: a page of customer data that tells the audit when it is printed (CC-15)."""

from typing import Any

from django import template
from django.db import models

from dealership.audit.taking import print_token

register = template.Library()


@register.inclusion_tag("audit/_prints.html", takes_context=True)
def prints(context: Any, what: str, subject: models.Model | None = None, rows: int | None = None) -> dict[str, Any]:
    """``what`` is the noun of the audit's code; ``rows`` how many customers or cars stand on the paper."""
    by = context["request"].user
    counted = 1 if rows is None and subject is not None else rows
    return {"token": print_token(what, subject=subject, rows=counted, by=by), "request": context["request"]}
