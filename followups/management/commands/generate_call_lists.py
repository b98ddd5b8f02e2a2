"""manage.py generate_call_lists: make the call lists of a day."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from dealership import clock
from dealership.kernel.dates import BadDate, parse_date
from dealership.kernel.errors import Refusal
from dealership.web.terminal import TerminalCommand
from dealership.web.wording import enumeration, labelled
from followups.services.lists import make_call_lists
from staffing.selectors.stores import store_called


class Command(TerminalCommand):
    help = "Make the call lists of a day for every active store. Safe to run twice, late, or side by side."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", help="the day of the list, like 2026-11-24")
        parser.add_argument("--store", default="", help="code of one store (default: all active stores)")
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["date"]:
            raise CommandError(_("Say which day with --date, like --date 2026-11-24."), returncode=2)
        try:
            on = parse_date(options["date"])
            stores = [store_called(options["store"])] if options["store"] else None
        except (BadDate, Refusal) as refused:
            raise CommandError(refused.sentence(_), returncode=2) from refused
        result = make_call_lists(on=on, at=clock.now(), stores=stores)
        answer = {
            "date": on.isoformat(),
            "created": dict(result.created),
            "open": dict(result.open),
            "skipped": dict(result.skipped),
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(_("Call lists of %(date)s") % {"date": on.isoformat()})
        for name, counts in (
            (_("created"), result.created),
            (_("waiting"), result.open),
            (_("left out"), result.skipped),
        ):
            line = enumeration(f"{key} {number}" for key, number in counts.items() if number)
            self.stdout.write("  " + labelled(name, line or "0"))
