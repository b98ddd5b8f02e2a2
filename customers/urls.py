"""Addresses of customers."""

from django.urls import path

from customers import views

urlpatterns = [path("phones/<int:pk>/reveal/", views.reveal, name="reveal_phone")]
