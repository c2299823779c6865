"""Every page of the documentation that has an element of ours, on a phone and on a desk: nothing moves while scripts arrive.

One page of one browser goes through them all, once for each width.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.browser.conftest import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.conftest import Server

OURS = "quantlab-widget, quantlab-chat, quantlab-evidence, quantlab-evidence-sheet, .lab-objectives"
SCRIPTS = ("quantlab.js", "chat.js", "evidence.js", "interact.js", "lab.js", "quantize.js")
WIDTHS = [390, 1280]
HEIGHT = 844

# 0.1 is "good" (https://web.dev/articles/cls); a theme has a share in it, too.
MOST_SHIFT = 0.05

BEFORE = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const {value, hadRecentInput, sources} of list.getEntries())
    if (!hadRecentInput) shifts.push([value, sources.map(({node}) => (node?.outerHTML ?? node?.parentElement?.outerHTML)?.slice(0, 80))]);
}).observe({type: 'layout-shift', buffered: true});
"""

# The parser has come as far as our script, which stands below the content or is deferred.
PAINTED = """() => performance.getEntriesByName('first-contentful-paint').length > 0
  && (document.readyState !== 'loading' || [...document.scripts].some(e => e.src.endsWith('/quantlab.js')))"""

# Scripts have come and have done what they do by themselves.
SETTLED = f"""() => document.readyState === 'complete'
  && [...document.querySelectorAll('{OURS}')].every(e => e.hasAttribute('data-ready'))
  && !document.querySelector('.quantlab-make[hidden], [data-play][hidden]')"""

HEIGHTS = f"""() => [...document.querySelectorAll('{OURS}, .lab-objective')].map(e => [
  `${{e.localName}} ${{e.getAttribute('name') ?? e.className}} #${{e.id}}`, e.getBoundingClientRect().height])"""


class Swept(NamedTuple):
    """What a page was like.

    Attributes:
        shifts: Each layout shift, with what moved.
        grown: How much higher each element of ours became when its script came, in pixels.
    """

    shifts: list[tuple[float, list[str]]]
    grown: dict[str, float]


def pages_with_ours(site: Path) -> list[str]:
    """Addresses within a built site."""
    pages = {
        str(file.parent.relative_to(site)): file.read_text(encoding="utf-8")
        for file in site.rglob("index.html")
    }
    ours = ("<quantlab-", "lab-objective")
    found = sorted(name for name, html in pages.items() if any(each in html for each in ours))
    return ["" if name == "." else f"{name}/" for name in found]


def sweep(visit: Visit, url: str) -> Swept:
    """Opens a page whose scripts come after it was painted, as they do on a slow line."""
    page, server = visit.page, visit.server
    gates = {script: threading.Event() for script in SCRIPTS}
    server.gates.update(gates)
    try:
        page.goto(url, wait_until="commit")
        page.wait_for_function(PAINTED)
        before = page.evaluate(HEIGHTS)
    finally:
        for script, gate in gates.items():
            del server.gates[script]
            gate.set()
    page.wait_for_function(SETTLED)
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    after = page.evaluate(HEIGHTS)
    assert [name for name, _ in before] == [name for name, _ in after]
    grown = {name: high - low for (name, low), (_, high) in zip(before, after, strict=True)}
    return Swept(page.evaluate("shifts"), grown)


@pytest.fixture(scope="module", params=WIDTHS)
def swept(
    request: pytest.FixtureRequest, browser: Browser, server: Server, docs: Path
) -> Iterator[dict[str, Swept]]:
    """Every page of the documentation that has an element of ours, by its address."""
    server.sites["repo"] = docs
    context = browser.new_context(
        proxy={"server": server.origin}, viewport={"width": request.param, "height": HEIGHT}
    )
    visit = Visit(context, server)
    context.add_init_script(BEFORE)
    # What a cache had could not be held back.
    context.new_cdp_session(visit.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield {name: sweep(visit, f"{server.origin}/repo/{name}") for name in pages_with_ours(docs)}
    context.close()
    visit.check()


def test_nothing_moves_while_a_page_loads(swept: dict[str, Swept]) -> None:
    moved = {
        name: page.shifts
        for name, page in swept.items()
        if sum(value for value, _ in page.shifts) > MOST_SHIFT
    }
    assert len(swept) > 40
    assert moved == {}


def test_elements_keep_their_height_when_their_scripts_come(swept: dict[str, Swept]) -> None:
    """Wherever they are: a link leads to them, too."""
    grown = [
        f"{name}: {element} by {pixels:.0f} px"
        for name, page in swept.items()
        for element, pixels in page.grown.items()
        if abs(pixels) > MOST_SHIFT * HEIGHT
    ]
    assert grown == []
