"""Addresses of bulletins."""

from django.urls import path

from leads.views import bulletins

urlpatterns = [
    path("bulletins/", bulletins.bulletin_list, name="bulletin_list"),
    path("bulletins/new/", bulletins.bulletin_new, name="bulletin_new"),
    path("bulletins/<int:pk>/", bulletins.bulletin_page, name="bulletin_page"),
    path("bulletins/<int:pk>/read/", bulletins.bulletin_read, name="bulletin_read"),
    path("bulletins/<int:pk>/attendance/", bulletins.bulletin_attendance, name="bulletin_attendance"),
]
