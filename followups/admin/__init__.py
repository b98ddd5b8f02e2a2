"""The administration of follow-up: policies to edit, calls to look at."""

from followups.admin import documents, greetings, policies, questionnaires, schedule, tasks, workshop

__all__ = ["documents", "greetings", "policies", "questionnaires", "schedule", "tasks", "workshop"]
