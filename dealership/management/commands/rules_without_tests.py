"""`manage.py rules_without_tests`: rules that docs/rules/ claims and no test shows."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from dealership.rulebook import implemented_rules, rules_with_tests
from dealership.web.terminal import TerminalCommand


class Command(TerminalCommand):
    help = "List the rule ids of docs/rules/ that have no test; exit 1 when there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON alone")

    def handle(self, *args: Any, **options: Any) -> None:
        claimed = implemented_rules(settings.BASE_DIR / "docs" / "rules")
        shown = rules_with_tests(settings.BASE_DIR)
        lacking = {rule: page for rule, page in sorted(claimed.items()) if rule not in shown}

        if options["json"]:
            self.stdout.write(json.dumps({"claimed": len(claimed), "without_test": lacking}, ensure_ascii=False))
        else:
            for rule, page in lacking.items():
                self.stdout.write(f"{rule}  docs/rules/{page}")
            self.stdout.write(
                _("Rules claimed: %(claimed)s; without a test: %(lacking)s")
                % {"claimed": len(claimed), "lacking": len(lacking)}
            )
        if lacking:
            raise CommandError(_("Rules without a test: %(lacking)s.") % {"lacking": len(lacking)}, returncode=1)
