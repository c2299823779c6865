"""Every page of the documentation that has an element of ours, on a phone and on a desk: nothing moves while scripts arrive,
fingers meet what they aim at, and parts of equal names are no landmarks.

One page of one browser goes through them all, once for each width.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.browser.conftest import Visit
from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.conftest import Server

AXE = ROOT / "browser" / "node_modules" / "axe-core" / "axe.min.js"
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


# WCAG 2.5.8, without its exceptions: what one sets, presses or opens. Links within a text are one of them; a part of a figure, whose
# numbers are in its tables as well, is another. Material's buttons on code are its own.
SMALL = f"""() => [...document.querySelectorAll(':is({OURS}, .lab-done) :is(button:not([class^=md-]), input, select, textarea, .quantlab-actions a)')].flatMap(e => {{
  const target = (e.matches('[type=checkbox], [type=radio]') && e.closest('label')) || e;
  const {{width, height}} = target.getBoundingClientRect();
  return width && height && Math.min(width, height) < 24 ? [`${{e.outerHTML.slice(0, 80)}} ${{width}} x ${{height}}`] : [];
}})"""

# The rest of axe-core's rules are too slow for this many pages: test_themes.py, test_chat.py, test_evidence.py and test_lab.py run them.
LANDMARKS = """async () => (await axe.run({runOnly: ['landmark-unique']})).violations
  .flatMap(({nodes}) => nodes.map(({html}) => html.slice(0, 120))).filter(html => !html.includes('md-'))"""

FORCED = """() => {
  const colour = (selector, part) => getComputedStyle(document.querySelector(selector))[part];
  return {
    chosen: colour('.quantlab-segments input:checked + span', 'backgroundColor'),
    other: colour('.quantlab-segments input:not(:checked) + span', 'backgroundColor'),
    swatches: [...document.querySelectorAll('.quantlab-legend i')].map(e => getComputedStyle(e).backgroundColor),
  };
}"""


class Swept(NamedTuple):
    """What a page was like.

    Attributes:
        shifts: Each layout shift, with what moved.
        grown: How much higher each element of ours became when its script came, in pixels.
        small: Controls that are smaller than a finger.
        equal: Landmarks that have their name and kind in common.
    """

    shifts: list[tuple[float, list[str]]]
    grown: dict[str, float]
    small: list[str]
    equal: list[str]


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
    shifts, small = page.evaluate("shifts"), page.evaluate(SMALL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return Swept(shifts, grown, small, page.evaluate(LANDMARKS))


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


def test_controls_are_as_large_as_a_finger(swept: dict[str, Swept]) -> None:
    assert {name: page.small for name, page in swept.items() if page.small} == {}


def test_no_two_landmarks_have_one_name(swept: dict[str, Swept]) -> None:
    assert {name: page.equal for name, page in swept.items() if page.equal} == {}


def test_forced_colours_keep_legends_and_what_is_chosen(visit: Callable[..., Visit]) -> None:
    lab = visit("material", "compare", forced_colors="active")
    assert lab.widget("quantlab-1")
    seen = lab.page.evaluate(FORCED)
    assert seen["chosen"] != seen["other"]
    assert len(seen["swatches"]) > 2
    assert len(set(seen["swatches"])) == len(seen["swatches"])
