"""A Celery application on a spool, for the workers that test_spool starts. The folder comes from SPOOL_TEST_DIR."""

import os
import time
from pathlib import Path

from celery import Celery

import dealership.spool  # noqa: F401

FOLDER = Path(os.environ["SPOOL_TEST_DIR"])

app = Celery("spool_app", broker="spool://", set_as_current=False)
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(FOLDER / "messages"),
        "data_folder_out": str(FOLDER / "messages"),
        "control_folder": str(FOLDER / "control"),
        "polling_interval": 0.02,
    },
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=8,
    broker_connection_retry_on_startup=True,
)


@app.task(name="note")
def note(number: int, seconds: float = 0.0) -> None:
    """Write that ``number`` began, work for ``seconds``, write that it ended."""
    write(f"began {number}")
    time.sleep(seconds)
    write(f"ended {number}")


def write(line: str) -> None:
    """Append one line in one system call, so that lines of several processes do not mix."""
    descriptor = os.open(FOLDER / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)
