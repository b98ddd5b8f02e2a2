"""Addresses of files after two years."""

from django.urls import path

from followups.views import keeping

urlpatterns = [
    path("retained/", keeping.retained_files, name="retained_files"),
    path("retained/<int:pk>/", keeping.retained_card_page, name="retained_card"),
    path("retained/<int:pk>/ask/", keeping.retained_ask, name="retained_ask"),
    path("retained/<int:pk>/decide/", keeping.retained_decide, name="retained_decide"),
    path("retained/<int:pk>/give-back/", keeping.retained_give_back, name="retained_give_back"),
]
