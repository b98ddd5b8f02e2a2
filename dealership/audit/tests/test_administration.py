"""The administration: every page opens under the product's own policy, and every change is in the audit."""

import datetime as dt
import re
from io import BytesIO

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from openpyxl import Workbook, load_workbook

from dealership.audit.models import AuditEvent
from followups.models import CallTask, KindPolicy, Questionnaire
from followups.tests.factories import CallTaskFactory
from inventory.models import FirstServicePolicy, VehicleModel
from staffing.models import CalendarDay, Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"
#: The product's apps; what others bring is looked at by name.
OWN = {"staffing", "customers", "inventory", "orders", "complaints", "followups", "notifications", "audit"}


@pytest.fixture
def store():
    return StoreFactory(name="示例店")


@pytest.fixture
def administrator(client, store):
    staff = StaffFactory(store=store, roles=["admin"], name="示例管理员", language="en")
    client.force_login(staff, backend=BACKEND)
    return staff


def change_page(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def form_values(response):
    """What a browser would send back of a change page that nobody touched."""
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    for formset in response.context["inline_admin_formsets"]:
        values |= {
            f"{formset.formset.management_form.prefix}-{name}": value
            for name, value in (
                ("TOTAL_FORMS", formset.formset.initial_form_count()),
                ("INITIAL_FORMS", formset.formset.initial_form_count()),
                ("MIN_NUM_FORMS", 0),
                ("MAX_NUM_FORMS", 1000),
            )
        }
        for inline in formset.formset.initial_forms:
            values |= {inline.add_prefix(name): inline[name].value() for name in inline.fields}
    return {name: "" if value is None else value for name, value in values.items() if value is not False}


OWN_PAGES = [
    pytest.param(model, id=model._meta.label) for model in admin.site._registry if model._meta.app_label in OWN
]


@pytest.mark.parametrize("model", OWN_PAGES)
def test_every_list_opens_for_an_administrator(client, administrator, model):
    CallTaskFactory(delivery__customer__store=administrator.store)

    response = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))

    assert response.status_code == 200


@pytest.mark.parametrize("model", OWN_PAGES)
def test_pages_carry_neither_inline_scripts_nor_inline_styles(client, administrator, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = [client.get(reverse(f"{name}_changelist"))]
    if admin.site._registry[model].has_add_permission(pages[0].wsgi_request):
        pages.append(client.get(reverse(f"{name}_add")))

    for page in pages:
        html = page.content.decode()
        assert re.findall(r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>", html) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"", html) == []


def test_the_schedule_opens_without_an_inline_script(client, administrator):
    every_minute = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.MINUTES)
    task = PeriodicTask.objects.create(name="Sweep", task="dealership.tasks.sweep", interval=every_minute)

    response = client.get(change_page(task))

    html = response.content.decode()
    assert re.findall(r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>", html) == []


def test_switching_a_scheduled_task_off_is_audited(client, administrator):
    every_minute = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.MINUTES)
    task = PeriodicTask.objects.create(name="Sweep", task="dealership.tasks.sweep", interval=every_minute)
    values = form_values(client.get(change_page(task)))
    values.pop("enabled")

    response = client.post(change_page(task), values)

    assert response.status_code == 302
    event = AuditEvent.objects.get(code="periodictask.changed")
    assert event.data["enabled"] == [True, False]


@pytest.mark.parametrize(
    "roles",
    [pytest.param(["general_manager"], id="general-manager"), pytest.param(["sales_consultant"], id="consultant")],
)
def test_other_roles_do_not_enter(client, store, roles):
    client.force_login(StaffFactory(store=store, roles=roles), backend=BACKEND)

    response = client.get("/admin/")

    assert (response.status_code, response.url.partition("?")[0]) == (302, "/admin/login/")


def test_a_changed_policy_is_in_the_audit(client, administrator):
    policy = KindPolicy.objects.filter(kind="3dc").get()
    values = form_values(client.get(change_page(policy))) | {"offset_days": 4}

    response = client.post(change_page(policy), values)

    assert response.status_code == 302
    event = AuditEvent.objects.get(code="kindpolicy.changed")
    assert (event.by, event.data["offset_days"]) == (administrator, [3, 4])
    assert LogEntry.objects.filter(user=administrator).count() == 1


def test_added_and_deleted_rows_are_in_the_audit(client, administrator):
    client.post("/admin/inventory/vehiclemodel/add/", {"brand": "示范", "name": "新车型", "is_active": "on"})
    model = VehicleModel.objects.get(name="新车型")

    client.post(reverse("admin:inventory_vehiclemodel_delete", args=[model.pk]), {"post": "yes"})

    codes = list(AuditEvent.objects.exclude(code="session.started").order_by("pk").values_list("code", flat=True))
    assert codes == ["vehiclemodel.added", "vehiclemodel.deleted"]


def test_rows_of_the_trade_are_read_only(client, administrator):
    task = CallTaskFactory(delivery__customer__store=administrator.store)

    answers = [
        client.get(change_page(task)).status_code,
        client.post(change_page(task), {"attempts": 9}).status_code,
        client.get("/admin/followups/calltask/add/").status_code,
        client.post(reverse("admin:followups_calltask_delete", args=[task.pk]), {"post": "yes"}).status_code,
    ]

    assert answers == [200, 403, 403, 403]
    assert CallTask.objects.get().attempts == 0


def test_rows_of_another_store_are_not_shown(client, administrator):
    foreign = CallTaskFactory()
    colleague = StaffFactory()

    answers = [client.get(change_page(foreign)), client.get(change_page(colleague))]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer.url for answer in answers} == {"/admin/"}


