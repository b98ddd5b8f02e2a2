"""Seconds from `script/server` to the first page, on an installed environment and on a bare one."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run() -> Iterator[str]:
    """Two lines: a clone that has everything, and a fresh one; both with an empty database first, then a filled one."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        bare = _first_page(clone)
        installed = min(_first_page(clone) for _turn in range(3))
        shutil.rmtree(clone / "var", ignore_errors=True)
        emptied = _first_page(clone)
    yield f"{'script/server to the first page, bare':<44} {bare:6.2f} s    environment, requirements, migrations, demo store"
    yield f"{'script/server to the first page, installed':<44} {installed:6.2f} s    best of three; trial 1.7 s"
    yield f"{'the same with an empty database':<44} {emptied:6.2f} s    migrations and demo store"


def _first_page(clone: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV"}
    }
    started = time.perf_counter()
    server = subprocess.Popen(
        ["script/server", "--port", str(port)], cwd=clone, env=clean, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while time.perf_counter() - started < 600:
            if server.poll() is not None:
                raise SystemExit(f"script/server ended with {server.returncode}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5) as answer:
                    answer.read()
                return time.perf_counter() - started
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise SystemExit("script/server did not answer within ten minutes")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
