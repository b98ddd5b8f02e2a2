"""The product's settings for its tests: nothing of this machine's own, and nothing kept.

Reads DATABASE_URL from the environment (default: a SQLite file), and no other setting; a developer's .env is ignored.
Every worker of the suite has a folder of its own, removed at the end.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OWN = ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TIME_ZONE", "EMAIL_URL", "SENTRY_DSN")
OWN += ("DEFAULT_FROM_EMAIL", "PUBLIC_URL", "LOG_LEVEL", "HTTPS_ONLY", "TRUSTED_PROXIES")
OWN += ("WORKBOOK_MAX_BYTES", "WORKBOOK_MAX_ROWS")
DEFAULTS = {
    "SECRET_KEY": "only-for-tests",
    "DEBUG": "0",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "TIME_ZONE": "Asia/Shanghai",
    "LOG_LEVEL": "WARNING",
}

_folder = tempfile.mkdtemp(prefix=f"dealership-tests-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-")
_owner = os.getpid()


@atexit.register
def _remove_folder() -> None:
    if os.getpid() == _owner:  # not in a fork of the suite
        shutil.rmtree(_folder, ignore_errors=True)


for _name in OWN:
    os.environ.pop(_name, None)
os.environ.update(DEFAULTS, VAR_DIR=_folder, REDIS_URL="", ENV_FILE=os.devnull)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder}/dealership.sqlite3")

from dealership.settings import *  # noqa: E402, F403
from dealership.settings import DATABASES, MIDDLEWARE, STATIC_ROOT, STORAGES  # noqa: E402

# A file and not memory: live servers and race tests open it from several threads.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
STATIC_ROOT.mkdir(exist_ok=True)