def test_a_rule_for_all_stores_is_not_one_store_s_to_change(client, administrator):
    StoreFactory()
    policy = KindPolicy.objects.filter(kind="3dc").get()
    values = form_values(client.get(reverse("admin:followups_kindpolicy_add")))

    response = client.post(change_page(policy), values | {"kind": "3dc", "offset_days": 9})

    assert response.status_code == 403


@pytest.mark.rule("SV-03")
def test_the_first_service_policy_shows_worked_examples(client, administrator):
    policy = FirstServicePolicy.objects.create(effective_from=dt.date(2026, 1, 1), km=5000, months=3)

    response = client.get(change_page(policy))

    html = response.content.decode()
    assert "<td>2000</td><td>70</td>" in html
    assert "<td>1200</td><td>40</td>" in html


@pytest.mark.rule("D3-02")
def test_the_call_policy_shows_the_due_date_of_a_delivery_of_today(client, administrator):
    policy = KindPolicy.objects.filter(kind="periodic").get()

    response = client.get(change_page(policy))

    assert response.content.decode().count("<td>–</td>") == 8


def test_a_version_with_answers_cannot_be_rewritten(client, administrator):
    questionnaire = Questionnaire.objects.filter(kind="3dc").get()

    response = client.get(change_page(questionnaire))

    assert "title" in response.context["adminform"].readonly_fields
    assert [formset.has_change_permission for formset in response.context["inline_admin_formsets"]] == [False]


# --- people ----------------------------------------------------------------------------------------------------
NEW = {
    "employee_no": "X900",
    "username": "X900",
    "name": "王小明",
    "password1": "handed-out-77",
    "password2": "handed-out-77",
    "role_rows-TOTAL_FORMS": 1,
    "role_rows-INITIAL_FORMS": 0,
    "role_rows-MIN_NUM_FORMS": 0,
    "role_rows-MAX_NUM_FORMS": 1000,
    "role_rows-0-role": "sales_consultant",
}


def test_a_new_person_gets_a_password_to_be_replaced(client, administrator):
    response = client.post("/admin/staffing/staff/add/", NEW | {"store": administrator.store_id})

    assert response.status_code == 302, response.context["errors"]
    staff = Staff.objects.get(username="X900")
    assert (staff.must_change_password, staff.initials, staff.roles) == (True, "wxm", {"sales_consultant"})
    assert staff.check_password("handed-out-77")
    assert "handed-out-77" not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_a_store_s_administrator_gives_no_role_over_all_stores(client, administrator):
    response = client.post(
        "/admin/staffing/staff/add/", NEW | {"store": administrator.store_id, "role_rows-0-role": "group_manager"}
    )

    assert response.status_code == 200
    assert not Staff.objects.filter(username="X900").exists()


def test_a_store_s_administrator_adds_nobody_to_another_store(client, administrator):
    response = client.post("/admin/staffing/staff/add/", NEW | {"store": StoreFactory().pk})

    assert response.status_code == 200
    assert not Staff.objects.filter(username="X900").exists()


def test_a_password_is_handed_out(client, administrator):
    colleague = StaffFactory(store=administrator.store)

    response = client.post(
        f"/admin/staffing/staff/{colleague.pk}/password/",
        {"password1": "handed-out-77", "password2": "handed-out-77"},
    )

    assert response.status_code == 302
    colleague.refresh_from_db()
    assert (colleague.check_password("handed-out-77"), colleague.must_change_password) == (True, True)
    assert AuditEvent.objects.filter(code="staff.password_reset", by=administrator, subject_id=colleague.pk).exists()


