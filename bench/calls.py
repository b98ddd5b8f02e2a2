"""Working the queue: claiming, the queue page, and saving a call, each against the bare thing."""

import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.data import NOW, fill_cars, fill_queue, people
from bench.measure import Ratio, in_turns
from bench.pages import page_line
from bench.store import analyse
from dealership import clock
from followups.models import CallTask
from followups.selectors.queue import queue_moment
from followups.services.claims import _CLAIM_NEXT, _LOCKING, claim_next_task
from staffing.models import Staff, Store

TASKS = 3_000
CALLS = 50


def run() -> Iterator[str]:
    """Three lines: claim, page, disposition."""
    store = Store.objects.create(code="QUEUE", name="示例·队列店")
    consultants, agents = people(store, agents=CALLS * 2)
    fill_cars(store, consultants, cars=TASKS)
    fill_queue(store, tasks=TASKS)
    analyse()
    yield from _claims(agents)
    with mock.patch.object(clock, "now", return_value=NOW):
        yield page_line("queue page of 50 rows", agents[0], reverse("task_list"), queries=8)
        yield from _saving(store, agents)


def _claims(agents: list[Staff]) -> Iterator[str]:
    """Each agent takes one call: through the service, and by its single statement."""
    for agent in agents:
        _ = agent.store, agent.roles  # a request has read both when it comes to claim
    waiting = itertools.cycle(agents)

    def free() -> None:
        CallTask.objects.filter(state="claimed").update(
            state="open", claimed_by=None, claimed_at=None, claim_expires_at=None
        )

    def ours() -> None:
        taken = [claim_next_task(by=next(waiting), at=NOW) for _call in range(CALLS)]
        if len({task.pk for task in taken if task}) != CALLS:
            raise SystemExit("A call was handed out twice, or not at all.")

    def bare() -> None:
        for _call in range(CALLS):
            moment = _moment(next(waiting))
            with connection.cursor() as cursor:
                cursor.execute(
                    moment.statement(_CLAIM_NEXT.replace("LOCKING", _LOCKING["postgresql"])), moment.params()
                )
                if len(cursor.fetchall()) != 1:
                    raise SystemExit("The bare statement found no call.")

    moments: dict[int, Any] = {agent.pk: queue_moment(by=agent, at=NOW) for agent in agents}

    def _moment(agent: Staff) -> Any:
        return moments[agent.pk]

    product, plain = in_turns(ours, bare, rounds=5, before=free)
    free()
    yield Ratio(
        "claim the next call", "<= 3x", product / CALLS, plain / CALLS, f"{TASKS:,} open calls, no double"
    ).line()


def _saving(store: Store, agents: list[Staff]) -> Iterator[str]:
    """One disposition by POST, against the statements it cannot do without."""
    pairs: Iterator[tuple[Client, CallTask]] = _claimed(agents[:45])
    plain = iter(CallTask.objects.filter(store=store, state="open").order_by("-pk")[:45])
    agent = agents[0]

    def post() -> None:
        client, task = next(pairs)
        answer = client.post(
            reverse("call_save", args=[task.pk]),
            {"outcome": "no_answer", "note": "无人接听", "attempts": task.attempts, "seconds": "40"},
        )
        if answer.status_code >= 400:
            raise SystemExit(f"Saving was refused with {answer.status_code}.")

    def bare() -> None:
        task = next(plain)
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "UPDATE followups_calltask SET attempts = attempts + 1, failed_days = failed_days + 1, last_attempt_at = %s,"
                " due_on = due_on + 1 WHERE id = %s AND state = 'open'",
                [NOW, task.pk],
            )
            cursor.execute(
                "INSERT INTO followups_callattempt (task_id, at, by_id, outcome, reached, spoken_to, note)"
                " VALUES (%s, %s, %s, 'no_answer', false, '', '无人接听')",
                [task.pk, NOW, agent.pk],
            )
            cursor.execute(
                "INSERT INTO audit_auditevent (at, by_id, store_ref, code, subject_type, subject_id, data)"
                " VALUES (%s, %s, %s, 'call.saved', 'followups.calltask', %s, '{}')",
                [NOW, agent.pk, store.pk, task.pk],
            )
            cursor.execute("COMMIT")

    product, theirs = in_turns(post, bare, rounds=40)
    yield Ratio("one call saved (POST)", "report", product, theirs, "whole request against its bare SQL").line()


def _claimed(agents: list[Staff]) -> Iterator[tuple[Client, CallTask]]:
    ready = []
    for agent in agents:
        client = Client(headers={"host": "localhost"})
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        client.get(reverse("healthz"))  # the first request of a client loads the middleware
        task = claim_next_task(by=agent, at=NOW)
        assert task is not None
        ready.append((client, task))
    return iter(ready)
