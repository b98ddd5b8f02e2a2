"""Addresses of monthly reports as documents, of their measures, and of the CHPR self-check."""

from django.urls import path

from followups.views import chpr, documents, measures

urlpatterns = [
    path("reports/monthly/", documents.document_list, name="monthly_document_list"),
    path("reports/monthly/make/", documents.document_make, name="monthly_document_make"),
    path("reports/monthly/<int:pk>/", documents.document, name="monthly_document"),
    path("reports/monthly/<int:pk>/comment/", documents.document_comment, name="monthly_document_comment"),
    path("reports/monthly/<int:pk>/submit/", documents.document_submit, name="monthly_document_submit"),
    path("reports/monthly/<int:pk>/decide/", documents.document_decide, name="monthly_document_decide"),
    path("reports/monthly/<int:pk>/print/", documents.document_print, name="monthly_document_print"),
    path("reports/monthly/<int:pk>/export/", documents.document_export, name="monthly_document_export"),
    path("reports/monthly/<int:pk>/measures/new/", measures.measure_new, name="measure_new"),
    path("measures/", measures.measure_list, name="measure_list"),
    path("measures/<int:pk>/", measures.measure_edit, name="measure_edit"),
    path("measures/<int:pk>/remove/", measures.measure_remove, name="measure_remove"),
    path("measures/<int:pk>/done/", measures.measure_done, name="measure_done"),
    path("measures/<int:pk>/effect/", measures.measure_effect, name="measure_effect"),
    path("chpr/", chpr.check_own, name="call_check_own"),
    path("chpr/own/<str:month>/", chpr.check_self, name="call_check_self"),
    path("chpr/team/", chpr.check_team, name="call_check_team"),
    path("chpr/team/export/", chpr.check_team_export, name="call_check_team_export"),
    path("chpr/team/<int:person>/<str:month>/", chpr.check_person, name="call_check_person"),
    path("chpr/<int:pk>/", chpr.check_sheet, name="call_check"),
    path("chpr/<int:pk>/export/", chpr.check_export, name="call_check_export"),
]
