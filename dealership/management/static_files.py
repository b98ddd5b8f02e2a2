"""Collecting static files only when one of them changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_static_files() -> bool:
    """Collect the static files of every app, if any changed since the last time; return whether that was so."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return False
    stamp.parent.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted, encoding="ascii")
    return True


def fingerprint() -> str:
    """Changes when a static file of any app is added, removed or edited."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
