"""Addresses of the visit register, of appointments and of the hand-over sheet."""

from django.urls import path

from leads.views import hand_over, visits

urlpatterns = [
    path("visits/", visits.visit_register, name="visit_register"),
    path("visits/add/", visits.visit_add, name="visit_add"),
    path("visits/look-up/", visits.visit_look_up, name="visit_look_up"),
    path("visits/turn/skip/", visits.turn_skip, name="turn_skip"),
    path("visits/turn/<int:pk>/give-back/", visits.turn_give_back, name="turn_give_back"),
    path("visits/close/", visits.register_close, name="register_close"),
    path("visits/<int:pk>/", visits.visit_page, name="visit_page"),
    path("visits/<int:pk>/leave/", visits.visit_leave, name="visit_leave"),
    path("visits/<int:pk>/grade/", visits.visit_grade, name="visit_grade"),
    path("visits/<int:pk>/hand-over/", hand_over.hand_over_new, name="hand_over_new"),
    path("invitations/", hand_over.invitation_list, name="invitation_list"),
    path("invitations/<int:pk>/cancel/", hand_over.invitation_cancel, name="invitation_cancel"),
    path("leads/<int:pk>/invitation/", hand_over.invitation_new, name="invitation_new"),
    path("hand-overs/", hand_over.hand_over_list, name="hand_over_list"),
    path("hand-overs/export/", hand_over.hand_over_export, name="hand_over_export"),
    path("hand-overs/<int:pk>/confirm/", hand_over.hand_over_confirm, name="hand_over_confirm"),
]
