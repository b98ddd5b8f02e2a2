"""Recommendations: recording one on a customer's page, and those of a month with the word to the referrer."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Customer
from dealership import clock
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.answers import redirect_after_post, render_page, render_refused
from dealership.web.guards import guard
from dealership.web.months import BadMonth, month_label, month_of, month_start, months_after, parse_month
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from followups.referral_fields import ReferralForm, recommended
from followups.selectors.referrals import referral_rows, referrals_of
from followups.services.referrals import RecordedReferral, record_referral
from leads.models import Lead
from staffing.enums import Capability
from staffing.models import Staff


@guard(Capability.WORK_QUEUE)
@require_GET
def referral_list(request: AuthenticatedRequest) -> HttpResponse:
    """The recommendations of a month: how far it is with each, and whether the referrer has heard (RF-02)."""
    at, tz = clock.now(), timezone.get_current_timezone()
    month = _month(request, at.astimezone(tz).date())
    first, until = (dt.datetime.combine(day, dt.time.min, tzinfo=tz) for day in (month, months_after(month, 1)))
    page = page_of(request, referrals_of(request.user, first=first, until=until))
    mine = set(
        Lead.objects.visible_to(request.user)
        .filter(pk__in=[row.lead_id for row in page.object_list])
        .values_list("pk", flat=True)
    )
    context = {
        "page": page,
        "rows": [(row, row.referral.lead_id in mine) for row in referral_rows(page.object_list, at=at)],
        "period": month_label(month),
        "previous": month_of(months_after(month, -1)),
        "next": month_of(months_after(month, 1)),
    }
    return render_page(request, "followups/referrals.html", context)


@guard(Capability.WORK_QUEUE)
@require_http_methods(["GET", "HEAD", "POST"])
def referral_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A customer recommends somebody, otherwise than in a call of ours (RF-03)."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("store"), pk=pk)
    form = ReferralForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "customer": customer}
    if not form.is_bound:
        return render_page(request, "followups/referral_new.html", context)
    told = recommended(form.cleaned_data, "") if form.is_valid() else None
    if told is not None:
        try:
            recorded = record_referral(referrer=customer, told=told, by=request.user, at=clock.now())
        except (SentenceError, BadValue) as refusal:
            form.add_error("number", refusal.sentence(_))
        else:
            messages.success(request, told_of_referral(recorded, request.user))
            return redirect_after_post(request, "customer_page", pk)
    return render_refused(request, "followups/referral_new.html", context)


def told_of_referral(recorded: RecordedReferral, user: Staff) -> str:
    """What became of it. Of a colleague's lead nothing is said but whose it is."""
    referral, lead = recorded.referral, recorded.referral.lead
    if recorded.by_another:
        return _("Somebody else recommended this person before: the enquiry joined that lead.")
    if not recorded.is_new:
        return _("This recommendation had been recorded already.")
    owner = lead.owner.name if lead.owner is not None else _("the pool")
    if not recorded.joined:
        whose = _("you") if lead.owner_id == user.pk else owner
        return _("%(name)s is a new lead with %(whom)s.") % {"name": referral.name, "whom": whose}
    if lead.owner_id == user.pk:
        return _("This telephone has a lead already: the recommendation joined your lead %(number)s.") % {
            "number": lead.number
        }
    return _("This telephone has a lead already: the recommendation joined the one that is with %(whom)s.") % {
        "whom": owner
    }


def _month(request: AuthenticatedRequest, today: dt.date) -> dt.date:
    """The month of the address; nonsense is this month."""
    try:
        return parse_month(request.GET.get("month", ""))
    except BadMonth:
        return month_start(today)
