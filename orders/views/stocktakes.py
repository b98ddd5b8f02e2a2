"""The stock-take of customer files: begun, noted line by line, finished, taken out as a workbook (CC-14)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from orders.enums import StocktakeResult
from orders.exports import stocktake_workbook
from orders.forms import ResultForm
from orders.models import FileStocktake
from orders.selectors.stocktakes import due_on, lines_of, progress_of, stocktakes_seen
from orders.services.stocktakes import finish_stocktake, note_results, start_stocktake
from staffing.enums import Capability

ROWS = 50
ALL = "all"


@guard(Capability.ARCHIVE_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def stocktake_list(request: AuthenticatedRequest) -> HttpResponse:
    """The stock-takes of the store, when the next one is due, and the beginning of one."""
    store, at = request.user.store, clock.now()
    if request.method == "POST" and store is not None:
        try:
            stocktake = start_stocktake(store=store, by=request.user, at=at)
        except Refusal as refusal:
            messages.warning(request, refusal.sentence(_))
            return redirect("stocktake_list")
        return redirect("stocktake", stocktake.pk)
    on = clock.today(store.tz) if store else at.date()
    due = due_on(store, on) if store else None
    context = {
        "page": page_of(request, stocktakes_seen(request.user)),
        "due": due,
        "is_late": due is not None and due <= on,
        "may_start": store is not None,
    }
    return render_page(request, "orders/stocktakes.html", context)


@guard(Capability.ARCHIVE_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def stocktake(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The files of a stock-take; what is found of those that are chosen."""
    found = _seen(request, pk)
    form = ResultForm(request.POST if request.method == "POST" else None)
    refusal = ""
    if form.is_bound and form.is_valid():
        chosen = [int(value) for value in request.POST.getlist("line") if value.isdecimal() and len(value) < 19]
        try:
            count = note_results(
                stocktake=found,
                line_ids=chosen,
                result=StocktakeResult(form.cleaned_data["result"]),
                note=form.cleaned_data["note"],
                by=request.user,
                at=clock.now(),
            )
        except Refusal as error:
            refusal = error.sentence(_)
        else:
            messages.success(request, _("Files noted: %(count)s.") % {"count": count})
            return redirect("stocktake", pk)
    elif form.is_bound:
        refusal = _("Choose a result; the note has at most 200 characters.")
    render = render_refused if form.is_bound else render_page
    return render(request, "orders/stocktake.html", _context(request, found, form, refusal))


@guard(Capability.ARCHIVE_FILES)
@require_POST
def stocktake_finish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Close a stock-take in which every file was looked at."""
    found = _seen(request, pk)
    try:
        finish_stocktake(stocktake=found, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The stock-take is finished."))
    return redirect("stocktake", pk)


@guard(Capability.EXPORT)
@require_GET
def stocktake_export(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The same as a workbook. The audit keeps who took how many rows (CC-15)."""
    found = _seen(request, pk)
    lines = list(lines_of(found, None))
    maker = Maker(request.user.name, found.store.name, clock.today(found.store.tz))
    content = stocktake_workbook(found, lines, maker=maker)
    taken = Taken("stocktake.exported", len(lines), found.store_id, {"year": found.year})
    name = f"stock-take-{found.year}.xlsx"
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=clock.now())


def _seen(request: AuthenticatedRequest, pk: int) -> FileStocktake:
    rows = FileStocktake.objects.visible_to(request.user).select_related("store", "started_by", "finished_by")
    return get_object_or_404(rows, pk=pk)


def _context(request: AuthenticatedRequest, found: FileStocktake, form: ResultForm, refusal: str) -> dict[str, Any]:
    progress = progress_of(found)
    asked = request.GET.get("show", "")
    shown = asked if asked in (*StocktakeResult.values, ALL) else ""
    tabs = [
        ("", _("Not looked at yet"), progress.open),
        ("confirmed", StocktakeResult.CONFIRMED.label, progress.confirmed),
        ("wrong", StocktakeResult.WRONG.label, progress.wrong),
        ("missing", StocktakeResult.MISSING.label, progress.missing),
        (ALL, _("All"), progress.total),
    ]
    return {
        "stocktake": found,
        "progress": progress,
        "tabs": tabs,
        "shown": shown,
        "page": page_of(request, lines_of(found, None if shown == ALL else shown), per_page=ROWS),
        "form": form,
        "refusal": refusal,
        "may_export": request.user.may(Capability.EXPORT),
    }
