"""The yellow card of a lead: read, filled, written on, reviewed, printed."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import Customer
from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from leads.enums import FOLLOWED, Channel, GradedBy, LeadState, Stage, Way
from leads.forms.assigning import GiveForm
from leads.forms.card import CardForm, ChannelForm, GradeForm, LineForm, RemarkForm
from leads.models import Contact, Lead
from leads.selectors.assigning import receivers_for, rights_on, roles_that_may_own
from leads.selectors.cards import arrived_visit, card_of
from leads.selectors.classes import class_of
from leads.selectors.endings import recycled_from
from leads.selectors.households import relatives_seen
from leads.selectors.policies import cadence_policy
from leads.services.cards import CardIncomplete, correct_channel, remark_line, review_card, save_card
from leads.services.contacts import record_contact
from leads.services.grading import grade_lead
from staffing.enums import Capability

_CARD = ("store", "customer", "owner", "telesales", "reviewed_by")


@guard(Capability.WORK_LEADS)
@require_GET
def lead_card(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The card of a lead one may see: front, back, histories, and what one may do with it."""
    return render_page(request, "leads/card.html", _context(request, _seen(request, pk)))


@guard(Capability.WORK_LEADS)
@require_GET
def lead_card_print(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The card as on paper: front and back."""
    lead = _seen(request, pk)
    card = card_of(lead, on=_today(lead, clock.now()))
    return render_page(request, "leads/card_print.html", {"lead": lead, "card": card, "blank": range(3)})


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_card_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Fill the front."""
    lead, at = _editable(request, pk), clock.now()
    typed = request.POST if request.method == "POST" else None
    form = CardForm(typed, lead=lead, user=request.user, on=_today(lead, at))
    if form.is_bound and form.is_valid():
        try:
            save_card(
                lead=lead,
                values=form.values(),
                version=form.cleaned_data["version"],
                by=request.user,
                at=at,
            )
        except CardIncomplete as refusal:
            form.mark(refusal.fields, refusal.sentence(_))
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The card is saved."))
            return redirect("lead_card", pk)
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/card_edit.html", {"lead": lead, "form": form})


@guard(Capability.WORK_LEADS)
@require_POST
def lead_line(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Write a line: what happened, and what comes next."""
    lead, at = _workable(request, pk), clock.now()
    form = LineForm(request.POST, policy=cadence_policy(lead.store, _today(lead, at)))
    if form.is_valid():
        try:
            record_contact(lead=lead, facts=form.facts(), by=request.user, at=at)
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Written down. The next contact is planned."))
            return redirect("lead_card", pk)
    return render_refused(request, "leads/card.html", _context(request, _seen(request, pk), line=form))


@guard(Capability.WORK_LEADS)
@require_POST
def lead_grade(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Judge the grade; the next contact is planned by it."""
    lead, at = _workable(request, pk), clock.now()
    form = GradeForm(request.POST, policy=cadence_policy(lead.store, _today(lead, at)))
    side = GradedBy.TELESALES if lead.stage == Stage.TELESALES else GradedBy.CONSULTANT
    if form.is_valid():
        read = form.cleaned_data
        try:
            grade_lead(lead=lead, grade=read["grade"], graded_by=side, by=request.user, at=at, note=read["note"])
        except SentenceError as refusal:
            messages.warning(request, refusal.sentence(_))
        else:
            messages.success(request, _("Graded %(grade)s.") % {"grade": read["grade"]})
    return redirect("lead_card", pk)


@guard(Capability.ASSIGN_LEADS)
@require_POST
def lead_review(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The supervisor's check mark."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    try:
        review_card(lead=lead, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("Marked as reviewed."))
    return redirect("lead_card", pk)


@guard(Capability.ASSIGN_LEADS)
@require_POST
def lead_remark(request: AuthenticatedRequest, pk: int, line: int) -> HttpResponse:
    """The supervisor's remark on a line."""
    row = get_object_or_404(Contact.objects.visible_to(request.user).select_related("lead"), pk=line, lead_id=pk)
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            remark_line(line=row, remark=form.cleaned_data["remark"], by=request.user, at=clock.now())
        except SentenceError as refusal:
            messages.warning(request, refusal.sentence(_))
        else:
            messages.success(request, _("The remark stands on the card."))
    else:
        messages.warning(request, _("The remark is empty or too long."))
    return redirect("lead_card", pk)


@guard(Capability.USE_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_channel(request: AuthenticatedRequest) -> HttpResponse:
    """The administrator's correction of a channel, with a reason (CC-17)."""
    form = ChannelForm(request.POST if request.method == "POST" else None, initial={"lead": request.GET.get("lead")})
    if form.is_bound and form.is_valid():
        read = form.cleaned_data
        lead = Lead.objects.visible_to(request.user).filter(number=read["lead"].strip()).order_by("pk").first()
        if lead is None:
            form.add_error("lead", _("There is no card of this number."))
        else:
            try:
                channel = Channel(read["channel"])
                correct_channel(lead=lead, channel=channel, reason=read["reason"], by=request.user, at=clock.now())
            except SentenceError as refusal:
                form.add_error(None, refusal.sentence(_))
            else:
                messages.success(request, _("Corrected: %(number)s.") % {"number": lead.number})
                return redirect("lead_channel")
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/channel.html", {"form": form})


def _seen(request: AuthenticatedRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user).select_related(*_CARD), pk=pk)


def _workable(request: AuthenticatedRequest, pk: int) -> Lead:
    """A lead one writes on: of a pool it is taken first."""
    rows = Lead.objects.visible_to(request.user).workable_by(request.user)
    return get_object_or_404(rows.select_related(*_CARD), pk=pk)


def _editable(request: AuthenticatedRequest, pk: int) -> Lead:
    """A lead whose front one may change; one that may only be read is answered like one that is not there."""
    rows = Lead.objects.visible_to(request.user).editable_by(request.user)
    return get_object_or_404(rows.select_related(*_CARD), pk=pk)


def _today(lead: Lead, at: dt.datetime) -> dt.date:
    return at.astimezone(lead.store.tz).date()


def _context(request: AuthenticatedRequest, lead: Lead, *, line: LineForm | None = None) -> dict[str, Any]:
    on = _today(lead, clock.now())
    policy = cadence_policy(lead.store, on)
    rights = rights_on(request.user, lead)
    is_mine = rights.may_work
    is_followed = lead.state in FOLLOWED
    way = lead.next_way or (Way.SHOWROOM if lead.stage == Stage.SHOWROOM else Way.PHONE)
    return {
        "lead": lead,
        "card": card_of(lead, on=on),
        "may_edit": rights.may_edit,
        "may_review": request.user.may(Capability.ASSIGN_LEADS) and lead.owner_id != request.user.pk,
        "line": (line or LineForm(policy=policy, initial={"way": way, "reached": True}))
        if is_mine and is_followed
        else None,
        "grading": GradeForm(policy=policy, initial={"grade": lead.grade})
        if is_mine and lead.state == LeadState.OPEN
        else None,
        "may_end": is_mine and lead.state == LeadState.OPEN,
        "recycled": recycled_from([lead.pk], tz=lead.store.tz).get(lead.pk, ""),
        "classed": class_of(lead.customer),
        "relatives": relatives_seen(request.user, lead.customer),
        "may_reactivate": rights.may_revive and lead.state in (LeadState.LOST, LeadState.DEFEATED),
        "may_reveal": request.user.may(Capability.REVEAL_PHONE)
        and Customer.objects.visible_to(request.user).filter(pk=lead.customer_id).exists(),
        "may_take": lead.owner_id is None
        and lead.state == LeadState.OPEN
        and not request.user.roles.isdisjoint(roles_that_may_own(lead.pool)),
        "visit": arrived_visit(lead) if is_mine or rights.may_give else None,
        "give": GiveForm(user=request.user, people=receivers_for(request.user))
        if rights.may_give and lead.state in (*FOLLOWED, LeadState.DEFEAT_APPLIED)
        else None,
    }
