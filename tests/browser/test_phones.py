"""Every page of the documentation that has an element of ours, on a phone and on a desk: nothing moves while scripts arrive,
fingers meet what they aim at, no label lies over another, and axe-core finds nothing serious on the whole page.

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

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

AXE = ROOT / "browser" / "node_modules" / "axe-core" / "axe.min.js"
OURS = "quantlab-widget, quantlab-chat, quantlab-evidence, quantlab-evidence-sheet, .lab-objectives"
SCRIPTS = ("quantlab.js", "chat.js", "evidence.js", "interact.js", "lab.js", "quantize.js")
WIDTHS = [390, 1280]
# Small phones, and a page of 1280 px that is enlarged four times (WCAG 2.2, 1.4.10).
NARROWEST = 320
HEIGHT = 844
# Pages of the theme alone: code, long tables, signatures.
PLAIN = (
    "changelog/",
    "compatibility/",
    "guide/engines/",
    "reference/api/",
    "reference/command-line/",
)

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


# WCAG 2.5.8: what a pointer does something to, controls and marks of figures alike, is 24 x 24 px, or is one of the criterion's exceptions.
# Equivalent: a larger element of the same item says the same, or a list that a `<summary>` opens does. Inline: a link within a sentence.
# Spacing: circles of 24 px around small targets touch no other target.
SMALL = f"""() => {{
  const LEAST = 24;
  const box = e => ((e.matches('[type=checkbox], [type=radio]') && e.closest('label')) || e.querySelector('.quantlab-reach') || e).getBoundingClientRect();
  const isSmall = ({{width, height}}) => Math.min(width, height) < LEAST - 0.5;
  const marks = '[data-item], [data-drag-x], [data-drag-y], [data-click], [data-paint], [data-scrub], [data-play]';
  return [...document.querySelectorAll('{OURS}, .lab-done')].flatMap(root => {{
    const targets = [...root.querySelectorAll(`button, input, select, textarea, a, summary, ${{marks}}`)].flatMap(e => {{
      const place = box(e);
      return e.checkVisibility({{visibilityProperty: true}}) && place.width && place.height ? [{{e, ...place.toJSON()}}] : [];
    }});
    const isEquivalent = ({{e}}) => {{
      const item = e.dataset.item;
      if (!item) return false;
      const list = root.querySelector(`[data-detail-of="${{CSS.escape(item)}}"]`)?.closest('details')?.querySelector('summary');
      const same = [...root.querySelectorAll(`[data-item="${{CSS.escape(item)}}"]`)].filter(other => other !== e);
      return [...same, ...(list ? [list] : [])].some(other => !isSmall(box(other)));
    }};
    const isInline = ({{e}}) => e.localName === 'a' && e.parentElement.textContent.trim().length > e.textContent.trim().length;
    const isApart = one => {{
      const [x, y] = [one.left + one.width / 2, one.top + one.height / 2];
      return targets.every(other => {{
        if (other.e.contains(one.e) || one.e.contains(other.e)) return true;
        const dx = isSmall(other) ? x - other.left - other.width / 2 : Math.max(other.left - x, 0, x - other.right);
        const dy = isSmall(other) ? y - other.top - other.height / 2 : Math.max(other.top - y, 0, y - other.bottom);
        return Math.hypot(dx, dy) >= (isSmall(other) ? LEAST : LEAST / 2);
      }});
    }};
    return targets.filter(one => isSmall(one) && !isEquivalent(one) && !isInline(one) && !isApart(one))
      .map(({{e, width, height}}) => `${{root.id}}: ${{e.outerHTML.slice(0, 100)}} ${{width.toFixed()}} x ${{height.toFixed()}}`);
  }});
}}"""

# Labels of figures and lines of text whose letters lie over one another, as far as scroll boxes show them. A line's box is higher than
# its letters, so only the middle of it counts. What follows the pointer lies over the figure, and no other text is transparent.
OVERLAPS = f"""() => {{
  const everything = {{left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity}};
  const within = (a, b) => ({{
    left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
  }});
  const seen = new Map([[document.documentElement, everything], [document.body, everything]]);
  const shows = e => {{
    if (!seen.has(e)) {{
      const around = shows(e.parentElement);
      const hides = e instanceof HTMLElement && getComputedStyle(e).overflowX !== 'visible';
      seen.set(e, hides ? within(around, e.getBoundingClientRect()) : around);
    }}
    return seen.get(e);
  }};
  const lines = node => {{
    const e = node.parentElement;
    const {{fontSize, color}} = getComputedStyle(e);
    if (!e.checkVisibility({{visibilityProperty: true, opacityProperty: true}})) return [];
    if (e instanceof HTMLElement && color === 'rgba(0, 0, 0, 0)') return [];
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].map(({{left, right, top, bottom}}) => {{
      const above = Math.max(0, (bottom - top - 0.75 * parseFloat(fontSize)) / 2);
      return {{node, ...within(shows(e), {{left, right, top: top + above, bottom: bottom - above}})}};
    }}).filter(box => box.right - box.left > 1 && box.bottom - box.top > 1);
  }};
  const named = ({{node}}) => `${{node.parentElement.localName}} "${{node.data.trim().slice(0, 30)}}"`;
  return [...document.querySelectorAll('{OURS}')].flatMap(root => {{
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const boxes = [];
    while (nodes.nextNode()) {{
      const node = nodes.currentNode;
      if (node.data.trim() && !node.parentElement.closest('.quantlab-live, .quantlab-detail, option, title')) boxes.push(...lines(node));
    }}
    boxes.sort((a, b) => a.top - b.top);
    return boxes.flatMap((a, i) => {{
      const found = [];
      for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom - 1; j++) {{
        const both = within(a, boxes[j]);
        if (a.node !== boxes[j].node && both.right - both.left > 1 && both.bottom - both.top > 1)
          found.push(`${{root.id || root.localName}}: ${{named(a)}} and ${{named(boxes[j])}}`);
      }}
      return found;
    }});
  }});
}}"""

OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"

# Each choice of each form, as a reader makes it.
CHOICES = """() => [...document.querySelectorAll('quantlab-widget form :is([type=radio], option:not(:disabled))')].map(e =>
  [e.closest('quantlab-widget').id, (e.closest('select') ?? e).name, e.value])"""

CHOOSE = """async ([id, name, value]) => {
  const widget = document.getElementById(id);
  const form = widget.querySelector('form');
  form.reset();
  const control = form.querySelector(`[name="${name}"]:is(select, [value="${value}"])`);
  if (control.localName === 'select') control.value = value;
  else control.checked = true;
  control.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise(done => setTimeout(done));
  while (widget.hasAttribute('data-busy')) await new Promise(requestAnimationFrame);
}"""

# Everything in our elements, as the reader finds them; what is serious or critical on the rest of the page, which the theme draws; and
# landmarks of one name, unless all of them are the theme's.
FAULTS = f"""async () => (await axe.run({{elementRef: true, resultTypes: ['violations']}})).violations
  .flatMap(({{impact, id, nodes}}) => nodes
    .filter(({{element, html}}) => element.closest('{OURS}') || ['serious', 'critical'].includes(impact)
      || (id === 'landmark-unique' && !html.includes('md-')))
    .map(({{html, failureSummary}}) => `${{impact}} ${{id}}: ${{html.slice(0, 110)}} ${{failureSummary.slice(0, 200)}}`))"""

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
        small: Controls and marks that are smaller than a finger, while everything is opened.
        faults: What axe-core finds.
        overlaps: Labels that lie over one another while everything is opened, on the narrowest screen, too.
    """

    shifts: list[tuple[float, list[str]]]
    grown: dict[str, float]
    small: list[str]
    faults: list[str]
    overlaps: list[str]


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
    shifts = page.evaluate("shifts")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = page.evaluate(FAULTS)
    page.evaluate(OPEN_ALL)
    small, overlaps = page.evaluate(SMALL), page.evaluate(OVERLAPS)
    size = page.viewport_size
    if size and size["width"] == WIDTHS[0]:
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        overlaps += [f"{NARROWEST} px: {each}" for each in page.evaluate(OVERLAPS)]
        page.set_viewport_size(size)
    return Swept(shifts, grown, small, faults, overlaps)


