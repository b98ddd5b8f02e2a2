"""Addresses of the 7DC: whom to ask, its analysis, questionnaires, events for owners."""

from django.urls import path

from followups.views import colleagues, events, questionnaires, satisfaction

_calls = [
    path("tasks/<int:pk>/ask/<int:person>/", colleagues.colleague_number, name="colleague_number"),
]

_reports = [
    path("reports/7dc/", satisfaction.report_7dc, name="report_7dc"),
    path("reports/7dc/rows/", satisfaction.report_7dc_rows, name="report_7dc_rows"),
    path("reports/7dc/register/", satisfaction.report_7dc_register, name="report_7dc_register"),
    path("reports/7dc/export/", satisfaction.report_7dc_export, name="report_7dc_export"),
    path("reports/7dc/next-version/", satisfaction.report_7dc_next, name="report_7dc_next"),
]

_one = "questionnaires/<int:pk>/"
_questionnaires = [
    path("questionnaires/", questionnaires.questionnaire_list, name="questionnaire_list"),
    path("questionnaires/new/", questionnaires.questionnaire_new, name="questionnaire_new"),
    path(_one, questionnaires.questionnaire_page, name="questionnaire_page"),
    path(f"{_one}copy/", questionnaires.questionnaire_copy, name="questionnaire_copy"),
    path(f"{_one}title/", questionnaires.questionnaire_name, name="questionnaire_name"),
    path(f"{_one}activate/", questionnaires.questionnaire_activate, name="questionnaire_activate"),
    path(f"{_one}retire/", questionnaires.questionnaire_retire, name="questionnaire_retire"),
    path(f"{_one}discard/", questionnaires.questionnaire_discard, name="questionnaire_discard"),
    path(f"{_one}questions/new/", questionnaires.question_new, name="question_new"),
    path(f"{_one}questions/<int:question>/", questionnaires.question_edit, name="question_edit"),
    path(f"{_one}questions/<int:question>/move/", questionnaires.question_move, name="question_move"),
    path(f"{_one}questions/<int:question>/remove/", questionnaires.question_remove, name="question_remove"),
]

_events = [
    path("events/", events.event_list, name="event_list"),
    path("events/new/", events.event_new, name="event_new"),
    path("events/<int:pk>/", events.event_page, name="event_page"),
    path("events/<int:pk>/edit/", events.event_edit, name="event_edit"),
    path("events/<int:pk>/cancel/", events.event_cancel, name="event_cancel"),
    path("events/<int:pk>/export/", events.event_export, name="event_export"),
    path("events/<int:pk>/sign-ups/<int:row>/cancel/", events.sign_up_cancel, name="sign_up_cancel"),
]

urlpatterns = [*_calls, *_reports, *_questionnaires, *_events]
