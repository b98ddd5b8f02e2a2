"""The reckoning of the first service in words: what the caller tells the customer, and what the sheet keeps."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext

from dealership.notifications.enums import Tone
from followups.rules.reckoning import Standing, Steps


@dataclass(frozen=True)
class Remark:
    """A sentence that the caller must heed."""

    text: str
    tone: Tone


def spoken_day(on: dt.date | None) -> str:
    """A day as it is said: 11 May, 5月11日; empty for none."""
    return "" if on is None else date_format(on, "j F" if get_language() == "en" else "n月j日")


def whole(number: Decimal | int) -> str:
    """A distance with its thousands apart, without zeros behind the point."""
    plain = number if isinstance(number, int) else number.normalize()
    decimals = None if isinstance(plain, int) else max(-int(plain.as_tuple().exponent), 0)
    return str(number_format(plain, decimals, use_l10n=True, force_grouping=True))


def steps_in_words(steps: Steps) -> tuple[str, ...]:
    """The reckoning, a line a step: the distance a day, the days, the cap, the reminder (SV-01 to SV-05)."""
    lines = []
    if steps.exact_km is None:
        lines.append(gettext("Nothing can be reckoned from this reading: the months decide."))
    else:
        lines.append(_pace(steps))
        lines.append(
            gettext("%(km)s ÷ %(daily)s = %(days)s days → %(on)s")
            % {
                "km": whole(steps.policy.km),
                "daily": whole(steps.daily_km),
                "days": whole(steps.interval_days),
                "on": spoken_day(steps.by_distance_on) or "–",
            }
        )
    lines.append(
        gettext("at the latest %(on)s, when the months are over (%(months)s)")
        % {"on": spoken_day(steps.latest_on), "months": steps.policy.months}
    )
    lines.append(gettext("reminder %(on)s") % {"on": spoken_day(steps.remind_on)})
    return tuple(lines)


def decided_by(steps: Steps) -> str:
    """Why the service is due on its day: the distance, the months, or that it is high time."""
    if steps.standing != Standing.BEFORE:
        return gettext("The distance is reached: due today.")
    if steps.due_on > steps.latest_on:
        return gettext("The months are over: due today.")
    return gettext("The months come first.") if steps.capped else gettext("The distance comes first.")


def tolerance_remark(steps: Steps) -> Remark | None:
    """What the customer must know of a car beyond the distance (SV-10); None for one before it."""
    places = {"over": whole(steps.over_km), "tolerated": whole(steps.policy.overrun_km)}
    match steps.standing:
        case Standing.REACHED:
            text = gettext(
                "%(over)s km beyond the distance. Up to %(tolerated)s km are tolerated: still free, come at once."
            )
            return Remark(text % places, Tone.WARN)
        case Standing.BEYOND:
            text = gettext(
                "%(over)s km beyond the distance, more than the %(tolerated)s km that are tolerated: the customer "
                "pays, and the warranty may suffer."
            )
            return Remark(text % places, Tone.DANGER)
    return None


def _pace(steps: Steps) -> str:
    assert steps.exact_km is not None
    places = {
        "km": whole(steps.odometer_km),
        "days": whole(steps.elapsed_days),
        "exact": whole(steps.exact_km),
        "daily": whole(steps.daily_km),
    }
    if steps.policy.rounding == "exact" or steps.exact_km == steps.daily_km:
        return gettext("%(km)s km ÷ %(days)s days = %(daily)s km a day") % places
    return gettext("%(km)s km ÷ %(days)s days = %(exact)s → %(daily)s km a day") % places
