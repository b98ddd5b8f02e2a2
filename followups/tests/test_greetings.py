"""Cards on birthdays and festivals: made once, for whom, and whom they leave out."""

import datetime as dt

import pytest

from customers.tests.factories import ContactBanFactory, CustomerFactory
from dealership.audit.models import AuditEvent
from followups.enums import TaskKind
from followups.models import Festival, FileKeeping, GreetingCard, KindPolicy, SkippedCall
from followups.models.cards import CardWay
from followups.services.greetings import mark_sent
from followups.services.lists import make_call_list
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
D = dt.date
DAY = dt.timedelta(days=1)
TODAY = D(2026, 11, 24)
SOLD_ON = D(2026, 1, 10)
AT = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)
#: Mid-Autumn of 2026 falls on 25 September; its cards are due a week before.
MID_AUTUMN = D(2026, 9, 25)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"])


def owner_of_a_car(store, *, seller=None, birthday=None, delivered_on=SOLD_ON, **fields):
    customer = CustomerFactory(store=store, birthday=birthday, owner=seller, **fields)
    consultant = seller or StaffFactory(store=store, roles=["sales_consultant"])
    DeliveryFactory(customer=customer, consultant=consultant, delivered_on=delivered_on)
    return customer


def made(store, on=TODAY):
    result = make_call_list(store=store, on=on, at=dt.datetime.combine(on, dt.time(1), tzinfo=dt.UTC))
    return result.created["birthday"], result.created["festival"], result.skipped["contact_ban"]


@pytest.mark.rule("BD-01")
@pytest.mark.parametrize(
    ("born", "on"),
    [
        (D(1980, 11, 24), TODAY),
        (D(1992, 2, 29), D(2026, 2, 28)),
        (D(1992, 2, 29), D(2028, 2, 29)),
        (D(1992, 2, 28), D(2026, 2, 28)),
    ],
)
def test_birthday_card_on_its_day_and_no_other(store, seller, born, on):
    customer = owner_of_a_car(store, seller=seller, birthday=born, delivered_on=D(2026, 2, 1))

    assert [made(store, on + n * DAY)[0] for n in (-1, 0, 1)] == [0, 1, 0]
    card = GreetingCard.objects.get(kind="birthday")
    assert (card.customer, card.kind, card.occurrence) == (customer, "birthday", str(on.year))
    assert (card.falls_on, card.due_on) == (on, on)


@pytest.mark.rule("BD-01")
def test_every_year_anew_and_once_a_year(store, seller):
    owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24))

    assert [made(store, on)[0] for on in (TODAY, TODAY, D(2027, 11, 24), D(2027, 11, 24))] == [1, 0, 1, 0]


def test_nobody_without_a_car_a_birthday_or_of_another_store_gets_one(store, seller):
    CustomerFactory(store=store, birthday=D(1980, 11, 24), owner=seller)
    owner_of_a_car(store, seller=seller, birthday=None)
    owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24), delivered_on=TODAY + DAY)
    owner_of_a_car(StoreFactory(), birthday=D(1980, 11, 24))

    assert made(store) == (0, 0, 0)


def test_several_cars_are_one_card(store, seller):
    customer = owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24))
    DeliveryFactory(customer=customer, consultant=seller, delivered_on=D(2026, 5, 5))

    assert made(store)[0] == 1


@pytest.mark.rule("BD-03")
@pytest.mark.parametrize(
    ("delivered_on", "kept", "leaves", "is_sellers"),
    [
        pytest.param(D(2026, 1, 10), False, False, True, id="the-consultant-s"),
        pytest.param(D(2024, 11, 25), False, False, True, id="a-day-before-two-years"),
        pytest.param(D(2024, 11, 24), False, False, False, id="the-centre-s"),
        pytest.param(D(2020, 1, 10), True, False, True, id="kept"),
        pytest.param(D(2026, 1, 10), False, True, False, id="left"),
    ],
)
def test_card_is_of_who_keeps_the_relation(store, seller, delivered_on, kept, leaves, is_sellers):
    customer = owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24), delivered_on=delivered_on)
    if kept:
        FileKeeping.objects.create(
            store=store, delivery=customer.deliveries.get(), consultant=seller, reason="relation", state="kept",
            asked_at=AT, decided_at=AT,
        )  # fmt: skip
    if leaves:
        seller.state = "left"
        seller.save()

    made(store)

    card = GreetingCard.objects.get(kind="birthday")
    expected = (seller.pk, "sales_consultant") if is_sellers else (None, "call_centre_agent")
    assert (card.owner_id, card.pool) == expected


@pytest.mark.rule("BD-04")
def test_company_gets_the_card_on_the_birthday_of_its_contact(store, seller):
    customer = owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24), kind="company")

    made(store)

    assert GreetingCard.objects.get(kind="birthday").customer == customer


