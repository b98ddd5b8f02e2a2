"""Addresses of giving leads out."""

from django.urls import path

from leads.views import assigning

urlpatterns = [
    path("leads/give/", assigning.lead_give, name="lead_give"),
    path("leads/portfolio/", assigning.lead_portfolio, name="lead_portfolio"),
    path("leads/<int:pk>/take/", assigning.lead_take, name="lead_take"),
]
