from django.urls import path

from dealership.audit import views

urlpatterns = [
    path("taken-out/", views.taken_out_list, name="taken_out_list"),
    path("printed/", views.print_note, name="print_note"),
]
