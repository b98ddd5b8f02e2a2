"""Components for page authors: ``{% load ui %}``. docs/components.md says how each is used; the gallery shows them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect, Select, Textarea
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from dealership import clock
from dealership.web import charts
from dealership.web.icons import check_icon, sprite_digest
from dealership.web.masking import masked_phone, readable_phone
from dealership.web.wording import enumeration

register = template.Library()

TONES = frozenset({"danger", "warn", "info", "ok", "neutral"})
BUTTON_KINDS = frozenset({"primary", "secondary", "quiet", "danger"})
TONE_ICONS = {
    "danger": "circle-alert",
    "warn": "triangle-alert",
    "info": "info",
    "ok": "circle-check",
    "neutral": "info",
}


def _attributes(attributes: Mapping[str, Any]) -> SafeString:
    """``hx_post="/x"`` becomes `` hx-post="/x"``; True is a bare attribute; None, False and "" are left out."""
    pairs = [(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items()]
    return SafeString(
        "".join(
            format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
            for name, value in pairs
            if value is not None and value is not False and value != ""
        )
    )


def _checked_tone(tone: object) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"{tone!r} is no tone; there are {', '.join(sorted(TONES))}.")
    return str(tone)


# --- small marks -----------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: object = "", size: str = "") -> SafeString:
    """An icon of the sprite. Without ``label`` it is decoration; with it, an image with that name."""
    css = f"icon icon-{size}" if size else "icon"
    href = f"{_sprite_url()}#{check_icon(name)}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


@cache
def _sprite_url() -> str:
    return reverse("icon_sprite", args=[sprite_digest()])


@register.simple_tag
def badge(value: object, tone: str = "", icon: str = "", title: object = "") -> SafeString:
    """A state in a word. ``value`` is text, or an enum member with ``label`` and ``tone``."""
    text = getattr(value, "label", value)
    chosen = _checked_tone(tone or getattr(value, "tone", "") or "neutral")
    picture = _icon(icon) if icon else ""
    return format_html('<span class="badge is-{}"{}>{}{}</span>', chosen, _attributes({"title": title}), picture, text)


def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', _sprite_url(), check_icon(name)
    )


@register.simple_tag
def kbd(key: str) -> SafeString:
    """A key of the keyboard, shown where there is a keyboard."""
    return format_html('<kbd class="key" aria-hidden="true">{}</kbd>', key)


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """A round mark with the first character of a name. Decoration: the name stands beside it."""
    text = str(name).strip()
    first = text[:1].upper() or "?"
    css = f"avatar avatar-{size}" if size else "avatar"
    return format_html('<span class="{} tint-{}" aria-hidden="true">{}</span>', css, sum(map(ord, text)) % 6, first)


@register.simple_tag
def button(
    label: object,
    kind: str = "secondary",
    icon: str = "",
    href: str = "",
    key: str = "",
    size: str = "",
    icon_only: bool = False,
    **attributes: Any,
) -> SafeString:
    """A button, or a link that looks like one when ``href`` is given.

    ``key`` binds a keyboard key and shows it. ``icon_only`` keeps the label for screen readers and as a tooltip. Every
    further argument becomes an attribute: ``type="submit" name="outcome" value="done" hx_post=url data_confirm=text``.
    """
    if kind not in BUTTON_KINDS:
        raise template.TemplateSyntaxError(
            f"{kind!r} is no kind of button; there are {', '.join(sorted(BUTTON_KINDS))}."
        )
    if not str(label).strip():
        raise template.TemplateSyntaxError("A button needs a label, also when only its icon is shown.")
    css = " ".join(
        part
        for part in (
            "btn",
            f"btn-{kind}",
            f"btn-{size}" if size else "",
            "btn-icon" if icon_only else "",
            attributes.pop("class_", ""),
        )
        if part
    )
    inside = format_html(
        "{}{}{}",
        _icon(icon) if icon else "",
        format_html('<span class="sr">{}</span>', label) if icon_only else format_html("<span>{}</span>", label),
        format_html('<kbd class="key" aria-hidden="true">{}</kbd>', key) if key else "",
    )
    attributes = {
        "class": css,
        "data_key": key,
        "data_key_label": label if key else "",
        "title": label if icon_only else "",
        **attributes,
    }
    if href:
        return format_html('<a href="{}"{}>{}</a>', href, _attributes(attributes), inside)
    attributes.setdefault("type", "button")
    return format_html("<button{}>{}</button>", _attributes(attributes), inside)


# --- figures and moments ---------------------------------------------------------------------------------------
@register.filter
def percent(value: float | None, decimals: int = 1) -> str:
    """A fraction as a percentage: 0.646 is 64.6%; "–" for None, because nothing was due."""
    if value is None:
        return "–"
    return f"{float(value) * 100:.{decimals}f}%"


@register.filter
def dash(value: Any) -> Any:
    """ "–" for None and for empty text."""
    return "–" if value is None or value == "" else value


@register.filter
def whole_minutes(value: dt.timedelta | None) -> str:
    """A span in minutes, rounded up; "–" for None."""
    return "–" if not value else str(-(-int(value.total_seconds()) // 60))


@register.filter
def phone_mask(value: object) -> str:
    """``138****5678``."""
    return masked_phone(str(value or ""))


@register.filter
def phone(value: object) -> str:
    """``138 1234 5678``; only where the full number may be seen."""
    return readable_phone(str(value or ""))


def _day_word(day: dt.date, today: dt.date) -> str:
    match (day - today).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
    chinese = (get_language() or "").startswith("zh")
    if day.year == today.year:
        return date_format(day, "n月j日" if chinese else "j M")
    return date_format(day, "Y年n月j日" if chinese else "j M Y")


@register.filter
def when(value: dt.datetime | dt.date | None) -> str:
    """A moment or a day in few words, in the store's zone: ``today 14:05``, ``5 Mar``; exact in the tooltip."""
    if value is None:
        return "–"
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        today = clock.today(timezone.get_current_timezone())
        text = f"{local:%H:%M}" if local.date() == today else f"{_day_word(local.date(), today)} {local:%H:%M}"
        if local.date() == today:
            text = f"{gettext('today')} {text}"
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}", text
        )
    text = _day_word(value, clock.today(timezone.get_current_timezone()))
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), value.isoformat(), text)


