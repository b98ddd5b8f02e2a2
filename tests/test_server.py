"""One command runs the product, and one Ctrl-C stops it: real processes, each test with ports of its own."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 90
#: One installation serves all of them, so they run one after the other.
pytestmark = [pytest.mark.xdist_group("server"), pytest.mark.slow]


def environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of an embedded installation whose data live in ``var``, and nothing of the suite's own."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return {**kept, "VAR_DIR": str(var), "ENV_FILE": os.devnull, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def up(var: Path, port: int, *options: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--no-demo", "--port", str(port), *options],
        cwd=ROOT,
        env=environment(var, **environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def running(var: Path, *options: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """An installation that answers; whatever is left of it at the end is killed."""
    port = free_port()
    process = up(var, port, *options, **environ)
    try:
        wait_until_it_answers(process, port)
        yield process, port
    finally:
        left = family(process.pid)
        process.kill()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # Whatever was left all the same holds the other end of the pipes: it must not hold up the suite as well.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=PATIENCE_SECONDS)


def wait_until_it_answers(process: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while status(port) != 200:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the server did not answer in time"
        time.sleep(0.05)


def status(port: int, path: str = "/healthz") -> int | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def family(pid: int) -> list[int]:
    """The processes that ``pid`` started, and those that they started."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, ahead = [], [pid]
    while ahead:
        below = children.get(ahead.pop(), [])
        found += below
        ahead += below
    return found


def wait_for_family(pid: int, *, count: int) -> list[int]:
    """The family of ``pid`` once it has ``count`` members."""
    end = time.monotonic() + PATIENCE_SECONDS
    while len(found := family(pid)) < count:
        assert time.monotonic() < end, f"only {found} were started"
        time.sleep(0.05)
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of ``pids`` that still run; a zombie that nobody has buried yet does not."""
    return [pid for pid in pids if (state := process_state(pid)) is not None and state != "Z"]


def process_state(pid: int) -> str | None:
    listing = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()[:1] or None


def wait_until_gone(pids: list[int]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while left := alive(pids):
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the one installation that these tests start and stop."""
    return tmp_path_factory.mktemp("var")


# --- one command, one Ctrl-C ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_pages_and_stops_everything_on_a_signal(var, stop):
    with running(var) as (process, port):
        children = wait_for_family(process.pid, count=4)  # web server and its worker, Celery and beat

        process.send_signal(stop)
        said, complained = process.communicate(timeout=PATIENCE_SECONDS)

        assert process.returncode == 0
        assert said.splitlines()[-3:] == [
            f"The CRM answers at http://127.0.0.1:{port}/ (Ctrl-C stops it)",
            "Stopping…",
            "Stopped.",
        ]
        assert complained == ""
        assert alive(children) == []


def test_up_speaks_the_language_of_the_terminal(var):
    with running(var, LANG="zh_CN.UTF-8") as (process, _):
        process.send_signal(signal.SIGINT)

        said, _ = process.communicate(timeout=PATIENCE_SECONDS)

        assert said.splitlines()[-1] == "已停止。"


def test_ready_as_soon_as_beat_has_sent_the_sweep(var):
    with running(var) as (process, _):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)
    with contextlib.closing(sqlite3.connect(var / "dealership.sqlite3")) as database, database:
        database.execute("UPDATE django_celery_beat_periodictask SET last_run_at = '2026-01-01 00:00:00'")

    with running(var) as (process, port):
        end = time.monotonic() + PATIENCE_SECONDS
        while status(port, "/readyz") != 200:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "beat was not seen"
            time.sleep(0.2)


def test_everything_ends_when_the_worker_dies(var):
    with running(var) as (process, _):
        children = wait_for_family(process.pid, count=4)
        direct = direct_children(process.pid)
        worker = max(direct)  # started second

        os.kill(worker, signal.SIGKILL)
        _, complained = process.communicate(timeout=PATIENCE_SECONDS)

        assert process.returncode == 1
        assert "The worker ended by itself (SIGKILL), so everything was stopped." in complained
        assert alive(children) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_everything_ends_when_the_launcher_is_killed(var):
    with running(var) as (process, _):
        children = wait_for_family(process.pid, count=4)  # what is only just being started has no parent to lose

        process.kill()

        wait_until_gone(children)


def direct_children(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [child for child, parent in (map(int, line.split()) for line in listing.splitlines()) if parent == pid]


# --- what stands in the way ----------------------------------------------------------------------------------------
def test_a_second_one_on_the_same_data_is_refused_with_a_sentence(var):
    with running(var):
        second = up(var, free_port())

        _, complained = second.communicate(timeout=PATIENCE_SECONDS)

    assert second.returncode == 2
    assert complained == (
        f"CommandError: This installation is running already (its data folder is {var}). Stop it first, or set VAR_DIR "
        "to another folder for a second one.\n"
    )


def test_a_port_in_use_is_refused_with_a_sentence(var):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = up(var, port)
        _, complained = refused.communicate(timeout=PATIENCE_SECONDS)

    assert refused.returncode == 2
    assert complained == (
        f"CommandError: Port {port} on 127.0.0.1 cannot be used (Address already in use). Stop what runs there, or "
        f"take another port: script/server --port {port + 1}\n"
    )


def test_a_number_that_is_no_port_is_refused_with_a_sentence(tmp_path):
    refused = up(tmp_path, 99999)

    _, complained = refused.communicate(timeout=PATIENCE_SECONDS)

    assert (refused.returncode, complained) == (2, "CommandError: 99999 is no port: ports go from 1 to 65535.\n")


def test_a_database_that_does_not_answer_is_refused_with_a_sentence(tmp_path):
    refused = up(tmp_path, free_port(), DATABASE_URL="postgres://nobody:secret@127.0.0.1:1/none")

    _, complained = refused.communicate(timeout=PATIENCE_SECONDS)

    assert refused.returncode == 2
    assert re.search(r"^CommandError: The database cannot be reached: .* Check DATABASE_URL", complained, re.S | re.M)
    assert "secret" not in complained
    assert "Traceback" not in complained


# --- settings ------------------------------------------------------------------------------------------------------
def check(var: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment(var, **environ),
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installation_for_other_machines_needs_a_secret_key(tmp_path):
    done = check(tmp_path, ALLOWED_HOSTS="crm.example.com")

    assert done.returncode != 0
    assert "SECRET_KEY is not set." in done.stderr
    assert "secrets.token_urlsafe(50)" in done.stderr
    assert not (tmp_path / "secret_key").exists()


def test_an_embedded_installation_makes_its_own_key_and_keeps_it(tmp_path):
    first = check(tmp_path)
    key = (tmp_path / "secret_key").read_text()
    second = check(tmp_path)

    assert (first.returncode, second.returncode) == (0, 0)
    assert len(key) >= 50
    assert (tmp_path / "secret_key").read_text() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
