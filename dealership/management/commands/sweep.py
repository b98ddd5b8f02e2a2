"""`manage.py sweep`: do once all that beat does every minute."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _

from dealership import clock
from dealership.sweeps import sweep
from dealership.web.terminal import TerminalCommand


class Command(TerminalCommand):
    help = "Do once all that is due: expired claims, missed calls, overdue alerts, the outbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="the moment, ISO 8601 with an offset (default: now)")
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        if options["at"]:
            try:
                given = parse_datetime(options["at"])
            except ValueError:
                given = None
            if given is None or not is_aware(given):
                sentence = _("“%(value)s” is not a moment. Write it like 2026-11-22T09:00:00+08:00.")
                raise CommandError(sentence % {"value": options["at"]}, returncode=2)
            at = given

        counts = sweep(at=at)

        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            for name, count in counts.items():
                self.stdout.write(f"{name}: {count}")
