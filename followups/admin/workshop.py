"""The hours in which the workshop takes cars in."""

import datetime as dt

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.audit.previews import PolicyAdmin, day_in_words, table
from dealership.web.wording import NONE
from followups.models import WorkshopHours
from followups.selectors.workshop import Workshop, rows_that_hold, spans_in_words

DAYS_SHOWN = 7


@admin.register(WorkshopHours)
class WorkshopHoursAdmin(PolicyAdmin):
    list_display = ("store_name", "on", "weekday", "effective_from", "starts", "ends")
    same_policy = ("store", "on", "weekday")
    ordering = ("store_id", "on", "weekday", "-effective_from", "starts")

    def example(self, row: WorkshopHours, at: dt.datetime) -> str:
        """What all rows together mean: the hours of the week from the moment on, and whether it lies in them."""
        workshop = Workshop(tuple(rows_that_hold(row.store)))
        is_open = gettext("Cars are taken in at this moment.")
        answer = is_open if workshop.is_open(at) else gettext("The workshop is closed at this moment.")
        days = [at.date() + dt.timedelta(days=ahead) for ahead in range(DAYS_SHOWN)]
        lines = [(day_in_words(day), spans_in_words(workshop.spans(day)) or NONE) for day in days]
        return format_html("<p>{}</p>{}", answer, table((_("Day"), _("Hours")), lines))
