"""Addresses of duplicates, households and rulings."""

from django.urls import path

from leads.views import duplicates, households

urlpatterns = [
    path("leads/duplicates/", duplicates.lead_duplicates, name="lead_duplicates"),
    path("leads/<int:pk>/merge/<int:other>/", duplicates.lead_merge, name="lead_merge"),
    path("leads/merges/<int:pk>/undo/", duplicates.merge_undo, name="merge_undo"),
    path("leads/ruling/", duplicates.lead_ruling, name="lead_ruling"),
    path("customers/<int:pk>/relatives/", households.relative_add, name="relative_add"),
    path("customers/<int:pk>/relatives/remove/", households.relative_remove, name="relative_remove"),
]