@pytest.mark.rule("BD-02")
def test_festival_cards_for_all_owners_a_week_before(store, seller):
    for _n in range(3):
        owner_of_a_car(store, seller=seller)
    CustomerFactory(store=store)

    assert [made(store, MID_AUTUMN + n * DAY)[1] for n in (-8, -7, -6)] == [0, 3, 0]
    festival = Festival.objects.get(code="mid-autumn", on=MID_AUTUMN)
    cards = GreetingCard.objects.all()
    assert {(card.festival, card.occurrence, card.falls_on) for card in cards} == {
        (festival, str(festival.pk), MID_AUTUMN)
    }
    assert {card.owner_id for card in cards} == {None}


@pytest.mark.rule("BD-02")
@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("new-year", [D(2026, 1, 1), D(2027, 1, 1)]),
        ("spring-festival", [D(2026, 2, 17), D(2027, 2, 6)]),
        ("lantern-festival", [D(2026, 3, 3), D(2027, 2, 20)]),
        ("dragon-boat", [D(2026, 6, 19), D(2027, 6, 9)]),
        ("mid-autumn", [D(2026, 9, 25), D(2027, 9, 15)]),
        ("national-day", [D(2026, 10, 1), D(2027, 10, 1)]),
    ],
)
def test_table_of_festivals_moves_with_the_year(code, days):
    assert list(Festival.objects.filter(code=code).order_by("on").values_list("on", flat=True)) == days


@pytest.mark.rule("BD-02")
def test_missed_nights_are_caught_up_until_the_eve(store, seller):
    owner_of_a_car(store, seller=seller)

    Festival.objects.exclude(code="mid-autumn").delete()
    assert made(store, MID_AUTUMN)[1] == 0
    assert made(store, MID_AUTUMN - DAY)[1] == 1


def test_festival_that_moves_or_is_switched_off_makes_no_second_card(store, seller):
    owner_of_a_car(store, seller=seller)
    made(store, MID_AUTUMN - 7 * DAY)
    Festival.objects.filter(code="mid-autumn", on=MID_AUTUMN).update(on=MID_AUTUMN + DAY)

    assert made(store, MID_AUTUMN - 6 * DAY)[1] == 0
    Festival.objects.filter(code="national-day").update(is_active=False)
    assert made(store, D(2026, 9, 24))[1] == 0


@pytest.mark.rule("BD-01")
@pytest.mark.rule("BD-02")
@pytest.mark.parametrize(
    ("purpose", "birthday", "festival"),
    [("", (0, 1), (0, 1)), ("birthday", (0, 1), (1, 0)), ("festival", (1, 0), (0, 1)), ("3dc", (1, 0), (1, 0))],
)
def test_opt_out_beats_all_and_is_counted(store, seller, purpose, birthday, festival):
    born = MID_AUTUMN - 7 * DAY
    customer = owner_of_a_car(store, seller=seller, birthday=born.replace(year=1980))
    ContactBanFactory(customer=customer, purpose=purpose)

    for _twice in "ab":
        on = born
        result = make_call_list(store=store, on=on, at=AT)

    assert GreetingCard.objects.filter(kind="birthday").count() == birthday[0]
    assert GreetingCard.objects.filter(kind="festival").count() == festival[0]
    assert SkippedCall.objects.filter(kind="birthday").count() == birthday[1]
    assert SkippedCall.objects.filter(kind="festival").count() == festival[1]
    assert result.skipped["contact_ban"] == birthday[1] + festival[1]


@pytest.mark.rule("BD-02")
def test_ban_lifted_in_time_brings_the_card_and_takes_the_count_back(store, seller):
    customer = owner_of_a_car(store, seller=seller)
    ban = ContactBanFactory(customer=customer)
    first = MID_AUTUMN - 7 * DAY

    assert made(store, first) == (0, 0, 1)
    ban.lifted_at = AT
    ban.save()
    assert made(store, first + DAY) == (0, 1, 0)
    assert not SkippedCall.objects.exists()


@pytest.mark.parametrize("kind", [TaskKind.BIRTHDAY, TaskKind.FESTIVAL])
def test_kind_that_is_switched_off_makes_none(store, seller, kind):
    owner_of_a_car(store, seller=seller, birthday=D(1980, 9, 18))
    KindPolicy.objects.filter(kind=kind).update(enabled=False)

    result = make_call_list(store=store, on=MID_AUTUMN - 7 * DAY, at=AT)

    assert kind not in result.created
    assert set(GreetingCard.objects.values_list("kind", flat=True)) == {"birthday", "festival"} - {kind}


def test_sent_once_and_never_to_who_refused_since(store, seller):
    cards = []
    for _n in range(3):
        owner_of_a_car(store, seller=seller, birthday=D(1980, 11, 24))
    made(store)
    cards = list(GreetingCard.objects.order_by("pk"))
    ContactBanFactory(customer=cards[1].customer, purpose="birthday")
    everything = GreetingCard.objects.all()

    assert mark_sent(cards=GreetingCard.objects.filter(pk=cards[0].pk), way=CardWay.POST, by=seller, at=AT) == 1
    assert mark_sent(cards=everything, way=CardWay.SMS, by=seller, at=AT + DAY) == 1
    assert list(everything.order_by("pk").values_list("way", "sent_at")) == [
        ("post", AT),
        ("", None),
        ("sms", AT + DAY),
    ]
    assert AuditEvent.objects.filter(code="card.sent", by=seller).count() == 2
