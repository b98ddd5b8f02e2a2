"""Addresses of follow-up."""

from django.urls import path

from followups.urls_documents import urlpatterns as documents
from followups.urls_first_service import urlpatterns as first_service
from followups.urls_greetings import urlpatterns as greetings
from followups.urls_keeping import urlpatterns as keeping
from followups.urls_owners import urlpatterns as owners
from followups.urls_referrals import urlpatterns as referrals
from followups.views import queue, reports

#: The monthly statistics.
_reports = [
    path("reports/", reports.report_index, name="report_index"),
    path("reports/3dc/", reports.report_3dc, name="report_3dc"),
    path("reports/3dc/rows/", reports.report_3dc_rows, name="report_3dc_rows"),
    path("reports/3dc/export/", reports.report_3dc_export, name="report_3dc_export"),
]

#: Working the queue.
_queue = [
    path("queue/", queue.queue, name="queue"),
    path("queue/next/", queue.queue_next, name="queue_next"),
    path("tasks/", queue.task_list, name="task_list"),
    path("tasks/<int:pk>/", queue.call_task, name="call_task"),
    path("tasks/<int:pk>/claim/", queue.task_claim, name="task_claim"),
    path("tasks/<int:pk>/release/", queue.task_release, name="task_release"),
    path("tasks/<int:pk>/draft/", queue.call_draft, name="call_draft"),
    path("tasks/<int:pk>/save/", queue.call_save, name="call_save"),
    path("tasks/<int:pk>/estimate/", queue.call_estimate, name="call_estimate"),
]

urlpatterns = [*documents, *owners, *first_service, *keeping, *greetings, *referrals, *_reports, *_queue]
