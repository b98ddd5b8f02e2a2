"""Which role may do what. The table is the product's, not a store's: it is part of the security review."""

from staffing.enums import Capability as C
from staffing.enums import Role as R

_EVERYBODY = {C.SEE_OWN_DAY}
_CALLER = _EVERYBODY | {C.WORK_QUEUE, C.SEE_CUSTOMERS, C.REVEAL_PHONE}
_SUPERVISOR = _CALLER | {C.SEE_FIRST_SERVICE, C.LIFT_BAN, C.SEE_BOARD, C.REASSIGN_TASKS, C.SEE_REPORTS, C.CHECK_CALLS}
_MANAGER = _EVERYBODY | {
    C.SEE_CUSTOMERS,
    C.REVEAL_PHONE,
    C.SEE_FIRST_SERVICE,
    C.SEE_APPOINTMENTS,
    C.LIFT_BAN,
    C.SEE_BOARD,
    C.REASSIGN_TASKS,
    C.SEE_REPORTS,
    C.EXPORT,
    C.SEE_STORE,
    C.SEE_AUDIT,
    C.EDIT_QUESTIONNAIRES,
    C.KEEP_EVENTS,
    C.CHECK_CALLS,
    C.SEE_MONTHLY_REPORTS,
    C.ANSWER_REPORTS,
}
_SELLER = _CALLER | {C.SEE_FIRST_SERVICE, C.WORK_LEADS, C.KEEP_REGISTER}
_DESK = {C.KEEP_REGISTER, C.RUN_REGISTER}
_SALES_LEADER = _SUPERVISOR | _SELLER | _DESK | {C.ASSIGN_LEADS, C.CLEAN_UP_MONTH, C.VERIFY_FILES}
_SALES_MANAGER = _MANAGER | _DESK | {C.WORK_LEADS, C.ASSIGN_LEADS, C.DECIDE_DEFEATS, C.CLEAN_UP_MONTH}
_FILES = {C.VERIFY_FILES, C.ARCHIVE_FILES}

CAPABILITIES: dict[str, frozenset[str]] = {
    R.SALES_CONSULTANT: frozenset(_SELLER),
    R.TELESALES: frozenset(_CALLER | {C.WORK_LEADS}),
    R.CALL_CENTRE_AGENT: frozenset(_CALLER | {C.SEE_STORE, C.SEE_FIRST_SERVICE, C.SEE_APPOINTMENTS}),
    R.RECEPTION: frozenset(_EVERYBODY | _DESK | {C.SEE_CUSTOMERS}),
    R.SERVICE_ADVISER: frozenset(_EVERYBODY | {C.SEE_CUSTOMERS, C.SEE_APPOINTMENTS}),
    R.SALES_SUPERVISOR: frozenset(_SALES_LEADER),
    R.TELESALES_SUPERVISOR: frozenset(_SUPERVISOR | {C.WORK_LEADS, C.ASSIGN_LEADS}),
    R.CALL_CENTRE_SUPERVISOR: frozenset(
        _SUPERVISOR | _FILES | {C.KEEP_EVENTS, C.SEE_STORE, C.SEE_APPOINTMENTS, C.EXPORT, C.SEE_MONTHLY_REPORTS}
    ),
    R.SALES_MANAGER: frozenset(_SALES_MANAGER | _FILES),
    R.SERVICE_MANAGER: frozenset(_MANAGER),
    R.GENERAL_MANAGER: frozenset(_SALES_MANAGER | _FILES | {C.APPROVE_MEASURES}),
    R.STOCK_KEEPER: frozenset(_EVERYBODY),
    R.ADMIN: frozenset(
        _EVERYBODY
        | _FILES
        | {
            C.SEE_CUSTOMERS,
            C.SEE_BOARD,
            C.SEE_STORE,
            C.SEE_REPORTS,
            C.IMPORT_WORKBOOKS,
            C.SEE_AUDIT,
            C.USE_ADMIN,
            C.EXPORT,
            C.EDIT_QUESTIONNAIRES,
            C.KEEP_EVENTS,
            C.SEE_MONTHLY_REPORTS,
        }
    ),
    R.GROUP_MANAGER: frozenset(
        _EVERYBODY
        | {
            C.SEE_CUSTOMERS,
            C.SEE_FIRST_SERVICE,
            C.SEE_BOARD,
            C.SEE_REPORTS,
            C.SEE_MONTHLY_REPORTS,
            C.EXPORT,
            C.SEE_STORE,
            C.SEE_ALL_STORES,
        }
    ),
}


def capabilities_of(roles: frozenset[str]) -> frozenset[str]:
    """Everything the roles allow together."""
    return frozenset().union(*(CAPABILITIES.get(role, frozenset()) for role in roles))
