"""Alerts leave by e-mail: one mail a person, in the person's language, and never twice."""

import datetime as dt
import smtplib
from collections import Counter
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as MemoryBackend
from django.db import connection, connections

from dealership.notifications.enums import DeliveryState, Tone
from dealership.notifications.models import AlertDelivery
from dealership.notifications.rules import BACK_OFF, next_try_at
from dealership.notifications.services.sending import claim_deliveries, send_due_alerts
from dealership.notifications.tests.factories import AT, AlertDeliveryFactory
from staffing.tests.factories import StaffFactory

MINUTE = dt.timedelta(minutes=1)


class Unreachable(MemoryBackend):
    """A mail server that does not answer."""

    def open(self):
        raise ConnectionRefusedError


class Breaking(MemoryBackend):
    """A mail server whose connection breaks after the mail was handed over."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


class BreakingOnce(MemoryBackend):
    """A mail server that hangs up on the first mail; a connection that was lost stays lost, a new one is good."""

    opened = 0

    def open(self):
        type(self).opened += 1
        self.is_lost = False
        return True

    def send_messages(self, messages):
        if type(self).opened == 1:
            self.is_lost = True
        if self.is_lost:
            raise smtplib.SMTPServerDisconnected("gone")
        return super().send_messages(messages)


class UnknownPerson(MemoryBackend):
    """A mail server that does not know the recipient, for good."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")})


class Busy(MemoryBackend):
    """A mail server that asks to come again."""

    def send_messages(self, messages):
        raise smtplib.SMTPDataError(451, b"try later")


def use(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def person(**values):
    return StaffFactory(email=f"p{StaffFactory._meta.model.objects.count()}@example.com", **values)


def states():
    return list(AlertDelivery.objects.order_by("pk").values_list("state", "attempts", "error"))


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        pytest.param(1, AT + MINUTE, id="first"),
        pytest.param(5, AT + dt.timedelta(hours=8), id="last"),
        pytest.param(6, None, id="given-up"),
    ],
)
def test_back_off(attempts, expected):
    assert next_try_at(attempts=attempts, at=AT) == expected


def test_back_off_grows():
    assert list(BACK_OFF) == sorted(set(BACK_OFF))


@pytest.mark.django_db
def test_one_mail_tells_everything_the_urgent_first():
    owner = person(name="示例顾问", language="zh-hans")
    AlertDeliveryFactory(alert__recipient=owner, alert__params={"by": "甲", "count": 1})
    AlertDeliveryFactory(alert__recipient=owner, alert__params={"by": "乙", "count": 2}, alert__tone=Tone.DANGER)

    sent = send_due_alerts(at=AT)

    (letter,) = mail.outbox
    assert (sent, letter.to) == (2, [owner.email])
    assert letter.body.index("乙") < letter.body.index("甲")
    assert "http://127.0.0.1:8000/board/" in letter.body
    assert "\n" not in letter.subject
    assert states() == [("sent", 1, ""), ("sent", 1, "")]
    assert set(AlertDelivery.objects.values_list("sent_at", flat=True)) == {AT}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "greeting"), [("en", "Hello Wang,"), ("zh-hans", "Wang，您好："), ("", "Wang，您好：")]
)
def test_the_mail_speaks_the_language_of_its_reader(language, greeting):
    AlertDeliveryFactory(alert__recipient=person(name="Wang", language=language))

    send_due_alerts(at=AT)

    assert mail.outbox[0].body.startswith(greeting)
    assert "2026-11-24 10:00" in mail.outbox[0].body


@pytest.mark.django_db
def test_nobody_reads_what_is_for_somebody_else():
    one, other = person(), person()
    AlertDeliveryFactory(alert__recipient=one, alert__params={"by": "甲", "count": 1})
    AlertDeliveryFactory(alert__recipient=other, alert__params={"by": "乙", "count": 1})

    send_due_alerts(at=AT)

    assert [(letter.to[0], "甲" in letter.body, "乙" in letter.body) for letter in mail.outbox] == [
        (one.email, True, False),
        (other.email, False, True),
    ]


@pytest.mark.django_db
def test_a_second_run_sends_nothing():
    AlertDeliveryFactory(alert__recipient=person())

    counts = [send_due_alerts(at=AT + MINUTE * n) for n in range(3)]

    assert (counts, len(mail.outbox)) == ([1, 0, 0], 1)


@pytest.mark.django_db
def test_what_is_not_due_yet_waits():
    AlertDeliveryFactory(alert__recipient=person(), next_attempt_at=AT + MINUTE)

    sent = send_due_alerts(at=AT)

    assert (sent, mail.outbox) == (0, [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "error"),
    [
        pytest.param({"email": ""}, "no address", id="no-address"),
        pytest.param({"email": "a@example.com", "is_active": False}, "may not sign in", id="left"),
    ],
)
def test_whom_no_mail_reaches(values, error):
    AlertDeliveryFactory(alert__recipient=StaffFactory(**values))

    sent = send_due_alerts(at=AT)

    assert (sent, mail.outbox, states()) == (0, [], [("failed", 1, error)])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("backend", "expected", "again_at"),
    [
        pytest.param(Unreachable, ("queued", 1, "mail server unreachable: ConnectionRefusedError"), AT + MINUTE),
        pytest.param(Busy, ("queued", 1, "refused with 451"), AT + MINUTE),
        pytest.param(UnknownPerson, ("failed", 1, "refused with 550"), AT),
        pytest.param(Breaking, ("uncertain", 1, "connection lost: SMTPServerDisconnected"), AT),
    ],
    ids=["unreachable", "busy", "unknown-person", "breaking"],
)
def test_what_goes_wrong_with_the_server(settings, backend, expected, again_at):
    use(settings, backend)
    delivery = AlertDeliveryFactory(alert__recipient=person())

    sent = send_due_alerts(at=AT)

    delivery.refresh_from_db()
    assert (sent, states(), delivery.next_attempt_at) == (0, [expected], again_at)


