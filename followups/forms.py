"""Reading what a caller typed. Cleans only: what follows from it is decided by the services."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintKind
from customers.enums import ContactWay
from customers.models import Customer
from dealership.kernel import phones
from dealership.kernel.errors import BadValue
from dealership.web.fields import DayField, MomentField
from followups.car_fields import add_car_fields, car_dates
from followups.enums import Consequence, QuestionType, TaskKind, TaskState
from followups.event_fields import add_event_fields, clean_event_fields, sign_up_wish
from followups.lead_fields import LEAD, add_lead_fields, clean_lead_fields, lead_line
from followups.models import Question
from followups.referral_fields import REFERRAL, add_referral_fields, clean_referral_fields, recommended
from followups.rules.answers import BadAnswer, GivenAnswer, dissatisfied_topics, missing_answers, read_answer
from followups.selectors.calls import CallScreen, question_choices
from followups.services.calls import ComplaintHeard, LeadLine, ServicePlan, VisitFacts
from followups.services.calls.answers import question_rule
from followups.services.events import SignUpWish
from followups.services.first_service_calls import ReadingMissing
from followups.services.referrals import Recommended
from followups.visit_fields import add_visit_fields, clean_visit_fields, visit_facts
from inventory.services.dates import CarDates
from staffing.enums import AfterSave

#: Prefixes of the fields that a questionnaire and a card bring along.
QUESTION, CARD = "q_", "card_"
#: What is asked of the first service.
SERVICE_FIELDS = ("odometer_km", "agreed_on", "appointment_at")
#: Which length of the script is shown (N1-05).
KNOWS_CARS = CARD + "knows_cars"


class CallForm(forms.Form):
    """One call: the result, what was said, the answers, and what was missing on the card."""

    use_required_attribute = False

    attempts = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    outcome = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect, error_messages={"required": _("Choose a result.")}
    )
    promised_at = MomentField(label=_("Call back at"), required=False)
    new_number = forms.CharField(label=_("Corrected number"), required=False, max_length=40)
    came_on = DayField(label=_("Came in on"), required=False)
    spoken_to = forms.CharField(label=_("Person spoken to"), required=False, max_length=64)
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    complaint = forms.CharField(
        label=_("What the customer complains of"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    complaint_kinds = forms.MultipleChoiceField(
        label=_("It concerns"), required=False, choices=ComplaintKind.choices, widget=forms.CheckboxSelectMultiple
    )
    about_consultant = forms.BooleanField(label=_("It is about the person who served the customer"), required=False)
    after_save = forms.ChoiceField(
        label=_("After saving"), choices=AfterSave.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, screen: CallScreen, after_save: str = "") -> None:
        super().__init__(data, initial=_initial(screen, after_save))
        self.screen = screen
        self.questions: list[Question] = list(screen.questionnaire.questions.all()) if screen.questionnaire else []
        self.consequence_of = {rule.code: rule.consequence for rule in screen.outcomes}
        self.fields["outcome"].choices = [(rule.code, rule.label) for rule in screen.outcomes]  # type: ignore[attr-defined]
        for question in self.questions:
            self.fields[QUESTION + question.code] = question_field(question)
        for name in screen.missing_fields:
            self.fields[CARD + name] = _card_field(name)
        asks_way = screen.lead is None and "contact_way" not in {row.code for row in self.questions}
        if asks_way and not screen.task.customer.preferred_way:
            self.fields[CARD + "preferred_way"] = forms.ChoiceField(
                label=_("Preferred way of contact"), required=False, choices=[("", "–"), *ContactWay.choices]
            )
        if screen.misses_plate:
            again = _("Ask again: a temporary plate shows the final number.")  # D7-04
            hint = again if screen.task.kind == TaskKind.SEVEN_DAY else ""
            self.fields["plate"] = forms.CharField(label=_("Plate"), required=False, max_length=16, help_text=hint)
        if len(screen.phones) > 1:
            self.fields["phone"] = forms.ChoiceField(
                label=_("Number that was called"),
                required=False,
                choices=[(str(line.row.pk), line.text) for line in screen.phones],
            )
        if screen.outlook is not None:
            self.fields["odometer_km"] = forms.IntegerField(
                label=_("Odometer now, km"), required=False, min_value=0, max_value=999_999
            )
            self.fields["agreed_on"] = DayField(label=_("Agreed date"), required=False)
            self.fields["appointment_at"] = MomentField(label=_("Appointment"), required=False)
        if screen.has_longer_script:
            self.fields[KNOWS_CARS] = forms.BooleanField(label=_("Knows cars: in short"), required=False)
        if screen.lead is not None:
            add_lead_fields(self, screen.lead)
        add_event_fields(self, screen.owner)
        add_car_fields(self, screen.prompts)
        add_visit_fields(self)
        add_referral_fields(self, screen.owner.referral)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        consequence = self.consequence_of.get(cleaned.get("outcome", ""))
        given = self._read_answers(cleaned)
        if consequence == Consequence.DONE:
            for code in missing_answers(map(question_rule, self.questions), given):
                if QUESTION + code not in self.errors:
                    self.add_error(QUESTION + code, _("Please answer this question."))
        if consequence == Consequence.CALL_BACK and not cleaned.get("promised_at") and "promised_at" not in self.errors:
            self.add_error("promised_at", _("Enter the date and time that were agreed for the call-back."))
        if consequence == Consequence.REPLANNED and cleaned.get("odometer_km") is None and "odometer_km" in self.fields:
            self.add_error("odometer_km", ReadingMissing().sentence(gettext))
        if consequence == Consequence.TRACED:
            self._clean_new_number(cleaned.get("new_number", ""))
        if self.screen.lead is not None:
            clean_lead_fields(self, cleaned, consequence)
        clean_event_fields(self, cleaned)
        clean_visit_fields(self, cleaned, consequence)
        clean_referral_fields(self, cleaned)
        topics = dissatisfied_topics(map(question_rule, self.questions), given)
        says_why = cleaned.get("complaint", "").strip() or cleaned.get("note", "").strip()
        if (topics or cleaned.get("complaint_kinds")) and not says_why:
            self.add_error("complaint", _("Write down what the customer complained of, in the customer's own words."))
        return cleaned

    def outcome_options(self) -> list[dict[str, Any]]:
        """The results as the screen draws them: with their keys, and with what they need."""
        chosen = self["outcome"].value()
        return [{"rule": rule, "is_chosen": rule.code == chosen} for rule in self.screen.outcomes]

    def question_fields(self) -> list[forms.BoundField]:
        return [self[QUESTION + question.code] for question in self.questions]

    def card_fields(self) -> list[forms.BoundField]:
        """What is missing on the card, the plate first (D3-16)."""
        names = [name for name in self.fields if name.startswith(CARD) and name != KNOWS_CARS]
        return [self[name] for name in (["plate"] if "plate" in self.fields else []) + names]

    def has_complaint(self) -> bool:
        """Whether the box for complaints is to stand open."""
        return bool(self["complaint"].value() or self["complaint_kinds"].value() or self.errors.get("complaint"))

    def has_service_plan(self) -> bool:
        """Whether something of the first service was typed, so that it must not lie folded away."""
        names = [name for name in SERVICE_FIELDS if name in self.fields]
        return any(self[name].value() for name in names) or any(name in self.errors for name in names)

    def answers(self) -> dict[str, str]:
        """The answers by question code, as typed."""
        return {
            name.removeprefix(QUESTION): str(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(QUESTION)
        }

    def card(self) -> dict[str, Any]:
        """The card's filled fields by name. Whether the customer knows cars is left out while nobody said."""
        unsaid = {KNOWS_CARS} if self.screen.task.customer.knows_cars is None else set()
        return {
            name.removeprefix(CARD): value
            for name, value in self.cleaned_data.items()
            if name.startswith(CARD) and value not in (None, "") and not (value is False and name in unsaid)
        }

    def service_plan(self) -> ServicePlan:
        """What was said of the first service."""
        read = self.cleaned_data.get
        return ServicePlan(read("odometer_km"), read("agreed_on"), read("appointment_at"), read("came_on"))

    def lead_fields(self) -> list[forms.BoundField]:
        """What is missing on the card of the lead."""
        return [self[name] for name in self.fields if name.startswith(LEAD)]

    def car_dates(self) -> CarDates | None:
        """What was said of insurance and inspection."""
        return car_dates(self.cleaned_data)

    def visit_facts(self) -> VisitFacts | None:
        """What was said in a call after a workshop visit."""
        return visit_facts(self.cleaned_data)

    def event_wish(self) -> SignUpWish | None:
        """The event that the customer signs up for."""
        return sign_up_wish(self.cleaned_data)

    def has_referral(self) -> bool:
        """Whether somebody is recommended, so that it must not lie folded away."""
        return any(self[name].value() or name in self.errors for name in self.fields if name.startswith(REFERRAL))

    def recommended(self) -> Recommended | None:
        """Whom the customer recommends."""
        return recommended(self.cleaned_data)

    def lead_line(self) -> LeadLine | None:
        """The line of the lead's card; None for a call that is not about a lead."""
        return lead_line(self.cleaned_data) if self.screen.lead is not None else None

    def complaint_heard(self) -> ComplaintHeard | None:
        """The complaint that was taken down; None when there was none beyond the answers."""
        content, kinds = self.cleaned_data["complaint"].strip(), self.cleaned_data["complaint_kinds"]
        if not (content or kinds):
            return None
        return ComplaintHeard(
            content, tuple(ComplaintKind(kind) for kind in kinds), self.cleaned_data["about_consultant"]
        )

    def _read_answers(self, cleaned: Mapping[str, Any]) -> dict[str, GivenAnswer]:
        given = {}
        for question in self.questions:
            try:
                answer = read_answer(question_rule(question), str(cleaned.get(QUESTION + question.code) or ""))
            except BadAnswer as error:
                self.add_error(QUESTION + question.code, error.sentence(gettext))
            else:
                if answer is not None:
                    given[question.code] = answer
        return given

    def _clean_new_number(self, typed: str) -> None:
        if not typed.strip():
            self.add_error("new_number", _("Enter the corrected number."))
            return
        try:
            phones.normalise(typed)
        except BadValue as error:
            self.add_error("new_number", error.sentence(gettext))


