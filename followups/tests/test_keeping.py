"""Files after two years: asking to keep them, deciding, giving back; the list and the card."""

import datetime as dt

import pytest
from django.urls import reverse

from dealership.audit.models import AuditEvent
from dealership.kernel.dates import add_months
from dealership.notifications.models import Alert
from followups.enums import KeepingState, KeepReason
from followups.models import CallTask, FileKeeping
from followups.selectors.keeping import file_row, files, retained_card
from followups.services.keeping import (
    AlreadyAsked,
    AlreadyDecidedKeeping,
    NotYourFile,
    OwnRequest,
    SayWhyNot,
    ask_to_keep,
    decide_keeping,
    give_back,
)
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("PF-05")]

D = dt.date
TODAY = D(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["sales_supervisor"])


@pytest.fixture
def consultant(store, supervisor):
    return StaffFactory(store=store, roles=["sales_consultant"], superior=supervisor)


def deliver(store, consultant, months):
    return DeliveryFactory(
        customer__store=store,
        customer__owner=consultant,
        consultant=consultant,
        delivered_on=add_months(TODAY, -months),
    )


def asked(delivery, by):
    return ask_to_keep(delivery=delivery, reason=KeepReason.RECOMMENDS, note="三年介绍了四位朋友", by=by, at=AT)


def test_a_consultant_asks_and_the_supervisor_is_told_once(store, consultant, supervisor):
    delivery = deliver(store, consultant, 23)

    keeping = asked(delivery, consultant)

    assert (keeping.state, keeping.reason, keeping.note) == ("asked", "recommends", "三年介绍了四位朋友")
    assert [alert.recipient for alert in Alert.objects.all()] == [supervisor]
    assert AuditEvent.objects.filter(code="file.asked_for").count() == 1
    with pytest.raises(AlreadyAsked):
        asked(delivery, consultant)


def test_nobody_asks_for_a_colleagues_customer(store, consultant):
    with pytest.raises(NotYourFile):
        asked(deliver(store, consultant, 23), StaffFactory(store=store, roles=["sales_consultant"]))


def test_a_kept_file_and_its_waiting_call_are_the_consultants(store, consultant, supervisor):
    delivery = deliver(store, consultant, 30)
    make_call_list(store=store, on=TODAY, at=AT)
    call = CallTask.objects.get(kind="retained")

    decide_keeping(keeping=asked(delivery, consultant), keep=True, answer="", by=supervisor, at=AT)

    call.refresh_from_db()
    assert call.owner == consultant
    assert Alert.objects.filter(recipient=consultant, code="file.kept").count() == 1


def test_the_supervisor_says_why_not_and_it_can_be_asked_for_again(store, consultant, supervisor):
    delivery = deliver(store, consultant, 23)
    keeping = asked(delivery, consultant)
    with pytest.raises(SayWhyNot):
        decide_keeping(keeping=keeping, keep=False, answer="  ", by=supervisor, at=AT)

    decide_keeping(keeping=keeping, keep=False, answer="客户已迁往外地", by=supervisor, at=AT)

    assert FileKeeping.objects.get().state == KeepingState.REFUSED
    assert asked(delivery, consultant).state == KeepingState.ASKED


def test_it_is_decided_once_and_not_by_who_asked(store, consultant, supervisor):
    keeping = asked(deliver(store, consultant, 23), consultant)
    own = asked(deliver(store, supervisor, 23), supervisor)
    decide_keeping(keeping=keeping, keep=True, answer="", by=supervisor, at=AT)

    with pytest.raises(AlreadyDecidedKeeping):
        decide_keeping(keeping=keeping, keep=False, answer="不", by=supervisor, at=AT)
    with pytest.raises(OwnRequest):
        decide_keeping(keeping=own, keep=True, answer="", by=supervisor, at=AT)