@pytest.fixture(scope="module", params=WIDTHS)
def swept(
    request: pytest.FixtureRequest, browser: Browser, server: Server, docs: Path
) -> Iterator[dict[str, Swept]]:
    """Every page of the documentation that has an element of ours, by its address."""
    server.sites["repo"] = docs
    context = browser.new_context(
        proxy={"server": server.origin},
        viewport={"width": request.param, "height": HEIGHT},
        color_scheme="light" if request.param == WIDTHS[0] else "dark",
    )
    visit = Visit(context, server)
    context.add_init_script(BEFORE)
    # What a cache had could not be held back.
    context.new_cdp_session(visit.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    names = [*pages_with_ours(docs), *PLAIN]
    yield {name: sweep(visit, f"{server.origin}/repo/{name}") for name in names}
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


def _page_of(name: str, visit: Callable[..., Visit], server: Server, docs: Path) -> Page:
    """The docs' page of a widget on a phone, once nothing moves."""
    server.sites["repo"] = docs
    url = f"{server.origin}/repo/widgets/{name}/"
    page = visit(url=url, viewport={"width": WIDTHS[0], "height": HEIGHT}).page
    page.wait_for_function(SETTLED)
    return page


@pytest.mark.parametrize("name", ["quantization-grid-explorer", "quantization-challenge"])
def test_nothing_moves_when_the_editor_comes(
    visit: Callable[..., Visit], server: Server, docs: Path, name: str
) -> None:
    """It comes later than half a second after the press, in which a browser forgives what moves."""
    page = _page_of(name, visit, server, docs)
    page.evaluate(BEFORE)
    page.locator(".quantlab-code summary").first.click()
    with server.held("editor.js"):
        page.get_by_role("button", name="Edit").first.click()
        page.wait_for_timeout(1000)
        page.evaluate("shifts.length = 0")
    page.wait_for_selector(".cm-content")
    page.wait_for_timeout(200)
    assert sum(value for value, _ in page.evaluate("shifts")) <= MOST_SHIFT


def test_elements_keep_their_height_when_their_scripts_come(swept: dict[str, Swept]) -> None:
    """Wherever they are: a link leads to them, too."""
    grown = [
        f"{name}: {element} by {pixels:.0f} px"
        for name, page in swept.items()
        for element, pixels in page.grown.items()
        if abs(pixels) > MOST_SHIFT * HEIGHT
    ]
    assert grown == []


def test_controls_and_marks_are_as_large_as_a_finger(swept: dict[str, Swept]) -> None:
    assert {name: page.small for name, page in swept.items() if page.small} == {}


def test_axe_finds_nothing(swept: dict[str, Swept]) -> None:
    """Light on a phone, dark on a desk."""
    assert {name: page.faults for name, page in swept.items() if page.faults} == {}


def test_no_label_lies_over_another(swept: dict[str, Swept]) -> None:
    assert {name: page.overlaps for name, page in swept.items() if page.overlaps} == {}


@pytest.mark.parametrize("name", ["quantization-explorer", "gguf-recipe", "quantization-block"])
def test_no_choice_lays_labels_over_another(
    visit: Callable[..., Visit], server: Server, docs: Path, name: str
) -> None:
    """Those widgets' labels depend most on what is chosen."""
    page = _page_of(name, visit, server, docs)
    found = {}
    for choice in page.evaluate(CHOICES):
        page.evaluate(CHOOSE, choice)
        found[" ".join(choice)] = page.evaluate(OVERLAPS)
    assert len(found) > 6
    assert {choice: overlaps for choice, overlaps in found.items() if overlaps} == {}


def test_forced_colours_keep_legends_and_what_is_chosen(visit: Callable[..., Visit]) -> None:
    lab = visit("material", "compare", forced_colors="active")
    assert lab.widget("quantlab-1")
    seen = lab.page.evaluate(FORCED)
    assert seen["chosen"] != seen["other"]
    assert len(seen["swatches"]) > 2
    assert len(set(seen["swatches"])) == len(seen["swatches"])
