"""When contact counts as lost: enough unanswered tries, and not all of the same kind."""

import datetime as dt
from collections.abc import Iterable

from leads.rules.policies import LeadRule

#: Where the second and the third slot of the day begin: morning, afternoon, evening.
_AFTERNOON, _EVENING = dt.time(12), dt.time(18)


def contact_is_lost(tries: Iterable[tuple[dt.datetime, str]], rule: LeadRule) -> bool:
    """Whether the unanswered tries since the last conversation prove that contact is lost.

    ``tries`` are (moment in the store's zone, way). No seed numbers this; the policy's defaults are three tries on
    three days, in two slots of the day and by two ways.
    """
    made = list(tries)
    return (
        len(made) >= rule.lost_tries
        and len({moment.date() for moment, _way in made}) >= rule.lost_days
        and len({slot_of(moment) for moment, _way in made}) >= rule.lost_slots
        and len({way for _moment, way in made}) >= rule.lost_ways
    )


def slot_of(moment: dt.datetime) -> str:
    """``morning`` before 12:00, ``afternoon`` before 18:00, ``evening`` from then on, by the moment's own clock."""
    if moment.time() < _AFTERNOON:
        return "morning"
    return "afternoon" if moment.time() < _EVENING else "evening"
