"""Addresses of the discipline of the register and the cards."""

from django.urls import path

from leads.views import discipline

urlpatterns = [
    path("leads/discipline/", discipline.discipline, name="discipline"),
    path("leads/discipline/record/", discipline.discipline_record, name="discipline_record"),
    path("leads/discipline/notes/", discipline.discipline_notes, name="discipline_notes"),
]
