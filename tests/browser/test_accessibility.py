"""Every page of the product in real Chromium: what axe says, what the console says, how wide it is, what it speaks.

The administration is left out: its pages are Django's own.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.db import models
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from dealership.web.catalogue import load
from tests.architecture import ROOT, addresses
from tests.browser.pages import complaints_of, is_one_screen, resize
from tests.browser.visits import AT, NO_PAGE, Visit, fill, tour

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

#: Language, theme, the width at which axe looks, and the widths at which nothing may stick out.
DRESSES = (
    pytest.param("zh", "light", 1440, (1440, 1920, 390), id="zh-light-1440"),
    pytest.param("en", "dark", 390, (390, 1440, 1920), id="en-dark-390"),
)
#: ``script/test --all`` asks for one dress on each database, so that every page is seen in both and on both.
ASKED = os.environ.get("DRESS")
DRESSES = tuple(dress for dress in DRESSES if ASKED in (None, "", dress.id))
#: Two workers share the pages, in the order in which they lead to each other.
PARTS = 2
HTML_LANGUAGE = {"zh": "zh-Hans", "en": "en"}
#: What a person sees or hears of a page: its texts and the attributes that are shown or read out, but for what says
#: that it is in another language (the switch).
TEXTS = """() => {
  const found = [];
  const SPOKEN = ["title", "aria-label", "placeholder", "alt", "data-confirm", "data-key-label", "data-tip",
                  "data-label"];
  const own = document.documentElement.lang;
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, {
    acceptNode(node) {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      if (["SCRIPT", "STYLE", "KBD", "CODE"].includes(node.nodeName)) return NodeFilter.FILTER_REJECT;
      return node.lang && node.lang !== own ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    },
  });
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      found.push(node.data);
    } else {
      for (const name of SPOKEN) found.push(node.getAttribute(name) ?? "");
    }
  }
  return [...new Set(found.map((text) => text.replace(/\\s+/g, " ").trim()))].filter(Boolean);
}"""
CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z][a-z']+(?:,? [A-Za-z][A-Za-z']*)+")
#: Names that are the same in every language.
NAMES = ("Ann Sample",)
WORDY = (models.CharField, models.TextField, models.JSONField)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("language", "theme", "width", "widths"), DRESSES)
def test_every_page_is_accessible_fits_and_speaks_one_language(
    language: str,
    theme: str,
    width: int,
    widths: tuple[int, ...],
    part: int,
    browser: Browser,
    live_server: LiveServer,
    subtests: pytest.Subtests,
) -> None:
    with time_machine.travel(AT):
        visits = fill()
        data = Data(words_in_the_database() | words_of_the_gallery())
        view = tour(browser, live_server.url, language=language, theme=theme, width=width)
        console = complaints_of(view.page)
        with subtests.test("no page is left out"):
            seen = {view for visit in visits for view in visit.views}
            assert {name for name, _route, _pattern in addresses()} - seen == set(NO_PAGE)
        share = -(-len(visits) // PARTS)
        for visit in visits[part * share : (part + 1) * share]:
            with subtests.test(visit.name):
                resize(view.page, width)
                status = view.go(visit)

                assert status == expected_status(visit)
                assert axe_violations(view.page) == []
                assert view.page.locator("html").get_attribute("lang") == HTML_LANGUAGE[language]
                assert foreign_words(view.page, language, data) == []
                assert sticking_out(view.page, widths) == {}
                if visit.name.startswith("call-"):
                    resize(view.page, 1366, 768)
                    assert is_one_screen(view.page)
                assert console == []
            console.clear()
        view.context.close()


def test_a_planted_fault_is_found(browser: Browser, live_server: LiveServer) -> None:
    """An image without a text, a foreign sentence, something wide and a script in the page: each is seen."""
    context = browser.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    console = complaints_of(page)
    page.goto(f"{live_server.url}/sign-in/")
    assert axe_violations(page) == foreign_words(page, "zh", Data()) == console == []
    assert sticking_out(page, (390,)) == {}

    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.insertAdjacentHTML("beforeend", '<img src="/static/img/mark.svg"><p>Please correct the row</p>');
          main.insertAdjacentHTML("beforeend", '<p style="color: red">Save</p>');
          main.lastElementChild.style.width = "900px";
        }"""
    )

    assert [fault.split(":")[0] for fault in axe_violations(page)] == ["image-alt"]
    assert foreign_words(page, "zh", Data()) == ["Please correct the row", "Save"]
    assert list(sticking_out(page, (390,))) == [390]
    assert any("Content Security Policy" in line for line in console)
    context.close()


def expected_status(visit: Visit) -> int:
    if visit.drawn_by is not None:
        return {"bad_request": 400, "server_error": 500}[visit.drawn_by.__name__]
    return visit.status


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds, with all of its rules: rule, and the elements."""
    faults = []
    for rule in Axe().run(page).response["violations"]:
        where = " | ".join(
            f"{node['html'][:160]} {node.get('failureSummary', '')[-160:]}" for node in rule["nodes"][:3]
        )
        faults.append(f"{rule['id']}: {where}")
    return faults


STICKING_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
    .slice(0, 5).map((element) => element.outerHTML.slice(0, 120)).concat(`${root.scrollWidth}`);
}"""


def sticking_out(page: Page, widths: Iterable[int]) -> dict[int, list[str]]:
    """For each width at which the page can be pushed sideways: the elements that stick out, once it has settled."""
    found = {}
    for width in widths:
        resize(page, width)
        if page.evaluate(STICKING_OUT):
            page.wait_for_timeout(1_000)  # a busy browser lays out late
            if elements := page.evaluate(STICKING_OUT):
                found[width] = elements
    return found


# --- languages -----------------------------------------------------------------------------------------------------
def foreign_words(page: Page, language: str, data: "Data") -> list[str]:
    """Texts of the page in the other language that are not data: names, notes, what workbooks and policies say."""
    texts = [text for text in page.evaluate(TEXTS) if text not in data.lines]
    if language == "en":
        return [text for text in texts if any(run not in data.all for run in CHINESE.findall(text))]
    untranslated = english_messages()
    return [
        text
        for text in texts
        if text in untranslated or any(run not in data.all and run not in NAMES for run in ENGLISH.findall(text))
    ]


@cache
def english_messages() -> frozenset[str]:
    """The msgids that are said otherwise in Chinese."""
    return frozenset(
        message.id
        for message in load("zh_Hans")
        if isinstance(message.id, str) and message.id and message.string and message.string != message.id
    )


@dataclass(frozen=True)
class Data:
    """What people and policies say: each text, and all of them together."""

    lines: frozenset[str] = frozenset()

    @cached_property
    def all(self) -> str:
        return "\n".join(sorted(self.lines))


def words_in_the_database() -> frozenset[str]:
    """Every text that is stored, whatever the table."""
    words: set[str] = set()
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, WORDY)]
        for row in model._default_manager.values_list(*names) if names else ():
            for value in row:
                words.update(texts_in(value))
    return frozenset(words)


def words_of_the_gallery() -> frozenset[str]:
    """The made-up people and cars of the gallery stand in its own files."""
    sources = (ROOT / "dealership/web/gallery.py", ROOT / "templates/_ui/gallery.html")
    return frozenset(run for source in sources for run in CHINESE.findall(source.read_text(encoding="utf-8")))


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)
