"""Addresses of the yellow card and of the spot check."""

from django.urls import path

from leads.views import card, spot_check

urlpatterns = [
    path("leads/channel/", card.lead_channel, name="lead_channel"),
    path("leads/spot-check/", spot_check.spot_check, name="spot_check"),
    path("leads/spot-check/seen/", spot_check.spot_check_seen, name="spot_check_seen"),
    path("leads/<int:pk>/", card.lead_card, name="lead_card"),
    path("leads/<int:pk>/print/", card.lead_card_print, name="lead_card_print"),
    path("leads/<int:pk>/edit/", card.lead_card_edit, name="lead_card_edit"),
    path("leads/<int:pk>/line/", card.lead_line, name="lead_line"),
    path("leads/<int:pk>/grade/", card.lead_grade, name="lead_grade"),
    path("leads/<int:pk>/review/", card.lead_review, name="lead_review"),
    path("leads/<int:pk>/lines/<int:line>/remark/", card.lead_remark, name="lead_remark"),
]
