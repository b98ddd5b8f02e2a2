"""What the journeys share: signing in, the keyboard, and what the browser complains of."""

from collections.abc import Sequence

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from staffing.models import Staff

#: A browser's own note about an answer that is no success; whether it may be one is asserted where it is asked for.
_ANSWER = "Failed to load resource: the server responded with a status of"


def session_cookie(person: Staff) -> str:
    """A session of the person, without the sign-in page."""
    client = Client()
    person = Staff.objects.get(pk=person.pk)  # with the password of now: a session ends with the former one
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sign_in(context: BrowserContext, address: str, person: Staff) -> None:
    """Be that person from the next page on."""
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(person), "url": address}])


def sign_in_by_form(page: Page, address: str, username: str, password: str) -> None:
    """Sign in as people do, with the keyboard."""
    page.goto(f"{address}/sign-in/")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(f"{address}/sign-in/")


def tab_to(page: Page, name: str) -> None:
    """Go on with the Tab key until the field has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement?.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No Tab leads to {name}")


def complaints_of(page: Page) -> list[str]:
    """Filled from now on with whatever the browser's console calls an error: scripts, policies, missing files."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_ANSWER):
            found.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    return found


def arrive(page: Page, heading: str | None = None) -> None:
    """Wait for the page with that heading, and for its scripts: a key that comes before them goes nowhere."""
    if heading is not None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")


def comes_true(page: Page, expression: str, argument: object = None, *, seconds: float = 10) -> bool:
    """Whether the expression becomes true in time.

    Asked again and again from here: the Content-Security-Policy of the pages forbids the eval by which a browser would
    wait (``Page.wait_for_function`` fails wherever the first look says no).
    """
    for _ in range(round(seconds * 20)):
        if page.evaluate(expression, argument):
            return True
        page.wait_for_timeout(50)
    return False


def resize(page: Page, width: int, height: int = 900) -> None:
    """Give the window another size, and wait until the page has it: the browser answers before it has laid it out."""
    page.set_viewport_size({"width": width, "height": height})
    has_it = "([width, height]) => innerWidth === width && innerHeight === height"
    assert comes_true(page, has_it, [width, height]), f"The window is not {width} × {height}"
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def is_one_screen(page: Page) -> bool:
    """Whether nothing has to be scrolled, once the page has settled: a busy browser lays out late."""
    return comes_true(page, "document.documentElement.scrollHeight <= innerHeight", seconds=5)


def figures(page: Page) -> dict[str, str]:
    """The tiles of a page: label → figure."""
    tiles = page.locator(".kpi").all()
    return {
        tile.locator(".kpi-name").inner_text().strip(): tile.locator(".kpi-value").inner_text().strip()
        for tile in tiles
    }


def rows_of(page: Page, table: str) -> list[Sequence[str]]:
    """The body of a table: the texts of its cells, row by row."""
    return [
        [" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator(f"{table} tbody tr").all()
    ]
