"""Imports in the browser: list, upload, what was understood, import, undo, downloads."""

from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.answers import redirect_after_post, render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks import selectors
from dealership.workbooks.enums import BatchState
from dealership.workbooks.exporting import kind_for_template, rejected_rows_workbook, template_workbook
from dealership.workbooks.forms import UploadForm
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.package import WorkbookRefused
from dealership.workbooks.paper import Maker
from dealership.workbooks.services import (
    check_batch,
    commit_batch,
    discard_batch,
    receive_workbook,
    start_commit,
)
from dealership.workbooks.signals import rejected_rows_downloaded
from dealership.workbooks.tasks import check_import, commit_import, hand_over
from dealership.workbooks.undoing import undo_batch

CAPABILITY = "import_workbooks"
#: Up to here a request does the work itself; longer imports go to the worker and the page shows progress.
INLINE_BYTES = 400_000
INLINE_ROWS = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@guard(CAPABILITY)
@require_GET
def import_list(request: AuthenticatedRequest) -> HttpResponse:
    page = page_of(request, selectors.imports_of(request.user), per_page=25)
    return render_page(
        request,
        "workbooks/list.html",
        {"page": page, "kinds": selectors.readable_kinds(), "titles": _titles()},
        parts={"imports": "workbooks/_list.html"},
    )


@guard(CAPABILITY)
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: AuthenticatedRequest) -> HttpResponse:
    """Take a workbook in and check it; nothing is imported yet."""
    store_id = getattr(request.user, "store_id", None)
    if store_id is None:
        messages.error(request, _("You belong to no store, and a workbook is always one store's."))
        return redirect_after_post(request, "import_list")
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method != "POST" or not form.is_valid():
        answer = render_refused if request.method == "POST" else render_page
        return answer(request, "workbooks/upload.html", {"form": form, "kinds": selectors.readable_kinds()})
    at = clock.now()
    file = form.cleaned_data["file"]
    batch = receive_workbook(
        content=file,
        file_name=file.name,
        store_id=store_id,
        as_of=clock.today(),
        by=request.user,
        at=at,
        kind=form.cleaned_data["kind"],
    )
    _check(batch)
    return redirect_after_post(request, "import_detail", batch.pk)


@guard(CAPABILITY)
@require_GET
def import_detail(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    reason = request.GET.get("reason", "")
    issues = selectors.issues_of(batch, request.user, reason=reason)
    kind = selectors.kind_of(batch)
    context = {
        "batch": batch,
        "kind": kind,
        "step": selectors.step_of(batch),
        "is_silent": selectors.is_silent(batch, clock.now()),
        "reasons": selectors.reasons_of(batch, request.user),
        "reason": reason,
        "page": page_of(request, issues),
    }
    return render_page(
        request,
        "workbooks/detail.html",
        context,
        parts={"import": "workbooks/_detail.html", "issues": "workbooks/_issues.html"},
    )


@guard(CAPABILITY)
@require_POST
def import_commit(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        start_commit(batch_id=batch.pk, by=request.user, at=clock.now())
        if batch.rows <= INLINE_ROWS:
            done = commit_batch(batch_id=batch.pk, at=clock.now())
            if done.state == BatchState.COMMITTED:
                messages.success(
                    request,
                    _("Imported: %(created)s new, %(updated)s changed.")
                    % {"created": done.created, "updated": done.updated},
                )
        else:
            transaction.on_commit(lambda: hand_over(commit_import, batch.pk))
    except Refusal as refusal:
        messages.error(request, refusal.sentence(_))
    return redirect_after_post(request, "import_detail", batch.pk)


@guard(CAPABILITY)
@require_POST
def import_resume(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """Take up what a worker left, or check again what was refused to write."""
    batch = _batch(request, batch_id)
    try:
        if batch.state == BatchState.COMMITTING and selectors.is_silent(batch, clock.now()):
            transaction.on_commit(lambda: hand_over(commit_import, batch.pk))
        else:
            _check(batch)
    except Refusal as refusal:
        messages.error(request, refusal.sentence(_))
    return redirect_after_post(request, "import_detail", batch.pk)


@guard(CAPABILITY)
@require_POST
def import_undo(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        undo_batch(batch_id=batch.pk, by=request.user, at=clock.now())
        messages.success(request, _("The import was undone."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence(_))
    return redirect_after_post(request, "import_detail", batch.pk)


@guard(CAPABILITY)
@require_POST
def import_discard(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        discard_batch(batch_id=batch.pk, at=clock.now())
        messages.success(request, _("The workbook was discarded; nothing of it was imported."))
    except Refusal as refusal:
        messages.error(request, refusal.sentence(_))
    return redirect_after_post(request, "import_list")


@guard(CAPABILITY)
@require_GET
def import_rejected(request: AuthenticatedRequest, batch_id: int) -> HttpResponse:
    """The rejected rows as a workbook, to be corrected and handed in again."""
    batch = _batch(request, batch_id)
    if not batch.rejected or batch.state == BatchState.DISCARDED:
        raise Http404
    try:
        maker = Maker(request.user.name, "", clock.today())
        content = rejected_rows_workbook(batch, maker=maker)
    except (WorkbookRefused, FileNotFoundError) as error:
        raise Http404 from error
    rejected_rows_downloaded.send(sender=ImportBatch, batch=batch, by=request.user, at=clock.now())
    stem = batch.file_name.rsplit(".", 1)[0]
    return _download(content, f"{stem}-{_('rejected')}.xlsx")


@guard(CAPABILITY)
@require_GET
def import_template(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """The empty form of a kind."""
    found = kind_for_template(kind)
    if found is None:
        raise Http404
    return _download(template_workbook(found), f"{found.form_name}.xlsx")


def _batch(request: AuthenticatedRequest, batch_id: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=batch_id)


def _check(batch: ImportBatch) -> None:
    if batch.size_bytes <= INLINE_BYTES:
        check_batch(batch_id=batch.pk, at=clock.now(), tick=clock.now)
    else:
        transaction.on_commit(lambda: hand_over(check_import, batch.pk))


def _titles() -> dict[str, object]:
    return {kind.code: kind.title for kind in selectors.readable_kinds()}


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"workbook.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response
