"""Grades, the other numbers of leads, and the sources that may send leads."""

import datetime as dt
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from dealership import clock
from dealership.audit.admin import AuditedAdmin
from dealership.audit.previews import PolicyAdmin, day_in_words, table
from leads.models import CardSource, DisciplineMeasure, DisciplinePolicy, Grade, LeadPolicy, LeadSource, SourceLetter
from leads.rules.assigning import Candidate, give_out
from leads.rules.cadence import first_contact_due_at, next_contact_on, settling_contact_on
from leads.rules.policies import CadencePolicy, GradeRule, LeadRule
from leads.rules.reports import source_letter
from leads.services.sources import create_source, rotate_token
from staffing.models import Staff

#: So many contacts after one another are worked out for a grade, and so many new leads are given out as an example.
CONTACTS, NEW_LEADS = 4, 6


@admin.register(Grade)
class GradeAdmin(PolicyAdmin):
    list_display = (
        "code",
        "name",
        "store_name",
        "effective_from",
        "standing",
        "horizon_days",
        "cadence_days",
        "cadence_on",
        "seller_keeps",
    )
    same_policy = ("store", "code")
    ordering = ("position", "code", "store_id", "-effective_from")

    def example(self, row: Grade, at: dt.datetime) -> str:
        """Until when one plans to buy at this grade, and the contacts that follow one another from the day on."""
        on = at.date()
        rule = GradeRule(
            code=row.code.upper(),
            horizon_days=row.horizon_days,
            cadence_days=row.cadence_days if row.cadence_on else None,
            fleet_days=row.fleet_days if row.cadence_on else None,
            standing=row.standing,
        )
        until = day_in_words(on + dt.timedelta(days=row.horizon_days)) if row.horizon_days is not None else "–"
        lines = [
            (gettext("Customer"), until, *_contacts(rule, on, is_fleet=False)),
            (gettext("Fleet customer"), until, *_contacts(rule, on, is_fleet=True)),
        ]
        return table((_("Who"), _("Buys until"), _("Contact"), *[_("then")] * (CONTACTS - 1)), lines)


def _contacts(rule: GradeRule, on: dt.date, *, is_fleet: bool) -> list[str]:
    """The contact of a day and those that follow it, in words; “–” where none follows by itself."""
    found: list[str] = []
    last: dt.date | None = on
    policy = CadencePolicy((rule,))
    for _number in range(CONTACTS):
        found.append(day_in_words(last) if last is not None else "–")
        if last is not None:
            last = next_contact_on(grade=rule.code, last_contact_on=last, policy=policy, is_fleet=is_fleet)
    return found


@admin.register(CardSource)
class CardSourceAdmin(PolicyAdmin):
    """The sources of customers of the yellow card (LI-11)."""

    list_display = ("code", "label_zh", "label_en", "store_name", "effective_from", "asks_introducer", "is_active")
    same_policy = ("store", "code")
    ordering = ("position", "code", "store_id", "-effective_from")

    def example(self, row: CardSource, at: dt.datetime) -> str:
        """What the card of such a customer asks for."""
        asked = [_("source of the customer"), *([_("introducer's particulars")] if row.asks_introducer else [])]
        line = (f"{row.code} {row.label_zh}", gettext(", ").join(str(part) for part in asked) if row.is_active else "–")
        return table((_("Source"), _("Asked on the card")), [line])


@admin.register(DisciplineMeasure)
class DisciplineMeasureAdmin(PolicyAdmin):
    """What may be done about incomplete or invented lines (CC-18)."""

    list_display = ("code", "label_zh", "label_en", "store_name", "effective_from", "points", "is_active")
    same_policy = ("store", "code")
    ordering = ("position", "code", "store_id", "-effective_from")

    def example(self, row: DisciplineMeasure, at: dt.datetime) -> str:
        """The points after one, two and three measures of a month."""
        points = [row.points * count if row.is_active else 0 for count in (1, 2, 3)]
        return table((_("Measure"), _("Once"), _("Twice"), _("Three times")), [(row.label_zh, *points)])


@admin.register(DisciplinePolicy)
class DisciplinePolicyAdmin(PolicyAdmin):
    """Until when a line of the register must be complete (CC-18)."""

    list_display = ("store_name", "effective_from", "fill_hours")
    same_policy = ("store",)
    ordering = ("store_id", "-effective_from")

    def example(self, row: DisciplinePolicy, at: dt.datetime) -> str:
        """Until when a line of this moment must be complete."""
        due = at + dt.timedelta(hours=row.fill_hours)
        return table(
            (_("Visit"), _("Complete until")), [(f"{at:%m-%d %H:%M}", f"{day_in_words(due.date())} {due:%H:%M}")]
        )


