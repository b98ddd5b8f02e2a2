"""Reading what an editor of questionnaires typed, and drawing the questions as the call screen does."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.web.fields import DayField
from followups.enums import CALL_KINDS, LEAD_KINDS, QuestionType, TaskKind, Topic, VisitKind
from followups.forms import question_field
from followups.models import Question
from followups.rules.questionnaires import BadQuestion, QuestionDraft, checked, next_code, read_options
from followups.services.questionnaires import QuestionWish

#: Calls with questions of their own: to owners, about something.
ASKED_KINDS = tuple(kind for kind in CALL_KINDS if kind not in (*LEAD_KINDS, TaskKind.NUMBER_TRACE))


class FromDayForm(forms.Form):
    """From which day on a version is asked."""

    effective_from = DayField(label=_("Asked from"), error_messages={"required": _("Choose the day.")})


class TitleForm(forms.Form):
    """What a version is called."""

    title = forms.CharField(label=_("Title"), max_length=128)


class NewQuestionnaireForm(TitleForm):
    """The first version of a kind that asks nothing yet, or one written anew."""

    kind = forms.ChoiceField(label=_("Kind of call"), choices=[(kind.value, kind.label) for kind in ASKED_KINDS])


class QuestionForm(forms.Form):
    """One question of a draft."""

    use_required_attribute = False

    text_zh = forms.CharField(label=_("Question, Chinese"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    text_en = forms.CharField(label=_("Question, English"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    type = forms.ChoiceField(label=_("Type"), choices=QuestionType.choices)
    topic = forms.ChoiceField(
        label=_("It is about"),
        choices=Topic.choices,
        help_text=_("Dissatisfaction with the car or the dealership opens a complaint there."),
    )
    situation = forms.ChoiceField(
        label=_("Asked after"),
        required=False,
        choices=[("", _("Every visit, every call")), *VisitKind.choices],
        help_text=_("Only calls after a workshop visit tell situations apart."),
    )
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)
    options = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("One a line: Chinese|English. A code in front keeps answers comparable over versions."),
    )
    minimum = forms.IntegerField(label=_("Lowest"), required=False, min_value=-1_000_000, max_value=1_000_000)
    maximum = forms.IntegerField(label=_("Highest"), required=False, min_value=-1_000_000, max_value=1_000_000)
    alert_below = forms.IntegerField(
        label=_("Alert for scores up to"), required=False, min_value=-1_000_000, max_value=1_000_000
    )
    alert_values = forms.CharField(
        label=_("Alert for the answers"),
        required=False,
        max_length=300,
        help_text=_("Codes with commas between, like: no. Satisfaction: satisfied, neutral, dissatisfied."),
    )
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=32,
        help_text=_("Names the question in reports over all versions. Empty: the next free one."),
    )

    def __init__(self, data: Any = None, *, question: Question | None = None, others: list[str]) -> None:
        super().__init__(data, initial=_initial(question))
        self.others = others
        self.wish: QuestionWish | None = None

    def clean(self) -> dict[str, Any]:
        read = super().clean() or {}
        if self.errors:
            return read
        try:
            self.wish = QuestionWish(
                draft=checked(self._draft(read), others=self.others),
                text_zh=read["text_zh"],
                text_en=read["text_en"],
                topic=read["topic"],
                is_required=read["is_required"],
                situation=read["situation"],
            )
        except BadQuestion as error:
            self.add_error(error.field, error.sentence(gettext))
        return read

    def _draft(self, read: dict[str, Any]) -> QuestionDraft:
        values = [value.strip() for value in read["alert_values"].replace("，", ",").replace("、", ",").split(",")]
        return QuestionDraft(
            code=read["code"].strip() or next_code(self.others),
            type=read["type"],
            options=read_options(read["options"]),
            minimum=read["minimum"],
            maximum=read["maximum"],
            alert_values=tuple(dict.fromkeys(value for value in values if value)),
            alert_below=read["alert_below"],
        )


class PreviewForm(forms.Form):
    """The questions of a version with the widgets of the call screen. Made within the language it is to be drawn in."""

    use_required_attribute = False

    def __init__(self, questions: list[Question], *, language: str) -> None:
        super().__init__(auto_id=f"id_{language}_%s", prefix=language)
        for question in questions:
            self.fields[f"q_{question.code}"] = question_field(question)


def _initial(question: Question | None) -> dict[str, Any]:
    if question is None:
        return {"type": QuestionType.SCALE, "topic": Topic.DEALERSHIP, "is_required": True, "minimum": 1, "maximum": 10}
    plain = ("text_zh", "text_en", "type", "topic", "situation", "is_required", "minimum", "maximum", "alert_below")
    return {name: getattr(question, name) for name in (*plain, "code")} | {
        "options": "\n".join(str(option) for option in question.options),
        "alert_values": ", ".join(str(value) for value in question.alert_values),
    }
