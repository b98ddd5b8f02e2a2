"""Discipline of the register and the cards (CC-18): what is incomplete or suspect, and what was done about it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.months import BadMonth, month_label, month_of, month_start, months_after, parse_month
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from leads.enums import DisciplineKind
from leads.forms.discipline import MeasureForm
from leads.models import Contact, Visit
from leads.selectors.discipline import (
    fill_hours,
    incomplete_cases,
    measures,
    month_table,
    notes_of_month,
    people_led_by,
    suspect_cases,
    words_of,
)
from leads.selectors.spot_check import DAYS
from leads.services.discipline import record_measure
from staffing.enums import Capability

PARTS = {"cases": "leads/_discipline.html"}
ROWS = 20


@guard(Capability.ASSIGN_LEADS)
@require_GET
def discipline(request: AuthenticatedRequest) -> HttpResponse:
    """Lines of the people one leads that are incomplete, or that may be invented."""
    return render_page(request, "leads/discipline.html", _context(request), parts=PARTS)


@guard(Capability.ASSIGN_LEADS)
@require_POST
def discipline_record(request: AuthenticatedRequest) -> HttpResponse:
    """Take a measure about lines of one person, who is told."""
    at = clock.now()
    on = _today(request, at)
    form = MeasureForm(request.POST, measures=measures(request.user.store, on))
    person = get_object_or_404(people_led_by(request.user), pk=_number(request.POST.get("person", "")))
    refusal = ""
    if form.is_valid():
        read = form.cleaned_data
        try:
            record_measure(
                person=person,
                kind=DisciplineKind(read["kind"]),
                visits=list(Visit.objects.visible_to(request.user).filter(pk__in=_numbers(request, "visit"))),
                contacts=list(Contact.objects.visible_to(request.user).filter(pk__in=_numbers(request, "contact"))),
                measure=read["measure"],
                note=read["note"],
                by=request.user,
                at=at,
            )
        except SentenceError as error:
            refusal = error.sentence(_)
        else:
            told = _("Written down; %(name)s is told.") % {"name": person.name}
            messages.success(request, told)
            suspect = read["kind"] == DisciplineKind.SUSPECT
            return redirect(f"{reverse('discipline')}?show=suspect" if suspect else reverse("discipline"))
    else:
        refusal = _("Choose a measure; the note has at most 300 characters.")
    return render_refused(request, "leads/discipline.html", _context(request, refusal=refusal))


@guard(Capability.SEE_OWN_DAY)
@require_GET
def discipline_notes(request: AuthenticatedRequest) -> HttpResponse:
    """The measures of a month: one's own, and those of the people one leads, counted per person."""
    today = _today(request, clock.now())
    try:
        month = parse_month(request.GET["month"]) if "month" in request.GET else month_start(today)
    except BadMonth as error:
        messages.warning(request, error.sentence(_))
        month = month_start(today)
    notes = list(notes_of_month(request.user, month)) if request.user.store else []
    columns = list({note.measure.code: words_of(note.measure) for note in notes}.items())
    context = {
        "month": month_label(month),
        "previous": month_of(months_after(month, -1)),
        "next": month_of(months_after(month, 1)) if month < month_start(today) else "",
        "columns": columns,
        "counts": [(count, [count.measures[code] for code, _words in columns]) for count in month_table(notes)],
        "page": page_of(request, [(note, words_of(note.measure)) for note in notes], per_page=ROWS),
        "may_record": request.user.may(Capability.ASSIGN_LEADS),
    }
    return render_page(request, "leads/discipline_notes.html", context)


def _context(request: AuthenticatedRequest, *, refusal: str = "") -> dict[str, Any]:
    at = clock.now()
    on = _today(request, at)
    asked = request.POST.get("kind") or request.GET.get("show", "")
    incomplete = incomplete_cases(request.user, at=at, on=on)
    suspect = suspect_cases(request.user, at=at, on=on)
    is_suspect = asked == DisciplineKind.SUSPECT
    cases = suspect if is_suspect else incomplete
    offered = measures(request.user.store, on)
    page = page_of(request, cases, per_page=ROWS)
    return {
        "page": page,
        "cases": [
            (case, MeasureForm(measures=offered, initial={"kind": case.kind}, auto_id=f"id_{number}_%s"))
            for number, case in enumerate(page, start=1)
        ],
        "is_suspect": is_suspect,
        "incomplete_count": sum(len(case.lines) for case in incomplete),
        "suspect_count": sum(len(case.lines) for case in suspect),
        "days": DAYS,
        "hours": fill_hours(request.user.store, on),
        "refusal": refusal,
    }


def _today(request: AuthenticatedRequest, at: dt.datetime) -> dt.date:
    store = request.user.store
    return at.astimezone(store.tz).date() if store else at.date()


def _numbers(request: AuthenticatedRequest, name: str) -> list[int]:
    return [_number(value) for value in request.POST.getlist(name)]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
