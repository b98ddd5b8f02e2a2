"""Files after two years: the list, one car's card, asking to keep it, deciding, giving back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import short_page_of
from dealership.web.request import AuthenticatedRequest
from followups.enums import KeepingState, KeepReason
from followups.forms_keeping import AnswerForm, AskForm
from followups.models import FileKeeping
from followups.selectors.keeping import VIEWS, file_row, files, openable_files, retained_card
from followups.services.keeping import ask_to_keep, decide_keeping, give_back, may_ask, may_decide_keeping
from orders.models import Delivery
from staffing.enums import Capability

#: Nobody turns further than this.
SHOWN_AT_MOST = 1000


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def retained_files(request: AuthenticatedRequest) -> HttpResponse:
    """Files that move to the centre soon, that are asked for, kept, or moved."""
    asked = request.GET.get("view", "")
    view = asked if asked in VIEWS else VIEWS[0]
    page = short_page_of(request, files(request.user, on=clock.today(), view=view), at_most=SHOWN_AT_MOST)
    labels = {
        "soon": _("Move within three months"),
        "asked": _("Asked for"),
        "kept": _("Kept by consultants"),
        "centre": _("With the centre"),
    }
    rows = [file_row(delivery) for delivery in page.object_list]
    context = {
        "page": page,
        "rows": [(row, _state(row.state), _reason(row.reason)) for row in rows],
        "views": [(code, labels[code]) for code in VIEWS],
        "view": view,
    }
    return render_page(request, "followups/retained_files.html", context)


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def retained_card_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The card of one car (保有客户管理卡), as it is printed too."""
    return render_page(request, "followups/retained_card.html", _card_context(request, _delivery(request, pk)))


@guard(Capability.WORK_QUEUE)
@require_POST
def retained_ask(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask to keep the file."""
    delivery, form = _delivery(request, pk), AskForm(request.POST)
    if form.is_valid():
        try:
            ask_to_keep(
                delivery=delivery,
                reason=KeepReason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
                by=request.user,
                at=clock.now(),
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Your supervisor has been told and decides."))
            return redirect("retained_card", pk)
    return render_refused(request, "followups/retained_card.html", _card_context(request, delivery) | {"ask": form})


@guard(Capability.REASSIGN_TASKS)
@require_POST
def retained_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Let the consultant keep the file, or leave it to the centre."""
    delivery, form = _delivery(request, pk), AnswerForm(request.POST)
    keeping = get_object_or_404(_standing(request, delivery), state=KeepingState.ASKED)
    if form.is_valid():
        try:
            keep = form.cleaned_data["decision"] == "keep"
            decide_keeping(
                keeping=keeping, keep=keep, answer=form.cleaned_data["answer"], by=request.user, at=clock.now()
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Decided; the consultant has been told."))
            return redirect("retained_card", pk)
    return render_refused(request, "followups/retained_card.html", _card_context(request, delivery) | {"answer": form})


@guard(Capability.WORK_QUEUE)
@require_POST
def retained_give_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A kept file goes to the centre after all."""
    delivery = _delivery(request, pk)
    keeping = get_object_or_404(_standing(request, delivery), state=KeepingState.KEPT)
    try:
        answer = request.POST.get("answer", "").replace("\x00", "").strip()[:300]
        give_back(keeping=keeping, answer=answer, by=request.user, at=clock.now())
    except SentenceError as refusal:
        context = _card_context(request, delivery) | {"refusal": refusal.sentence(_)}
        return render_refused(request, "followups/retained_card.html", context)
    messages.success(request, _("The file is with the customer service centre."))
    return redirect("retained_card", pk)


def _delivery(request: AuthenticatedRequest, pk: int) -> Delivery:
    found: Delivery = get_object_or_404(
        openable_files(request.user).select_related("store", "customer__owner", "vehicle__model", "consultant"), pk=pk
    )
    return found


def _standing(request: AuthenticatedRequest, delivery: Delivery) -> Any:
    return FileKeeping.objects.visible_to(request.user).filter(delivery=delivery).select_related("consultant")


def _card_context(request: AuthenticatedRequest, delivery: Delivery) -> dict[str, Any]:
    user, card = request.user, retained_card(delivery)
    standing = card.standing
    is_kept = standing is not None and standing.state == KeepingState.KEPT
    return {
        "card": card,
        "ask": AskForm() if standing is None and may_ask(delivery, user) else None,
        "answer": AnswerForm() if standing is not None and not is_kept and may_decide_keeping(standing, user) else None,
        "may_give_back": is_kept
        and standing is not None
        and (standing.consultant_id == user.pk or user.may(Capability.REASSIGN_TASKS)),
        "today": clock.today(delivery.store.tz),
    }


def _state(state: str) -> str:
    return str(KeepingState(state).label) if state else ""


def _reason(reason: str) -> str:
    return str(KeepReason(reason).label) if reason else ""
