"""manage.py up: the whole product in one command, and one Ctrl-C."""

import contextlib
import io
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils.translation import gettext as _

from dealership.management.launcher import (
    AddressUnavailable,
    Outcome,
    Program,
    answers,
    check_address,
    run_together,
)
from dealership.management.static_files import collect_static_files
from dealership.schedule import install_default_schedule
from dealership.spool import SpoolInUse, lock_spool, recover
from dealership.web.terminal import TerminalCommand

#: Addresses that mean "every one", and where such a server is reached from this machine.
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
FIRST_ADMINISTRATOR = ".venv/bin/python manage.py createsuperuser"


class Command(TerminalCommand):
    """Brings the database up to date, then runs web server, worker and beat together until Ctrl-C.

    Exits 0 after Ctrl-C, 1 when one of them dies, 2 with a sentence when it cannot start.
    """

    help = "Prepare the database and run web server, worker and beat together; Ctrl-C stops all of them."
    requires_system_checks = ()  # migrate runs those of the database, the rest belongs to script/check

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, host: str, port: int, no_demo: bool, **options: Any) -> None:
        require_address(host, port)
        with held_spool():
            try:
                self._prepare(demo=not no_demo)
            except KeyboardInterrupt:
                self._say(_("Stopped."))
                sys.exit(130)
            outcome = self._run(host, port)
        if outcome.died:
            sys.exit(1)

    def _prepare(self, *, demo: bool) -> None:
        """Everything that must be there before the first page: tables, schedule, static files, somebody to sign in."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OperationalError as error:
            raise CommandError(
                _("The database cannot be reached: %(reason)s Check DATABASE_URL, and that the server runs.")
                % {"reason": str(error).strip()},
                returncode=2,
            ) from error
        install_default_schedule()
        collect_static_files()
        if get_user_model().objects.exists():
            return
        if demo and settings.ONLY_THIS_MACHINE:
            self._say(_("The database is empty: filling a demo store…"))
            fill_demo_store()
        else:
            self._say(
                _("Nobody can sign in yet. Make the first administrator with: %(command)s")
                % {"command": FIRST_ADMINISTRATOR}
            )

    def _run(self, host: str, port: int) -> Outcome:
        reached_at = EVERY_ADDRESS.get(host, host)
        address = f"http://[{reached_at}]:{port}/" if ":" in reached_at else f"http://{reached_at}:{port}/"
        if "PUBLIC_URL" not in os.environ:  # the address in e-mails
            settings.PUBLIC_URL = address.rstrip("/")
        connections.close_all()
        outcome = run_together(
            [web(host, port), worker()],
            is_ready=lambda: answers(reached_at, port),
            on_ready=lambda: self._announce(host, address),
            on_stop=lambda: self._say(_("Stopping…")),
        )
        if outcome.died:
            self.stderr.write(
                _("The %(program)s ended by itself (%(code)s), so everything was stopped.")
                % {"program": outcome.died, "code": described(outcome.exitcode)}
            )
        for name in outcome.killed:
            self.stderr.write(_("The %(program)s did not stop in time and was ended.") % {"program": name})
        self._say(_("Stopped."))
        return outcome

    def _announce(self, host: str, address: str) -> None:
        if sign_ins := kept_sign_ins():
            self._say(sign_ins)
        if host in EVERY_ADDRESS and settings.ONLY_THIS_MACHINE:
            self._say(
                _("Other machines are refused until ALLOWED_HOSTS names this one, for example %(example)s.")
                % {"example": "ALLOWED_HOSTS=crm.example.com"}
            )
        self._say(_("The CRM answers at %(address)s (Ctrl-C stops it)") % {"address": address})

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


# --- what runs -----------------------------------------------------------------------------------------------------
def web(host: str, port: int) -> Program:
    """The web server: one process with threads, which is what SQLite wants and a store needs."""
    where = ["--host", host, "--port", str(port)]
    size = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--no-ws"]
    return Program("web", "granian", [*size, *where, "--log-level", "warning", "dealership.wsgi:application"])


def worker() -> Program:
    """The worker with beat inside."""
    size = ["-B", "--pool", "threads", "--concurrency", "2"]
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Program("worker", "celery", ["-q", "-A", "dealership", "worker", *size, *quiet], mute=True)


# --- what must be free ---------------------------------------------------------------------------------------------
def require_address(host: str, port: int) -> None:
    """Raise CommandError unless a server can listen on host:port."""
    if not 0 < port < 65536:
        raise CommandError(_("%(port)s is no port: ports go from 1 to 65535.") % {"port": port}, returncode=2)
    try:
        check_address(host, port)
    except AddressUnavailable as error:
        raise CommandError(
            _(
                "Port %(port)s on %(host)s cannot be used (%(reason)s). Stop what runs there, or take another port: "
                "script/server --port %(other)s"
            )
            % {"port": port, "host": host, "reason": error, "other": port + 1 if port < 65535 else 8000},
            returncode=2,
        ) from error


@contextlib.contextmanager
def held_spool() -> Iterator[None]:
    """Hold the file broker, when it is in use, for the one worker to come. Raises CommandError when it is taken."""
    if settings.REDIS_URL:
        yield
        return
    folder = settings.SPOOL_DIR / "messages"
    try:
        lock = lock_spool(folder)
    except SpoolInUse as error:
        raise CommandError(
            _(
                "This installation is running already (its data folder is %(folder)s). Stop it first, or set VAR_DIR "
                "to another folder for a second one."
            )
            % {"folder": settings.VAR_DIR},
            returncode=2,
        ) from error
    with lock:
        recover(folder)
        yield


# --- words ---------------------------------------------------------------------------------------------------------
def described(exitcode: int) -> str:
    """The exit code, or the name of the signal that ended the program."""
    return signal.Signals(-exitcode).name if exitcode < 0 else f"exit {exitcode}"


# --- the demo ------------------------------------------------------------------------------------------------------
def fill_demo_store() -> None:
    """Fill the demo store and keep what it prints, so that every start can say how to sign in."""
    printed = io.StringIO()
    call_command("seed_demo", stdout=printed)
    path = sign_ins_file()
    path.touch(mode=0o600)
    path.write_text(printed.getvalue(), encoding="utf-8")


def kept_sign_ins() -> str:
    """What the demo said about signing in; empty for an installation that is no demo."""
    path = sign_ins_file()
    return path.read_text(encoding="utf-8").rstrip() if path.exists() else ""


def sign_ins_file() -> Path:
    """Where the demo's sign-ins are kept, readable by the owner of the installation alone."""
    return Path(settings.VAR_DIR) / "demo_sign_ins.txt"
