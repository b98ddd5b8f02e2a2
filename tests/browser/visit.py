"""A page in one state, as the browser tests visit it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import resolve
from playwright.sync_api import Page


@dataclass(frozen=True)
class Visit:
    """A page in one state: where it is, who looks, and what is done there first."""

    name: str
    address: str
    who: str = ""
    act: Callable[[Page], None] | None = None
    status: int = 200
    #: The addresses that ``act`` leads to.
    shows: tuple[str, ...] = ()
    #: A page for when something went wrong, drawn without going wrong.
    drawn_by: Callable[..., object] | None = None

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the addresses that are looked at."""
        own = () if self.status == 404 or self.drawn_by else (resolve(self.address.partition("?")[0]).view_name,)
        return (*own, *self.shows)


def search_for(text: str) -> Callable[[Page], None]:
    """Type into the box of the header, and send it."""

    def act(page: Page) -> None:
        page.locator("#top-search").fill(text)
        with page.expect_navigation():
            page.locator("#top-search").press("Enter")

    return act
