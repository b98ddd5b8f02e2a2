"""Addresses of the interface for lead sources."""

from django.urls import path

from leads.views import sources

urlpatterns = [
    path("api/leads/", sources.api_leads, name="api_leads"),
    path("api/openapi.json", sources.openapi, name="api_openapi"),
]
