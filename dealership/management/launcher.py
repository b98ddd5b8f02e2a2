"""Running several programs as one: started together, stopped together, none left over.

On Linux the programs are forked from the launcher, which has loaded Django already: the first page comes in half the
time. Each gets a session of its own. If it shared the terminal's, Ctrl-C would reach it twice, and Celery takes the
second one as an order to drop what it is doing.
"""

import contextlib
import ctypes
import multiprocessing.context
import os
import runpy
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLL_SECONDS = 0.05
#: A task that is running when the worker is asked to stop has this long to finish.
PATIENCE_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


class AddressUnavailable(Exception):
    """The web server cannot listen where it was told to."""


@dataclass(frozen=True)
class Program:
    """One program to run: its name for messages, and what stands after ``python -m``.

    ``mute`` drops what it says on standard output; its log goes to standard error.
    """

    name: str
    module: str
    arguments: Sequence[str] = ()
    mute: bool = False


@dataclass
class Outcome:
    """How a run ended: on request (``signum``), or because the program ``died`` with ``exitcode``.

    A negative exit code is the number of the signal that ended it. ``killed`` are those that did not stop in time.
    """

    signum: int | None = None
    died: str | None = None
    exitcode: int = 0
    killed: list[str] = field(default_factory=list)


def check_address(host: str, port: int) -> None:
    """Raise AddressUnavailable, with the reason of the system, unless a server could listen on host:port now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except (OSError, OverflowError) as error:
        raise AddressUnavailable(getattr(error, "strerror", None) or str(error)) from error


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections on host:port."""
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def run_together(
    programs: Sequence[Program],
    *,
    is_ready: Callable[[], bool],
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> Outcome:
    """Run ``programs`` until one ends or a stop signal comes; then stop them all and wait for them.

    ``on_ready`` is called once, as soon as ``is_ready()`` says so; ``on_stop`` once, when stopping begins. Connections
    must be closed before: the programs begin as copies of this process.
    """
    with _stop_signals() as received:
        running: dict[str, BaseProcess] = {}
        try:
            for program in programs:
                running[program.name] = _start(program)
            outcome = _watch(running, received, is_ready, on_ready)
            on_stop()
        finally:
            killed = _stop(running)
    outcome.killed = killed
    return outcome


@contextlib.contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """Collect stop signals instead of dying of them."""
    received: list[int] = []

    def note(signum: int, frame: FrameType | None) -> None:
        received.append(signum)

    before = {signum: signal.signal(signum, note) for signum in STOP_SIGNALS}
    try:
        yield received
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _start(program: Program) -> BaseProcess:
    method = multiprocessing.context.ForkProcess if sys.platform == "linux" else multiprocessing.context.SpawnProcess
    process = method(target=_run, args=(program, os.getpid()), name=program.name)
    # A stop signal that comes now waits until the child has handlers of its own.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return process


def _run(program: Program, parent: int) -> None:
    """In the child: become ``program``."""
    os.setsid()
    for signum in STOP_SIGNALS:
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    _end_with(parent)
    if program.mute:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # Said at every start of a worker by root (usual in containers), and of no use to whoever reads the terminal.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    sys.argv = [program.module, *program.arguments]
    runpy.run_module(program.module, run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    """On Linux: be told to stop when the launcher dies, even if it died without a chance to say so."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def _watch(
    running: Mapping[str, BaseProcess],
    received: list[int],
    is_ready: Callable[[], bool],
    on_ready: Callable[[], None],
) -> Outcome:
    announced = False
    while not received:
        for name, process in running.items():
            if process.exitcode is not None:
                return Outcome(died=name, exitcode=process.exitcode)
        if not announced and is_ready():
            announced = True
            on_ready()
        time.sleep(POLL_SECONDS)
    return Outcome(signum=received[0])


def _stop(running: Mapping[str, BaseProcess]) -> list[str]:
    """Ask every program to stop, once; kill what has not stopped in time. Returns the names of those killed."""
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    killed = []
    for name, process in running.items():
        process.join(max(0.0, deadline - time.monotonic()))
        if process.exitcode is None:
            killed.append(name)
        # What a program started itself and left behind is in its session and goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
    return killed
