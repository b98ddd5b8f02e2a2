"""Addresses of the tables of leads."""

from django.urls import path

from leads.views import reports

urlpatterns = [
    path("reports/leads/funnel/", reports.report_funnel, name="lead_report_funnel"),
    path("reports/leads/levels/", reports.report_levels, name="lead_report_levels"),
    path("reports/leads/daily/", reports.report_daily, name="lead_report_daily"),
    path("reports/leads/first-contact/", reports.report_first_contact, name="lead_report_first_contact"),
    path("reports/leads/defeats/", reports.report_defeats, name="lead_report_defeats"),
    path("reports/leads/rows/", reports.report_lead_rows, name="lead_report_rows"),
    path("reports/leads/<slug:name>/export/", reports.report_lead_export, name="lead_report_export"),
]
