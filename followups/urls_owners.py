"""Addresses of the 7DC: whom to ask."""

from django.urls import path

from followups.views import colleagues

urlpatterns = [
    path("tasks/<int:pk>/ask/<int:person>/", colleagues.colleague_number, name="colleague_number"),
]