def test_a_kept_file_can_go_to_the_centre_after_all(store, consultant, supervisor):
    delivery = deliver(store, consultant, 30)
    keeping = decide_keeping(keeping=asked(delivery, consultant), keep=True, answer="", by=supervisor, at=AT)
    make_call_list(store=store, on=TODAY, at=AT)
    with pytest.raises(SayWhyNot):
        give_back(keeping=keeping, answer="", by=consultant, at=AT)
    with pytest.raises(NotYourFile):
        give_back(keeping=keeping, answer="x", by=StaffFactory(store=store), at=AT)

    give_back(keeping=keeping, answer="客户希望由客服联系", by=consultant, at=AT)

    assert CallTask.objects.get(kind="retained").owner is None
    with pytest.raises(AlreadyDecidedKeeping):
        give_back(keeping=keeping, answer="again", by=consultant, at=AT)


# --- the list and the card -----------------------------------------------------------------------------------------
@pytest.mark.rule("PF-04")
@pytest.mark.parametrize(("months", "view"), [(20, None), (21, "soon"), (23, "soon"), (24, "centre"), (60, "centre")])
def test_a_file_stands_in_the_view_of_its_time(store, consultant, months, view):
    delivery = deliver(store, consultant, months)

    found = {name for name in ("soon", "asked", "kept", "centre") if files(consultant, on=TODAY, view=name).exists()}

    assert found == ({view} if view else set())
    if view:
        row = file_row(files(consultant, on=TODAY, view=view).get())
        assert (row.delivery, row.moves_on, row.keeper) == (
            delivery, add_months(delivery.delivered_on, 24), consultant.name,
        )  # fmt: skip


def test_asked_and_kept_files_have_views_of_their_own(store, consultant, supervisor):
    wanted, held = deliver(store, consultant, 23), deliver(store, consultant, 40)
    asked(wanted, consultant)
    decide_keeping(keeping=asked(held, consultant), keep=True, answer="", by=supervisor, at=AT)

    assert list(files(consultant, on=TODAY, view="asked")) == [wanted]
    assert list(files(consultant, on=TODAY, view="kept")) == [held]
    assert list(files(consultant, on=TODAY, view="centre")) == []


@pytest.mark.parametrize("number", [1, 3])
def test_list_and_card_cost_the_same_for_one_and_for_three(store, consultant, number, django_assert_num_queries):
    deliveries = [deliver(store, consultant, 23) for _ in range(number)]

    with django_assert_num_queries(2):
        assert len([file_row(row) for row in files(consultant, on=TODAY, view="soon")]) == number
    with django_assert_num_queries(6):
        retained_card(deliveries[0])


def test_strangers_see_neither(client, store, consultant):
    delivery = deliver(store, consultant, 23)
    other = StaffFactory(store=store, roles=["sales_consultant"])
    client.force_login(other)

    assert client.get(reverse("retained_files")).context["rows"] == []
    assert client.get(reverse("retained_card", args=[delivery.pk])).status_code == 404
    assert client.post(reverse("retained_ask", args=[delivery.pk]), {"reason": "relation"}).status_code == 404


def test_from_the_pages(client, store, consultant, supervisor):
    delivery = deliver(store, consultant, 23)
    client.force_login(consultant)
    refused = client.post(reverse("retained_ask", args=[delivery.pk]), {"reason": "because"})
    assert refused.status_code == 422
    client.post(reverse("retained_ask", args=[delivery.pk]), {"reason": "relation", "note": "老客户"})
    assert client.post(reverse("retained_decide", args=[delivery.pk]), {"decision": "keep"}).status_code == 403

    client.force_login(supervisor)
    assert client.post(reverse("retained_decide", args=[delivery.pk]), {"decision": "centre"}).status_code == 422
    client.post(reverse("retained_decide", args=[delivery.pk]), {"decision": "keep"})
    assert FileKeeping.objects.get().state == KeepingState.KEPT

    assert client.post(reverse("retained_give_back", args=[delivery.pk]), {"answer": ""}).status_code == 422
    client.post(reverse("retained_give_back", args=[delivery.pk]), {"answer": "客户换城市"})
    assert FileKeeping.objects.get().state == KeepingState.GIVEN_BACK
