"""Roles (岗位), days of the rota and other words of staffing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The roles of a dealership. One person may hold several."""

    SALES_CONSULTANT = "sales_consultant", _("Sales consultant")
    TELESALES = "telesales", _("Telesales agent")
    CALL_CENTRE_AGENT = "call_centre_agent", _("Call-centre agent")
    RECEPTION = "reception", _("Receptionist")
    SERVICE_ADVISER = "service_adviser", _("Service adviser")
    SALES_SUPERVISOR = "sales_supervisor", _("Sales supervisor")
    TELESALES_SUPERVISOR = "telesales_supervisor", _("Telesales supervisor")
    CALL_CENTRE_SUPERVISOR = "call_centre_supervisor", _("Call-centre supervisor")
    SALES_MANAGER = "sales_manager", _("Sales manager")
    SERVICE_MANAGER = "service_manager", _("Service manager")
    GENERAL_MANAGER = "general_manager", _("General manager")
    STOCK_KEEPER = "stock_keeper", _("Stock keeper")
    ADMIN = "admin", _("Administrator")
    GROUP_MANAGER = "group_manager", _("Group manager")


#: Who leads the people of a role when nobody is named as their superior.
SUPERVISOR_ROLE = {
    Role.SALES_CONSULTANT: Role.SALES_SUPERVISOR,
    Role.TELESALES: Role.TELESALES_SUPERVISOR,
    Role.CALL_CENTRE_AGENT: Role.CALL_CENTRE_SUPERVISOR,
    Role.RECEPTION: Role.SALES_MANAGER,
    Role.SERVICE_ADVISER: Role.SERVICE_MANAGER,
    Role.SALES_SUPERVISOR: Role.SALES_MANAGER,
    Role.TELESALES_SUPERVISOR: Role.SALES_MANAGER,
    Role.CALL_CENTRE_SUPERVISOR: Role.GENERAL_MANAGER,
    Role.SALES_MANAGER: Role.GENERAL_MANAGER,
    Role.SERVICE_MANAGER: Role.GENERAL_MANAGER,
    Role.STOCK_KEEPER: Role.SALES_MANAGER,
}


class Capability(models.TextChoices):
    """What a role allows. Views ask for one of these, never for a role."""

    SEE_OWN_DAY = "see_own_day", _("See the own day")
    WORK_QUEUE = "work_queue", _("Work the call queue")
    SEE_CUSTOMERS = "see_customers", _("See customers")
    REVEAL_PHONE = "reveal_phone", _("See a full telephone number")
    LIFT_BAN = "lift_ban", _("Lift a contact ban")
    SEE_FIRST_SERVICE = "see_first_service", _("See the way of cars to their first service")
    SEE_APPOINTMENTS = "see_appointments", _("See the appointments of the workshop")
    SEE_BOARD = "see_board", _("See the board of a team")
    REASSIGN_TASKS = "reassign_tasks", _("Re-assign calls")
    SEE_REPORTS = "see_reports", _("See reports")
    EXPORT = "export", _("Export to Excel")
    SEE_MONTHLY_REPORTS = "see_monthly_reports", _("See the monthly reports of the store")
    ANSWER_REPORTS = "answer_reports", _("Comment on monthly reports and plan measures")
    APPROVE_MEASURES = "approve_measures", _("Approve the measures of monthly reports")
    CHECK_CALLS = "check_calls", _("Check the calls of one's people")
    WORK_LEADS = "work_leads", _("Work leads")
    KEEP_REGISTER = "keep_register", _("Write lines of the visit register")
    RUN_REGISTER = "run_register", _("Run the desk: the whole register, the turn, the closing")
    ASSIGN_LEADS = "assign_leads", _("Give leads to people")
    DECIDE_DEFEATS = "decide_defeats", _("Decide about defeats")
    CLEAN_UP_MONTH = "clean_up_month", _("Confirm the month-end clean-up")
    VERIFY_FILES = "verify_files", _("Verify customer files")
    ARCHIVE_FILES = "archive_files", _("Archive customer files")
    IMPORT_WORKBOOKS = "import_workbooks", _("Import workbooks")
    SEE_AUDIT = "see_audit", _("See the audit")
    EDIT_QUESTIONNAIRES = "edit_questionnaires", _("Edit questionnaires")
    KEEP_EVENTS = "keep_events", _("Keep events for owners")
    USE_ADMIN = "use_admin", _("Use the administration")
    SEE_STORE = "see_store", _("See the whole store")
    SEE_ALL_STORES = "see_all_stores", _("See all stores")


class DutyKind(models.TextChoices):
    """One day of one person in the rota: 班 值 休 假."""

    WORK = "work", _("At work")
    DUTY = "duty", _("On duty")
    REST = "rest", _("Rest day")
    LEAVE = "leave", _("Leave")


#: Kinds of a day on which a person makes no calls.
ABSENT = (DutyKind.REST, DutyKind.LEAVE)


class Gender(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class StaffState(models.TextChoices):
    ACTIVE = "active", _("Employed")
    LEFT = "left", _("Left")


class DayKind(models.TextChoices):
    """An exception of the work calendar: a day off, or a make-up working day (调休)."""

    OFF = "off", _("Day off")
    WORK = "work", _("Make-up working day")


class AfterSave(models.TextChoices):
    """What the call screen does after a call is saved."""

    NEXT = "next", _("Next call")
    STAY = "stay", _("Stay")
