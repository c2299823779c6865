"""Code of readers reaches nothing: what it may try is in `escapes.yml`, and none of it has an effect.

`escapes.py` has the same for other browsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import escapes
from tests.browser.escapes import ALONE, AWAY, TOGETHER, TRUNCATED_LINE, Attempts
from tests.live import drawn

if TYPE_CHECKING:
    from playwright.sync_api import Page

DRAWN = "The figure is drawn with this code."


class Tab:
    """Playwright's page as `escapes.Reader` has it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url, wait_until="domcontentloaded")

    def run(self, function: str, *args: Any) -> Any:
        return self.page.evaluate(f"args => ({function})(...args)", list(args))


@pytest.fixture
def lab(visit):
    found = visit("mkdocs")
    found.allow(".")  # what is refused is told on the console
    found.wanted.append(AWAY)  # and as a request, which the server does not get
    return found


@pytest.fixture
def attempts(lab):
    return Attempts(Tab(lab.page), lab.server, lab.page.url)


def test_nothing_is_reached_and_nothing_goes_on(lab, attempts):
    assert attempts.run(escapes.code(lab.server.origin, TOGETHER)) == DRAWN
    lab.page.wait_for_timeout(1500)  # for what goes on after the run
    assert attempts.reached() == []
    attempts.draws("0.25")
    # Nor is anything left for what runs next.
    assert attempts.run(TRUNCATED_LINE) == DRAWN
    assert lab.grid.figure() == lab.grid.same(drawn(escapes.GRID, {}, escapes.TRUNCATED))


def test_nothing_that_is_forged_or_broken_is_shown(lab, attempts):
    for name, text in ALONE.items():
        said = attempts.run(escapes.code(lab.server.origin, {name: text}))
        assert said, name
        assert "pwned" not in lab.grid.figure(), name
        assert attempts.reached() == [], name
    attempts.draws("0.25")
    assert attempts.run(TRUNCATED_LINE) == DRAWN
    assert lab.grid.figure() == lab.grid.same(drawn(escapes.GRID, {}, escapes.TRUNCATED))