class TaskFilterForm(forms.Form):
    """Narrowing the list of calls."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *TaskKind.choices])
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Waiting")), *TaskState.choices, ("any", _("All"))]
    )
    overdue = forms.BooleanField(label=_("Only late ones"), required=False)

    def narrowed(self) -> dict[str, Any]:
        """The filters that make sense; others are as if they had not been set."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class OdometerForm(forms.Form):
    """A reading to be reckoned with while it is typed."""

    odometer_km = forms.IntegerField(min_value=0, max_value=999_999)


def _initial(screen: CallScreen, after_save: str) -> dict[str, Any]:
    """What stands in the form at first: the draft, where there is one."""
    initial: dict[str, Any] = {"after_save": after_save, "promised_at": screen.call_back_at}
    if screen.draft is None:
        initial |= {"spoken_to": screen.expected_person, KNOWS_CARS: screen.task.customer.knows_cars}
    else:  # what was emptied stays empty
        typed = {
            name: value if name == "complaint_kinds" else (value[-1] if isinstance(value, list) and value else value)
            for name, value in screen.draft.data.items()
            if name not in ("attempts", "after_save")
        }
        call_backs = {rule.code for rule in screen.outcomes if rule.consequence == Consequence.CALL_BACK}
        if screen.draft.data.get("attempts") not in (None, [str(screen.task.attempts)]):
            typed.pop("outcome", None)  # the result of an earlier try that has been saved since
        if typed.get("outcome") not in call_backs:
            typed.pop("promised_at", None)  # only offered then, and past by now
        initial |= typed
    initial["attempts"] = screen.task.attempts
    return initial


def question_field(question: Question) -> forms.Field:
    """How a question is answered on the call screen, in the language in use."""
    label, options = question.text, question_choices(question)
    if options:
        return forms.ChoiceField(label=label, required=False, choices=options, widget=forms.RadioSelect)
    if question.type == QuestionType.NUMBER:
        widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
        return forms.CharField(label=label, required=False, max_length=16, widget=widget)
    return forms.CharField(label=label, required=False, max_length=500)


def _card_field(name: str) -> forms.Field:
    field = Customer._meta.get_field(name).formfield(required=False)  # type: ignore[union-attr]
    assert field is not None
    return DayField(label=field.label, required=False) if name == "birthday" else field
