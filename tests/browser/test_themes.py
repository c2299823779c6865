"""Every theme, every kind of reader: sub-paths, no JavaScript, dark mode, phones, paper, assistive technology."""

import gzip
import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer
from tests.compatibility import THEMES
from tests.paths import AXE


@pytest.mark.parametrize("name", [f"{theme}{flat}" for theme in THEMES for flat in ("", "-flat")])
def test_a_site_under_a_sub_path(visit, site, name):
    lab = visit(name, page="own")
    single = lab.widget("single")
    single.set("bits", "2")
    expect(single.result).to_contain_text("At 2 bits the weight 0.5 ")
    assert lab.python_requests() == []
    single.set("weight", "-0.125")
    single.settle()
    options = {"bits": "2", "max": "1", "weight": "-0.125"}
    assert single.figure() == single.same(answer("quantization-explorer", options)["html"])
    names = sorted(url.rpartition("/")[2] for url in lab.python_requests())
    # Of all widgets' Python that of the page's own one.
    assert [re.sub(r"-[0-9a-f]{12}\.zip", ".zip", name) for name in names] == [
        "pyodide.asm.js",
        "pyodide.asm.wasm",
        "pyodide.js",
        "python.zip",
        "quantization-explorer.zip",
        "worker.js",
    ]
    assert [url for url in lab.requests if not url.startswith(site(name).url)] == []


def test_a_page_without_its_slash(visit, site):
    lab = visit("mkdocs", page="plain")
    lab.open(f"{site('mkdocs').url}own?single.bits=4")
    assert lab.page.url == f"{site('mkdocs').url}own/?single.bits=4"
    expect(lab.widget("single").result).to_contain_text("At 4 bits")


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_that_does_not_exist(visit, site, theme):
    lab = visit(theme, page="plain")
    lab.allow("status of 404 .* .*/no/such/page$")
    failed = []
    lab.page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
    lab.open(f"{site(theme).url}no/such/page")
    assert failed == [f"{site(theme).url}no/such/page"]
    assert lab.page.evaluate("customElements.get('quantlab-widget') !== undefined")


@pytest.mark.parametrize("theme", THEMES)
def test_without_javascript(visit, theme):
    lab = visit(theme, java_script_enabled=False)
    explorer = lab.page.locator("#quantlab-1")
    grid = lab.page.locator("#quantlab-2")
    expect(explorer.locator(".quantlab-result")).to_contain_text("read back as 0.130029")
    expect(grid.locator(".quantlab-result")).to_contain_text("RMSE of 0.03897")
    widths = ["2", "3", "4", "5", "6", "7", "8"]
    assert explorer.locator("tbody").first.locator("th").all_inner_texts() == widths
    assert grid.locator("tbody").first.locator("th").all_inner_texts() == [*widths, "bf16"]
    expect(explorer.locator("tbody").first).to_be_visible()
    expect(explorer.locator("tbody").nth(1)).to_contain_text("NF4")
    grid.locator(".quantlab-code summary").click()
    expect(grid.locator(".quantlab-code code")).to_contain_text("class Symmetric(Fit):")
    # Nothing is offered that would not answer.
    for part in (
        "[name=bits]",
        "[name=weight]",
        "[name=block]",
        "button",
        ".quantlab-link",
        "textarea",
    ):
        assert lab.page.locator(f"quantlab-widget {part}:visible").count() == 0, part
    # This switch is the style sheet's work.
    for view in "error", "reconstructed", "stored":
        grid.locator(f"[name=view][value={view}]").check()
        expect(grid.locator(f"[data-view={view}]")).to_be_visible()
        assert grid.locator(".quantlab-view:visible").count() == 1


COLOURS = """() => {
  const of = selector => getComputedStyle(document.querySelector(`quantlab-widget ${selector}`));
  return {
    text: of('figcaption').color, table: of('td').color, line: of('svg text').fill,
    cell: of('.quantlab-cells li').color, button: of('button').color,
    border: getComputedStyle(document.querySelector('quantlab-widget')).borderTopColor,
    detail: of('.quantlab-detail').backgroundColor,
  };
}"""


def test_dark_and_light_again(visit):
    lab = visit()
    page = lab.page
    assert lab.explorer
    page.evaluate("window.stayed = true")
    light = page.evaluate(COLOURS)
    page.locator("label[for=__palette_1]").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.wait_for_function(f"light => ({COLOURS})().detail !== light", arg=light["detail"])
    dark = page.evaluate(COLOURS)
    assert [part for part in light if light[part] == dark[part]] == []
    page.locator("label[for=__palette_0]").click()
    page.wait_for_function(f"dark => ({COLOURS})().detail !== dark", arg=dark["detail"])
    assert page.evaluate(COLOURS) == light
    assert page.evaluate("window.stayed") is True


