"""The administration of follow-up: policies to edit, calls to look at."""

from followups.admin import documents, policies, questionnaires, schedule, tasks, workshop

__all__ = ["documents", "policies", "questionnaires", "schedule", "tasks", "workshop"]
