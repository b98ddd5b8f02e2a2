"""Addresses of defeats, lost contact and taking up again."""

from django.urls import path

from leads.views import defeats

urlpatterns = [
    path("leads/defeats/", defeats.defeat_list, name="defeat_list"),
    path("leads/defeats/<int:pk>/decide/", defeats.defeat_decide, name="defeat_decide"),
    path("leads/<int:pk>/defeat/", defeats.lead_defeat, name="lead_defeat"),
    path("leads/<int:pk>/lose/", defeats.lead_lose, name="lead_lose"),
    path("leads/<int:pk>/reactivate/", defeats.lead_reactivate, name="lead_reactivate"),
]
