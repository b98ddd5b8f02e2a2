"""The festivals of a year: days that move are entered year by year (BD-02)."""

from django.contrib import admin

from followups.admin.schedule import InstallationAdmin
from followups.models import Festival


@admin.register(Festival)
class FestivalAdmin(InstallationAdmin):
    """A festival whose cards were made stays; switch it off or move its day."""

    list_display = ("on", "code", "name_zh", "name_en", "is_active")
    list_filter = ("code", "is_active")
    ordering = ("-on", "pk")
