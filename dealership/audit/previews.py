"""What a policy will do, shown on its page for a moment that the administrator picks."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership import clock
from dealership.audit.admin import AuditedAdmin

#: Years for which an example is worked out; beyond them a typing error is likelier than a question.
YEARS = range(2000, 2100)


class PreviewedAdmin(AuditedAdmin):
    """An editor of rows with a day from which they hold. Its page shows whether the row decides at a moment, and what
    the rule then does: ``?preview_at=2026-12-01T10:00``, without it now.

    ``same_policy`` names the fields in which a row and the one that replaces it agree.
    """

    same_policy: ClassVar[tuple[str, ...]] = ()
    readonly_fields: ClassVar[Any] = ("preview",)
    change_form_template = "admin/policy_change_form.html"
    #: The next version begins as a copy, with another day.
    save_as = True

    def example(self, row: Any, at: dt.datetime) -> str:
        """What the rule does with the row at a moment (of the store's clock)."""
        raise NotImplementedError

    @admin.display(description=_("what the rule does"))
    def preview(self, row: Any) -> str:
        if row.pk is None:
            return gettext("Save first to see an example.")
        at = row.preview_at.astimezone(_zone(row))
        moment = f"{day_in_words(at.date())} {at:%H:%M}"
        return format_html("<p>{} {}</p>{}", moment, self._in_force(row, at.date()), self.example(row, at))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            row.preview_at = self._asked_moment(request, row)
        return row

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            context["preview_at"] = f"{row.preview_at.astimezone(_zone(row)):%Y-%m-%dT%H:%M}"
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def _asked_moment(self, request: HttpRequest, row: Any) -> dt.datetime:
        text = request.GET.get("preview_at", "")
        try:
            asked = parse_datetime(text)
        except ValueError:
            asked = None
        if asked is not None and asked.year in YEARS:
            return asked if timezone.is_aware(asked) else asked.replace(tzinfo=_zone(row))
        if text:
            messages.warning(request, gettext("“%(value)s” is not a moment. The example is of now.") % {"value": text})
        return clock.now()

    def _in_force(self, row: Any, on: dt.date) -> str:
        """Whether the row decides on a day, as a sentence."""
        if row.effective_from > on:
            return gettext("Not yet in force on this day.")
        same = {name: getattr(row, name) for name in self.same_policy}
        later = self.model._default_manager.filter(
            **{f"{name}__isnull": True for name, value in same.items() if value is None},
            **{name: value for name, value in same.items() if value is not None},
            effective_from__gt=row.effective_from,
            effective_from__lte=on,
        )
        newest = later.order_by("-effective_from").values_list("effective_from", flat=True).first()
        if newest is None:
            return gettext("In force on this day.")
        return gettext("Replaced on this day by the row from %(since)s.") % {"since": day_in_words(newest)}


class PolicyAdmin(PreviewedAdmin):
    """A policy with a store (or none, for all) and a day from which it holds. A later row replaces an earlier one."""

    list_filter: ClassVar[Any] = ("store",)
    list_select_related = ("store",)

    @admin.display(description=_("store"))
    def store_name(self, row: Any) -> str:
        return row.store.name if row.store else gettext("all stores")


def _zone(row: Any) -> dt.tzinfo:
    store = getattr(row, "store", None)
    zone: dt.tzinfo = timezone.get_current_timezone() if store is None else store.tz
    return zone


def table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> SafeString:
    """A table of plain values, escaped."""
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
        format_html_join(
            "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((c,) for c in row)),) for row in rows)
        ),
    )


def day_in_words(day: dt.date) -> str:
    """2026-11-24 and its weekday."""
    return f"{day:%Y-%m-%d} {date_format(day, 'D')}"
