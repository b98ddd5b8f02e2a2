"""Writes of monthly reports: making, answering, deciding, measures and their effect (AF-10..AF-12)."""

from followups.services.documents.answering import (
    approve_document,
    comment_document,
    return_document,
    submit_document,
)
from followups.services.documents.making import make_document, make_due_documents
from followups.services.documents.measures import (
    add_measure,
    alert_overdue_measures,
    change_measure,
    check_effect,
    finish_measure,
    remove_measure,
)

__all__ = [
    "add_measure",
    "alert_overdue_measures",
    "approve_document",
    "change_measure",
    "check_effect",
    "comment_document",
    "finish_measure",
    "make_document",
    "make_due_documents",
    "remove_measure",
    "return_document",
    "submit_document",
]
