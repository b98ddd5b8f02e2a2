from django.urls import path

from dealership.notifications import views

urlpatterns = [
    path("alerts/", views.alert_list, name="alert_list"),
    path("alerts/read/", views.alerts_read_all, name="alerts_read_all"),
    path("alerts/<int:pk>/read/", views.alert_read, name="alert_read"),
    path("alerts/<int:pk>/open/", views.alert_open, name="alert_open"),
]
