"""Addresses of the list of leads."""

from django.urls import path

from leads.views import list as leads

urlpatterns = [
    path("leads/", leads.lead_list, name="lead_list"),
]
