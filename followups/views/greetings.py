"""Cards of the day, of the week and of a festival: texts, labels, addresses, marked as sent (BD-01, BD-02)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.audit.services import record_act
from dealership.audit.taking import Taken, workbook_answer
from dealership.web.answers import redirect_after_post, render_page
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.exports.greetings import address_workbook
from followups.forms_greetings import BatchForm, chosen_ids
from followups.models.cards import CardWay
from followups.selectors.greetings import Scope, batches, card_rows, cards_of, scope_of, sendable
from followups.services.greetings import mark_sent
from staffing.enums import Capability

#: Three by eight on a sheet of A4.
LABELS_PER_SHEET = 24


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def greetings(request: AuthenticatedRequest) -> HttpResponse:
    """The cards: own ones for a consultant, the store's for who sees the store; a festival's batch with its counts."""
    today = clock.today()
    scope = scope_of(request.GET, on=today)
    page = page_of(request, cards_of(request.user, scope))
    query = urlencode(scope.query)
    views = [("today", _("Birthdays today")), ("week", _("Birthdays this week")), ("festival", _("Festivals"))]
    context = {
        "scope": scope,
        "views": views,
        "page": page,
        "rows": card_rows(page.object_list, user=request.user, on=today),
        "batches": batches(request.user, on=today) if scope.view == "festival" else (),
        "form": BatchForm(),
        "query": query,
        "may_send": request.user.may(Capability.WORK_QUEUE),
        "export_url": f"{reverse('greeting_export')}?{query}" if request.user.may(Capability.EXPORT) else "",
    }
    return render_page(request, "followups/greetings.html", context)


@guard(Capability.WORK_QUEUE)
@require_POST
def greeting_batch(request: AuthenticatedRequest) -> HttpResponse:
    """Labels for the chosen cards, or the chosen ones marked as sent."""
    scope = scope_of(request.GET, on=clock.today())
    form = BatchForm(request.POST)
    back = f"{reverse('greetings')}?{urlencode(scope.query)}"
    whole = form.is_valid() and form.cleaned_data["whole"]
    ids = [] if whole else chosen_ids(request.POST.getlist("card"))
    if not form.is_valid() or not (whole or ids):
        messages.warning(request, _("Choose at least one card, and how it goes out."))
        return redirect_after_post(request, back)
    if request.POST.get("do") == "labels":
        chosen = QueryDict(mutable=True)
        chosen.update(scope.query)
        chosen.setlist("card", [str(pk) for pk in ids])
        return redirect_after_post(request, f"{reverse('greeting_labels')}?{chosen.urlencode()}")
    cards = sendable(cards_of(request.user, scope))
    chosen_cards = cards if whole else cards.filter(pk__in=ids)
    number = mark_sent(cards=chosen_cards, way=CardWay(form.cleaned_data["way"]), by=request.user, at=clock.now())
    told = ngettext("%(number)d card is marked as sent.", "%(number)d cards are marked as sent.", number)
    messages.success(request, told % {"number": number})
    return redirect_after_post(request, back)


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def greeting_labels(request: AuthenticatedRequest) -> HttpResponse:
    """Labels of three by eight for the cards that wait and have an address; the others are counted.

    Every sheet of labels is in the audit.
    """
    scope = scope_of(request.GET, on=clock.today())
    cards = sendable(cards_of(request.user, scope))
    if ids := chosen_ids(request.GET.getlist("card")):
        cards = cards.filter(pk__in=ids)
    found = list(cards)
    labels = [card for card in found if card.customer.address.strip()]
    facts = {"view": scope.view, "rows": len(labels)}
    record_act(code="labels.made", store_ref=request.user.store_id, by=request.user, at=clock.now(), data=facts)
    sheets = [labels[at : at + LABELS_PER_SHEET] for at in range(0, len(labels), LABELS_PER_SHEET)]
    context = {
        "sheets": sheets,
        "number": len(labels),
        "missing": len(found) - len(labels),
        "back": f"{reverse('greetings')}?{urlencode(scope.query)}",
    }
    return render_page(request, "followups/greeting_labels.html", context)


@guard(Capability.EXPORT)
@require_GET
def greeting_export(request: AuthenticatedRequest) -> HttpResponse:
    """The addresses of the cards that wait, as a workbook. Every export is in the audit."""
    today, at = clock.today(), clock.now()
    scope = scope_of(request.GET, on=today)
    rows = card_rows(sendable(cards_of(request.user, scope)), user=request.user, on=today)
    store = request.user.store
    maker = Maker(request.user.name, store.name if store is not None else _("All stores"), today)
    content = address_workbook(rows, title=_title(scope), maker=maker)
    taken = Taken("cards.exported", len(rows), request.user.store_id, {"view": scope.view})
    return workbook_answer(content, file_name=f"cards-{today:%Y%m%d}.xlsx", taken=taken, by=request.user, at=at)


def _title(scope: Scope) -> str:
    if scope.festival is not None:
        return str(scope.festival)
    return f"{_('Birthdays')} {scope.on.isoformat()}"