SERIOUS = """async () => {
  const {violations} = await axe.run('quantlab-widget', {resultTypes: ['violations']});
  return violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
    .map(v => `${v.id}: ${v.nodes.slice(0, 5).map(n => `${n.target} ${n.failureSummary}`).join('\\n  ')}`);
}"""


def violations(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return "\n".join(page.evaluate(SERIOUS))


@pytest.mark.parametrize(
    ("name", "background"),
    [
        ("material", "rgb(255, 255, 255)"),
        ("material, dark", "rgb(30, 33, 41)"),
        ("mkdocs", "rgb(255, 255, 255)"),
        ("mkdocs-dark", "rgb(33, 37, 41)"),
        ("readthedocs", "rgb(252, 252, 252)"),
    ],
)
def test_accessibility(visit, name, background):
    name, _, dark = name.partition(", ")
    lab = visit(name)
    # With a dark mode and no highlight.js, MkDocs's own darkmode.js stumbles.
    lab.allow("setting 'disabled'")
    page = lab.page
    if dark:
        page.locator("label[for=__palette_1]").click()
    expect(page.locator("body")).to_have_css("background-color", background)
    lab.grid.root.locator("summary").first.click()
    lab.explorer.root.locator("tr[data-item=b8]").hover()
    expect(lab.explorer.detail).to_contain_text("round(")
    # Between light and dark, the theme goes through colours that nobody reads by.
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    found = violations(page)
    assert not found, found


@pytest.mark.parametrize("dark", [False, True])
def test_accessibility_of_a_block(visit, dark):
    lab = visit(page="block")
    if dark:
        lab.page.locator("label[for=__palette_1]").click()
    lab.widget("quantlab-1").root.locator("[data-item=w3]").first.hover()
    lab.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    found = violations(lab.page)
    assert not found, found


def test_accessibility_of_an_error(warm):
    explorer = warm.explorer
    explorer.set("weight", "5")
    explorer.settle()
    expect(explorer.control("weight")).to_have_attribute("aria-invalid", "true")
    found = violations(warm.page)
    assert not found, found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["compare", "inspect"])
def test_accessibility_of_a_comparison(visit, models, name, dark):
    lab = visit(page=name)
    if dark:
        lab.page.locator("label[for=__palette_1]").click()
    root = lab.widget("quantlab-1").root
    if name == "inspect":
        root.locator("[type=file]").set_input_files(models["q4"])
    root.locator(".quantlab-map [data-item]").nth(3).hover()
    lab.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    found = violations(lab.page)
    assert not found, found


@pytest.mark.parametrize("theme", THEMES)
def test_a_comparison_on_a_phone(visit, theme):
    lab = visit(theme, page="compare", viewport={"width": 360, "height": 844})
    assert lab.widget("quantlab-1")
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("width", [390, 320])
def test_a_block_on_a_phone(visit, width):
    lab = visit(page="block", viewport={"width": width, "height": 844})
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
    cells = lab.page.evaluate(
        """() => [...document.querySelectorAll('quantlab-widget :is(li, .quantlab-byte)')]
          .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert cells == []


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("theme", THEMES)
def test_a_phone(visit, theme, width):
    lab = visit(theme, page="wide", viewport={"width": width, "height": 844})
    for widget in (lab.explorer, lab.grid):
        box = widget.root.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        for part in (".quantlab-result", ".quantlab-facts", ".quantlab-detail", "form"):
            inside = widget.root.locator(part).bounding_box()
            assert inside["x"] >= box["x"], part
            assert inside["x"] + inside["width"] <= box["x"] + box["width"], part
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
    # Whatever is too wide scrolls by itself, and nothing hides under its neighbour.
    overflowing = lab.page.evaluate(
        """() => [...document.querySelectorAll('quantlab-widget :is(p, dd, figcaption, summary, .quantlab-cells)')]
          .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert overflowing == []


@pytest.mark.parametrize("theme", THEMES)
def test_on_paper(visit, theme):
    lab = visit(theme)
    grid = lab.grid
    lab.page.emulate_media(media="print")
    expect(grid.root.locator("form")).to_be_hidden()
    expect(grid.detail).to_be_hidden()
    expect(grid.result).to_be_visible()
    expect(grid.root.locator("tbody").first).to_be_visible()
    expect(grid.root.locator("[data-view=stored] li").first).to_be_visible()


def test_the_first_script_is_small(site):
    script = site("mkdocs").root / "assets/quantlab/quantlab.js"
    assert 0 < len(gzip.compress(script.read_bytes())) <= 12_000
