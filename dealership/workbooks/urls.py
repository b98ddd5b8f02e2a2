from django.urls import path

from dealership.workbooks import views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_upload, name="import_upload"),
    path("imports/templates/<slug:kind>/", views.import_template, name="import_template"),
    path("imports/<int:batch_id>/", views.import_detail, name="import_detail"),
    path("imports/<int:batch_id>/commit/", views.import_commit, name="import_commit"),
    path("imports/<int:batch_id>/resume/", views.import_resume, name="import_resume"),
    path("imports/<int:batch_id>/undo/", views.import_undo, name="import_undo"),
    path("imports/<int:batch_id>/discard/", views.import_discard, name="import_discard"),
    path("imports/<int:batch_id>/rejected/", views.import_rejected, name="import_rejected"),
]
