"""Addresses of the first service."""

from django.urls import path

from followups.views import first_service, first_service_report

urlpatterns = [
    path("first-service/", first_service.first_service_sheet, name="first_service_sheet"),
    path("first-service/export/", first_service.first_service_export, name="first_service_export"),
    path("first-service/appointments/", first_service.workshop_appointments, name="workshop_appointments"),
    path("first-service/<int:pk>/", first_service.first_service_track, name="first_service_track"),
    path("reports/first-service/", first_service_report.report_first_service, name="report_first_service"),
    path(
        "reports/first-service/rows/", first_service_report.report_first_service_rows, name="report_first_service_rows"
    ),
    path(
        "reports/first-service/export/",
        first_service_report.report_first_service_export,
        name="report_first_service_export",
    ),
]
