"""The administration of follow-up: policies to edit, calls to look at."""

from followups.admin import policies, questionnaires, schedule, tasks

__all__ = ["policies", "questionnaires", "schedule", "tasks"]
