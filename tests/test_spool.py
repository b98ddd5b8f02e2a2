"""The embedded broker loses nothing: neither to a race, nor to a killed worker, nor to a broken file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import kombu
import pytest

from dealership.spool import SpoolInUse, lock_spool, recover

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30

PRODUCER = """
import sys, tests.test_spool as t
with t.connection(sys.argv[1]) as link:
    queue = link.SimpleQueue("numbers")
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        queue.put({"number": number})
"""
CONSUMER = """
import sys, tests.test_spool as t
with t.connection(sys.argv[1]) as link:
    queue, number = link.SimpleQueue("numbers"), 0
    while number is not None:
        message = queue.get(timeout=t.PATIENCE_SECONDS)
        number = message.payload["number"]
        message.ack()
        print(number)
"""


def connection(folder: str | Path) -> kombu.Connection:
    options = {
        "data_folder_in": f"{folder}/messages",
        "data_folder_out": f"{folder}/messages",
        "control_folder": f"{folder}/control",
        "polling_interval": 0.01,
    }
    return kombu.Connection("spool://", transport_options=options)


def files(folder: Path) -> list[str]:
    """The messages that wait, and those in flight."""
    return sorted(path.name for path in folder.glob("messages/**/*.msg"))


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPOOL_TEST_DIR", str(tmp_path))
    (tmp_path / "messages").mkdir()
    return tmp_path


# --- without a worker ----------------------------------------------------------------------------------------------
def test_two_producers_and_two_consumers_lose_nothing_and_double_nothing(spool):
    consumers = [
        subprocess.Popen([sys.executable, "-c", CONSUMER, str(spool)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    producers = [
        subprocess.Popen([sys.executable, "-c", PRODUCER, str(spool), first, last], cwd=ROOT)
        for first, last in (("0", "200"), ("200", "400"))
    ]

    assert [producer.wait() for producer in producers] == [0, 0]
    with connection(spool) as link:
        for _ in consumers:
            link.SimpleQueue("numbers").put({"number": None})
    taken = [line for consumer in consumers for line in consumer.communicate()[0].split()]
    assert Counter(taken) == Counter([*map(str, range(400)), "None", "None"])
    assert files(spool) == []


def test_messages_come_in_the_order_in_which_they_were_sent(spool):
    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        for number in range(20):
            queue.put(number)

        taken = [queue.get(block=False).payload for _ in range(20)]

    assert taken == list(range(20))


def test_a_message_stays_in_flight_until_it_is_acknowledged(spool):
    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        queue.put(1)
        message = queue.get(block=False)

        in_flight = list((spool / "messages" / ".inflight").iterdir())
        message.ack()

        assert len(in_flight) == 1
        assert files(spool) == []


def test_a_message_put_back_waits_again_and_once(spool):
    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        queue.put(7)

        queue.get(block=False).requeue()

        assert len(files(spool)) == 1
        assert queue.get(block=False).payload == 7


def test_recover_puts_back_what_was_taken_and_not_finished(spool):
    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        for number in range(3):
            queue.put(number)
        queue.get(block=False).ack()
        queue.get(block=False)

    recovered = recover(spool / "messages")

    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        taken = [queue.get(block=False).payload for _ in range(2)]
    assert recovered == 1
    assert taken == [1, 2]


def test_recover_removes_what_a_dead_producer_left_half_written(spool):
    old, fresh = spool / "messages" / ".old.numbers.msg", spool / "messages" / ".fresh.numbers.msg"
    old.write_text("{")
    fresh.write_text("{")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))

    recover(spool / "messages")

    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"body": "x"}', json.dumps({"body": 1, "properties": {}})])
def test_a_file_that_is_no_message_is_set_aside_and_the_next_is_delivered(spool, content):
    bad = spool / "messages" / "00000000000000000001_x.numbers.msg"
    bad.write_text(content)
    with connection(spool) as link:
        queue = link.SimpleQueue("numbers")
        queue.put("good")

        message = queue.get(block=False)

    assert message.payload == "good"
    assert bad.with_name(f"{bad.name}.bad").exists()
    assert not bad.exists()


def test_two_workers_bound_at_once_both_get_a_broadcast(spool):
    with connection(spool) as first, connection(spool) as second:
        exchange = kombu.Exchange("broadcast", type="fanout")
        for link, name in ((first, "one"), (second, "two")):
            kombu.Queue(name, exchange, channel=link.default_channel).declare()

        first.Producer().publish("hello", exchange=exchange, declare=[exchange])

        assert [second.SimpleQueue(name).get(block=False).payload for name in ("one", "two")] == ["hello", "hello"]


def test_a_damaged_table_of_bindings_is_written_anew(spool):
    (spool / "control").mkdir()
    (spool / "control" / "broadcast.exchange").write_text("")
    with connection(spool) as link:
        exchange = kombu.Exchange("broadcast", type="fanout")

        kombu.Queue("one", exchange, channel=link.default_channel).declare()

        assert [row.queue for row in link.default_channel.get_table("broadcast")] == ["one"]


def test_one_worker_at_a_time_holds_the_spool(spool):
    held = lock_spool(spool / "messages")

    with pytest.raises(SpoolInUse):
        lock_spool(spool / "messages")

    held.close()
    lock_spool(spool / "messages").close()


# --- with real workers ---------------------------------------------------------------------------------------------
def send(*numbers: int, seconds: float = 0.0) -> None:
    from tests.spool_app import note  # reads SPOOL_TEST_DIR, which the fixture sets

    for number in numbers:
        note.delay(number, seconds)


@pytest.fixture
def sender(spool: Path) -> Iterator[Callable[..., None]]:
    """Sends tasks to the spool of this test: the module that defines them is loaded anew for each."""
    sys.modules.pop("tests.spool_app", None)
    yield send
    sys.modules.pop("tests.spool_app", None)


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one thread, as the launcher would start it; killed at the end if it still runs."""
    with lock_spool(folder / "messages"):
        recover(folder / "messages")
        options = ["--pool", "threads", "-c", "1", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-q", "-A", "tests.spool_app", "worker", "-l", "ERROR", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore", "DJANGO_SETTINGS_MODULE": ""},
            stdout=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def lines(folder: Path) -> list[str]:
    log = folder / "log"
    return log.read_text().splitlines() if log.exists() else []


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_a_killed_worker_runs_again_what_it_had_not_finished(spool, sender):
    sender(1, seconds=0.6)
    sender(2, 3)
    with worker(spool) as first:
        wait_for(lambda: "began 1" in lines(spool))
        first.kill()
        first.wait()

    with worker(spool):
        wait_for(lambda: "ended 3" in lines(spool))
        wait_for(lambda: files(spool) == [])

    assert Counter(lines(spool)) == Counter(
        ["began 1", "began 1", "ended 1", "began 2", "ended 2", "began 3", "ended 3"],
    )


def test_a_worker_that_is_told_to_stop_finishes_and_nothing_runs_twice(spool, sender):
    sender(1, seconds=0.6)
    sender(2, 3)
    with worker(spool) as first:
        wait_for(lambda: "began 1" in lines(spool))
        first.send_signal(signal.SIGTERM)
        first.wait(PATIENCE_SECONDS)

    with worker(spool):
        wait_for(lambda: "ended 3" in lines(spool))
        wait_for(lambda: files(spool) == [])

    assert Counter(lines(spool)) == Counter(f"{word} {number}" for word in ("began", "ended") for number in (1, 2, 3))


def test_an_empty_file_does_not_end_the_worker(spool, sender):
    (spool / "messages" / "00000000000000000001_x.celery.msg").touch()
    sender(1)

    with worker(spool) as running:
        wait_for(lambda: "ended 1" in lines(spool))

        assert running.poll() is None
