"""Addresses of recommendations."""

from django.urls import path

from followups.views import referrals

urlpatterns = [
    path("referrals/", referrals.referral_list, name="referral_list"),
    path("customers/<int:pk>/recommends/", referrals.referral_new, name="referral_new"),
]
