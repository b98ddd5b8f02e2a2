"""Addresses of the files of what was delivered."""

from django.urls import path

from orders import views

urlpatterns = [
    path("files/stock-takes/", views.stocktake_list, name="stocktake_list"),
    path("files/stock-takes/<int:pk>/", views.stocktake, name="stocktake"),
    path("files/stock-takes/<int:pk>/finish/", views.stocktake_finish, name="stocktake_finish"),
    path("files/stock-takes/<int:pk>/export/", views.stocktake_export, name="stocktake_export"),
]
