"""What sellers have to know: the list, one of them, taking note, publishing, who was at the meeting (HO-08)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from leads.forms.bulletins import BulletinForm
from leads.models import Bulletin
from leads.selectors.bulletins import bulletins_of, readings
from leads.services.bulletins import note_attendance, publish_bulletin, take_note
from staffing.enums import Capability


@guard(Capability.WORK_LEADS)
@require_GET
def bulletin_list(request: AuthenticatedRequest) -> HttpResponse:
    """What holds now and will, the unread first."""
    past = request.GET.get("show") == "past"
    page = page_of(request, bulletins_of(request.user, on=clock.today(), past=past), per_page=20)
    return render_page(request, "leads/bulletins.html", {"page": page, "past": past, "may_publish": _leads(request)})


@guard(Capability.WORK_LEADS)
@require_GET
def bulletin_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One of them; for those who lead, who has taken note."""
    bulletin = _bulletin(request, pk)
    at = clock.now()
    has_begun = bulletin.meets_at is not None and bulletin.meets_at <= at
    lines = readings(bulletin) if _leads(request) else []
    context = {
        "bulletin": bulletin,
        "is_read": bulletin.readings.filter(reader=request.user, read_at__isnull=False).exists(),
        "lines": lines,
        "read": sum(line.read_at is not None for line in lines),
        "takes_attendance": has_begun and _leads(request),
    }
    return render_page(request, "leads/bulletin.html", context)


@guard(Capability.WORK_LEADS)
@require_POST
def bulletin_read(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """I have taken note."""
    take_note(bulletin=_bulletin(request, pk), by=request.user, at=clock.now())
    messages.success(request, _("Noted."))
    return redirect("bulletin_list")


@guard(Capability.ASSIGN_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def bulletin_new(request: AuthenticatedRequest) -> HttpResponse:
    """Publish one; the sellers are told."""
    form = BulletinForm(request.POST if request.method == "POST" else None, today=clock.today())
    if form.is_bound and form.is_valid():
        store = request.user.store
        try:
            if store is None:
                form.add_error(None, _("You belong to no store."))
                return render_refused(request, "leads/bulletin_new.html", {"form": form})
            row = publish_bulletin(store=store, bulletin=form.bulletin(), by=request.user, at=clock.now())
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Published; the sellers have been told."))
            return redirect("bulletin_page", row.pk)
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/bulletin_new.html", {"form": form})


@guard(Capability.ASSIGN_LEADS)
@require_POST
def bulletin_attendance(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Who was at the meeting."""
    present = [int(value) for value in request.POST.getlist("present") if value.isdecimal() and len(value) < 19]
    try:
        note_attendance(bulletin=_bulletin(request, pk), present=present, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("Noted who was at the meeting."))
    return redirect("bulletin_page", pk)


def _bulletin(request: AuthenticatedRequest, pk: int) -> Bulletin:
    rows = Bulletin.objects.visible_to(request.user).select_related("store", "published_by")
    found: Bulletin = get_object_or_404(rows, pk=pk)
    return found


def _leads(request: AuthenticatedRequest) -> bool:
    return request.user.may(Capability.ASSIGN_LEADS)
