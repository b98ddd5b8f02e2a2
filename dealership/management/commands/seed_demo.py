"""`manage.py seed_demo [--as-of D] [--scale N]`: a made-up store to look around in."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from dealership import clock
from dealership.demo import DemoInTheWay, seed_demo
from dealership.demo.seeding import PASSWORD
from dealership.kernel.dates import BadDate, parse_date
from dealership.web.terminal import TerminalCommand
from dealership.web.wording import enumeration, labelled
from staffing.enums import Role
from staffing.models import StaffRole, Store

LARGEST_SCALE = 1000


class Command(TerminalCommand):
    """Fills the store and prints how to sign in to it, by role. Exits 2 with a sentence where a real store stands."""

    help = "Fill an empty database with a made-up store, through the services; the same for the same arguments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="D", help="the day on which the demo stands (default: today)")
        parser.add_argument(
            "--scale", metavar="N", type=int, default=1, help="so many times 300 deliveries (default: 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = self._day(options["as_of"])
        scale = options["scale"]
        if not 1 <= scale <= LARGEST_SCALE:
            raise CommandError(
                _("--scale: %(value)s is not between 1 and %(most)s.") % {"value": scale, "most": LARGEST_SCALE},
                returncode=2,
            )
        if not settings.ONLY_THIS_MACHINE:
            raise CommandError(
                _(
                    "The demo has a password that everybody knows, and this installation answers to other machines "
                    "(ALLOWED_HOSTS). Nothing was changed."
                ),
                returncode=2,
            )
        try:
            demo = seed_demo(as_of=as_of, scale=scale)
        except DemoInTheWay as refusal:
            raise CommandError(refusal.sentence(_), returncode=2) from refusal
        self._say_how_to_sign_in(demo.store)

    def _day(self, text: str | None) -> dt.date:
        if text is None:
            return clock.today()
        try:
            return parse_date(text)
        except BadDate as refused:
            raise CommandError(refused.sentence(_), returncode=2) from refused

    def _say_how_to_sign_in(self, store: Store) -> None:
        self.stdout.write(_("Demo store: %(store)s. Everything in it is made up.") % {"store": store.name})
        self.stdout.write(_("Demo password of everybody: %(password)s") % {"password": PASSWORD})
        names: dict[str, list[str]] = {}
        rows = StaffRole.objects.filter(staff__store=store).order_by("staff__username")
        for role, username in rows.values_list("role", "staff__username"):
            names.setdefault(role, []).append(username)
        for role in Role:
            if role.value in names:
                self.stdout.write("  " + labelled(role.label, enumeration(names[role.value])))
