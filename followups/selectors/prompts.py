"""What a caller is told to speak of with an owner, in words (PF-06)."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from followups.enums import TaskKind
from followups.models import CallTask
from followups.rules.prompts import Due, Prompt, prompts_for
from followups.selectors.policies import prompt_rule

#: Calls to owners in which more than the occasion is spoken of.
OWNER_KINDS = (TaskKind.PERIODIC, TaskKind.RETAINED, TaskKind.LOST_CUSTOMER)
_AHEAD: dict[Prompt, Promise] = {
    Prompt.INSURANCE: gettext_lazy("The insurance runs out on %(on)s: offer to renew it."),
    Prompt.ASK_INSURANCE: gettext_lazy("Ask when the insurance runs out, probably about %(on)s."),
    Prompt.INSPECTION: gettext_lazy("The periodic inspection is due by %(on)s: offer to see to it."),
    Prompt.ASK_INSPECTION: gettext_lazy("Ask when the periodic inspection is due, probably about %(on)s."),
    Prompt.TRADE_IN: gettext_lazy("A car from before %(on)s: ask about a trade-in, the valuation is free."),
}
_PAST: dict[Prompt, Promise] = {
    Prompt.INSURANCE: gettext_lazy("The insurance ran out on %(on)s: ask whether it was renewed."),
    Prompt.INSPECTION: gettext_lazy("The periodic inspection was due by %(on)s: ask whether it was done."),
    Prompt.ASK_INSPECTION: gettext_lazy("Ask about the periodic inspection, which was probably due about %(on)s."),
}


@dataclass(frozen=True)
class SpokenPrompt:
    """One line; ``is_pressing`` when its day is past."""

    text: str
    is_pressing: bool


@dataclass(frozen=True)
class PromptPanel:
    """What to speak of, and the dates that are known of the car."""

    lines: tuple[SpokenPrompt, ...]
    insured_until: dt.date | None
    inspect_by: dt.date | None


def prompt_panel(task: CallTask, *, on: dt.date) -> PromptPanel | None:
    """The prompts of a call on a day; None for calls of other kinds. ``task`` comes with delivery and vehicle. One
    query."""
    if task.kind not in OWNER_KINDS or task.delivery is None or task.vehicle is None:
        return None
    car = task.vehicle
    found = prompts_for(
        prompt_rule(task.store, on),
        on=on,
        delivered_on=task.delivery.delivered_on,
        insured_until=car.insured_until,
        inspect_by=car.inspect_by,
    )
    return PromptPanel(tuple(_in_words(due) for due in found), car.insured_until, car.inspect_by)


def _in_words(due: Due) -> SpokenPrompt:
    past = due.days < 0 and due.prompt in _PAST
    words = _PAST[due.prompt] if past else _AHEAD[due.prompt]
    return SpokenPrompt(gettext(str(words)) % {"on": date_format(due.on, "Y-m-d")}, past)