@pytest.mark.parametrize("superuser", [pytest.param(True, id="superuser"), pytest.param(False, id="other-store")])
def test_whose_password_is_not_an_administrator_s_to_hand_out(client, administrator, superuser):
    target = StaffFactory(store=administrator.store if superuser else StoreFactory(), is_superuser=superuser)

    response = client.post(
        f"/admin/staffing/staff/{target.pk}/password/", {"password1": "handed-out-77", "password2": "handed-out-77"}
    )

    assert response.status_code in (403, 404)
    target.refresh_from_db()
    assert not target.check_password("handed-out-77")


def test_leaving_by_action(client, administrator):
    colleague = StaffFactory(store=administrator.store)

    client.post(
        "/admin/staffing/staff/",
        {"action": "leave_today", "_selected_action": [colleague.pk, administrator.pk]},
    )

    assert {staff.pk: staff.state for staff in Staff.objects.all()} == {
        colleague.pk: "left",
        administrator.pk: "active",
    }


def test_nobody_is_above_themselves(client, administrator):
    lower = StaffFactory(store=administrator.store, superior=administrator)
    values = form_values(client.get(change_page(administrator)))

    response = client.post(change_page(administrator), values | {"superior": lower.pk})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["superior"]


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return SimpleUploadedFile("calendar.xlsx", stream.getvalue())


HEAD = ("store", "on", "kind", "name", "hours_of_weekday")


def test_the_calendar_goes_out_as_a_workbook(client, administrator):
    CalendarDay.objects.all().delete()
    CalendarDay.objects.create(on=dt.date(2027, 5, 1), kind="off", name="劳动节")

    response = client.get("/admin/staffing/calendarday/export/")

    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert rows == [HEAD, (None, "2027-05-01", "off", "劳动节", "0")]
    assert AuditEvent.objects.filter(code="calendarday.exported", by=administrator, data__rows=1).exists()


def test_the_calendar_comes_in_as_a_workbook(client, administrator):
    CalendarDay.objects.all().delete()
    CalendarDay.objects.create(on=dt.date(2027, 5, 1), kind="off", name="劳动节")
    book = workbook(HEAD, ("", "2027-05-01", "off", "五一", 0), ("", "2027-05-08", "work", "调休", 4))

    page = client.post("/admin/staffing/calendarday/import/", {"import_file": book, "format": "0", "resource": "0"})
    form = page.context["confirm_form"]
    client.post(
        "/admin/staffing/calendarday/process_import/",
        {name: form.initial.get(name, "") for name in form.fields},
    )

    assert list(CalendarDay.objects.order_by("on").values_list("on", "kind", "name", "hours_of_weekday")) == [
        (dt.date(2027, 5, 1), "off", "五一", 0),
        (dt.date(2027, 5, 8), "work", "调休", 4),
    ]
    assert AuditEvent.objects.filter(code="calendarday.imported", by=administrator).exists()


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(client, administrator):
    upload = SimpleUploadedFile("calendar.xlsx", b"no workbook at all")

    page = client.post("/admin/staffing/calendarday/import/", {"import_file": upload, "format": "0", "resource": "0"})

    assert list(page.context["form"].errors) == ["import_file"]


def test_one_store_of_several_imports_no_rules(client, administrator):
    StoreFactory()

    response = client.get("/admin/staffing/calendarday/import/")

    assert response.status_code == 403


def test_a_locked_door_is_opened_by_deleting_its_row(client, administrator):
    colleague, stranger = StaffFactory(store=administrator.store), StaffFactory()
    for staff in (colleague, stranger):
        AccessAttempt.objects.create(
            username=staff.username, ip_address="10.0.0.1", failures_since_start=5, attempt_time=MOMENT
        )
    mine, foreign = AccessAttempt.objects.order_by("pk")

    client.post(reverse("admin:axes_accessattempt_delete", args=[mine.pk]), {"post": "yes"})
    client.post(reverse("admin:axes_accessattempt_delete", args=[foreign.pk]), {"post": "yes"})

    assert list(AccessAttempt.objects.values_list("username", flat=True)) == [stranger.username]
    assert AuditEvent.objects.filter(code="accessattempt.deleted", by=administrator).count() == 1
