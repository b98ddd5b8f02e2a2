"""Customer files: three people, three steps, and what a file must hold (CC-11, CC-12)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from inventory.models import VehicleOwnership
from inventory.tests.factories import VehicleFactory, VehicleOwnershipFactory
from orders.models import CustomerFile, FilePolicy
from orders.rules import OF_CARS, OF_PERSONS, Paper, lacking_fields, lacking_papers, may_take_step
from orders.selectors.files import file_of, papers
from orders.services.files import (
    FileExists,
    FileIncomplete,
    NoOwner,
    NoReasonOfReturn,
    SamePerson,
    WrongStep,
    archive_file,
    open_file,
    return_file,
    tick_papers,
    verify_file,
)
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = AT.date()


@pytest.mark.rule("CC-12")
@pytest.mark.parametrize(
    ("filled", "is_company", "lacks"),
    [
        pytest.param((*OF_PERSONS, *OF_CARS), False, (), id="complete"),
        pytest.param(("name", *OF_CARS), False, OF_PERSONS[1:], id="only the name"),
        pytest.param(("name", "company", "address", "phone", *OF_CARS), True, (), id="a company has no birthday"),
        pytest.param((*OF_PERSONS, "vin"), False, ("plate", "engine_no", "insurer"), id="a car without plate"),
    ],
)
def test_fields_that_a_file_lacks(filled, is_company, lacks):
    assert lacking_fields(dict.fromkeys(filled, "x"), is_company=is_company) == lacks


@pytest.mark.rule("CC-12")
def test_only_mandatory_papers_are_lacking():
    contract, order = Paper("contract", "合同"), Paper("work_order", "委托书", is_mandatory=False)

    assert lacking_papers([contract, order], []) == (contract,)
    assert lacking_papers([contract, order], ["contract"]) == ()


@pytest.mark.rule("CC-12")
@pytest.mark.parametrize(
    ("by", "one_may", "may"), [(3, False, True), (1, False, False), (2, False, False), (1, True, True)]
)
def test_each_step_is_another_persons(by, one_may, may):
    assert may_take_step(by, (1, 2), one_person_may=one_may) is may


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def manager(db):
    return StaffFactory(roles=["sales_manager"], name="周经理例")


@pytest.fixture
def leader(manager):
    return StaffFactory(store=manager.store, roles=["sales_supervisor"], name="陈主管例")


@pytest.fixture
def seller(manager, leader):
    return StaffFactory(store=manager.store, roles=["sales_consultant"], name="李静例", superior=leader)


@pytest.fixture
def car(seller):
    owner = {"gender": "male", "birthday": dt.date(1990, 1, 2), "occupation": "教师", "address": "示例路1号"}
    delivery = DeliveryFactory(
        customer__store=seller.store,
        customer__owner=seller,
        customer__name="车主例",
        consultant=seller,
        insurer="示例保险",
        vehicle__plate="示A00001",
        vehicle__engine_no="E0001",
        **{f"customer__{name}": value for name, value in owner.items()},
    )
    CustomerPhoneFactory(customer=delivery.customer)
    return delivery.vehicle


def complete(car, by):
    file = open_file(vehicle=car, by=by, at=AT)
    tick_papers(file=file, codes=[paper.code for paper in papers(car.store, ON)], by=by, at=AT)
    return file


@pytest.mark.rule("CC-12")
def test_three_people_bring_a_file_into_the_books(car, seller, leader, manager):
    file = complete(car, seller)

    verify_file(file=file, by=leader, at=AT + dt.timedelta(hours=1))
    archive_file(file=file, by=manager, at=AT + dt.timedelta(hours=2))

    file.refresh_from_db()
    assert file.state == "archived"
    assert (file.opened_by, file.verified_by, file.archived_by) == (seller, leader, manager)
    assert (file.archived_at - file.opened_at).total_seconds() == 7200
    codes = AuditEvent.objects.filter(code__startswith="file.").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["file.opened", "file.papers", "file.verified", "file.archived"]


@pytest.mark.rule("CC-12")
def test_the_same_person_takes_one_step_unless_the_policy_says_otherwise(car, leader, manager):
    file = complete(car, leader)
    with pytest.raises(SamePerson):
        verify_file(file=file, by=leader, at=AT)
    verify_file(file=file, by=manager, at=AT)
    for by in (manager, leader):
        with pytest.raises(SamePerson):
            archive_file(file=file, by=by, at=AT)

    FilePolicy.objects.create(store=car.store, effective_from=ON, one_person_may=True)
    archive_file(file=file, by=manager, at=AT)

    assert CustomerFile.objects.get().state == "archived"


@pytest.mark.rule("CC-12")
def test_an_incomplete_file_is_not_verified(car, seller, leader):
    file = open_file(vehicle=car, by=seller, at=AT)
    tick_papers(file=file, codes=["contract", "nonsense"], by=seller, at=AT)
    view = file_of(car, ON)

    assert (view.filled, view.counted) == (11, 18)
    with pytest.raises(FileIncomplete):
        verify_file(file=file, by=leader, at=AT)
    file.refresh_from_db()
    assert (file.state, file.documents) == ("opened", ["contract"])


@pytest.mark.rule("CC-12")
def test_a_wrong_file_is_given_back_with_a_reason_and_an_archived_one_is_not(car, seller, leader, manager):
    file = complete(car, seller)
    verify_file(file=file, by=leader, at=AT)
    with pytest.raises(NoReasonOfReturn):
        return_file(file=file, note=" ", by=manager, at=AT)

    return_file(file=file, note="行驶证看不清", by=manager, at=AT)
    file.refresh_from_db()
    given_back = (file.state, file.verified_by, file.returned_note)
    with pytest.raises(WrongStep):
        archive_file(file=file, by=manager, at=AT)
    verify_file(file=file, by=leader, at=AT)
    archive_file(file=file, by=manager, at=AT)

    assert given_back == ("opened", None, "行驶证看不清")
    with pytest.raises(WrongStep):
        return_file(file=file, note="再看", by=manager, at=AT)


@pytest.mark.rule("CC-12")
def test_papers_of_a_verified_file_are_added_and_not_taken_out(car, seller, leader):
    file = complete(car, seller)
    tick_papers(file=file, codes=[paper.code for paper in papers(car.store, ON)[:8]], by=seller, at=AT)
    verify_file(file=file, by=leader, at=AT)

    there = tick_papers(file=file, codes=["work_order"], by=seller, at=AT)

    assert (len(there), there[-1]) == (9, "work_order")


@pytest.mark.rule("CC-11")
def test_one_car_has_one_file_and_a_new_owner_begins_it_anew(car, seller, leader):
    complete(car, seller)
    with pytest.raises(FileExists):
        open_file(vehicle=car, by=seller, at=AT)
    with pytest.raises(NoOwner):
        open_file(vehicle=VehicleFactory(store=car.store), by=seller, at=AT)
    VehicleOwnership.objects.filter(vehicle=car).update(until_on=ON)
    buyer = CustomerFactory(store=car.store, owner=seller)
    VehicleOwnershipFactory(vehicle=car, customer=buyer, from_on=ON)

    stale = file_of(car, ON)
    again = open_file(vehicle=car, by=leader, at=AT)

    assert stale.is_stale
    assert CustomerFile.objects.count() == 1
    assert (again.customer, again.opened_by, again.documents) == (buyer, leader, [])


# --- pages ---------------------------------------------------------------------------------------------------------
def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("CC-12")
def test_the_pages_lead_through_the_steps(car, seller, leader, manager):
    page = reverse("vehicle_file", args=[car.pk])
    own = signed_in(seller)
    waiting = own.get(reverse("file_list")).text
    opened = own.post(reverse("file_open", args=[car.pk]))
    file = CustomerFile.objects.get()
    own.post(reverse("file_papers", args=[file.pk]), {"paper": [paper.code for paper in papers(car.store, ON)]})
    refused = own.post(reverse("file_verify", args=[file.pk]))
    signed_in(leader).post(reverse("file_verify", args=[file.pk]), {"decision": "return", "note": "缺签名"})
    told = own.get(page).text
    signed_in(leader).post(reverse("file_verify", args=[file.pk]), {"decision": "verify"})
    signed_in(manager).post(reverse("file_archive", args=[file.pk]))
    archived = signed_in(manager).get(reverse("file_list") + "?show=archived").text

    assert "车主例" in waiting
    assert (opened.url, refused.status_code) == (page, 403)
    assert "缺签名" in told
    assert all(name in archived for name in ("李静例", "陈主管例", "周经理例"))


def test_colleagues_and_other_stores_do_not_touch_a_file(car, seller):
    file = complete(car, seller)
    for person in (
        StaffFactory(store=car.store, roles=["sales_consultant"]),
        StaffFactory(roles=["sales_manager"]),
    ):
        assert signed_in(person).post(reverse("file_papers", args=[file.pk]), {"paper": []}).status_code == 404
        assert signed_in(person).post(reverse("file_open", args=[car.pk])).status_code == 404


@pytest.mark.parametrize("cars", [1, 3])
def test_queries_of_the_files(manager, cars, django_assert_num_queries):
    for _number in range(cars):
        open_file(vehicle=DeliveryFactory(customer__store=manager.store).vehicle, by=manager, at=AT)
    client = signed_in(manager)
    client.get(reverse("file_list"))

    with django_assert_num_queries(11):
        client.get(reverse("file_list") + "?show=opened")
