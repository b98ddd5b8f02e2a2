"""The pages of cards: whose they are, texts, labels, marked as sent, the batch of a festival, addresses as Excel."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from customers.tests.factories import ContactBanFactory, CustomerFactory
from dealership import clock
from dealership.audit.models import AuditEvent
from followups.models import Festival, GreetingCard
from followups.services.lists import make_call_list
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
PAGE = "greetings"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def store():
    return StoreFactory(name="示例店")


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"])


def person(store, *roles):
    return StaffFactory(store=store, roles=list(roles))


def owner_of_a_car(store, seller, name, address="示例市测试路 1 号"):
    today = clock.today()
    customer = CustomerFactory(
        store=store, owner=seller, name=name, address=address, birthday=dt.date(1980, today.month, today.day)
    )
    DeliveryFactory(customer=customer, consultant=seller, delivered_on=today - dt.timedelta(days=40))
    return customer


def make(store):
    make_call_list(store=store, on=clock.today(), at=clock.now())


@pytest.fixture
def festival():
    Festival.objects.all().delete()
    return Festival.objects.create(
        code="mid-autumn", on=clock.today() + dt.timedelta(days=3), name_zh="中秋节", name_en="Mid-Autumn Festival"
    )


def names(client, **asked):
    response = client.get(reverse(PAGE), asked)
    assert response.status_code == 200
    return [row.card.customer.name for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        (["call_centre_agent"], ["甲", "乙"]),
        (["sales_manager"], ["甲", "乙"]),
        (["general_manager"], ["甲", "乙"]),
        (["sales_consultant"], []),
        (["reception"], []),
    ],
)
def test_consultants_see_their_own_and_the_centre_the_stores(store, seller, client, roles, seen):
    owner_of_a_car(store, seller, "甲")
    owner_of_a_car(store, person(store, "sales_consultant"), "乙")
    other = StoreFactory()
    owner_of_a_car(other, person(other, "sales_consultant"), "丙")
    make(store)
    make(other)

    client.force_login(person(store, *roles), backend=BACKEND)
    assert sorted(names(client), key="甲乙丙".index) == seen
    client.force_login(seller, backend=BACKEND)
    assert names(client) == ["甲"]
    assert names(client, view="week") == ["甲"]


@pytest.mark.parametrize("name", [PAGE, "greeting_labels", "greeting_export"])
def test_stock_keepers_are_refused(store, client, name):
    client.force_login(person(store, "stock_keeper"), backend=BACKEND)

    assert client.get(reverse(name)).status_code == 403


def test_manager_looks_on_and_sends_nothing(store, seller, client):
    owner_of_a_car(store, seller, "甲")
    make(store)
    client.force_login(person(store, "sales_manager"), backend=BACKEND)

    response = client.post(reverse("greeting_batch"), {"way": "post", "whole": "on", "do": "sent"})

    assert response.status_code == 403
    assert GreetingCard.objects.get().sent_at is None


@pytest.mark.rule("BD-01")
def test_text_carries_the_name_and_is_copied(store, seller, client):
    owner_of_a_car(store, seller, "甲")
    make(store)
    client.force_login(seller, backend=BACKEND)

    html = client.get(reverse(PAGE)).content.decode()

    assert "尊敬的甲，今天是您的生日，示例店全体同仁祝您生日快乐" in html
    assert "data-copy=" in html


def test_chosen_cards_are_marked_with_way_person_and_moment(store, seller, client):
    for name in "甲乙":
        owner_of_a_car(store, seller, name)
    make(store)
    chosen, left = GreetingCard.objects.order_by("customer__name")
    client.force_login(seller, backend=BACKEND)

    response = client.post(reverse("greeting_batch"), {"way": "wecom", "card": [chosen.pk], "do": "sent"}, follow=True)

    assert "已将 1 张贺卡标记为已发送" in response.content.decode()
    chosen.refresh_from_db()
    left.refresh_from_db()
    assert (chosen.way, chosen.sent_by, chosen.sent_at is not None) == ("wecom", seller, True)
    assert left.sent_at is None


@pytest.mark.parametrize("typed", [{}, {"card": "x"}, {"card": "9" * 30}, {"card": "1", "way": "pigeon"}])
def test_nothing_chosen_is_told_and_marks_nothing(store, seller, client, typed):
    owner_of_a_car(store, seller, "甲")
    make(store)
    client.force_login(seller, backend=BACKEND)

    response = client.post(reverse("greeting_batch"), {"way": "post", "do": "sent", **typed}, follow=True)

    assert "请至少选择一张贺卡" in response.content.decode()
    assert not GreetingCard.objects.filter(sent_at__isnull=False).exists()


def test_cards_of_others_cannot_be_marked(store, seller, client):
    owner_of_a_car(store, person(store, "sales_consultant"), "乙")
    make(store)
    card = GreetingCard.objects.get()
    client.force_login(seller, backend=BACKEND)

    client.post(reverse("greeting_batch"), {"way": "post", "card": [card.pk], "do": "sent"})

    card.refresh_from_db()
    assert card.sent_at is None


def test_labels_of_the_chosen_with_those_without_address_counted(store, seller, client):
    for name in "甲乙":
        owner_of_a_car(store, seller, name)
    owner_of_a_car(store, seller, "丙", address="")
    make(store)
    cards = {card.customer.name: card for card in GreetingCard.objects.select_related("customer")}
    client.force_login(seller, backend=BACKEND)

    asked = {"way": "post", "card": [cards["甲"].pk, cards["丙"].pk], "do": "labels"}
    response = client.post(reverse("greeting_batch"), asked, follow=True)

    assert [card.customer.name for sheet in response.context["sheets"] for card in sheet] == ["甲"]
    assert response.context["missing"] == 1
    whole = client.get(reverse("greeting_labels"))
    assert (whole.context["number"], whole.context["missing"]) == (2, 1)
    assert [event.data["rows"] for event in AuditEvent.objects.filter(code="labels.made").order_by("pk")] == [1, 2]


def test_twenty_five_labels_are_two_sheets(store, seller, client):
    for number in range(25):
        owner_of_a_car(store, seller, f"客{number}")
    make(store)
    client.force_login(seller, backend=BACKEND)

    sheets = client.get(reverse("greeting_labels")).context["sheets"]

    assert [len(sheet) for sheet in sheets] == [24, 1]


@pytest.mark.rule("BD-02")
def test_batch_of_a_festival_counts_all_banned_without_address_and_sent(store, seller, client, festival):
    for name in "甲乙丙":
        owner_of_a_car(store, seller, name)
    owner_of_a_car(store, seller, "丁", address="")
    ContactBanFactory(customer=owner_of_a_car(store, seller, "戊"), purpose="festival")
    make(store)
    cards = {card.customer.name: card for card in GreetingCard.objects.filter(kind="festival")}
    ContactBanFactory(customer=cards["丙"].customer)
    client.force_login(person(store, "call_centre_agent"), backend=BACKEND)
    client.post(
        f"{reverse('greeting_batch')}?view=festival&festival={festival.pk}",
        {"way": "sms", "card": [cards["甲"].pk, cards["丙"].pk], "do": "sent"},
    )

    response = client.get(reverse(PAGE), {"view": "festival", "festival": festival.pk})

    (batch,) = response.context["batches"]
    assert (batch.due, batch.sent, batch.waiting, batch.without_address, batch.banned) == (5, 1, 2, 1, 2)
    assert "中秋节快乐" in response.content.decode()


def test_addresses_as_excel_are_in_the_audit(store, seller, client):
    owner_of_a_car(store, seller, "甲")
    ContactBanFactory(customer=owner_of_a_car(store, seller, "乙"), purpose="birthday")
    make(store)
    manager = person(store, "sales_manager")
    client.force_login(manager, backend=BACKEND)

    response = client.get(reverse("greeting_export"))

    sheet = load_workbook(io.BytesIO(response.content)).active
    assert [row[1] for row in sheet.iter_rows(min_row=4, values_only=True)][:2] in (["甲"], ["甲", None])
    assert sheet.cell(4, 3).value == "示例市测试路 1 号"
    event = AuditEvent.objects.get(code="cards.exported")
    assert (event.by, event.store_ref, event.data["rows"]) == (manager, store.pk, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(store, seller, client, number, django_assert_num_queries):
    for n in range(number):
        owner_of_a_car(store, seller, f"客{n}")
    make(store)
    client.force_login(seller, backend=BACKEND)
    client.get(reverse(PAGE))

    with django_assert_num_queries(8):
        client.get(reverse(PAGE))
