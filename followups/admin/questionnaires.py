"""Questionnaires: a version that has answers is kept as it was asked (D7-07)."""

from typing import Any

from django.contrib import admin
from django.db.models import Count

from dealership.audit.admin import AuditedAdmin
from followups.enums import QuestionnaireState
from followups.models import Question, Questionnaire


class QuestionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Question
    extra = 0
    ordering = ("position", "pk")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_asked(obj)

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_asked(obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_asked(obj)


@admin.register(Questionnaire)
class QuestionnaireAdmin(AuditedAdmin):
    """Change a question by writing the next version and putting it into use; the old one keeps its answers."""

    inlines = (QuestionInline,)
    list_display = ("title", "kind", "version", "state", "store", "effective_from", "answer_count")
    list_filter = ("kind", "state", "store")
    list_select_related = ("store",)
    ordering = ("kind", "-version", "pk")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(response_count=Count("responses"))

    @admin.display(description="#")
    def answer_count(self, row: Any) -> int:
        return int(row.response_count)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("store", "kind", "version", "title", "effective_from") if _is_asked(obj) else ()

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_asked(obj)


def _is_asked(questionnaire: Questionnaire | None) -> bool:
    """Whether customers have been asked this version: from its first answer, or once it was in use."""
    if questionnaire is None or questionnaire.pk is None:
        return False
    return questionnaire.state != QuestionnaireState.DRAFT or questionnaire.responses.exists()
