"""Addresses of cards on birthdays and festivals."""

from django.urls import path

from followups.views import greetings

urlpatterns = [
    path("cards/", greetings.greetings, name="greetings"),
    path("cards/batch/", greetings.greeting_batch, name="greeting_batch"),
    path("cards/labels/", greetings.greeting_labels, name="greeting_labels"),
    path("cards/export/", greetings.greeting_export, name="greeting_export"),
]
