"""Addresses of the files of what was delivered."""

from django.urls import path

from orders.views import files, stocktakes

urlpatterns = [
    path("files/", files.file_list, name="file_list"),
    path("files/cars/<int:pk>/open/", files.file_open, name="file_open"),
    path("files/<int:pk>/papers/", files.file_papers, name="file_papers"),
    path("files/<int:pk>/verify/", files.file_verify, name="file_verify"),
    path("files/<int:pk>/archive/", files.file_archive, name="file_archive"),
    path("files/stock-takes/", stocktakes.stocktake_list, name="stocktake_list"),
    path("files/stock-takes/<int:pk>/", stocktakes.stocktake, name="stocktake"),
    path("files/stock-takes/<int:pk>/finish/", stocktakes.stocktake_finish, name="stocktake_finish"),
    path("files/stock-takes/<int:pk>/export/", stocktakes.stocktake_export, name="stocktake_export"),
]
