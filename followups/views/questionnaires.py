"""Questionnaires for their editors: the versions, one version with its preview, and the draft's questions (D7-07)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import redirect_after_post, render_page, render_refused
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from followups.enums import QuestionnaireState, TaskKind
from followups.forms_questionnaires import (
    ASKED_KINDS,
    FromDayForm,
    NewQuestionnaireForm,
    PreviewForm,
    QuestionForm,
    TitleForm,
)
from followups.models import Question
from followups.rules.questionnaires import asks_for_full_marks
from followups.selectors.questionnaires import Version, may_edit_shared, store_of_copy, version_of, versions_of
from followups.services.questionnaires import (
    activate_questionnaire,
    add_question,
    change_question,
    copy_questionnaire,
    discard_draft,
    move_question,
    name_draft,
    remove_question,
    retire_questionnaire,
    start_questionnaire,
)
from staffing.enums import Capability
from staffing.models import Store

LANGUAGES = (("zh-hans", "zh"), ("en", "en"))


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_GET
def questionnaire_list(request: AuthenticatedRequest) -> HttpResponse:
    """Every version of every kind, with where it stands."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in TaskKind.values else ""
    versions = versions_of(request.user, on=clock.today(), kind=kind)
    asked = {version.row.kind for version in versions} | {kind.value for kind in ASKED_KINDS}
    context = {
        "versions": versions,
        "kinds": [(each.value, each.label) for each in TaskKind if each.value in asked],
        "kind": kind,
    }
    return render_page(request, "followups/questionnaires.html", context)


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire_new(request: AuthenticatedRequest) -> HttpResponse:
    """Begin an empty draft."""
    form = NewQuestionnaireForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        store = _store_to_write_for(request, None if may_edit_shared(request.user) else request.user.store)
        try:
            row = start_questionnaire(
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                store=store,
                by=request.user,
                at=clock.now(),
                on=clock.today(),
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            return redirect_after_post(request, "question_new", row.pk)
    if form.is_bound:
        return render_refused(request, "followups/questionnaire_new.html", {"form": form})
    return render_page(request, "followups/questionnaire_new.html", {"form": form})


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_GET
def questionnaire_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One version: its questions, the preview in both languages, and what can be done with it."""
    version = _version(request, pk)
    return render_page(request, "followups/questionnaire.html", _page(request, version))


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def questionnaire_copy(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The next version as a draft."""
    row = _version(request, pk).row
    store = _store_to_write_for(request, store_of_copy(request.user, row))

    def copy() -> HttpResponse:
        made = copy_questionnaire(
            questionnaire=row,
            store=store,
            by=request.user,
            at=clock.now(),
            effective_from=clock.today(),
        )
        messages.success(
            request, _("Version %(version)d is a draft: change it, then put it into use.") % {"version": made.version}
        )
        return redirect_after_post(request, "questionnaire_page", made.pk)

    return _done(request, pk, copy)


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def questionnaire_name(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Another title of a draft."""
    version, form = _editable(request, pk), TitleForm(request.POST)
    if not form.is_valid():
        return render_refused(request, "followups/questionnaire.html", _page(request, version) | {"title_form": form})
    title = form.cleaned_data["title"]
    return _done(
        request, pk, lambda: name_draft(questionnaire=version.row, title=title, by=request.user, at=clock.now())
    )


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def questionnaire_activate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put a draft into use from a day on."""
    version, form = _editable(request, pk), FromDayForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["effective_from"]
        try:
            activate_questionnaire(
                questionnaire=version.row, effective_from=day, today=clock.today(), by=request.user, at=clock.now()
            )
        except SentenceError as refusal:
            form.add_error("effective_from", refusal.sentence(_))
        else:
            messages.success(request, _("Asked from %(on)s on.") % {"on": day.isoformat()})
            return redirect_after_post(request, "questionnaire_page", pk)
    return render_refused(request, "followups/questionnaire.html", _page(request, version) | {"day_form": form})


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def questionnaire_retire(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Ask a version no longer."""
    row = _editable(request, pk).row
    return _done(request, pk, lambda: retire_questionnaire(questionnaire=row, by=request.user, at=clock.now()))


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def questionnaire_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row = _editable(request, pk).row

    def discard() -> HttpResponse:
        discard_draft(questionnaire=row, by=request.user, at=clock.now())
        messages.success(request, _("The draft is gone."))
        return redirect_after_post(request, "questionnaire_list")

    return _done(request, pk, discard)


# --- the questions of a draft ----------------------------------------------------------------------------------------
@guard(Capability.EDIT_QUESTIONNAIRES)
@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One more question, at the end of the draft."""
    return _question_page(request, _editable(request, pk), None)


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: AuthenticatedRequest, pk: int, question: int) -> HttpResponse:
    """Another wording, type or range of a question of the draft."""
    version = _editable(request, pk)
    return _question_page(request, version, _question(version, question))


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def question_move(request: AuthenticatedRequest, pk: int, question: int) -> HttpResponse:
    """Ask it one place earlier or later; the row keeps the focus."""
    row = _question(_editable(request, pk), question)
    steps = -1 if request.POST.get("to") == "up" else 1

    def move() -> HttpResponse:
        move_question(question=row, steps=steps, by=request.user, at=clock.now())
        response = redirect_after_post(request, "questionnaire_page", pk)
        focus = f"?moved={row.pk}&to={'up' if steps < 0 else 'down'}"
        response["Location"] = reverse("questionnaire_page", args=[pk]) + focus
        return response

    return _done(request, pk, move)


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def question_remove(request: AuthenticatedRequest, pk: int, question: int) -> HttpResponse:
    """Ask it no longer."""
    row = _question(_editable(request, pk), question)
    return _done(request, pk, lambda: remove_question(question=row, by=request.user, at=clock.now()))


# --- what the pages share ------------------------------------------------------------------------------------------
def _version(request: AuthenticatedRequest, pk: int) -> Version:
    found = version_of(request.user, pk, on=clock.today())
    if found is None:
        raise Http404(_("There is no such questionnaire."))
    return found


def _editable(request: AuthenticatedRequest, pk: int) -> Version:
    """A version that this person may change; one for all stores is changed by those who see all stores."""
    version = _version(request, pk)
    if not version.may_edit:
        raise PermissionDenied(Capability.EDIT_QUESTIONNAIRES)
    return version


def _store_to_write_for(request: AuthenticatedRequest, store: Store | None) -> Store | None:
    """Nobody without a store of the own writes for all of them, but for those who see all."""
    if store is None and not may_edit_shared(request.user):
        raise PermissionDenied(Capability.EDIT_QUESTIONNAIRES)
    return store


def _question(version: Version, pk: int) -> Question:
    return get_object_or_404(version.row.questions.select_related("questionnaire"), pk=pk)


def _done(request: AuthenticatedRequest, pk: int, act: Callable[[], Any]) -> HttpResponse:
    """Do it and go where it leads, by default back to the version; a refusal is told there."""
    try:
        answer = act()
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
        answer = None
    return answer if isinstance(answer, HttpResponse) else redirect_after_post(request, "questionnaire_page", pk)


def _question_page(request: AuthenticatedRequest, version: Version, question: Question | None) -> HttpResponse:
    if version.standing != "draft":
        messages.warning(
            request, _("Customers have been asked this version: it stays as it was. Make the next version.")
        )
        return redirect_after_post(request, "questionnaire_page", version.row.pk)
    rows = version.row.questions.all() if question is None else version.row.questions.exclude(pk=question.pk)
    others = list(rows.values_list("code", flat=True))
    form = QuestionForm(request.POST if request.method == "POST" else None, question=question, others=others)
    if form.is_bound and form.is_valid() and form.wish is not None:
        try:
            if question is None:
                add_question(questionnaire=version.row, wish=form.wish, by=request.user, at=clock.now())
            else:
                change_question(question=question, wish=form.wish, by=request.user, at=clock.now())
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            return _kept(request, version, form)
    context = {"version": version, "question": question, "form": form, "begs": _begs(form)}
    if form.is_bound:
        return render_refused(request, "followups/question.html", context)
    return render_page(request, "followups/question.html", context)


def _kept(request: AuthenticatedRequest, version: Version, form: QuestionForm) -> HttpResponse:
    if _begs(form):
        hint = _("This text asks for full marks. That falsifies the survey: ask for the customer's honest view.")
        messages.warning(request, hint)
    else:
        messages.success(request, _("The question is kept."))
    if "another" in request.POST:
        return redirect_after_post(request, "question_new", version.row.pk)
    return redirect_after_post(request, "questionnaire_page", version.row.pk)


def _begs(form: QuestionForm) -> bool:
    """Whether what was typed begs for the best score (D7-12)."""
    return any(asks_for_full_marks(str(form[name].value() or "")) for name in ("text_zh", "text_en"))


def _page(request: AuthenticatedRequest, version: Version) -> dict[str, Any]:
    questions = list(version.row.questions.order_by("position", "pk"))
    today = clock.today()
    starts = max(version.row.effective_from, today) if version.standing == "draft" else today
    return {
        "version": version,
        "questions": [(row, _is_begging(row)) for row in questions],
        "previews": _previews(request, questions),
        "day_form": FromDayForm(initial={"effective_from": starts}),
        "title_form": TitleForm(initial={"title": version.row.title}),
        "is_draft": version.row.state == QuestionnaireState.DRAFT and not version.answers,
        "moved": request.GET.get("moved", ""),
        "moved_to": request.GET.get("to", ""),
        "may_retire": version.standing in ("current", "coming"),
    }


def _is_begging(row: Question) -> bool:
    return asks_for_full_marks(row.text_zh) or asks_for_full_marks(row.text_en)


def _previews(request: AuthenticatedRequest, questions: list[Question]) -> list[tuple[str, SafeString]]:
    """(language, the questions as the call screen draws them) in both languages."""
    found = []
    for code, short in LANGUAGES:
        with translation.override(code):
            form = PreviewForm(questions, language=short)
            found.append((code, render_to_string("followups/_questions_preview.html", {"form": form}, request)))
    return found
