"""manage.py estimate_first_service: when the first service of a car falls due, from one odometer reading."""

import datetime as dt
import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from dealership.kernel.dates import parse_date
from dealership.kernel.errors import BadValue
from dealership.kernel.quantities import parse_count, parse_distance_km
from dealership.web.terminal import TerminalCommand
from dealership.web.wording import labelled
from followups.rules import FirstServicePolicy, estimate_first_service


class Command(TerminalCommand):
    help = (
        "Estimate the date of the first service. The default policy is 5000 km or 3 months, rounded up to 10 km a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delivered", help="day of delivery")
        parser.add_argument("--read-on", help="day on which the odometer was read")
        parser.add_argument("--odometer-km", help="the reading, in whole kilometres")
        parser.add_argument("--policy-km", default="5000")
        parser.add_argument("--policy-months", default="3")
        parser.add_argument("--rounding", default="ceil10", help="ceil10 or exact")
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            estimate = estimate_first_service(
                delivered_on=_day(options, "delivered"),
                read_on=_day(options, "read_on"),
                odometer_km=parse_distance_km(_given(options, "odometer_km")),
                policy=FirstServicePolicy(
                    km=parse_distance_km(_given(options, "policy_km")),
                    months=parse_count(_given(options, "policy_months")),
                    rounding=options["rounding"],
                ),
            )
        except BadValue as refused:
            raise CommandError(refused.sentence(_), returncode=2) from refused
        daily = estimate.daily_km
        answer = {
            "daily_km": int(daily) if daily == int(daily) else float(daily),
            "interval_days": estimate.interval_days,
            "due_on": estimate.due_on.isoformat(),
            "remind_on": estimate.remind_on.isoformat(),
            "capped": estimate.capped,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        for name, value in (
            (_("km a day"), answer["daily_km"]),
            (_("days until due"), answer["interval_days"]),
            (_("first service expected on"), answer["due_on"]),
            (_("remind on"), answer["remind_on"]),
            (_("capped by the months"), _("yes") if estimate.capped else _("no")),
        ):
            self.stdout.write(labelled(name, value))


def _day(options: dict[str, Any], name: str) -> dt.date:
    return parse_date(_given(options, name))


def _given(options: dict[str, Any], name: str) -> str:
    value = options[name]
    if value in (None, ""):
        raise CommandError(
            _("The value of %(option)s is missing.") % {"option": f"--{name.replace('_', '-')}"}, returncode=2
        )
    return str(value)