@pytest.mark.django_db
def test_a_connection_that_breaks_costs_one_person_the_mail_and_nobody_else(settings):
    use(settings, BreakingOnce)
    BreakingOnce.opened = 0
    people = [person() for _ in range(3)]
    for recipient in people:
        AlertDeliveryFactory(alert__recipient=recipient)

    sent = send_due_alerts(at=AT)

    assert (sent, [row[0] for row in states()]) == (2, ["uncertain", "sent", "sent"])
    assert (len(mail.outbox), BreakingOnce.opened) == (2, 2)


@pytest.mark.django_db
def test_an_alert_that_cannot_be_written_keeps_no_other_back():
    broken, other = person(), person()
    AlertDeliveryFactory(alert__recipient=broken, alert__params={})
    AlertDeliveryFactory(alert__recipient=other)

    sent = send_due_alerts(at=AT)

    assert (sent, [letter.to for letter in mail.outbox]) == (1, [[other.email]])
    assert states() == [("queued", 1, "the mail cannot be written"), ("sent", 1, "")]


@pytest.mark.django_db
def test_after_the_last_try_it_has_failed(settings):
    use(settings, Unreachable)
    AlertDeliveryFactory(alert__recipient=person())

    at = AT
    for wait in (*BACK_OFF, MINUTE):
        send_due_alerts(at=at)
        at += wait

    assert [row[:2] for row in states()] == [("failed", len(BACK_OFF) + 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("silent_minutes", "expected"), [pytest.param(9, "sending", id="at-work"), pytest.param(10, "uncertain", id="dead")]
)
def test_a_dead_sender_leaves_uncertainty_and_no_second_mail(silent_minutes, expected):
    owner = person()
    AlertDeliveryFactory(alert__recipient=owner)
    claim_deliveries(recipient_id=owner.pk, at=AT)

    send_due_alerts(at=AT + MINUTE * silent_minutes)

    assert (mail.outbox, [row[0] for row in states()]) == ([], [expected])


# --- two senders at once -------------------------------------------------------------------------------------------
RACERS = 4
PEOPLE = 12


def claim_without_guard(recipient_id, at):
    """Read, then write: the claim as it would be without the condition in the UPDATE."""
    rows = list(AlertDelivery.objects.due(at).filter(alert__recipient_id=recipient_id))
    Barrier.wait(GATE)
    AlertDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=DeliveryState.SENDING)
    return [row.pk for row in rows]


def claim_with_guard(recipient_id, at):
    Barrier.wait(GATE)
    claim = claim_deliveries(recipient_id=recipient_id, at=at)
    return list(AlertDelivery.objects.filter(claim=claim).values_list("pk", flat=True))


GATE = Barrier(RACERS, timeout=30)


def raced(claim, recipients):
    """How often each delivery was taken when RACERS senders go over the same people."""
    taken: Counter[int] = Counter()
    results: list[list[int]] = []

    def sender():
        try:
            for recipient_id in recipients:
                results.append(claim(recipient_id, AT))
        finally:
            connections.close_all()

    threads = [Thread(target=sender) for _ in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ids in results:
        taken.update(ids)
    return taken


@pytest.fixture
def many_deliveries(transactional_db, django_db_serialized_rollback):
    people = [person() for _ in range(PEOPLE)]
    for recipient in people:
        AlertDeliveryFactory(alert__recipient=recipient)
    return [recipient.pk for recipient in people]


@pytest.mark.postgresql
def test_without_the_guard_two_senders_take_the_same_row(many_deliveries):
    taken = raced(claim_without_guard, many_deliveries)

    assert max(taken.values()) > 1


@pytest.mark.postgresql
def test_with_the_guard_each_row_has_one_sender(many_deliveries):
    taken = raced(claim_with_guard, many_deliveries)

    assert taken == Counter(dict.fromkeys(AlertDelivery.objects.values_list("pk", flat=True), 1))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_senders_side_by_side_send_each_mail_once(many_deliveries):
    def sender():
        try:
            GATE.wait()
            send_due_alerts(at=AT)
        finally:
            connections.close_all()

    threads = [Thread(target=sender) for _ in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(letter.to[0] for letter in mail.outbox) == Counter(
        dict.fromkeys(AlertDelivery.objects.values_list("alert__recipient__email", flat=True), 1)
    )
    assert {row[0] for row in states()} == {"sent"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_transaction_is_open_while_a_mail_is_sent(settings):
    use(settings, Watching)
    AlertDeliveryFactory(alert__recipient=person())

    send_due_alerts(at=AT)

    assert Watching.seen == [(False, "sending")]


class Watching(MemoryBackend):
    """Notes, while a mail is sent, whether a transaction is open and what the row says."""

    seen: list[tuple[bool, str]] = []

    def send_messages(self, messages):
        Watching.seen.append((connection.in_atomic_block, AlertDelivery.objects.get().state))
        return super().send_messages(messages)
