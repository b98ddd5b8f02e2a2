"""Reading what the desk and the consultants write into the register. Cleans only."""

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.kernel import dates, phones
from dealership.kernel.errors import BadValue
from inventory.models import VehicleModel
from leads.enums import CameBy, Channel, InformationSource, NoData, Standing, TradeIn, VisitPurpose
from leads.models import Visit
from leads.rules.policies import CadencePolicy
from leads.services.visits import VisitFacts
from staffing.enums import Capability, Gender
from staffing.models import Staff

NOT_SAID = ("", _("Not said"))
#: Whom a visitor goes to, when nobody is named.
BY_TURN, NOBODY = "turn", "nobody"


class ClockField(forms.CharField):
    """A time of day as people type it (14:05, 14点5分)."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return dates.parse_time(value).replace(second=0, microsecond=0)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None


class NumberField(forms.CharField):
    """A telephone as people type it; E.164."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": 40})

    def to_python(self, value: Any) -> str:
        typed = str(value or "").strip()
        if not typed:
            return ""
        try:
            return phones.normalise(typed)
        except BadValue as error:
            raise forms.ValidationError(error.sentence(gettext)) from None


class _LineForm(forms.Form):
    """The columns of the register that the desk and the consultant share."""

    use_required_attribute = False

    number = NumberField(label=_("Telephone"), required=False)
    name = forms.CharField(label=_("Name"), required=False, max_length=64)
    party = forms.IntegerField(label=_("Party"), min_value=1, max_value=99, initial=1)
    came_by = forms.ChoiceField(label=_("Came by"), required=False, choices=[NOT_SAID, *CameBy.choices])
    purpose = forms.ChoiceField(label=_("Purpose"), choices=VisitPurpose.choices, initial=VisitPurpose.NEW_CAR)
    gender = forms.ChoiceField(label=_("Sex"), required=False, choices=[NOT_SAID, *Gender.choices])
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.WALK_IN)
    heard_from = forms.ChoiceField(
        label=_("Heard of us from"), required=False, choices=[NOT_SAID, *InformationSource.choices]
    )
    model = forms.ModelChoiceField(
        label=_("Model of interest"), required=False, queryset=VehicleModel.objects.none(), empty_label=_("Not said")
    )
    grade = forms.ChoiceField(label=_("Grade"), required=False)
    no_data = forms.ChoiceField(
        label=_("Why no telephone"), required=False, choices=[("", _("Not yet asked")), *NoData.choices]
    )
    note = forms.CharField(
        label=_("Course of the visit"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, policy: CadencePolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model, grade = self.fields["model"], self.fields["grade"]
        assert isinstance(model, forms.ModelChoiceField)
        assert isinstance(grade, forms.ChoiceField)
        model.queryset = VehicleModel.objects.filter(is_active=True).order_by("brand", "name", "pk")
        grade.choices = [("", gettext("Not judged yet")), *open_grades(policy)]

    def _ask_grade(self, *, number: str, grade: str) -> None:
        """An enquiry by telephone is judged while the customer is on the line (LI-08)."""
        if number and not grade and self.cleaned_data.get("purpose") == VisitPurpose.NEW_CAR:
            self.add_error("grade", _("Judge the grade: the enquiry becomes a lead of telesales at once."))

    def _facts(self, **more: Any) -> VisitFacts:
        read = self.cleaned_data
        names = (
            "number", "name", "party", "came_by", "purpose", "gender", "channel", "heard_from", "model", "grade",
            "no_data", "note",
        )  # fmt: skip
        return VisitFacts(**{name: read[name] for name in names}, **more)


class ArrivalForm(_LineForm):
    """The quick line: everything has a default, so that Enter alone registers a visitor. The desk gives the visitor to
    anybody; a consultant writes down the own one, and who comes when it is the own turn."""

    arrived = ClockField(label=_("Arrived"), required=False)
    by_phone = forms.BooleanField(label=_("A call, not a visit"), required=False)
    consultant = forms.ChoiceField(label=_("Consultant"), initial=BY_TURN)

    def __init__(self, *args: Any, user: Staff, people: list[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["consultant"]
        assert isinstance(field, forms.ChoiceField)
        is_desk = user.may(Capability.RUN_REGISTER)
        self._people = {str(person.pk): person for person in (people if is_desk else [user])}
        if is_desk:
            named = [(pk, person.name) for pk, person in self._people.items()]
            field.choices = [
                (BY_TURN, gettext("By turn")),
                (gettext("Asked for by name"), named),
                (NOBODY, gettext("Nobody yet")),
            ]
        else:
            field.choices = [(str(user.pk), gettext("My own visitor"))]
            if people[:1] == [user]:
                field.choices = [(BY_TURN, gettext("It is my turn")), *field.choices]
            field.initial = field.choices[0][0]
        self.fields["number"].widget.attrs |= {
            "hx-post": str(reverse_lazy("visit_look_up")),
            "hx-params": "number",
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#found",
            "hx-swap": "outerHTML",
            "hx-sync": "this:replace",
            "data-key": "a",
            "data-key-label": gettext("Register a visitor"),
        }

    def clean(self) -> dict[str, Any]:
        read = self.cleaned_data
        if read.get("by_phone"):
            self._ask_grade(number=read.get("number", ""), grade=read.get("grade", ""))
        return read

    @property
    def by_turn(self) -> bool:
        return bool(self.cleaned_data["consultant"] == BY_TURN)

    def facts(self) -> VisitFacts:
        return self._facts(consultant=self._people.get(self.cleaned_data["consultant"]))


class VisitForm(_LineForm):
    """The whole line. An empty telephone keeps the one that is there; it is shown masked beside it. Who receives the
    visitor is for the desk to say."""

    arrived = ClockField(label=_("Arrived"))
    left = ClockField(label=_("Left at"), required=False)
    source = forms.CharField(label=_("Source in its own words"), required=False, max_length=64)
    trade_in = forms.ChoiceField(label=_("Trade-in"), required=False, choices=[NOT_SAID, *TradeIn.choices])
    test_drive = forms.BooleanField(label=_("Test drive"), required=False)
    consultant = forms.ModelChoiceField(
        label=_("Consultant"), required=False, queryset=Staff.objects.none(), empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, visit: Visit, user: Staff, **kwargs: Any) -> None:
        tz = visit.store.tz
        names = (
            "name", "party", "came_by", "purpose", "gender", "channel", "heard_from", "model", "grade", "no_data",
            "note", "source", "trade_in", "test_drive", "consultant",
        )  # fmt: skip
        initial = {name: getattr(visit, name) for name in names}
        initial["arrived"] = visit.arrived_at and visit.arrived_at.astimezone(tz).time()
        initial["left"] = visit.left_at and visit.left_at.astimezone(tz).time()
        super().__init__(*args, initial=initial, **kwargs)
        self._visit = visit
        people = self.fields["consultant"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = receivers(user, visit)
        people.disabled = not user.may(Capability.RUN_REGISTER)
        if visit.number:
            self.fields["number"].widget.attrs["placeholder"] = phones.mask(visit.number)
            self.fields["number"].help_text = _("Leave it empty to keep the number.")

    def clean(self) -> dict[str, Any]:
        read = self.cleaned_data
        if self._visit.by_phone:
            number, grade = read.get("number") or self._visit.number, read.get("grade") or self._visit.grade
            self._ask_grade(number=number, grade=grade)
        return read

    def facts(self) -> VisitFacts:
        read = self.cleaned_data
        more = {name: read[name] for name in ("source", "trade_in", "test_drive", "consultant")}
        return self._facts(**more)


class GradeAfterForm(forms.Form):
    """The second grade of one visit."""

    use_required_attribute = False
    grade = forms.ChoiceField(label=_("Grade after 24 hours"))

    def __init__(self, *args: Any, policy: CadencePolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["grade"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = open_grades(policy)


def open_grades(policy: CadencePolicy) -> list[tuple[str, str]]:
    """The grades that are judged; the others come with an act of their own."""
    return [(rule.code, rule.code) for rule in policy if rule.standing == Standing.OPEN]


def receivers(user: Staff, visit: Visit) -> Any:
    """Who may stand in a line as its consultant: the store's consultants, and whoever stands there already."""
    people = Staff.objects.visible_to(user).filter(store_id=visit.store_id)
    named = people.employed().holding("sales_consultant")
    return people.filter(pk__in=[*named.values_list("pk", flat=True), visit.consultant_id or 0]).order_by(
        "employee_no", "pk"
    )


def moment_of(on: dt.date, time: dt.time | None, visit_store_tz: dt.tzinfo) -> dt.datetime | None:
    """A time of a day of the store as a moment."""
    return None if time is None else dt.datetime.combine(on, time, tzinfo=visit_store_tz)
