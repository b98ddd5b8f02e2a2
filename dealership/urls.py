"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from dealership.health import healthz, readyz

handler400 = "dealership.web.errors.bad_request"
handler403 = "dealership.web.errors.permission_denied"
handler404 = "dealership.web.errors.not_found"
handler500 = "dealership.web.errors.server_error"

#: From the lowest app to the highest; each owns its addresses.
_APPS = [
    "dealership.web.urls",
    "dealership.workbooks.urls",
    "dealership.audit.urls",
    "dealership.notifications.urls",
    "staffing.urls",
    "customers.urls",
    "leads.urls",
    "orders.urls",
    "followups.urls",
    "dealership.desk.urls",
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
    *(path("", include(module)) for module in _APPS),
]