@admin.register(SourceLetter)
class SourceLetterAdmin(PolicyAdmin):
    list_display = ("channel", "letter", "store_name", "effective_from")
    same_policy = ("store", "channel")
    ordering = ("channel", "store_id", "-effective_from")

    def example(self, row: SourceLetter, at: dt.datetime) -> str:
        """Under which letter customers of the channel stand in the level table."""
        letters = {row.channel: row.letter}
        who = [
            (gettext("Customer"), source_letter(row.channel, letters=letters)),
            (gettext("VIP customer"), source_letter(row.channel, letters=letters, is_vip=True)),
            (gettext("Employee"), source_letter(row.channel, letters=letters, is_staff=True)),
        ]
        return table((_("Who"), _("Source")), who)


@admin.register(LeadPolicy)
class LeadPolicyAdmin(PolicyAdmin):
    list_display = ("store_name", "effective_from", "first_contact_hours", "settling_contacts", "assign_by")
    same_policy = ("store",)
    ordering = ("store_id", "-effective_from")

    def example(self, row: LeadPolicy, at: dt.datetime) -> str:
        """The first week of a lead that is registered at the moment, and to whom new ones go."""
        rule = LeadRule(**{name: getattr(row, name) for name in LeadRule.__dataclass_fields__})
        return format_html("{}{}", _first_week(rule, at), _given_out(rule))


def _first_week(rule: LeadRule, at: dt.datetime) -> str:
    on, due = at.date(), first_contact_due_at(at, rule)
    days: list[dt.date] = [on]
    for contacts in range(1, rule.settling_contacts):
        following = settling_contact_on(contacts=contacts, last_contact_on=days[-1], registered_on=on, rule=rule)
        if following is None:
            break
        days.append(following)
    final = on + dt.timedelta(days=rule.settling_days)
    line = (
        f"{day_in_words(due.date())} {due:%H:%M}",
        gettext(", ").join(day_in_words(day) for day in days),
        day_in_words(final),
    )
    return table((_("First contact until"), _("Contacts of the first week"), _("Grade final at the latest")), [line])


def _given_out(rule: LeadRule) -> str:
    """Three people, one of them behind, and how many of the next leads each gets."""
    people = [
        (gettext("follows up 4 leads"), Candidate(1, load=4, last_turn=1)),
        (gettext("follows up 2 leads"), Candidate(2, load=2, last_turn=2)),
        (gettext("is behind"), Candidate(3, overdue=max(rule.behind_tasks, 1))),
    ]
    given = give_out(
        [person for _words, person in people],
        count=NEW_LEADS,
        assign_by=rule.assign_by,
        behind=rule.behind_tasks,
        turn=3,
    )
    lines: list[tuple[object, ...]] = [(words, person.overdue, given.count(person.pk)) for words, person in people]
    lines.append((gettext("Pool"), "–", given.count(None)))
    heads = (_("Who"), _("Overdue contacts"), gettext("Of %(count)s new leads") % {"count": NEW_LEADS})
    return table(heads, lines)


@admin.register(LeadSource)
class LeadSourceAdmin(AuditedAdmin):
    """Sources and their tokens. A token is shown once, on the page that follows its making."""

    list_display = ("name", "store", "channel", "role", "is_active", "token_end", "last_used_at")
    list_filter = ("store", "is_active")
    list_select_related = ("store",)
    fields = ("store", "name", "channel", "role", "requests_per_minute", "is_active", "token_end", "last_used_at")
    readonly_fields: ClassVar[Any] = ("token_end", "last_used_at")
    change_form_template = "admin/lead_source_change_form.html"
    ordering = ("store_id", "name", "pk")

    @admin.display(description=_("token ends with"))
    def token_end(self, row: LeadSource) -> str:
        return f"…{row.token_hint}" if row.token_hint else "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a source sent keeps its name: it is switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: LeadSource, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        token = create_source(source=obj, by=cast(Staff, request.user), at=clock.now())
        request.new_token = token  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: LeadSource, post_url_continue: str | None = None) -> HttpResponse:
        return self._shown_once(request, obj, request.new_token)  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        rotate = path(
            "<path:object_id>/rotate/",
            self.admin_site.admin_view(require_POST(self.rotate)),
            name="leads_leadsource_rotate",
        )
        return [rotate, *super().get_urls()]

    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the token and make a new one."""
        source = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        if source is None:
            raise Http404
        token = rotate_token(source=source, by=cast(Staff, request.user), at=clock.now())
        return self._shown_once(request, source, token)

    def _shown_once(self, request: HttpRequest, source: LeadSource, token: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Token of %(name)s") % {"name": source.name},
            "opts": self.opts,
            "original": source,
            "token": token,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "admin/lead_source_token.html", context, headers=headers)
