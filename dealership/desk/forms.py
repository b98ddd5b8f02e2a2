"""Forms of the board and of a customer's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followups.enums import CALL_KINDS
from followups.models import CallTask
from followups.selectors.board import BoardFilter, team_of
from staffing.enums import Role
from staffing.models import Staff

#: Which calls the table of the board shows; the first is the default.
SHOWN = {
    "due": _("Due"),
    "overdue": _("Overdue"),
    "promised": _("Agreed times"),
    "upcoming": _("Upcoming"),
    "missed": _("Missed"),
}
#: One re-assignment moves at most so many calls.
MOVED_AT_MOST = 500


class BoardFilterForm(forms.Form):
    """Narrows the table of calls. What is no choice is left out rather than refused: the address may be an old one."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *((kind.value, kind.label) for kind in CALL_KINDS)],
    )
    whose = forms.ChoiceField(label=_("Whose"), required=False)

    def __init__(self, *args: Any, team: list[Staff], pools: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            *((f"pool:{role.value}", _("Pool: %(role)s") % {"role": role.label}) for role in pools),
            *((str(person.pk), person.name) for person in team),
        ]

    def narrowed(self, show: str) -> BoardFilter:
        """What the table is narrowed to."""
        self.is_valid()
        whose = self.cleaned_data.get("whose", "")
        return BoardFilter(
            show=show if show in SHOWN else "due",
            kind=self.cleaned_data.get("kind", ""),
            owner_id=int(whose) if whose.isdecimal() else None,
            pool=whose.removeprefix("pool:") if whose.startswith("pool:") else "",
        )


class ReassignForm(forms.Form):
    """Which calls go to whom. Both must be the person's to give."""

    tasks = forms.ModelMultipleChoiceField(
        label=_("Calls"),
        queryset=CallTask.objects.none(),
        error_messages={
            "required": _("Tick the calls that are to be handed over."),
            "invalid_choice": _("One of the calls is no longer on your board. Look at the list again."),
        },
    )
    to = forms.ModelChoiceField(
        label=_("Hand over to"),
        queryset=Staff.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose who is to make the calls."),
            "invalid_choice": _("This colleague is not on your team."),
        },
    )

    def __init__(self, *args: Any, user: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks: Any = self.fields["tasks"]
        tasks.queryset = CallTask.objects.visible_to(user).unfinished().select_related("store")
        to: Any = self.fields["to"]
        to.queryset = team_of(user).order_by("name", "pk")

    def clean_tasks(self) -> Any:
        tasks = self.cleaned_data["tasks"]
        if len(tasks) > MOVED_AT_MOST:
            raise forms.ValidationError(
                _("Hand over at most %(count)s calls at a time."), params={"count": MOVED_AT_MOST}
            )
        return tasks


class LiftBanForm(forms.Form):
    """Why a customer who did not wish to be called may be called again."""

    reason = forms.CharField(
        label=_("Why the ban is lifted"),
        max_length=200,
        error_messages={"required": _("Write down why the customer may be called again.")},
    )
