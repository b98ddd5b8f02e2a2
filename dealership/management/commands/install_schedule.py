"""manage.py install_schedule: write the default schedule of beat."""

from typing import Any

from django.utils.translation import gettext as _

from dealership.schedule import install_default_schedule
from dealership.web.terminal import TerminalCommand


class Command(TerminalCommand):
    """Writes the rows that are missing and says which; never changes one that an admin may have edited."""

    help = "Write the default schedule of the background tasks; rows that exist already are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        written = install_default_schedule()
        if options["verbosity"] < 1:
            return
        for task in written:
            self.stdout.write(_("Scheduled: %(task)s") % {"task": task})
        if not written:
            self.stdout.write(_("The schedule is complete; nothing was changed."))
