"""Finding customers and cars within one's rights."""

import pytest

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from inventory.tests.factories import VehicleFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(client, store):
    staff = StaffFactory(store=store, roles=["call_centre_agent"], language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


def bought(store, name, initials, number, vin, plate, **values):
    customer = CustomerFactory(store=store, name=name, initials=initials, **values)
    CustomerPhoneFactory(customer=customer, number=number)
    DeliveryFactory(customer=customer, vehicle=VehicleFactory(store=store, vin=vin, plate=plate))
    return customer


@pytest.fixture
def wang(store):
    return bought(store, "王小明", "wxm", "+8613800001234", "LXHAA11B0N0000001", "粤AD1234")


@pytest.fixture
def li(store):
    return bought(store, "李小静", "lxj", "+8613900005678", "LXHAA11B0N0009876", "粤B88888")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        pytest.param("王", ["王小明"], id="surname"),
        pytest.param("小", ["李小静", "王小明"], id="part-of-two-names"),
        pytest.param("wxm", ["王小明"], id="initials"),
        pytest.param("lx", ["李小静"], id="first-initials"),
        pytest.param("5678", ["李小静"], id="phone-tail"),
        pytest.param("138 0000 1234", ["王小明"], id="whole-phone"),
        pytest.param("1234", ["王小明"], id="phone-tail-and-plate"),
        pytest.param("b88888", ["李小静"], id="plate-without-province"),
        pytest.param("粤A", ["王小明"], id="plate-begun"),
        pytest.param("9876", ["李小静"], id="vin-tail"),
        pytest.param("lxhaa11b0n0000001", ["王小明"], id="whole-vin"),
        pytest.param("678", [], id="too-few-digits"),
        pytest.param("567", [], id="inside-a-number"),
        pytest.param("赵", [], id="nobody"),
    ],
)
def test_one_box_finds_by_everything(client, agent, wang, li, typed, names):
    response = client.post("/customers/", {"q": typed}, follow=True)

    assert [customer.name for customer in response.context["page"]] == names


def test_the_box_in_the_header_opens_the_only_one(client, agent, wang, li):
    response = client.post("/search/", {"q": "wxm"})

    assert (response.status_code, response.url) == (302, f"/customers/{wang.pk}/")


def test_the_box_in_the_header_lists_several(client, agent, wang, li):
    response = client.post("/search/", {"q": "小"}, follow=True)

    assert [customer.name for customer in response.context["page"]] == ["李小静", "王小明"]


@pytest.mark.parametrize("typed", ["王", "wxm", "1234", "粤AD1234", "0001"])
def test_a_consultant_finds_the_own_customers_only(client, store, wang, li, typed):
    consultant = StaffFactory(store=store, roles=["sales_consultant"])
    client.force_login(consultant, backend=BACKEND)

    response = client.post("/customers/", {"q": typed}, follow=True)

    assert list(response.context["page"]) == []
    assert response.context["found"].keepers == ()
    assert b"LXHAA11B0N" not in response.content


def test_a_whole_number_says_whose_customer_it_is_and_no_more(client, store):
    keeper = StaffFactory(store=store, name="Keeper Sample", roles=["sales_consultant"])
    bought(store, "王小明", "wxm", "+8613800001234", "LXHAA11B0N0000001", "粤AD1234", owner=keeper)
    consultant = StaffFactory(store=store, roles=["sales_consultant"], language="en")
    client.force_login(consultant, backend=BACKEND)

    response = client.post("/search/", {"q": "13800001234"}, follow=True)

    assert response.context["found"].keepers == ("Keeper Sample",)
    assert "王小明" not in response.content.decode()


def test_another_store_s_customers_are_not_found(client, agent):
    bought(StoreFactory(), "王小明", "wxm", "+8613800001234", "LXHAA11B0N0000001", "粤AD1234")

    found = [
        client.post("/customers/", {"q": typed}, follow=True).context["found"]
        for typed in ("王", "1234", "13800001234")
    ]

    assert [list(one.customers) for one in found] == [[], [], []]
    assert {one.keepers for one in found} == {()}


def test_numbers_are_masked_in_the_list(client, agent, wang):
    response = client.get("/customers/")

    assert "138****1234" in response.content.decode()
    assert "13800001234" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("typed", "queries"), [("", 9), ("客户", 11)], ids=["all", "search"])
def test_the_list_costs_the_same_queries(client, agent, store, django_assert_num_queries, count, typed, queries):
    for number in range(count):
        bought(store, f"客户{number}", "kh", f"+861380000{number:04d}", f"LXHAA11B0N000000{number}", f"粤A0000{number}")

    address = client.post("/customers/", {"q": typed}).url
    with django_assert_num_queries(queries):
        response = client.get(address)

    assert len(response.context["page"].object_list) == count


# --- what is typed stays out of the address ----------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/search/", "/customers/"])
@pytest.mark.parametrize("typed", ["138", "小", "13800009999"])
def test_what_is_typed_stands_in_no_address(client, agent, wang, li, address, typed):
    answer = client.post(address, {"q": typed})

    assert answer.status_code == 302
    assert typed not in answer.url
    assert [client.get(answer.url).context["search_text"] for _time in range(2)] == [typed, typed]


def test_the_pages_of_a_search_carry_its_key(client, agent, store):
    for number in range(51):
        CustomerFactory(store=store, name=f"客户{number}", initials="kh")
    address = client.post("/customers/", {"q": "客户"}).url

    first, second = client.get(address), client.get(f"{address}&page=2")

    key = address.partition("?")[2]
    assert f"{key}&amp;page=2" in first.content.decode()
    assert (len(first.context["page"].object_list), len(second.context["page"].object_list)) == (50, 1)


def test_a_search_goes_back_twenty_times_and_is_one_persons(client, agent, store, wang):
    first, again = (client.post("/customers/", {"q": "wxm"}).url for _time in range(2))
    others = [client.post("/customers/", {"q": f"x{number}"}).url for number in range(20)]
    kept = [client.get(address).context["search_text"] for address in (first, others[0], others[-1])]
    client.force_login(StaffFactory(store=store, roles=["call_centre_agent"]), backend=BACKEND)
    foreign = client.get(others[-1])

    assert first == again
    assert kept == ["", "x0", "x19"]
    assert (foreign.context["search_text"], foreign.context["is_forgotten"]) == ("", True)


def test_a_search_that_is_forgotten_says_so(client, agent, wang):
    pages = [client.get("/customers/?s=nonsense"), client.get("/customers/"), client.get("/search/", follow=True)]

    assert ["search is forgotten" in page.content.decode() for page in pages] == [True, False, False]
