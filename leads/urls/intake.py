"""Addresses of the intake of leads."""

from django.urls import path

from leads.views import intake

urlpatterns = [
    path("leads/new/", intake.lead_new, name="lead_new"),
    path("leads/new/known/", intake.lead_look_up, name="lead_look_up"),
]
