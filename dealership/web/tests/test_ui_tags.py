"""The tags and filters of page authors."""

import datetime as dt

import pytest
import time_machine
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from dealership.web.charts import Chart, Series
from dealership.web.pagination import page_of
from dealership.web.templatetags import ui

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 3, 5, 12, 0, tzinfo=SHANGHAI)


def rendered(source, **context):
    return Template("{% load ui %}" + source).render(Context(context)).strip()


class CallForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card.")
    agreed = forms.BooleanField(label="Agreed", required=False)
    answer = forms.ChoiceField(label="Answer", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "–"), (0.646, "64.6%"), (0, "0.0%"), (1, "100.0%"), (2 / 3, "66.7%")]
)
def test_percent(value, expected):
    assert ui.percent(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(None, "–"), ("", "–"), (0, 0), ("x", "x")])
def test_dash(value, expected):
    assert ui.dash(value) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [(None, "–"), (dt.timedelta(minutes=15), "15"), (dt.timedelta(seconds=61), "2")],
    ids=["none", "whole", "rounded up"],
)
def test_whole_minutes(span, expected):
    assert ui.whole_minutes(span) == expected


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (NOON + dt.timedelta(hours=2, minutes=5), "今天 14:05", "today 14:05"),
        (NOON - dt.timedelta(hours=13), "昨天 23:00", "yesterday 23:00"),
        (NOON + dt.timedelta(days=1), "明天 12:00", "tomorrow 12:00"),
        (NOON - dt.timedelta(days=3), "3月2日 12:00", "2 Mar 12:00"),
        (NOON - dt.timedelta(days=365), "2025年3月5日 12:00", "5 Mar 2025 12:00"),
        (dt.date(2026, 3, 5), "今天", "today"),
        (dt.date(2026, 3, 9), "3月9日", "9 Mar"),
    ],
)
def test_when_speaks_both_languages_in_the_zone_of_the_store(moment, chinese, english):
    spoken = {}

    with time_machine.travel(NOON, tick=False), timezone.override(SHANGHAI):
        for language in ("zh-hans", "en"):
            with override(language):
                spoken[language] = ui.when(moment)

    assert f">{chinese}</time>" in spoken["zh-hans"]
    assert f">{english}</time>" in spoken["en"]


def test_when_counts_days_in_the_zone_of_the_store():
    late_in_utc = dt.datetime(2026, 3, 5, 17, 0, tzinfo=dt.UTC)  # one in the morning of the sixth in Shanghai

    with time_machine.travel(NOON, tick=False), override("en"):
        with timezone.override(SHANGHAI):
            there = ui.when(late_in_utc)
        with timezone.override(dt.UTC):
            elsewhere = ui.when(late_in_utc)

    assert (">tomorrow 01:00<" in there, ">today 17:00<" in elsewhere) == (True, True)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (dt.timedelta(seconds=-5), "刚刚"),
        (dt.timedelta(seconds=5), "马上"),
        (dt.timedelta(minutes=-3), "3 分钟前"),
        (dt.timedelta(hours=2), "2 小时后"),
        (dt.timedelta(days=-4), "4 天前"),
    ],
)
def test_since(ahead, expected):
    with time_machine.travel(NOON, tick=False), override("zh-hans"):
        text = ui.since(NOON + ahead)

    assert f">{expected}</time>" in text


def test_moments_that_are_not_set_are_a_dash():
    assert (ui.when(None), ui.since(None)) == ("–", "–")


def test_button_passes_attributes_on_and_escapes_them():
    source = '{% button label kind="primary" type="submit" key="s" hx_post=url %}'

    html = rendered(source, label="<Save>", url="/x?a=1&b=2")

    assert html == (
        '<button class="btn btn-primary" data-key="s" data-key-label="&lt;Save&gt;" type="submit"'
        ' hx-post="/x?a=1&amp;b=2"><span>&lt;Save&gt;</span><kbd class="key" aria-hidden="true">s</kbd></button>'
    )


def test_button_with_an_address_is_a_link():
    assert (
        rendered("""{% button "Open" href="/x" %}""") == '<a href="/x" class="btn btn-secondary"><span>Open</span></a>'
    )


@pytest.mark.parametrize(
    "source", ["{% button '' %}", "{% button 'x' kind='huge' %}", "{% badge 'x' tone='pink' %}"], ids=str
)
def test_mistakes_of_page_authors_are_refused(source):
    with pytest.raises(TemplateSyntaxError):
        rendered(source)


def test_badge_takes_label_and_tone_of_an_enum_member():
    class State:
        label = "Overdue"
        tone = "danger"

    assert rendered("{% badge state %}", state=State()) == '<span class="badge is-danger">Overdue</span>'


def test_field_ties_label_hint_and_error_to_the_input():
    form = CallForm({"name": ""}, auto_id="id_%s")

    html = rendered("{% field form.name %}", form=form)

    assert '<label class="label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_field_of_choices_is_a_fieldset_with_a_legend():
    html = rendered("{% field form.answer %}", form=CallForm())

    assert html.startswith("<fieldset")
    assert html.count('<label class="choice"') == 2


def test_form_fields_draws_all_fields_and_no_errors_before_anything_was_sent():
    html = rendered("{% form_fields form %}", form=CallForm())

    assert (html.count('class="field'), "notice" in html) == (3, False)


def test_form_errors_lead_to_the_fields():
    html = rendered("{% form_errors form %}", form=CallForm({}))

    assert '<a href="#id_name">Name</a>' in html


def test_pagination_keeps_the_filters():
    request = RequestFactory().get("/list?q=%E7%8E%8B&page=2")
    page = page_of(request, range(150))

    html = rendered("{% pagination page target='rows' %}", page=page, request=request)

    assert page.number == 2
    assert 'href="?q=%E7%8E%8B&amp;page=3" hx-get="?q=%E7%8E%8B&amp;page=3"' in html
    assert html.count('aria-current="page"') == 1


@pytest.mark.parametrize(("asked", "given"), [("x", 1), ("0", 3), ("99", 3), ("-1", 3), ("", 1)])
def test_page_of_answers_nonsense_with_a_page(asked, given):
    request = RequestFactory().get("/list", {"page": asked})

    assert page_of(request, range(150)).number == given


@pytest.mark.parametrize("kind", ["bar", "trend", "distribution"])
def test_charts_have_a_table_and_no_style_attribute(kind):
    picture = Chart(kind, "Calls & more", ["1月", "2月"], [Series("due", [3, 4]), Series("done", [2, None])])

    html = rendered("{% chart picture %}", picture=picture)

    assert ("style=" in html, html.count("<tbody>"), 'role="img" aria-label="Calls &amp; more"' in html) == (
        False,
        1,
        True,
    )
