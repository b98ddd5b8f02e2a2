# mypy: allow-untyped-calls
"""The embedded broker: Celery messages as files in a folder, safe enough to run a shop on.

kombu's file transport publishes under the final name before the content is written (a reader may meet an empty file,
and the error ends the worker), and forgets a message before its task has run. This subclass

* publishes atomically: written aside, then renamed, so that a reader sees all of a message or nothing;
* delivers at least once: a message taken stands in ``.inflight`` until its task acknowledges it, and
  :func:`recover` puts it back at the next start (tasks are safe to run twice, see ``CELERY_TASK_ACKS_LATE``);
* sets a message that cannot be read aside as ``NAME.bad`` and goes on;
* keeps the listing of the folder, so that a backlog of n messages costs n and not n² steps;
* changes its table of bindings atomically and under a lock.

Exactly one worker reads a spool: whoever starts it holds :func:`lock_spool`. Production uses Redis (``REDIS_URL``).
"""

import collections
import contextlib
import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any, TextIO

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

SUFFIX = ".msg"
INFLIGHT = ".inflight"
LOCK = ".worker.lock"
ABANDONED_SECONDS = 3600


class SpoolInUse(Exception):
    """Another worker already reads this spool."""


def lock_spool(folder: Path) -> TextIO:
    """Take the spool ``folder`` for one worker; the lock lasts until every holder of the returned file is gone.

    Pass its descriptor to the worker as well: then a worker that outlives its launcher still keeps the spool.
    Raises SpoolInUse when another worker holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / LOCK).open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise SpoolInUse(str(folder)) from error
    return lock


def recover(folder: Path) -> int:
    """Put back what a dead worker had taken and not finished; return how many messages that were.

    Only for the holder of the lock, before its worker starts. Also removes what a dead producer left half written.
    """
    inflight = folder / INFLIGHT
    inflight.mkdir(parents=True, exist_ok=True)
    taken = sorted(inflight.iterdir())
    for path in taken:
        path.rename(folder / path.name)
    for path in folder.glob(f".*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink()
    return len(taken)


def _write_atomically(path: Path, content: str) -> None:
    aside = path.with_name(f".{path.name}")
    try:
        aside.write_text(content, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write {path}: {error.strerror}") from error


def _is_message(payload: object) -> bool:
    """Whether kombu will be able to deliver ``payload``."""
    match payload:
        case {"body": str(), "properties": {"delivery_tag": str()}}:
            return True
    return False


class QoS(virtual.QoS):
    """Forgets the file of a message together with the message."""

    restore_at_shutdown = False  # recover() does it at the next start; doing both would run a task twice

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        # The old file is known before the message is published anew: both carry the same tag.
        taken = self.channel.release(delivery_tag)
        super().reject(delivery_tag, requeue=requeue)
        if taken is not None:
            taken.unlink(missing_ok=True)


class Channel(filesystem.Channel):
    """One reader or writer of the spool."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = Path(self.data_folder_in)
        self._inflight_folder = self._folder / INFLIGHT
        self._inflight_folder.mkdir(parents=True, exist_ok=True)
        self.control_folder.mkdir(parents=True, exist_ok=True)
        self._listings: dict[str, collections.deque[str]] = {}
        self._taken: dict[str, Path] = {}
        self._unacknowledged_queues: set[str] = set()

    # --- messages ----------------------------------------------------------------------------------------------
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}{SUFFIX}"
        _write_atomically(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        waiting = self._listings.get(queue) or self._list(queue)
        self._listings[queue] = waiting
        while waiting:
            payload = self._take(queue, waiting.popleft())
            if payload is not None:
                return payload
        raise Empty

    def _list(self, queue: str) -> collections.deque[str]:
        ending = f"{queue}{SUFFIX}"
        return collections.deque(sorted(name for name in os.listdir(self._folder) if name.partition(".")[2] == ending))

    def _take(self, queue: str, name: str) -> dict[str, Any] | None:
        """The message in the file ``name``, now in flight; None when another reader was faster or it is unreadable."""
        taken = self._inflight_folder / name
        try:
            (self._folder / name).rename(taken)
        except FileNotFoundError:
            return None
        try:
            payload = loads(taken.read_text(encoding="utf-8"))
        except ValueError:
            payload = None
        if not _is_message(payload):
            logger.error("The message %s cannot be read and is set aside.", name)
            taken.rename(self._folder / f"{name}.bad")
            return None
        if queue in self._unacknowledged_queues:
            taken.unlink()
        else:
            self._taken[payload["properties"]["delivery_tag"]] = taken
        return payload  # type: ignore[no-any-return]

    def release(self, delivery_tag: str) -> Path | None:
        """Stop keeping the file of a message in flight, and return it."""
        return self._taken.pop(delivery_tag, None)

    def forget(self, delivery_tag: str) -> None:
        """Remove the file of a message that is done."""
        taken = self.release(delivery_tag)
        if taken is not None:
            taken.unlink(missing_ok=True)

    def basic_consume(self, queue: str, no_ack: bool, *args: Any, **kwargs: Any) -> Any:
        if no_ack:  # nobody will acknowledge these (remote control), so they leave the spool when they are read
            self._unacknowledged_queues.add(queue)
        return super().basic_consume(queue, no_ack, *args, **kwargs)

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Any:
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.forget(message.delivery_tag)
        return message

    # --- bindings ----------------------------------------------------------------------------------------------
    def get_table(self, exchange: str) -> list[exchange_queue_t]:
        try:
            rows = loads(self._exchange_file(exchange).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        return [exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._bindings_locked():
            table = self.get_table(exchange)
            if binding not in table:
                _write_atomically(self._exchange_file(exchange), dumps([binding, *table]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        binding = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._bindings_locked():
            table = self.get_table(exchange)
            if binding in table:
                remaining = [row for row in table if row != binding]
                _write_atomically(self._exchange_file(exchange), dumps(remaining))

    @contextlib.contextmanager
    def _bindings_locked(self) -> Iterator[None]:
        with (self.control_folder / ".lock").open("a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """kombu's file transport with the safe channel."""

    Channel = Channel

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        # kombu shares what it knows of bindings in the whole process; here the folder is what is shared.
        self.state = virtual.BrokerState()

    def verify_connection(self, connection: object) -> bool:
        """Whether messages can be left in the folder."""
        options: dict[str, str] = self.client.transport_options  # type: ignore[union-attr]
        return os.access(options["data_folder_out"], os.W_OK | os.X_OK)


TRANSPORT_ALIASES["spool"] = "dealership.spool:Transport"
