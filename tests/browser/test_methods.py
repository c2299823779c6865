"""Methods side by side: layer, training, published quality, palette, and the schemes of the explorers."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.picture import MAX_PIXELS, UserPicture, landscape, png_of_colours
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.widget import answer
from tests.browser.conftest import Visit
from tests.browser.test_themes import violations
from tests.live import text_of

if TYPE_CHECKING:
    from pathlib import Path

METHODS = ("layer", "qat", "quality", "palette")


@pytest.fixture(scope="module")
def started(browser, server, site):
    """The page, whose Python is started once."""
    visit = Visit(browser.new_context(proxy={"server": server.origin}), server)
    visit.context.set_default_timeout(20_000)
    visit.open(site("material").page("methods"))
    yield visit
    visit.context.close()
    visit.check()


@pytest.fixture
def lab(started):
    """The same, reset."""
    for name in METHODS:
        started.widget(name).start_over()
    return started


@pytest.mark.parametrize(
    ("name", "option", "values"),
    [
        ("layer", "method", ("rtn", "awq", "gptq")),
        ("qat", "bits", ("2", "4", "7")),
        ("quality", "model", ("llama-2-70b", "llama-3-8b")),
        ("palette", "colours", ("2", "64", "256")),
    ],
)
def test_frames_answer_without_python(visit, name, option, values):
    lab = visit(page="methods")
    shown = lab.widget(name)
    for value in values:
        shown.set(option, value)
        drawn = answer(f"quantization-{name}", {option: value})["html"]
        assert shown.figure() == shown.same(drawn), value
    assert lab.python_requests() == []


REDRAWN = [
    ("layer", {"step": "5"}),
    ("layer", {"order": "falling", "hot": "30", "step": "3"}),
    ("layer", {"method": "awq", "correlation": "0", "hot": "30", "seed": "11"}),
    ("layer", {"method": "rtn", "bits": "2", "group": "4"}),
    ("qat", {"bits": "2", "seed": "3", "steps": "20"}),
    ("qat", {"noise": "0.5"}),
    ("quality", {"measure": "increase"}),
    ("quality", {"measure": "change"}),
    ("palette", {"made": "uniform"}),
    ("palette", {"number": "100"}),
]


@pytest.mark.parametrize(("name", "options"), REDRAWN)
def test_python_draws_what_cpython_draws(lab, name, options):
    shown = lab.widget(name)
    before = shown.figure()
    for option, value in options.items():
        shown.set(option, value)
    shown.settle()
    assert shown.status.inner_text() == ""
    assert shown.figure() == shown.same(answer(f"quantization-{name}", options)["html"])
    assert shown.figure() != before


@pytest.mark.parametrize("which", ["explorer", "grid"])
def test_every_scheme(warm, which):
    shown = getattr(warm, which)
    name = shown.root.get_attribute("name")
    offered = shown.control("scheme").locator("option").evaluate_all("all => all.map(o => o.value)")
    assert ("nf4-double" in offered) == (which == "grid")
    assert len(offered) > 6
    for scheme in offered:
        shown.set("scheme", scheme)
        shown.settle()
        assert shown.figure() == shown.same(answer(name, {"scheme": scheme})["html"]), scheme


def test_schemes_leave_the_width_that_they_have(warm):
    grid = warm.grid
    grid.set("bits", "6")
    grid.set("scheme", "nf4")
    grid.settle()
    expect(grid.root.locator("[name=bits][value='4']")).to_be_checked()
    expect(grid.result).to_contain_text("at 4 bits (NF4)")


def test_the_sliders_steps_are_those_of_gptq(lab):
    layer = lab.widget("layer")
    slider = layer.control("step", "[type=range]")
    slider.focus()
    lab.page.keyboard.press("ArrowLeft")
    layer.settle()
    expect(layer.control("step")).to_have_value("15")
    expect(layer.root).to_contain_text("15 of 16 columns rounded")
    lab.page.keyboard.press("Home")
    layer.settle()
    expect(layer.root).to_contain_text("0 of 16 columns rounded")
    assert set(layer.root.locator("[data-view=error] li").all_inner_texts()) == {"0"}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("layer", "error", "reconstructed"), ("palette", "nearest", "dithered")],
)
def test_views_are_switched_in_the_page(visit, name, first, second):
    lab = visit(page="methods")
    shown = lab.widget(name)
    shown.root.locator(f"[name=view][value={first}]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(shown.root.locator(f"[data-view={second}]")).to_be_visible()
    expect(shown.root.locator(f"[data-view={first}]")).to_be_hidden()
    assert lab.python_requests() == []


@pytest.mark.parametrize("name", METHODS)
def test_by_keyboard(visit, name):
    lab = visit(page="methods")
    shown = lab.widget(name)
    primary = shown.root.get_attribute("data-primary")
    before = shown.figure()
    radio = shown.root.locator(f"[name={primary}]:checked")
    if radio.count():
        radio.focus()
    else:
        shown.control(primary).focus()
    lab.page.keyboard.press("ArrowLeft" if name != "quality" else "ArrowUp")
    expect(shown.root.locator("figure").first).to_be_visible()
    lab.page.wait_for_function(
        "([id, before]) => document.querySelector(`#${id} .quantlab-result`).textContent !== before",
        arg=[name, re.sub("<[^>]+>", "", before.split("</figcaption>")[0])],
    )
    for stop in shown.root.locator("figure [tabindex='0']:visible").all():
        stop.focus()
        expect(stop).to_be_focused()
    assert lab.python_requests() == []


@pytest.mark.parametrize("dark", [False, True])
def test_accessibility(visit, dark):
    lab = visit(page="methods")
    if dark:
        lab.page.locator("label[for=__palette_1]").click()
    for summary in lab.page.locator("quantlab-widget summary").all():
        summary.click()
    lab.widget("layer").set("method", "awq")
    lab.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    found = violations(lab.page)
    assert not found, found


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
def test_a_phone(visit, theme, width):
    lab = visit(theme, page="methods", viewport={"width": width, "height": 844})
    for summary in lab.page.locator("quantlab-widget figure summary").all():
        summary.click()
    lab.widget("layer").set("method", "awq")
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
    # Cells of a matrix have no room for numbers there, which are then not shown.
    overflowing = lab.page.evaluate(
        """() => [...document.querySelectorAll('quantlab-widget :is(p, dd, figcaption, summary, label, li:not(.is-matrix li))')]
          .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert overflowing == []


