"""Addresses of the clean-up at the end of a month."""

from django.urls import path

from leads.views import month_end

urlpatterns = [
    path("leads/month-end/", month_end.month_end_list, name="month_end_list"),
    path("leads/month-end/prepare/", month_end.month_end_prepare, name="month_end_prepare"),
    path("leads/month-end/<int:pk>/", month_end.month_end, name="month_end"),
    path("leads/month-end/<int:pk>/confirm/", month_end.month_end_confirm, name="month_end_confirm"),
    path("leads/month-end/<int:pk>/moves/<int:move>/", month_end.month_end_move, name="month_end_move"),
]
