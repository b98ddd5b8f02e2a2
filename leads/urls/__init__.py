"""Addresses of leads, one list a module."""

from leads.urls import (
    assigning,
    bulletins,
    card,
    defeats,
    discipline,
    duplicates,
    intake,
    month_end,
    reports,
    sources,
    visits,
)
from leads.urls import list as leads

urlpatterns = [
    *visits.urlpatterns,
    *bulletins.urlpatterns,
    *defeats.urlpatterns,
    *discipline.urlpatterns,
    *month_end.urlpatterns,
    *duplicates.urlpatterns,
    *leads.urlpatterns,
    *intake.urlpatterns,
    *assigning.urlpatterns,
    *sources.urlpatterns,
    *reports.urlpatterns,
    *card.urlpatterns,
]
