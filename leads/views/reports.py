"""The tables of leads on screen, the rows behind their figures, and their workbooks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.web.answers import UNPROCESSABLE, render_page
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from leads.exports.report_sheets import (
    Form,
    contact_form,
    daily_form,
    defeat_form,
    funnel_form,
    level_form,
    opening_note,
    workbook_of,
)
from leads.forms.reports import DayForm
from leads.selectors.reports.compliance import first_contacts
from leads.selectors.reports.daily import daily_report
from leads.selectors.reports.defeats import defeat_analysis
from leads.selectors.reports.funnel import lead_funnel
from leads.selectors.reports.levels import ROWS, level_counts, level_leads, level_rows, source_legend, with_card
from leads.selectors.reports.monthly import whole_level_table
from leads.selectors.reports.rows import report_rows, with_details
from leads.selectors.reports.scope import LeadScope
from leads.views.report_pages import (
    Behind,
    contact_page,
    daily_page,
    defeat_page,
    figure_of,
    funnel_page,
    people_choices,
    rows_asked,
)
from staffing.enums import Capability
from staffing.reports import Asked, address_of, asked_by, report_form

#: Addresses of the tables: how each is named in the index, and what its file is called.
PAGES = {
    "lead_report_funnel": "funnel",
    "lead_report_levels": "levels",
    "lead_report_daily": "daily",
    "lead_report_first_contact": "first-contact",
    "lead_report_defeats": "defeats",
}


@guard(Capability.SEE_REPORTS)
@require_GET
def report_funnel(request: AuthenticatedRequest) -> HttpResponse:
    """Visit → archived → test drive → order → delivery, by consultant and channel, with every definition."""

    def body(asked: Asked) -> dict[str, Any]:
        report = lead_funnel(stores=asked.stores, month=asked.month, viewer=asked.viewer)
        return funnel_page(asked, report) | {"opening_note": opening_note(report.is_frozen)}

    return _monthly(request, "lead_report_funnel", body)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_levels(request: AuthenticatedRequest) -> HttpResponse:
    """The monthly level table (F25): a customer a row, the days as columns (LG-32, LG-33)."""

    def body(asked: Asked) -> dict[str, Any]:
        scope, consultant = _scope(asked), asked.consultant.pk if asked.consultant else None
        page = page_of(request, with_card(level_leads(scope, consultant=consultant)), per_page=ROWS)
        counts = level_counts(scope, consultant=consultant)
        rows = level_rows(list(page.object_list), scope=scope)
        return {
            "page": page,
            "rows": [(row, _card(asked, row.lead.pk)) for row in rows],
            "days": _days(asked.month, clock.today()),
            "counts": counts,
            "closing_label": _("Today") if scope.last >= clock.today() else _("End of the month"),
            "opening_note": opening_note(counts.is_frozen),
            "opening_href": asked.at("lead_report_rows", figure="opening"),
            "legend": source_legend(),
            "consultants": people_choices(asked),
        }

    return _monthly(request, "lead_report_levels", body)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_first_contact(request: AuthenticatedRequest) -> HttpResponse:
    """Who called new leads within 24 hours, how long it took, and the breaches (LI-02)."""

    def body(asked: Asked) -> dict[str, Any]:
        at = clock.now()
        report = first_contacts(stores=asked.stores, month=asked.month, at=at, viewer=asked.viewer)
        behind = Behind("first_contact_breaches", None, False, "")
        page = page_of(request, with_details(behind.rows(_scope(asked), at=at)))
        lines = report_rows(page.object_list)
        return contact_page(asked, report) | {"page": page, "rows": [(row, *_links(asked, row)) for row in lines]}

    return _monthly(request, "lead_report_first_contact", body)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_defeats(request: AuthenticatedRequest) -> HttpResponse:
    """The analysis of lost and defeated customers for the showroom manager (DF-16)."""

    def body(asked: Asked) -> dict[str, Any]:
        report = defeat_analysis(stores=asked.stores, month=asked.month, viewer=asked.viewer)
        return defeat_page(asked, report, card=lambda pk: _card(asked, pk))

    return _monthly(request, "lead_report_defeats", body)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_daily(request: AuthenticatedRequest) -> HttpResponse:
    """The daily report (F24): each person's contacts planned and made, and the figures of the day."""
    form = DayForm.of(request, today=clock.today())
    if not form.is_valid():
        return render_page(request, "leads/report_daily.html", {"form": form}, status=UNPROCESSABLE)
    asked, on = asked_by(request, form), form.day
    report = daily_report(stores=asked.stores, on=on, viewer=asked.viewer, consultant=_person(asked))
    context = _frame(request, "lead_report_daily", form, asked, on=on)
    context |= daily_page(report, card=lambda pk: _card(asked, pk)) | {"consultants": people_choices(asked)}
    return render_page(request, "leads/report_daily.html", context)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_lead_rows(request: AuthenticatedRequest) -> HttpResponse:
    """The rows that one figure counts, in pages; numbers are masked."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        raise Http404(_("There is no such month or store."))
    asked = asked_by(request, form)
    behind = rows_asked(request, asked)
    page = page_of(request, with_details(behind.rows(_scope(asked), at=clock.now())))
    lines = report_rows(page.object_list)
    label, definition = figure_of(behind.figure)
    name = "lead_report_first_contact" if behind.figure.startswith("first_contact") else "lead_report_funnel"
    context = {
        "asked": asked,
        "page": page,
        "rows": [(row, *_links(asked, row)) for row in lines],
        "label": label,
        "definition": definition,
        "channel": behind.channel_label,
        "consultant": _("No consultant") if asked.without_consultant else asked.consultant,
        "month": month_label(asked.month),
        "store_name": asked.store_name,
        "back": asked.at(name, consultant=None),
    }
    return render_page(request, "leads/report_rows.html", context, parts={"rows": "leads/_report_rows.html"})


@guard(Capability.EXPORT)
@require_GET
def report_lead_export(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """One of the tables as a workbook laid out like the paper form. Every export is in the audit."""
    daily = name == "daily"
    form = DayForm.of(request, today=clock.today()) if daily else report_form(request, today=clock.today())
    if name not in PAGES.values() or not form.is_valid():
        raise Http404(_("There is no such month or store."))
    asked = asked_by(request, form)
    day = form.day if isinstance(form, DayForm) else None
    title, write, rows = _form_of(name, asked, day)
    maker = Maker(name=request.user.name, store_name=asked.store_name, made_on=clock.today())
    content = workbook_of([(title, write)], maker=maker)
    period = day.isoformat() if day is not None else month_of(asked.month)
    file_name = "-".join(["leads", name, period, *([asked.store.code] if asked.store else [])])
    data = {"report": f"leads_{name}", "stores": [store.code for store in asked.stores], **asked.query, "of": period}
    taken = Taken("report.exported", rows, asked.stores[0].pk if len(asked.stores) == 1 else None, data)
    return workbook_answer(content, file_name=f"{file_name}.xlsx", taken=taken, by=request.user, at=clock.now())


def _form_of(name: str, asked: Asked, day: dt.date | None) -> tuple[str, Form, int | None]:
    """The name of the sheet, what writes it, and how many rows of customers are on it."""
    common: dict[str, Any] = {"stores": asked.stores, "month": asked.month, "viewer": asked.viewer}
    if name == "funnel":
        return _("Funnel"), funnel_form(lead_funnel(**common)), None
    if name == "first-contact":
        return _("First contact"), contact_form(first_contacts(**common, at=clock.now())), None
    if name == "defeats":
        return _("Defeat analysis"), defeat_form(defeat_analysis(**common)), None
    if name == "daily" and day is not None:
        report = daily_report(stores=asked.stores, on=day, viewer=asked.viewer, consultant=_person(asked))
        return day.isoformat(), daily_form(report), None
    scope, person = _scope(asked), _person(asked)
    rows = whole_level_table(scope, consultant=person)
    form = level_form(asked.month, level_counts(scope, consultant=person), rows)
    return month_of(asked.month), form, len(rows)


def _monthly(request: AuthenticatedRequest, name: str, body: Callable[[Asked], dict[str, Any]]) -> HttpResponse:
    """A page about a month: the frame, and what ``body`` adds; 422 with the form when the month cannot be read."""
    template = f"leads/report_{PAGES[name].replace('-', '_')}.html"
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        return render_page(request, template, {"form": form}, status=UNPROCESSABLE)
    asked = asked_by(request, form)
    return render_page(request, template, _frame(request, name, form, asked) | body(asked))


def _frame(
    request: AuthenticatedRequest, name: str, form: Any, asked: Asked, *, on: dt.date | None = None
) -> dict[str, Any]:
    """What the head of every table shows."""

    def step(back: int) -> dict[str, str | None]:
        if on is None:
            return {"month": month_of(months_after(asked.month, back))}
        return {"month": None, "on": (on + dt.timedelta(days=back)).isoformat()}

    own: dict[str, str | None] = {} if on is None else {"month": None, "on": on.isoformat()}
    export = asked.at("lead_report_export", PAGES[name], **own)
    return {
        "form": form,
        "asked": asked,
        "period": on.isoformat() if on is not None else month_label(asked.month),
        "store_name": asked.store_name,
        "previous": asked.at(name, **step(-1)),
        "next": asked.at(name, **step(1)),
        "export_url": export if request.user.may(Capability.EXPORT) else "",
        "made_on": clock.today(),
        "action": name,
    }


def _scope(asked: Asked) -> LeadScope:
    return LeadScope.of_month(stores=asked.stores, month=asked.month, viewer=asked.viewer)


def _person(asked: Asked) -> int | None:
    return asked.consultant.pk if asked.consultant else None


def _card(asked: Asked, pk: int | None) -> str:
    """The card of a lead, for those who may open cards."""
    return address_of("lead_card", pk) if asked.viewer.may(Capability.WORK_LEADS) else ""


def _links(asked: Asked, row: Any) -> tuple[str, str]:
    """The addresses of a row's card and of its visit."""
    visit = address_of("visit_page", row.visit_id) if asked.viewer.may(Capability.RUN_REGISTER) else ""
    return _card(asked, row.lead_id), visit


def _days(month: dt.date, today: dt.date) -> list[tuple[int, bool, bool]]:
    """The days of a month: number, weekend, today."""
    count = (months_after(month, 1) - month).days
    days = [month + dt.timedelta(days=index) for index in range(count)]
    return [(day.day, day.weekday() >= 5, day == today) for day in days]