@register.filter
def enumerated(values: Iterable[object]) -> str:
    """``a, b``, or ``甲、乙`` in Chinese."""
    return enumeration(values)


@register.filter
def since(value: dt.datetime | None) -> str:
    """How long ago or how far ahead, in one unit: ``3 minutes ago``, ``in 2 hours``; exact in the tooltip."""
    if value is None:
        return "–"
    seconds = (clock.now() - value).total_seconds()
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}", _distance(seconds)
    )


def _distance(seconds: float) -> str:
    past, size = seconds >= 0, abs(seconds)
    if size < 60:
        return gettext("just now") if past else gettext("in a moment")
    if size < 3600:
        n = int(size // 60)
        texts = ngettext("%(n)s minute ago", "%(n)s minutes ago", n), ngettext("in %(n)s minute", "in %(n)s minutes", n)
    elif size < 86400:
        n = int(size // 3600)
        texts = ngettext("%(n)s hour ago", "%(n)s hours ago", n), ngettext("in %(n)s hour", "in %(n)s hours", n)
    else:
        n = int(size // 86400)
        texts = ngettext("%(n)s day ago", "%(n)s days ago", n), ngettext("in %(n)s day", "in %(n)s days", n)
    return (texts[0] if past else texts[1]) % {"n": n}


# --- forms -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("_ui/field.html")
def field(bound: BoundField, label: object = "", hint: object = "", size: str = "", key: str = "") -> dict[str, Any]:
    """A form field with label, hint and errors. ``size``: "narrow", "wide" (whole row of a form grid) or empty."""
    widget = bound.field.widget
    kind = "text"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        kind = "choices"
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    elif isinstance(widget, Select):
        kind = "select"
    elif isinstance(widget, Textarea):
        kind = "area"
    described = " ".join(
        part
        for part, wanted in (
            (f"{bound.auto_id}_helptext", bool(hint or bound.help_text)),
            (f"{bound.auto_id}_error", bool(bound.errors)),
        )
        if wanted
    )
    attributes: dict[str, Any] = {}
    if described:
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if key:
        attributes["data-key"] = key
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes) if kind != "choices" else bound,
        "kind": kind,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "size": size,
        "described": described,
    }


@register.inclusion_tag("_ui/form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """What is wrong with the form as a whole, and how many fields have errors; nothing when the form is fine."""
    return {"form": form, "wrong_fields": [form[name] for name in form.errors if name in form.fields]}


@register.inclusion_tag("_ui/form_fields.html")
def form_fields(form: Form) -> dict[str, Any]:
    """All fields of a form, one below the other, after its errors."""
    return {"form": form}


# --- blocks ----------------------------------------------------------------------------------------------------
@register.inclusion_tag("_ui/kpi.html")
def kpi(
    label: object,
    value: object,
    hint: object = "",
    tone: str = "",
    href: str = "",
    definition: object = "",
    trend: Any = None,
) -> dict[str, Any]:
    """A figure with its name. ``href``: its rows; ``definition``: how it is counted; ``trend``: a sparkline."""
    return {
        "label": label,
        "value": "–" if value is None else value,
        "hint": hint,
        "tone": _checked_tone(tone) if tone else "",
        "href": href,
        "definition": definition,
        "trend": trend,
    }


@register.inclusion_tag("_ui/empty.html")
def empty_state(
    title: object, text: object = "", icon: str = "inbox", action: object = "", href: str = "", tone: str = ""
) -> dict[str, Any]:
    """What stands where rows would stand: why there are none, and what to do."""
    return {"title": title, "text": text, "icon": icon, "action": action, "href": href, "tone": tone}


@register.inclusion_tag("_ui/notice.html")
def notice(text: object, tone: str = "info", title: object = "", icon: str = "") -> dict[str, Any]:
    """A sentence that stays on the page."""
    return {"text": text, "title": title, "tone": _checked_tone(tone), "icon": icon or TONE_ICONS[tone]}


@register.inclusion_tag("_ui/pagination.html", takes_context=True)
def pagination(
    context: template.Context, page: "Page[Any]", target: str = "", parameter: str = "page"
) -> dict[str, Any]:
    """Earlier and later pages; keeps the rest of the query string. ``target``: the id that htmx replaces."""
    query = context["request"].GET.copy()

    def href(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "target": target,
        "links": [(number, href(number) if isinstance(number, int) else "") for number in elided],
        "previous": href(page.previous_page_number()) if page.has_previous() else "",
        "next": href(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("_ui/stepper.html")
def stepper(current: int, *labels: object) -> dict[str, Any]:
    """Steps of a longer job; ``current`` counts from 1."""
    return {
        "steps": [
            {
                "label": label,
                "number": number,
                "state": "done" if number < current else "current" if number == current else "todo",
            }
            for number, label in enumerate(labels, start=1)
        ]
    }


@register.inclusion_tag("_ui/progress.html")
def progress(value: int | None, maximum: int | None, label: object) -> dict[str, Any]:
    """How far a long job is; without ``maximum`` the bar only says that it runs."""
    share = None if value is None or not maximum else value / maximum
    return {"value": value, "maximum": maximum, "label": label, "share": share}


@register.inclusion_tag("_ui/chart.html")
def chart(picture: charts.Chart) -> dict[str, Any]:
    """A chart with its legend and, one click away, its table."""
    return {"drawing": charts.draw(picture), "chart": picture}


@register.simple_tag
def sparkline(values: Any, tone: str = "c1") -> SafeString:
    """A line without axes, for the side of a figure. Decoration: the figure stands beside it."""
    lines = format_html_join("", '<polyline points="{}"/>', ((points,) for points in charts.spark_points(list(values))))
    return format_html(
        '<svg class="spark tone-{}" width="96" height="24" viewBox="0 0 96 24" aria-hidden="true">{}</svg>', tone, lines
    )