# The code


def run(shown, code):
    """Draws the figure with a reader's code."""
    panel = shown.root.locator(".quantlab-code")
    panel.evaluate("e => (e.open = true)")
    edit = panel.get_by_role("button", name="Edit")
    if edit.is_visible():
        edit.click()
    panel.locator(".cm-content").click()
    shown.page.keyboard.press("Control+a")
    shown.page.keyboard.insert_text(code)
    panel.get_by_role("button", name="Run").click()
    expect(panel.locator("p[role=status]")).to_have_text("The figure is drawn with this code.")


def edited(name, value, old, new):
    text = text_of(f"quantization-{name}", value)
    assert old in text
    return text.replace(old, new)


def test_gptq_that_pushes_nothing_is_rounding_to_nearest(lab):
    layer = lab.widget("layer")
    run(layer, edited("layer", "gptq", "-= error *", "-= 0 * error *"))
    expect(layer.result).to_contain_text(
        "Your code in place of GPTQ: at 3 bits a weight, it leaves 100 % of the squared output error"
    )
    expect(layer.result).to_contain_text("as near to the original ones")


def test_a_layer_that_is_not_rounded_has_no_error(lab):
    layer = lab.widget("layer")
    layer.set("method", "rtn")
    run(layer, edited("layer", "rtn", "map(grid.nearest, row[start : start + group])", "row[start : start + group]"))  # fmt: skip
    edited_row = layer.root.locator("tbody tr.is-edited")
    expect(edited_row).to_contain_text("Nearest, your code")
    expect(edited_row).to_contain_text("exact")
    # The engine's own rows are beside it, AWQ's too, which rounds to nearest.
    expect(layer.root.locator("tbody tr:not(.is-edited)", has_text="exact")).to_have_count(0)


def test_a_palette_of_the_readers(lab):
    palette = lab.widget("palette")
    palette.set("made", "uniform")
    palette.settle()
    run(palette, "def uniform(count):\n    return [(0, 0, 0), (255, 255, 255)]\n")
    expect(palette.result).to_contain_text("in 2 colours each pixel takes 1 bit instead of 24")


def test_k_means_without_its_rounds_is_median_cut(lab):
    def psnr():
        return float(re.search(r"([\d.]+) dB", palette.result.inner_text())[1])

    palette = lab.widget("palette")
    before = psnr()
    run(palette, edited("palette", "k-means", "range(ROUNDS)", "range(0)"))
    assert before - 5 < psnr() < before


# The reader's picture


def give(shown, path):
    shown.root.locator("[type=file]").set_input_files(str(path))
    shown.settle()


def write(folder: Path, width: int, height: int) -> Path:
    path = folder / "own.png"
    address = png_of_colours(*landscape(width, height))
    path.write_bytes(base64.b64decode(address.partition(",")[2]))
    return path


def test_the_readers_picture_takes_the_place_of_ours(lab, tmp_path):
    palette = lab.widget("palette")
    before, link = palette.figure(), palette.link.get_attribute("href")
    asked = len(lab.requests)
    give(palette, write(tmp_path, 20, 10))
    # Small enough to be taken as it is, colour by colour.
    picture = landscape(20, 10)
    resources = Resources(found={UserPicture(): picture})
    drawn = answer("quantization-palette", {}, resources)["html"]
    assert palette.figure() == palette.same(drawn)
    palette.set("colours", "4")
    palette.settle()
    drawn = answer("quantization-palette", {"colours": "4"}, resources)["html"]
    assert palette.figure() == palette.same(drawn)
    # The picture's own script, and Python where nothing has started it yet.
    ours = ("data:", "blob:", f"{lab.server.origin}/material/assets/quantlab/")
    assert [url for url in lab.requests[asked:] if not url.startswith(ours)] == []
    palette.start_over()
    assert palette.figure() == before
    assert palette.link.get_attribute("href") == link


@pytest.mark.parametrize(("width", "height"), [(640, 480), (300, 900), (2000, 1)])
def test_a_large_picture_is_reduced_and_keeps_its_proportions(lab, tmp_path, width, height):
    palette = lab.widget("palette")
    give(palette, write(tmp_path, width, height))
    image = palette.root.locator("figure img").first
    columns, rows = int(image.get_attribute("width")), int(image.get_attribute("height"))
    assert MAX_PIXELS * 0.9 < columns * rows <= MAX_PIXELS
    if height > 1:
        assert columns / rows == pytest.approx(width / height, rel=0.07)
    expect(palette.result).to_contain_text("smaller")


def test_what_is_no_picture_is_refused_and_the_figure_kept(lab, tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    palette = lab.widget("palette")
    before = palette.figure()
    give(palette, path)
    expect(palette.status).to_have_text("This browser cannot show notes.png as a picture.")
    assert palette.figure() == before
    palette.set("colours", "8")
    expect(palette.result).to_contain_text("In 8 colours")
